//! The way back to a client while its requests are running: notifications, and in the legacy era
//! questions.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::{Arc, MutexGuard};
use std::task::{Poll, Waker};

use bytes::Bytes;
use serde::Serialize;

use super::client_messages::ClientMessages;
use crate::Lock;
use crate::jsonrpc::{RequestId, RpcError, code, encode};
use crate::protocol::{Cancelled, InputRequest, LogLevel, method};
use crate::session::{AnswerError, InFlight, Outcome};

/// A client that asked something, seen from the server. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    conversation: Arc<Conversation>,
    messages: Arc<ClientMessages>,
}

/// What a server remembers of a legacy conversation. Modern requests carry all of it themselves.
#[derive(Debug)]
struct Conversation(Lock<Memory>);

#[derive(Debug)]
struct Memory {
    asked: InFlight<Asked>,
    log_level: Option<LogLevel>,
    resources: BTreeSet<String>,
}

/// A question to the client that waits for its answer.
#[derive(Debug, Default)]
struct Asked {
    waker: Option<Waker>,
    outcome: Option<Outcome>,
}

impl Default for Conversation {
    fn default() -> Self {
        // Each conversation has a table of its own, so its ids need not be secret.
        let asked = InFlight::new(0);
        Self(Lock::new(Memory { asked, log_level: None, resources: BTreeSet::new() }))
    }
}

impl Caller {
    /// The same client, reached through another stream: what is said goes there.
    #[cfg(feature = "http")]
    #[must_use]
    pub(crate) fn over(&self, messages: Arc<ClientMessages>) -> Self {
        Self { conversation: Arc::clone(&self.conversation), messages }
    }

    pub(crate) fn messages(&self) -> &Arc<ClientMessages> {
        &self.messages
    }

    /// Sends a notification. One that cannot be sent because the client does not read is lost.
    pub fn notify(&self, method: &str, params: &impl Serialize) {
        if let Ok(frame) = encode::notification(method, params) {
            self.messages.push(frame);
        }
    }

    /// Sends a frame as it is: for servers that answer after the request was given up. One that cannot be
    /// sent is lost.
    pub fn send(&self, frame: Bytes) {
        self.messages.push(frame);
    }

    /// Asks the client something and waits for its answer: legacy era only.
    ///
    /// # Errors
    ///
    /// What the client answered instead; an internal error when it does not read.
    ///
    /// # Cancel safety
    ///
    /// A dropped future withdraws the question.
    pub(crate) async fn ask(&self, question: &InputRequest) -> Result<Bytes, RpcError> {
        let failed = |message: &str| RpcError::new(code::INTERNAL_ERROR, message);
        let waiting = Question::begin(self).ok_or_else(|| failed("too many open questions"))?;
        let id = RequestId::Number(waiting.id);
        let frame = encode::request(&id, &question.method, &question.params)
            .map_err(|error| failed(&error.to_string()))?;
        if !self.messages.push(frame) {
            return Err(failed("the client does not read"));
        }
        match poll_fn(|context| waiting.poll(context.waker())).await {
            Ok(result) => Ok(result),
            Err(AnswerError::Refused(error)) => Err(error),
            Err(AnswerError::Broken(kind)) => Err(failed(&kind.to_string())),
        }
    }

    /// Takes the client's answer to a question; one without a waiting question is dropped.
    pub(crate) fn answered(&self, id: &RequestId, outcome: Outcome) {
        let mut memory = self.memory();
        let Some((_, asked)) = memory.asked.find(id) else { return };
        asked.outcome.get_or_insert(outcome);
        let waker = asked.waker.take();
        drop(memory);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// From which level on a legacy client wants to hear; `None` when it did not say.
    pub(crate) fn log_level(&self) -> Option<LogLevel> {
        self.memory().log_level
    }

    pub(crate) fn set_log_level(&self, level: LogLevel) {
        self.memory().log_level = Some(level);
    }

    /// Whether a legacy client wants to hear of changes of a resource.
    pub(crate) fn watches(&self, uri: &str) -> bool {
        self.memory().resources.contains(uri)
    }

    /// Notes a legacy client's wish to hear of changes of a resource; `false` at the cap.
    pub(crate) fn watch(&self, uri: &str, at_most: usize) -> bool {
        let mut memory = self.memory();
        if memory.resources.len() >= at_most && !memory.resources.contains(uri) {
            return false;
        }
        memory.resources.insert(uri.to_owned());
        true
    }

    pub(crate) fn unwatch(&self, uri: &str) {
        self.memory().resources.remove(uri);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.conversation.0.lock()
    }
}

/// An open question. Its drop withdraws it.
struct Question<'a> {
    caller: &'a Caller,
    id: i64,
}

impl<'a> Question<'a> {
    fn begin(caller: &'a Caller) -> Option<Self> {
        let id = caller.memory().asked.insert(Asked::default()).ok()?;
        Some(Self { caller, id })
    }

    fn poll(&self, waker: &Waker) -> Poll<Outcome> {
        let mut memory = self.caller.memory();
        let Some(asked) = memory.asked.get_mut(self.id) else { return Poll::Pending };
        match asked.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                asked.waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let asked = self.caller.memory().asked.remove(self.id);
        // An answer that was taken has woken its reader and left no waker behind.
        if asked.is_some_and(|asked| asked.waker.is_some()) {
            let request_id = RequestId::Number(self.id);
            let reason = Some("no longer wanted".to_owned());
            self.caller.notify(method::CANCELLED, &Cancelled { request_id, reason });
        }
    }
}
