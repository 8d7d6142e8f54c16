//! The client's end of a conversation, after the handshake.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::in_flight::{InFlight, TooMany};
use crate::jsonrpc::{Envelope, RequestId, RpcError, ScanError, ScanErrorKind, code, encode, scan};
use crate::protocol::{Cancelled, ClientCapabilities, Progress, method};

/// Whom an incoming frame concerns, and what it says.
#[derive(Debug)]
pub enum Inbound<'a, T> {
    /// An answer: `waiting` stood behind its id and stays there until the driver removes it.
    Answer {
        /// Who waits.
        waiting: &'a mut T,
        /// What came.
        outcome: Outcome,
    },
    /// The peer asked something that this session answers itself.
    Reply(Bytes),
    /// A request reports how far it has come.
    Progress {
        /// Who waits.
        waiting: &'a mut T,
        /// How far.
        progress: Progress,
    },
    /// The peer asks what this client declared that it answers (legacy era).
    Asked {
        /// What the answer must carry.
        id: RequestId,
        /// What is asked.
        method: String,
        /// The parameters as JSON; `{}` when there were none.
        params: Bytes,
    },
    /// The peer has something to tell.
    Notified {
        /// What it is about.
        method: String,
        /// The parameters as JSON; `{}` when there were none.
        params: Bytes,
    },
    /// Nothing to do; the session has counted it.
    Nothing,
}

/// How a request was answered.
pub type Outcome = Result<Bytes, AnswerError>;

/// An answer that is not a result.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerError {
    /// The peer refused, or failed.
    Refused(RpcError),
    /// The answer breaks the protocol.
    Broken(ScanErrorKind),
}

/// The parameters as a part of the frame that outlives its envelope.
fn owned(frame: &Bytes, params: Option<&[u8]>) -> Bytes {
    params.map_or(Bytes::from_static(b"{}"), |params| frame.slice_ref(params))
}

impl AnswerError {
    /// What the error member of an answer says.
    pub(super) fn from_json(error: &[u8]) -> Self {
        match serde_json::from_slice(error) {
            Ok(error) => Self::Refused(error),
            // An error object of another shape is still an error, if it is JSON at all.
            Err(_) if serde_json::from_slice::<IgnoredAny>(error).is_ok() => {
                let text = String::from_utf8_lossy(error).into_owned();
                Self::Refused(RpcError::new(code::INTERNAL_ERROR, text))
            }
            Err(_) => Self::Broken(ScanErrorKind::Syntax),
        }
    }
}

/// Frames that led nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Answers without a waiting request: late, sent twice, or to a request never sent.
    pub late: u64,
    /// Frames that are no message.
    pub noise: u64,
    /// Requests of the peer that were turned down.
    pub refused: u64,
}

/// Which calls wait, and what to do with what arrives.
///
/// `T` is what the driver keeps for a waiting call: a waker, a place for the answer.
#[derive(Debug)]
pub struct ClientSession<T> {
    waiting: InFlight<T>,
    counters: Counters,
    offered: ClientCapabilities,
}

impl<T> ClientSession<T> {
    /// A session whose request ids depend on `key`: random bits.
    #[must_use]
    pub fn new(key: u64) -> Self {
        let (counters, offered) = (Counters::default(), ClientCapabilities::default());
        Self { waiting: InFlight::new(key), counters, offered }
    }

    /// From now on the peer may ask for what is declared here. Only in the legacy era: a modern server
    /// asks through its results.
    pub fn offer(&mut self, declared: ClientCapabilities) {
        self.offered = declared;
    }

    /// Registers a request. Its id goes into the frame, and into `progressToken` if progress is wanted.
    ///
    /// # Errors
    ///
    /// When too many requests wait already.
    pub fn start(&mut self, waiting: T) -> Result<i64, TooMany> {
        self.waiting.insert(waiting)
    }

    /// What waits behind `id`.
    pub fn waiting(&mut self, id: i64) -> Option<&mut T> {
        self.waiting.get_mut(id)
    }

    /// Ends the wait of a request, however it ended. A later answer to it is dropped and counted.
    pub fn finish(&mut self, id: i64) -> Option<T> {
        self.waiting.remove(id)
    }

    /// All waiting requests; for the end of the connection.
    pub fn all_waiting(&mut self) -> impl Iterator<Item = &mut T> {
        self.waiting.iter_mut()
    }

