//! A protected MCP server and its authorization server, both at one address.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use http::HeaderValue;
use mcp_client::auth::{HeadlessConsent, OAuth, OAuthOptions};
use mcp_client::credentials::{AuthError, Credentials, Refusal};
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource/mcp";
pub(crate) const SERVER_METADATA: &str = "/.well-known/oauth-authorization-server";

pub(crate) struct Site {
    pub(crate) server: MockServer,
    mounted: AtomicU8,
}

impl Site {
    /// Answers nothing but 404.
    pub(crate) async fn empty() -> Self {
        Self { server: MockServer::start().await, mounted: AtomicU8::new(0) }
    }

    /// Grants everything.
    pub(crate) async fn start() -> Self {
        let site = Self::empty().await;
        site.with_resource(json!({})).await;
        site.with_server(json!({})).await;
        site.with_registration(json!({ "client_id": "registered" })).await;
        site.with_authorization(Iss::Right).await;
        site.with_tokens(json!({})).await;
        site
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.server.uri())
    }

    pub(crate) fn issuer(&self) -> String {
        self.server.uri()
    }

    pub(crate) fn options(&self) -> OAuthOptions {
        OAuthOptions::new(self.at("/mcp")).with_consent(HeadlessConsent::default())
    }

    pub(crate) fn oauth(&self) -> OAuth {
        OAuth::new(self.options()).unwrap()
    }

    pub(crate) async fn with_resource(&self, changes: Value) {
        let document =
            json!({ "resource": self.at("/mcp"), "authorization_servers": [self.issuer()] });
        self.with_json(RESOURCE_METADATA, merged(document, changes)).await;
    }

    pub(crate) async fn with_server(&self, changes: Value) {
        self.with_json(SERVER_METADATA, self.metadata(changes)).await;
    }

    pub(crate) fn metadata(&self, changes: Value) -> Value {
        let document = json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.at("/authorize"),
            "token_endpoint": self.at("/token"),
            "registration_endpoint": self.at("/register"),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "token_endpoint_auth_methods_supported": ["none"],
        });
        merged(document, changes)
    }

    pub(crate) async fn with_json(&self, at: &str, document: Value) {
        let answer = ResponseTemplate::new(200).set_body_json(document);
        self.with_answer("GET", at, answer).await;
    }

    pub(crate) async fn with_registration(&self, answer: Value) {
        let answer = ResponseTemplate::new(201).set_body_json(answer);
        self.with_answer("POST", "/register", answer).await;
    }

    /// Later answers take the place of earlier ones.
    pub(crate) async fn with_answer(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .with_priority(self.next_priority())
            .mount(&self.server)
            .await;
    }

    pub(crate) async fn with_authorization(&self, iss: Iss) {
        let issuer = self.issuer();
        let redirect = move |request: &Request| {
            let query: HashMap<_, _> = request.url.query_pairs().into_owned().collect();
            let mut target: reqwest::Url = query["redirect_uri"].parse().unwrap();
            let mut answer = target.query_pairs_mut();
            answer.append_pair("state", &query["state"]);
            match iss {
                Iss::Denied => answer.append_pair("error", "access_denied"),
                Iss::WrongWithError => answer
                    .append_pair("error", "access_denied")
                    .append_pair("error_description", "words of the attacker"),
                Iss::None | Iss::Right | Iss::Slash | Iss::Wrong => {
                    answer.append_pair("code", "the-code")
                }
            };
            match iss {
                Iss::None => &mut answer,
                Iss::Denied | Iss::Right => answer.append_pair("iss", &issuer),
                Iss::Slash => answer.append_pair("iss", &format!("{issuer}/")),
                Iss::Wrong | Iss::WrongWithError => {
                    answer.append_pair("iss", "https://evil.example")
                }
            };
            drop(answer);
            ResponseTemplate::new(302).insert_header("location", target.as_str())
        };
        Mock::given(method("GET"))
            .and(path("/authorize"))
            .respond_with(redirect)
            .with_priority(self.next_priority())
            .mount(&self.server)
            .await;
    }

    /// Each answer holds another access token: `token-1`, `token-2`, …
    pub(crate) async fn with_tokens(&self, changes: Value) {
        let issued = Arc::new(AtomicUsize::new(0));
        let answer = move |_: &Request| {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let document =
                json!({ "access_token": format!("token-{number}"), "token_type": "Bearer" });
            ResponseTemplate::new(200).set_body_json(merged(document, changes.clone()))
        };
        Mock::given(method("POST"))
            .and(path("/token"))
            .respond_with(answer)
            .with_priority(self.next_priority())
            .mount(&self.server)
            .await;
    }

    /// What a grant other than the rest is answered with.
    pub(crate) async fn with_answer_to_grant(&self, grant: &str, answer: ResponseTemplate) {
        Mock::given(method("POST"))
            .and(path("/token"))
            .and(body_string_contains(format!("grant_type={grant}")))
            .respond_with(answer)
            .with_priority(self.next_priority())
            .mount(&self.server)
            .await;
    }

    /// wiremock takes the lowest number first, so each mock gets a lower one than those before it.
    fn next_priority(&self) -> u8 {
        200 - self.mounted.fetch_add(1, Ordering::SeqCst)
    }

    /// The paths that were asked for, in order.
    pub(crate) async fn paths(&self) -> Vec<String> {
        let requests = self.requests().await;
        requests.iter().map(|request| request.url.path().to_owned()).collect()
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    pub(crate) async fn count(&self, path: &str) -> usize {
        self.paths().await.iter().filter(|asked| *asked == path).count()
    }

    /// The queries of all requests to the authorization endpoint.
    pub(crate) async fn authorizations(&self) -> Vec<HashMap<String, String>> {
        let requests = self.requests().await;
        let asked = requests.iter().filter(|request| request.url.path() == "/authorize");
        asked.map(|request| request.url.query_pairs().into_owned().collect()).collect()
    }

    /// The forms of all requests to the token endpoint.
    pub(crate) async fn token_requests(&self) -> Vec<HashMap<String, String>> {
        let requests = self.requests().await;
        let asked = requests.iter().filter(|request| request.url.path() == "/token");
        asked.map(|request| form(&request.body)).collect()
    }
}

