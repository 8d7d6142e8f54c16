//! The server's end of a conversation: it answers what concerns the conversation itself and hands on
//! the rest. One session serves both eras: each request says which rules it follows.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{AnswerError, Outcome};
use crate::jsonrpc::{Envelope, RequestId, RpcError, code, encode, json_text, scan_noting_meta};
use crate::protocol::{
    Cancelled, ClientCapabilities, DiscoverResult, Era, Extra, InitializeParams, InitializeResult,
    LogLevel, ProtocolVersion, ResultType, ServerInfo, key, method,
};

/// What an incoming frame asks of the driver.
#[derive(Debug)]
pub enum Incoming {
    /// Answer this request.
    Serve(Request),
    /// Send this; the session answered by itself.
    Reply(Bytes),
    /// Stop working on a request and do not answer it.
    Cancel(RequestId),
    /// The client answered a request of the server (legacy era).
    Answered {
        /// Which request.
        id: RequestId,
        /// What it answered.
        outcome: Outcome,
    },
    /// Nothing.
    Nothing,
}

/// A request that the session let through.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// What the answer must carry.
    pub id: RequestId,
    /// What is asked.
    pub method: Cow<'static, str>,
    /// The parameters as JSON; `{}` when there were none.
    pub params: Bytes,
    /// The revision whose rules the answer follows.
    pub version: ProtocolVersion,
    /// What progress notifications for this request must carry.
    pub progress_token: Option<Value>,
    /// What the client declared in `initialize`; a modern request says it again.
    legacy_client: Option<Arc<ClientCapabilities>>,
    /// What the session answers, when the request opens the conversation.
    opening: Option<Bytes>,
}

impl Request {
    /// The session's own answer, when the request is `initialize` or `server/discover`.
    pub(crate) fn take_opening(&mut self) -> Option<Bytes> {
        self.opening.take()
    }

    /// The frame that answers with a result. In the modern era a result says what kind it is of.
    #[must_use]
    pub fn answer(&self, result: &impl Serialize) -> Bytes {
        self.answer_of_type(&ResultType::Complete, result)
    }

    /// The frame that answers with a result of this type. A legacy client is not told the type.
    #[must_use]
    pub fn answer_of_type(&self, result_type: &ResultType, result: &impl Serialize) -> Bytes {
        let encoded = match self.version.has_result_types() {
            true => encode::result(&self.id, &Typed { result_type, result }),
            false => encode::result(&self.id, result),
        };
        encoded.unwrap_or_else(|error| {
            self.refuse(&RpcError::new(code::INTERNAL_ERROR, error.to_string()))
        })
    }

    /// What the client declared that it can do. Capabilities of a strange shape are none.
    #[must_use]
    pub fn client_capabilities(&self) -> ClientCapabilities {
        match &self.legacy_client {
            Some(client) => ClientCapabilities::clone(client),
            None => self.meta(key::CLIENT_CAPABILITIES).unwrap_or_default(),
        }
    }

    /// From which level on the client wants log messages for this request (modern era).
    #[must_use]
    pub fn log_level(&self) -> Option<LogLevel> {
        self.meta(key::LOG_LEVEL)
    }

    /// One member of `_meta`, when it is there and fits.
    fn meta<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        #[derive(Deserialize)]
        struct Params {
            #[serde(rename = "_meta")]
            meta: Extra,
        }
        let params: Params = serde_json::from_slice(&self.params).ok()?;
        serde_json::from_str(params.meta.member(name)?.get()).ok()
    }

    /// The frame that answers with an error.
    #[must_use]
    pub fn refuse(&self, error: &RpcError) -> Bytes {
        encode::error(Some(&self.id), error)
    }
}

#[derive(Serialize)]
struct Typed<'a, T> {
    #[serde(rename = "resultType")]
    result_type: &'a ResultType,
    #[serde(flatten)]
    result: &'a T,
}

/// What one client has agreed on with this server.
#[derive(Debug)]
pub struct ServerSession {
    server: ServerInfo,
    versions: Vec<ProtocolVersion>,
    /// Set by `initialize`.
    legacy: Option<ProtocolVersion>,
    /// What the client of `initialize` can do.
    client: Arc<ClientCapabilities>,
}

/// The part of [`RequestMeta`](crate::protocol::RequestMeta) that a session needs, found by the scan of
/// the frame. What is only asked for its presence is skipped and not built.
#[derive(Default)]
struct Meta<'a> {
    protocol_version: Option<Cow<'a, str>>,
    has_capabilities: bool,
    progress_token: Option<Value>,
    /// Whether one of these is of another type, or there twice.
    is_broken: bool,
}

