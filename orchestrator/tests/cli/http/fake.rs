//! A server that speaks MCP, refuses by script, and grants access to itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::{Match, Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

/// The token that the authorization server of the fake grants.
const TOKEN: &str = "t0ken";

/// A legacy server with one tool, `post`, on a port of its own. The same port has the authorization
/// server that grants access to it.
pub(super) struct Fake {
    server: MockServer,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    wants_token: bool,
    /// Answers to the next calls, instead of the usual one.
    refusals: Mutex<VecDeque<ResponseTemplate>>,
    calls: Mutex<usize>,
}

impl Fake {
    /// Answers everybody.
    pub(super) async fn open() -> Self {
        Self::start(Script::default()).await
    }

    /// Answers who logged in.
    pub(super) async fn protected() -> Self {
        Self::start(Script { wants_token: true, ..Script::default() }).await
    }

    async fn start(script: Script) -> Self {
        let (server, script) = (MockServer::start().await, Arc::new(script));
        let responder = Responder { script: Arc::clone(&script), base: server.uri() };
        Mock::given(any()).respond_with(responder).mount(&server).await;
        Self { server, script }
    }

    pub(super) fn url(&self) -> String {
        format!("{}/mcp", self.server.uri())
    }

    /// Refuses the next call.
    pub(super) fn refuse(&self, refusal: ResponseTemplate) {
        self.script.refusals.lock().unwrap().push_back(refusal);
    }

    /// How many calls came, refused ones included.
    pub(super) fn calls(&self) -> usize {
        *self.script.calls.lock().unwrap()
    }
}

struct Responder {
    script: Arc<Script>,
    base: String,
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let base = &self.base;
        match (request.method.as_str(), request.url.path()) {
            ("POST", "/mcp") => self.message(request),
            ("GET", "/.well-known/oauth-protected-resource/mcp") => json_of(&json!({
                "resource": format!("{base}/mcp"), "authorization_servers": [base],
            })),
            ("GET", "/.well-known/oauth-authorization-server") => json_of(&json!({
                "issuer": base,
                "authorization_endpoint": format!("{base}/authorize"),
                "token_endpoint": format!("{base}/token"),
                "registration_endpoint": format!("{base}/register"),
                "code_challenge_methods_supported": ["S256"],
            })),
            ("POST", "/register") => json_of(&json!({ "client_id": "client" })),
            ("GET", "/authorize") => agreed(request),
            ("POST", "/token") => json_of(&json!({
                "access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600,
            })),
            (_, "/mcp") => ResponseTemplate::new(405),
            _ => ResponseTemplate::new(404),
        }
    }
}

impl Responder {
    fn message(&self, request: &Request) -> ResponseTemplate {
        if self.script.wants_token && !HasToken.matches(request) {
            let place = format!("{}/.well-known/oauth-protected-resource/mcp", self.base);
            let challenge = format!(r#"Bearer resource_metadata="{place}""#);
            return ResponseTemplate::new(401)
                .insert_header("WWW-Authenticate", challenge.as_str());
        }
        let message: Value = request.body_json().unwrap();
        let result = match message["method"].as_str().unwrap() {
            "initialize" => json!({
                "protocolVersion": "2025-11-25",
                "capabilities": { "tools": {} },
                "serverInfo": { "name": "fake", "version": "1" },
            }),
            "tools/list" => json!({
                "tools": [{ "name": "post", "inputSchema": { "type": "object" } }],
            }),
            "tools/call" => {
                *self.script.calls.lock().unwrap() += 1;
                if let Some(refusal) = self.script.refusals.lock().unwrap().pop_front() {
                    return refusal;
                }
                json!({ "content": [{ "type": "text", "text": "done" }] })
            }
            method if method.starts_with("notifications/") => return ResponseTemplate::new(202),
            _ => return ResponseTemplate::new(400),
        };
        json_of(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))
    }
}

struct HasToken;

impl Match for HasToken {
    fn matches(&self, request: &Request) -> bool {
        let sent = request.headers.get("authorization").and_then(|value| value.to_str().ok());
        sent == Some(&format!("Bearer {TOKEN}"))
    }
}

/// A person who agrees to everything.
fn agreed(request: &Request) -> ResponseTemplate {
    let parameter = |wanted: &str| {
        let mut pairs = request.url.query_pairs();
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap()
    };
    let place = format!("{}?code=c0de&state={}", parameter("redirect_uri"), parameter("state"));
    ResponseTemplate::new(302).insert_header("Location", place.as_str())
}

fn json_of(document: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(document)
}
