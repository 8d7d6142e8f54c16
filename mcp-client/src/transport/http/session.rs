//! The session of a legacy conversation: what later requests carry, and how to open it anew.

use http::{HeaderMap, HeaderValue};
use mcp_core::Lock;
use mcp_core::http::header;
use mcp_core::protocol::ProtocolVersion;

use super::outgoing::OutgoingRequest;
use super::tasks::TaskKey;

/// Longest session id that is taken; the specification has no limit, memory does.
const SESSION_ID_BYTES_MAX: usize = 1024;

/// What requests have in common. Modern ones have nothing.
#[derive(Debug, Default)]
pub(super) struct Session {
    state: Lock<State>,
    /// Held by the one who opens the session anew.
    pub(super) renewing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    version: Option<ProtocolVersion>,
    id: Option<HeaderValue>,
    /// Grows with every session.
    generation: u64,
    initialize: Option<OutgoingRequest>,
    stream: Option<TaskKey>,
}

/// The session as one request sees it.
#[derive(Debug)]
pub(super) struct Joined {
    pub(super) headers: HeaderMap,
    pub(super) generation: u64,
    pub(super) has_id: bool,
}

impl Session {
    /// The revision that the session speaks, once it is agreed on.
    pub(super) fn agreed(&self, version: ProtocolVersion) {
        self.state.lock().version = Some(version);
    }

    /// What the next request carries.
    pub(super) fn join(&self) -> Joined {
        let state = self.state.lock();
        let mut headers = HeaderMap::new();
        if let Some(version) = state.version {
            headers.insert(header::PROTOCOL_VERSION, HeaderValue::from_static(version.as_str()));
        }
        if let Some(id) = &state.id {
            headers.insert(header::SESSION_ID, id.clone());
        }
        Joined { headers, generation: state.generation, has_id: state.id.is_some() }
    }

    /// A server answered `initialize`, which is remembered for when the session is gone.
    pub(super) fn opened(&self, initialize: OutgoingRequest, id: Option<HeaderValue>) {
        let mut state = self.state.lock();
        state.generation += 1;
        state.initialize = Some(initialize);
        state.id = id;
    }

    /// What opened the session, unless another one was opened since `generation`.
    pub(super) fn initialize(&self, generation: u64) -> Option<OutgoingRequest> {
        let state = self.state.lock();
        if state.generation == generation { state.initialize.clone() } else { None }
    }

    /// Keeps which task reads the stream of the session; returns the one before.
    pub(super) fn replace_stream(&self, stream: Option<TaskKey>) -> Option<TaskKey> {
        std::mem::replace(&mut self.state.lock().stream, stream)
    }
}

/// The session id in the head of an answer.
///
/// # Errors
///
/// When it is not what a session id may be.
pub(super) fn id_in(headers: &HeaderMap) -> Result<Option<HeaderValue>, &'static str> {
    let Some(id) = headers.get(header::SESSION_ID) else { return Ok(None) };
    let is_visible = id.as_bytes().iter().all(u8::is_ascii_graphic);
    if is_visible && (1..=SESSION_ID_BYTES_MAX).contains(&id.len()) {
        let mut id = id.clone();
        // Whoever has it can speak for us.
        id.set_sensitive(true);
        return Ok(Some(id));
    }
    Err("the session id is not visible ASCII of 1 to 1024 characters")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use mcp_core::MessageFacts;
    use mcp_core::jsonrpc::RequestId;

    use super::*;

    #[test]
    fn session_id_is_visible_and_short_or_refused() {
        let read = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::SESSION_ID, HeaderValue::from_bytes(value).unwrap());
            id_in(&headers).map(|id| id.unwrap().as_bytes().to_vec())
        };

        assert_eq!(read(b"!a~"), Ok(b"!a~".to_vec()));
        assert_eq!(read(&[b'x'; 1024]), Ok(vec![b'x'; 1024]));
        assert!(read(&[b'x'; 1025]).is_err());
        assert!(read(b"a b").is_err());
        assert!(read(b"").is_err());
        assert!(read(b"gr\xc3\xbcn").is_err());
        assert_eq!(id_in(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn session_that_was_opened_meanwhile_is_not_opened_again() {
        let session = Session::default();
        let id = RequestId::Number(1);
        let facts = MessageFacts::request(&id, "initialize");
        let initialize = OutgoingRequest::new(Bytes::new(), id.clone(), &facts);
        session.opened(initialize.clone(), None);
        let joined = session.join();

        assert!(session.initialize(joined.generation).is_some());
        session.opened(initialize, None);
        assert!(session.initialize(joined.generation).is_none());
    }
}
