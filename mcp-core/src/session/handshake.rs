//! How a client finds out which era a server speaks (specification 2026-07-28, "stdio", probing).
//!
//! ```text
//! auto ──▶ ask server/discover ──result──▶ modern
//!              │ -32022 ──────▶ ask once more in a revision that it names
//!              │ other error ─▶ ask initialize ──result──▶ legacy
//!              │ silence ─────▶ ask initialize as well; the first good answer decides
//!              └ end ─────────▶ restart, ask initialize
//! ```
//!
//! A verdict of modern is final: no later failure turns it into legacy.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use crate::jsonrpc::{RpcError, code};
use crate::protocol::{
    ClientCapabilities, DiscoverResult, Era, Extra, Implementation, InitializeParams,
    InitializeResult, ProtocolVersion, RequestMeta, ServerInfo, method,
};

/// Which eras a client may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EraChoice {
    /// Modern first, legacy if the server does not answer to it.
    #[default]
    Auto,
    /// `initialize` and nothing else.
    Legacy,
    /// `server/discover` and nothing else.
    Modern,
}

/// How a client introduces itself.
#[derive(Debug, Clone)]
pub struct ClientDescription {
    /// Name and version.
    pub implementation: Implementation,
    /// What it can do.
    pub capabilities: ClientCapabilities,
}

/// What the driver must do next.
#[derive(Debug)]
pub enum Step {
    /// Send this request and report what is heard of it. Earlier ones may still be answered.
    Ask {
        /// The method of the request.
        method: &'static str,
        /// The parameters.
        params: Value,
        /// The revision that the parameters name.
        version: Option<ProtocolVersion>,
    },
    /// Open a fresh connection, then report [`HandshakeEvent::Restarted`].
    Restart,
    /// The handshake is over. A legacy agreement wants `notifications/initialized` sent first.
    Agreed(Box<Agreement>),
    /// There is no common language.
    Failed(HandshakeError),
}

/// What the driver heard.
#[derive(Debug)]
pub enum HandshakeEvent {
    /// A result, to the request of that method.
    Result {
        /// Which request.
        method: &'static str,
        /// The result as JSON.
        result: Bytes,
    },
    /// A refusal of the request of that method.
    Refused {
        /// The method of the request.
        method: &'static str,
        /// The error that refused it.
        error: RpcError,
    },
    /// The binding says that nothing there understands the request: an HTTP status such as 404 without
    /// a JSON-RPC body.
    Unserved {
        /// The method of the request.
        method: &'static str,
        /// What the binding says, such as an HTTP status.
        message: String,
    },
    /// Nothing for as long as a probe may take.
    Silence,
    /// The connection ended.
    Ended,
    /// A request failed in a way that says nothing about the server's era.
    Failed,
    /// The fresh connection is there.
    Restarted,
}

/// What both ends settled on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Agreement {
    /// The revision; its era follows.
    pub version: ProtocolVersion,
    /// Who the server is and what it can do.
    pub server: ServerInfo,
}

impl Agreement {
    /// What every request of this conversation carries in `_meta`: nothing in the legacy era.
    #[must_use]
    pub fn request_meta(&self, client: &ClientDescription) -> Extra {
        match self.version.era() {
            Era::Legacy => Extra::default(),
            Era::Modern => Extra::from_object(&modern_meta(self.version, client)),
        }
    }
}

/// Why no conversation came about.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The connection ended before an agreement.
    #[error("the server ended during the handshake")]
    Ended,
    /// An answer cannot be read.
    #[error("the answer to `{method}` cannot be read: {message}")]
    Malformed {
        /// The method of the request.
        method: &'static str,
        /// The place in the answer, and what is wrong there.
        message: String,
    },
    /// The server refused the last thing that could be asked.
    #[error("the server refused `{method}`: {error}")]
    Refused {
        /// The method of the request.
        method: &'static str,
        /// The error that refused it.
        error: RpcError,
    },
    /// Nothing there understands the protocol.
    #[error("no MCP server answers `{method}` there: {message}")]
    Unserved {
        /// The method of the request.
        method: &'static str,
        /// What the binding says, such as an HTTP status.
        message: String,
    },
    /// No revision in common.
    #[error("no common protocol revision: the server offers {offered}")]
    Version {
        /// What the server offers, comma separated.
        offered: String,
    },
}

/// The handshake of one connection.
#[derive(Debug)]
pub struct Handshake {
    choice: EraChoice,
    client: ClientDescription,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// `server/discover` is out; the flag says whether for the second time.
    Discovering { again: bool },
    /// Both questions are out: the server was silent for a while.
    AskingBoth,
    /// A fresh connection is on its way.
    Restarting,
    /// `initialize` is out; after a restart the end of the connection is final.
    Initializing,
}