impl<'a> Meta<'a> {
    /// Takes one member as raw JSON. Null counts as absent.
    fn note(&mut self, name: &[u8], value: &'a [u8]) {
        const PROTOCOL_VERSION: &[u8] = key::PROTOCOL_VERSION.as_bytes();
        const CLIENT_CAPABILITIES: &[u8] = key::CLIENT_CAPABILITIES.as_bytes();
        if value == b"null" {
            return;
        }
        let fits = match name {
            PROTOCOL_VERSION => {
                let version = json_text(value);
                version.is_some() && mem::replace(&mut self.protocol_version, version).is_none()
            }
            CLIENT_CAPABILITIES => !mem::replace(&mut self.has_capabilities, true),
            b"progressToken" => {
                let token = serde_json::from_slice(value).ok();
                token.is_some() && mem::replace(&mut self.progress_token, token).is_none()
            }
            _ => true,
        };
        self.is_broken |= !fits;
    }
}

impl ServerSession {
    /// A session of `server`, which speaks `versions`.
    #[must_use]
    pub fn new(server: ServerInfo, versions: &[ProtocolVersion]) -> Self {
        Self { server, versions: versions.to_vec(), legacy: None, client: Arc::default() }
    }

    /// The revision that `initialize` settled on, if it came.
    #[must_use]
    pub fn legacy_version(&self) -> Option<ProtocolVersion> {
        self.legacy
    }

    /// What the client declared in `initialize`; nothing before.
    #[must_use]
    pub fn client_capabilities(&self) -> &ClientCapabilities {
        &self.client
    }

    /// Takes one frame from the client.
    pub fn accept(&mut self, frame: &Bytes) -> Incoming {
        let mut meta = Meta::default();
        match scan_noting_meta(frame, |name, value| meta.note(name, value)) {
            Ok(Envelope::Request { id, method, params }) => {
                let params =
                    params.map_or(Bytes::from_static(b"{}"), |params| frame.slice_ref(params));
                let admitted = self.admit(&id, &method, params, meta);
                admitted.unwrap_or_else(|error| Incoming::Reply(encode::error(Some(&id), &error)))
            }
            Ok(Envelope::Notification { method, params }) if method == method::CANCELLED => {
                let params = params.and_then(|params| serde_json::from_slice(params).ok());
                params.map_or(Incoming::Nothing, |params: Cancelled| {
                    Incoming::Cancel(params.request_id)
                })
            }
            Ok(Envelope::Result { id, result }) => {
                Incoming::Answered { id, outcome: Ok(frame.slice_ref(result)) }
            }
            Ok(Envelope::Error { id: Some(id), error }) => {
                Incoming::Answered { id, outcome: Err(AnswerError::from_json(error)) }
            }
            Ok(_) => Incoming::Nothing,
            Err(error) => {
                let code = if error.id.is_some() || error.has_method {
                    code::INVALID_REQUEST
                } else {
                    code::PARSE_ERROR
                };
                let refusal = RpcError::new(code, error.kind.to_string());
                Incoming::Reply(encode::error(error.id.as_ref(), &refusal))
            }
        }
    }

    fn admit(
        &mut self,
        id: &RequestId,
        method: &str,
        params: Bytes,
        meta: Meta<'_>,
    ) -> Result<Incoming, RpcError> {
        if meta.is_broken {
            return Err(RpcError::new(code::INVALID_PARAMS, "`_meta` cannot be read"));
        }
        if method == method::INITIALIZE && meta.protocol_version.is_none() {
            return self.initialize(id, params, meta);
        }
        let version = self.version(method, &meta)?;
        if !version.has_method(method) {
            return Err(unknown_method(method));
        }
        let mut request = self.request(id, method, params, (version, meta));
        match (version.era(), method) {
            (Era::Modern, method::DISCOVER) => {
                let modern: Vec<_> = self.of_era(Era::Modern).collect();
                let answer = request.answer(&DiscoverResult::new(&modern, &self.server));
                request.opening = Some(answer);
                Ok(Incoming::Serve(request))
            }
            (Era::Legacy, method::PING) => Ok(Incoming::Reply(request.answer(&json!({})))),
            _ => Ok(Incoming::Serve(request)),
        }
    }