    /// How many requests wait.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.waiting.len()
    }

    /// What led nowhere so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Counts an answer that came for a call which has one already.
    pub fn count_late(&mut self) {
        self.counters.late += 1;
    }

    /// Takes one frame from the peer.
    pub fn accept(&mut self, frame: &Bytes) -> Inbound<'_, T> {
        match scan(frame) {
            Ok(Envelope::Result { id, result }) => self.answer(&id, Ok(frame.slice_ref(result))),
            Ok(Envelope::Error { id: Some(id), error }) => {
                self.answer(&id, Err(AnswerError::from_json(error)))
            }
            Ok(Envelope::Error { id: None, .. }) => self.noise(),
            Ok(Envelope::Notification { method, params }) => {
                self.notified(method, owned(frame, params))
            }
            Ok(Envelope::Request { id, method, params }) => {
                self.asked(id, method, owned(frame, params))
            }
            Err(ScanError { kind, id: Some(id), has_method: false }) => {
                self.answer(&id, Err(AnswerError::Broken(kind)))
            }
            Err(_) => self.noise(),
        }
    }

    fn answer(&mut self, id: &RequestId, outcome: Outcome) -> Inbound<'_, T> {
        match self.waiting.find(id) {
            Some((_, waiting)) => Inbound::Answer { waiting, outcome },
            None => {
                self.counters.late += 1;
                Inbound::Nothing
            }
        }
    }

    fn noise(&mut self) -> Inbound<'_, T> {
        self.counters.noise += 1;
        Inbound::Nothing
    }

    fn notified(&mut self, name: Cow<'_, str>, params: Bytes) -> Inbound<'_, T> {
        if name != method::PROGRESS {
            return Inbound::Notified { method: name.into_owned(), params };
        }
        let Ok(progress) = serde_json::from_slice::<Progress>(&params) else { return self.noise() };
        let id = progress.progress_token.as_i64();
        match id.and_then(|id| self.waiting.get_mut(id)) {
            Some(waiting) => Inbound::Progress { waiting, progress },
            None => Inbound::Nothing,
        }
    }

    /// A server may always ask whether we live; anything else must have been offered to it.
    fn asked(&mut self, id: RequestId, name: Cow<'_, str>, params: Bytes) -> Inbound<'_, T> {
        if name == method::PING {
            let empty = Value::Object(serde_json::Map::new());
            return Inbound::Reply(encode::result(&id, &empty).expect("an empty object encodes"));
        }
        let read = serde_json::from_slice::<Box<RawValue>>(&params);
        if read.is_ok_and(|params| self.offered.allows(&name, &params)) {
            return Inbound::Asked { id, method: name.into_owned(), params };
        }
        self.counters.refused += 1;
        let error = RpcError::new(code::METHOD_NOT_FOUND, "this client does not offer that");
        Inbound::Reply(encode::error(Some(&id), &error))
    }

    /// The notice that a request is no longer wanted (specification, "Cancellation").
    #[must_use]
    pub fn cancellation(id: i64, reason: &str) -> Bytes {
        let params =
            Cancelled { request_id: RequestId::Number(id), reason: Some(reason.to_owned()) };
        encode::notification(method::CANCELLED, &params).expect("a number and a text encode")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn result(id: i64) -> Bytes {
        encode::result(&id.into(), &serde_json::json!({})).unwrap()
    }

    #[test]
    fn late_answer_is_counted_and_dropped() {
        let mut session = ClientSession::new(5);
        let id = session.start(()).unwrap();
        session.finish(id);

        assert!(matches!(session.accept(&result(id)), Inbound::Nothing));
        assert_eq!(session.counters().late, 1);
    }

    #[test]
    fn a_broken_answer_fails_its_own_call() {
        let mut session = ClientSession::new(5);
        let id = session.start("mine").unwrap();
        session.start("other").unwrap();

        let frame = Bytes::from(format!(r#"{{"id":{id},"result":{{}},"error":{{}}}}"#));

        let Inbound::Answer { waiting, outcome } = session.accept(&frame) else { panic!() };
        assert_eq!(*waiting, "mine");
        assert_eq!(outcome, Err(AnswerError::Broken(ScanErrorKind::Ambiguous)));
    }

    #[test]
    fn ping_is_answered_and_anything_else_refused() {
        let mut session = ClientSession::<()>::new(5);
        let ask =
            |method: &str| encode::request(&"q".into(), method, &serde_json::json!({})).unwrap();

        let Inbound::Reply(pong) = session.accept(&ask("ping")) else { panic!() };
        let Inbound::Reply(no) = session.accept(&ask("sampling/createMessage")) else { panic!() };

        assert_eq!(&pong[..], br#"{"jsonrpc":"2.0","id":"q","result":{}}"#);
        assert!(String::from_utf8_lossy(&no).contains("-32601"));
        assert_eq!(session.counters().refused, 1);
    }

    #[test]
    fn progress_reaches_the_call_that_asked_for_it() {
        let mut session = ClientSession::new(5);
        let id = session.start(7).unwrap();
        let params = serde_json::json!({ "progressToken": id, "progress": 0.5 });

        let frame = encode::notification(method::PROGRESS, &params).unwrap();

        let Inbound::Progress { waiting, progress } = session.accept(&frame) else { panic!() };
        assert_eq!((*waiting, progress.progress), (7, 0.5));
    }

    #[derive(Debug, Clone)]
    enum Input {
        Start,
        Answer(usize),
        Finish(usize),
        Noise(Vec<u8>),
    }

    fn input() -> impl Strategy<Value = Input> {
        prop_oneof![
            Just(Input::Start),
            (0..20_usize).prop_map(Input::Answer),
            (0..20_usize).prop_map(Input::Finish),
            proptest::collection::vec(any::<u8>(), 0..30).prop_map(Input::Noise),
        ]
    }

    proptest! {
        /// Whatever order answers, ends and noise come in: a waiting call is answered, an ended one is not.
        #[test]
        fn each_request_is_completed_at_most_once(inputs in proptest::collection::vec(input(), 0..80), key in any::<u64>()) {
            let mut session = ClientSession::new(key);
            let mut open = BTreeMap::new();
            let mut ids = Vec::new();
            for input in inputs {
                match input {
                    Input::Start => {
                        let id = session.start(ids.len()).unwrap();
                        open.insert(id, ids.len());
                        ids.push(id);
                    }
                    Input::Answer(index) => {
                        let Some(id) = ids.get(index) else { continue };
                        let met = match session.accept(&result(*id)) {
                            Inbound::Answer { waiting, outcome } => {
                                prop_assert!(outcome.is_ok());
                                Some(*waiting)
                            }
                            _ => None,
                        };
                        prop_assert_eq!(met, open.remove(id));
                        session.finish(*id);
                    }
                    Input::Finish(index) => {
                        let Some(id) = ids.get(index) else { continue };
                        prop_assert_eq!(session.finish(*id), open.remove(id));
                    }
                    Input::Noise(bytes) => {
                        session.accept(&Bytes::from(bytes));
                    }
                }
                prop_assert_eq!(session.in_flight(), open.len());
            }
        }
    }
}