impl Handshake {
    /// The handshake of `client`, and the first thing to do.
    #[must_use]
    pub fn start(choice: EraChoice, client: ClientDescription) -> (Self, Step) {
        let state = match choice {
            EraChoice::Legacy => State::Initializing,
            EraChoice::Auto | EraChoice::Modern => State::Discovering { again: false },
        };
        let handshake = Self { choice, client, state };
        let step = match state {
            State::Initializing => handshake.ask_initialize(),
            _ => handshake.ask_discover(ProtocolVersion::LATEST_MODERN),
        };
        (handshake, step)
    }

    /// Takes an event. `None`: wait for the next one.
    pub fn accept(&mut self, event: HandshakeEvent) -> Option<Step> {
        match event {
            HandshakeEvent::Result { method: method::DISCOVER, result } => self.discovered(&result),
            HandshakeEvent::Result { result, .. } => Some(initialized(&result)),
            HandshakeEvent::Refused { method: method::DISCOVER, error } => {
                self.discover_refused(error)
            }
            HandshakeEvent::Refused { method, error } => Some(refused(method, error)),
            HandshakeEvent::Unserved { method: method::DISCOVER, .. }
                if self.choice == EraChoice::Auto =>
            {
                self.fall_back()
            }
            HandshakeEvent::Unserved { method, message } => {
                Some(Step::Failed(HandshakeError::Unserved { method, message }))
            }
            HandshakeEvent::Silence => self.silent(),
            HandshakeEvent::Ended => Some(self.ended()),
            HandshakeEvent::Failed => Some(Step::Failed(HandshakeError::Ended)),
            HandshakeEvent::Restarted => Some(self.initialize()),
        }
    }

    fn discovered(&mut self, result: &[u8]) -> Option<Step> {
        let found = match serde_json::from_slice::<DiscoverResult>(result) {
            Ok(found) => found,
            // A server that answers anything to anything is no modern one.
            Err(error) if self.choice == EraChoice::Modern => {
                return Some(malformed(method::DISCOVER, &error));
            }
            Err(_) => return self.fall_back(),
        };
        let offered = &found.supported_versions;
        match common(offered.iter().map(String::as_str)) {
            Some(version) if version.era() == Era::Modern => {
                let server = found.into_server_info();
                Some(Step::Agreed(Box::new(Agreement { version, server })))
            }
            Some(_) if self.choice == EraChoice::Auto => self.fall_back(),
            _ => Some(Step::Failed(HandshakeError::Version { offered: offered.join(", ") })),
        }
    }

    fn discover_refused(&mut self, error: RpcError) -> Option<Step> {
        match error.code {
            code::UNSUPPORTED_VERSION => self.version_refused(&error),
            code::HEADER_MISMATCH | code::MISSING_CAPABILITY => {
                Some(refused(method::DISCOVER, error))
            }
            _ if self.choice == EraChoice::Modern => Some(refused(method::DISCOVER, error)),
            _ => self.fall_back(),
        }
    }

    /// The server is modern and wants another revision. It is asked once more, also when it names the
    /// revision that was just tried; only a list of nothing but legacy revisions leads to `initialize`.
    fn version_refused(&mut self, error: &RpcError) -> Option<Step> {
        let supported = error.data.as_ref().and_then(|data| data.get("supported"));
        let offered: Vec<&str> = supported
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        match common(offered.iter().copied()) {
            Some(version) if version.era() == Era::Modern => {
                if self.state != (State::Discovering { again: false }) {
                    return Some(refused(method::DISCOVER, error.clone()));
                }
                self.state = State::Discovering { again: true };
                Some(self.ask_discover(version))
            }
            Some(_) if self.choice == EraChoice::Auto => self.fall_back(),
            _ => Some(Step::Failed(HandshakeError::Version { offered: offered.join(", ") })),
        }
    }

    fn silent(&mut self) -> Option<Step> {
        if self.choice == EraChoice::Auto && matches!(self.state, State::Discovering { .. }) {
            self.state = State::AskingBoth;
            return Some(self.ask_initialize());
        }
        None
    }

    /// `initialize` follows a refused probe; when both are out already, its answer is awaited.
    fn fall_back(&mut self) -> Option<Step> {
        match self.state {
            State::AskingBoth => {
                self.state = State::Initializing;
                None
            }
            _ => Some(self.initialize()),
        }
    }