    fn request(
        &self,
        id: &RequestId,
        method: &str,
        params: Bytes,
        (version, meta): (ProtocolVersion, Meta<'_>),
    ) -> Request {
        Request {
            id: id.clone(),
            method: method::known(method),
            params,
            version,
            progress_token: meta.progress_token,
            legacy_client: (version.era() == Era::Legacy).then(|| Arc::clone(&self.client)),
            opening: None,
        }
    }

    /// The revision that a request follows.
    fn version(&self, method: &str, meta: &Meta<'_>) -> Result<ProtocolVersion, RpcError> {
        let speaks_modern = self.of_era(Era::Modern).next().is_some();
        let Some(requested) = meta.protocol_version.as_deref().filter(|_| speaks_modern) else {
            return match self.legacy {
                Some(version) => Ok(version),
                // A ping may cross before the session is open.
                None if method == method::PING => Ok(ProtocolVersion::LATEST_LEGACY),
                None if speaks_modern => Err(missing_meta("protocolVersion")),
                None if method == method::DISCOVER => Err(unknown_method(method)),
                None => Err(RpcError::new(code::INVALID_REQUEST, "send `initialize` first")),
            };
        };
        let known =
            requested.parse::<ProtocolVersion>().ok().filter(|known| known.era() == Era::Modern);
        let Some(version) = known.filter(|known| self.versions.contains(known)) else {
            return Err(self.unsupported(Era::Modern, requested));
        };
        if !meta.has_capabilities {
            return Err(missing_meta("clientCapabilities"));
        }
        Ok(version)
    }

    fn initialize(
        &mut self,
        id: &RequestId,
        params: Bytes,
        meta: Meta<'_>,
    ) -> Result<Incoming, RpcError> {
        let asked: InitializeParams = serde_json::from_slice(&params).map_err(|error| {
            RpcError::new(code::INVALID_PARAMS, format!("`initialize` cannot be read: {error}"))
        })?;
        let version = asked.protocol_version.parse::<ProtocolVersion>().ok();
        let chosen = version
            .filter(|version| version.era() == Era::Legacy && self.versions.contains(version))
            .or_else(|| self.of_era(Era::Legacy).max());
        let Some(version) = chosen else {
            return Err(self.unsupported(Era::Modern, &asked.protocol_version));
        };
        self.legacy = Some(version);
        // Capabilities of a strange shape are none.
        let declared = serde_json::to_string(&asked.capabilities);
        let declared = declared.and_then(|json| serde_json::from_str(&json));
        self.client = Arc::new(declared.unwrap_or_default());
        let mut request = self.request(id, method::INITIALIZE, params, (version, meta));
        request.opening = Some(request.answer(&InitializeResult::new(version, &self.server)));
        Ok(Incoming::Serve(request))
    }

    fn of_era(&self, era: Era) -> impl Iterator<Item = ProtocolVersion> + '_ {
        self.versions.iter().copied().filter(move |version| version.era() == era)
    }

    fn unsupported(&self, era: Era, requested: &str) -> RpcError {
        let supported: Vec<_> = self.of_era(era).map(ProtocolVersion::as_str).collect();
        let message = format!(
            "protocol revision `{requested}` is not supported; this server speaks {}",
            supported.join(", ")
        );
        RpcError::new(code::UNSUPPORTED_VERSION, message)
            .with_data(json!({ "supported": supported, "requested": requested }))
    }
}

fn unknown_method(method: &str) -> RpcError {
    RpcError::new(code::METHOD_NOT_FOUND, format!("unknown method `{method}`"))
}