/// What the authorization server says about itself in its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Iss {
    Denied,
    None,
    Right,
    Slash,
    Wrong,
    WrongWithError,
}

fn form(body: &[u8]) -> HashMap<String, String> {
    let query = String::from_utf8(body.to_vec()).unwrap();
    let url = reqwest::Url::parse(&format!("http://form/?{query}")).unwrap();
    url.query_pairs().into_owned().collect()
}

fn merged(mut document: Value, changes: Value) -> Value {
    let (Some(members), Value::Object(changes)) = (document.as_object_mut(), changes) else {
        panic!("documents and their changes are objects");
    };
    for (name, value) in changes {
        match value {
            Value::Null => drop(members.remove(&name)),
            value => drop(members.insert(name, value)),
        }
    }
    document
}

/// A 401 with this challenge.
pub(crate) fn unauthorized(challenge: &str, sent: Option<HeaderValue>) -> Refusal {
    Refusal { status: 401, challenge: Some(challenge.to_owned()), sent }
}

/// A 403 that asks for scopes.
pub(crate) fn insufficient(scope: &str, sent: Option<HeaderValue>) -> Refusal {
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    Refusal { status: 403, challenge: Some(challenge), sent }
}

/// One refused request and what comes of it.
pub(crate) async fn log_in(oauth: &OAuth) -> Result<HeaderValue, AuthError> {
    let sent = oauth.authorization().await?;
    assert!(
        oauth.refused(&unauthorized("Bearer", sent)).await?,
        "the refusal is worth another try"
    );
    Ok(oauth.authorization().await?.expect("there is a token"))
}