    /// Some old servers end on any message before `initialize`; a fresh one is then asked that first.
    fn ended(&mut self) -> Step {
        match self.state {
            State::Discovering { .. } | State::AskingBoth if self.choice == EraChoice::Auto => {
                self.state = State::Restarting;
                Step::Restart
            }
            _ => Step::Failed(HandshakeError::Ended),
        }
    }

    fn initialize(&mut self) -> Step {
        self.state = State::Initializing;
        self.ask_initialize()
    }

    fn ask_initialize(&self) -> Step {
        let version = ProtocolVersion::LATEST_LEGACY;
        let mut params = InitializeParams::new(version, self.client.implementation.clone());
        if let Value::Object(declared) = self.client.capabilities.to_value(version) {
            params.capabilities = declared;
        }
        Step::Ask { method: method::INITIALIZE, params: to_value(&params), version: None }
    }

    fn ask_discover(&self, version: ProtocolVersion) -> Step {
        let meta = to_value(&modern_meta(version, &self.client));
        let params = json!({ "_meta": meta });
        Step::Ask { method: method::DISCOVER, params, version: Some(version) }
    }
}

fn modern_meta(version: ProtocolVersion, client: &ClientDescription) -> RequestMeta {
    RequestMeta {
        protocol_version: Some(version.as_str().to_owned()),
        client_capabilities: Some(client.capabilities.to_value(version)),
        client_info: Some(to_value(&client.implementation)),
        ..RequestMeta::default()
    }
}

fn initialized(result: &[u8]) -> Step {
    let found = match serde_json::from_slice::<InitializeResult>(result) {
        Ok(found) => found,
        Err(error) => return malformed(method::INITIALIZE, &error),
    };
    match found.protocol_version.parse::<ProtocolVersion>() {
        Ok(version) if version.era() == Era::Legacy => {
            let server = found.into_server_info();
            Step::Agreed(Box::new(Agreement { version, server }))
        }
        _ => Step::Failed(HandshakeError::Version { offered: found.protocol_version }),
    }
}

/// The newest revision that both ends know.
fn common<'a>(offered: impl Iterator<Item = &'a str>) -> Option<ProtocolVersion> {
    offered.filter_map(|date| date.parse().ok()).max()
}

fn refused(method: &'static str, error: RpcError) -> Step {
    Step::Failed(HandshakeError::Refused { method, error })
}