fn missing_meta(member: &str) -> RpcError {
    let message = format!("`_meta` lacks `io.modelcontextprotocol/{member}`");
    RpcError::new(code::INVALID_PARAMS, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(versions: &[ProtocolVersion]) -> ServerSession {
        ServerSession::new(ServerInfo::new("s", "1"), versions)
    }

    /// Sends one request and says what came of it.
    fn ask(session: &mut ServerSession, method: &str, params: &Value) -> String {
        let frame = encode::request(&1.into(), method, params).unwrap();
        match session.accept(&frame) {
            Incoming::Serve(Request { opening: Some(answer), .. }) => {
                serde_json::from_slice::<Value>(&answer).unwrap()["result"].to_string()
            }
            Incoming::Serve(request) => {
                format!("serve {} under {}", request.method, request.version)
            }
            Incoming::Reply(frame) => {
                let frame: Value = serde_json::from_slice(&frame).unwrap();
                let error = &frame["error"];
                match error["code"].as_i64() {
                    Some(code) => format!("{code} {}", error["message"].as_str().unwrap()),
                    None => frame["result"].to_string(),
                }
            }
            Incoming::Cancel(id) => format!("cancel {id}"),
            Incoming::Answered { id, .. } => format!("answered {id}"),
            Incoming::Nothing => "nothing".to_owned(),
        }
    }

    fn modern(version: &str) -> Value {
        json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {},
        }})
    }

    fn initialize(version: &str) -> Value {
        json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } })
    }

    #[test]
    fn a_dual_era_server_lets_each_request_choose() {
        let mut session = session(&ProtocolVersion::ALL);

        let heard = [
            ask(&mut session, "tools/list", &json!({})),
            ask(&mut session, "tools/list", &modern("2026-07-28")),
            ask(&mut session, "initialize", &initialize("2025-06-18")),
            ask(&mut session, "tools/list", &json!({})),
            ask(&mut session, "tools/list", &modern("2026-07-28")),
            ask(&mut session, "tools/list", &modern("2031-01-01")),
            ask(&mut session, "ping", &json!({})),
            ask(&mut session, "ping", &modern("2026-07-28")),
            ask(
                &mut session,
                "tools/list",
                &json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } }),
            ),
            ask(&mut session, "server/discover", &modern("2026-07-28")),
        ];

        insta::assert_snapshot!(heard.join("\n"), @r#"
        -32602 `_meta` lacks `io.modelcontextprotocol/protocolVersion`
        serve tools/list under 2026-07-28
        {"capabilities":{"tools":{"listChanged":true}},"protocolVersion":"2025-06-18","serverInfo":{"name":"s","version":"1"}}
        serve tools/list under 2025-06-18
        serve tools/list under 2026-07-28
        -32022 protocol revision `2031-01-01` is not supported; this server speaks 2026-07-28
        {}
        -32601 unknown method `ping`
        -32602 `_meta` lacks `io.modelcontextprotocol/clientCapabilities`
        {"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},"cacheScope":"public","capabilities":{"tools":{"listChanged":true}},"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":3600000}
        "#);
    }

    #[test]
    fn an_old_server_knows_nothing_of_discover_and_offers_its_own_revision() {
        let mut session = session(&[ProtocolVersion::V2024_11_05]);

        let heard = [
            ask(&mut session, "server/discover", &modern("2026-07-28")),
            ask(&mut session, "tools/list", &json!({})),
            ask(&mut session, "initialize", &initialize("2025-11-25")),
            ask(&mut session, "tools/list", &json!({})),
        ];

        insta::assert_snapshot!(heard.join("\n"), @r#"
        -32601 unknown method `server/discover`
        -32600 send `initialize` first
        {"capabilities":{"tools":{"listChanged":true}},"protocolVersion":"2024-11-05","serverInfo":{"name":"s","version":"1"}}
        serve tools/list under 2024-11-05
        "#);
    }

    #[test]
    fn a_modern_server_refuses_initialize_and_names_what_it_speaks() {
        let mut session = session(&[ProtocolVersion::V2026_07_28]);

        let heard = ask(&mut session, "initialize", &initialize("2025-11-25"));

        assert_eq!(
            heard,
            "-32022 protocol revision `2025-11-25` is not supported; this server speaks 2026-07-28"
        );
    }

    #[test]
    fn a_meta_that_cannot_be_read_is_refused() {
        let mut session = session(&ProtocolVersion::ALL);
        let version = r#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#;
        let metas = [
            r#""io.modelcontextprotocol/protocolVersion":7"#.to_owned(),
            format!("{version},{version}"),
            format!(r#"{version},"progressToken":oops"#),
        ];

        for meta in metas {
            let frame =
                format!(r#"{{"id":1,"method":"tools/list","params":{{"_meta":{{{meta}}}}}}}"#);
            let Incoming::Reply(refusal) = session.accept(&Bytes::from(frame)) else {
                panic!("{meta}")
            };
            let refusal = String::from_utf8_lossy(&refusal).into_owned();
            assert!(
                refusal.contains("-32602") && refusal.contains("`_meta` cannot be read"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn junk_is_answered_by_the_rules_of_json_rpc() {
        let mut session = session(&ProtocolVersion::ALL);
        let mut answer = |frame: &'static [u8]| match session.accept(&Bytes::from_static(frame)) {
            Incoming::Reply(frame) => String::from_utf8_lossy(&frame).into_owned(),
            other => format!("{other:?}"),
        };

        assert!(answer(b"{oops").contains("-32700"));
        assert!(answer(br#"{"id":null,"method":"x"}"#).contains("-32600"));
        assert!(answer(br#"{"id":4,"result":{}}"#).starts_with("Answered { id: Number(4)"));
    }
}