fn malformed(method: &'static str, error: &serde_json::Error) -> Step {
    Step::Failed(HandshakeError::Malformed { method, message: error.to_string() })
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("texts and JSON objects always encode")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> ClientDescription {
        let implementation = Implementation::new("test", "1");
        ClientDescription { implementation, capabilities: ClientCapabilities::default() }
    }

    fn discover(result: &Value) -> HandshakeEvent {
        HandshakeEvent::Result { method: method::DISCOVER, result: result.to_string().into() }
    }

    fn initialize(version: &str) -> HandshakeEvent {
        let result = json!({
            "protocolVersion": version, "capabilities": {}, "serverInfo": { "name": "s", "version": "1" },
        });
        HandshakeEvent::Result { method: method::INITIALIZE, result: result.to_string().into() }
    }

    fn no(code: i64) -> HandshakeEvent {
        HandshakeEvent::Refused { method: method::DISCOVER, error: RpcError::new(code, "no") }
    }

    fn unsupported(versions: &[&str]) -> HandshakeEvent {
        let error = RpcError::new(-32022, "no").with_data(json!({ "supported": versions }));
        HandshakeEvent::Refused { method: method::DISCOVER, error }
    }

    fn unserved(method: &'static str) -> HandshakeEvent {
        HandshakeEvent::Unserved { method, message: "HTTP status 404".to_owned() }
    }

    /// Plays a conversation and writes down what the client does, one word a step.
    fn play(choice: EraChoice, events: impl IntoIterator<Item = HandshakeEvent>) -> String {
        let (mut handshake, first) = Handshake::start(choice, client());
        let mut steps = vec![word(Some(first))];
        steps.extend(events.into_iter().map(|event| word(handshake.accept(event))));
        steps.join(" ")
    }

    fn word(step: Option<Step>) -> String {
        match step {
            None => "-".to_owned(),
            Some(Step::Ask { method, params, version }) => {
                let named = params.pointer("/_meta/io.modelcontextprotocol~1protocolVersion");
                assert_eq!(named.and_then(Value::as_str), version.map(ProtocolVersion::as_str));
                version.map_or_else(|| method.to_owned(), |version| format!("{method}({version})"))
            }
            Some(Step::Restart) => "restart".to_owned(),
            Some(Step::Agreed(agreement)) => format!("agreed({})", agreement.version),
            Some(Step::Failed(error)) => format!("failed({error})"),
        }
    }

    #[test]
    fn the_era_is_found_as_the_specification_says() {
        use EraChoice::{Auto, Legacy, Modern};
        let modern =
            || discover(&json!({ "supportedVersions": ["2026-07-28"], "capabilities": {} }));
        let cases = [
            play(Auto, [modern()]),
            play(Auto, [no(-32601), initialize("2025-11-25")]),
            play(Auto, [no(-32602), initialize("2024-11-05")]),
            play(Auto, [unsupported(&["2026-07-28"]), modern()]),
            play(Auto, [unsupported(&["2026-07-28"]), unsupported(&["2026-07-28"])]),
            play(Auto, [unsupported(&["2025-06-18"]), initialize("2025-06-18")]),
            play(Auto, [unsupported(&["2030-01-01"])]),
            play(Auto, [HandshakeEvent::Silence, modern()]),
            play(Auto, [HandshakeEvent::Silence, no(-32601), initialize("2025-03-26")]),
            play(Auto, [HandshakeEvent::Silence, initialize("2025-03-26")]),
            play(
                Auto,
                [HandshakeEvent::Ended, HandshakeEvent::Restarted, initialize("2025-03-26")],
            ),
            play(Auto, [HandshakeEvent::Ended, HandshakeEvent::Restarted, HandshakeEvent::Ended]),
            play(Auto, [no(-32021)]),
            play(Auto, [discover(&json!({ "tools": [] })), initialize("2025-11-25")]),
            play(Auto, [no(-32601), initialize("1999-01-01")]),
            play(Auto, [unserved(method::DISCOVER), initialize("2025-11-25")]),
            play(Auto, [unserved(method::DISCOVER), unserved(method::INITIALIZE)]),
            play(Modern, [unserved(method::DISCOVER)]),
            play(Modern, [no(-32601)]),
            play(Modern, [HandshakeEvent::Silence, HandshakeEvent::Ended]),
            play(Legacy, [initialize("2025-11-25")]),
            play(Legacy, [HandshakeEvent::Ended]),
        ];

        insta::assert_snapshot!(cases.join("\n"), @r"
        server/discover(2026-07-28) agreed(2026-07-28)
        server/discover(2026-07-28) initialize agreed(2025-11-25)
        server/discover(2026-07-28) initialize agreed(2024-11-05)
        server/discover(2026-07-28) server/discover(2026-07-28) agreed(2026-07-28)
        server/discover(2026-07-28) server/discover(2026-07-28) failed(the server refused `server/discover`: no (code -32022))
        server/discover(2026-07-28) initialize agreed(2025-06-18)
        server/discover(2026-07-28) failed(no common protocol revision: the server offers 2030-01-01)
        server/discover(2026-07-28) initialize agreed(2026-07-28)
        server/discover(2026-07-28) initialize - agreed(2025-03-26)
        server/discover(2026-07-28) initialize agreed(2025-03-26)
        server/discover(2026-07-28) restart initialize agreed(2025-03-26)
        server/discover(2026-07-28) restart initialize failed(the server ended during the handshake)
        server/discover(2026-07-28) failed(the server refused `server/discover`: no (code -32021))
        server/discover(2026-07-28) initialize agreed(2025-11-25)
        server/discover(2026-07-28) initialize failed(no common protocol revision: the server offers 1999-01-01)
        server/discover(2026-07-28) initialize agreed(2025-11-25)
        server/discover(2026-07-28) initialize failed(no MCP server answers `initialize` there: HTTP status 404)
        server/discover(2026-07-28) failed(no MCP server answers `server/discover` there: HTTP status 404)
        server/discover(2026-07-28) failed(the server refused `server/discover`: no (code -32601))
        server/discover(2026-07-28) - failed(the server ended during the handshake)
        initialize agreed(2025-11-25)
        initialize failed(the server ended during the handshake)
        ");
    }

    #[test]
    fn modern_requests_name_their_revision_and_capabilities() {
        let (mut handshake, _) = Handshake::start(EraChoice::Auto, client());
        let found = discover(&json!({ "supportedVersions": ["2026-07-28"] }));

        let Some(Step::Agreed(agreement)) = handshake.accept(found) else { panic!() };

        let meta = serde_json::to_string(&agreement.request_meta(&client())).unwrap();
        insta::assert_snapshot!(meta, @r#"{"io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#);
    }
}
