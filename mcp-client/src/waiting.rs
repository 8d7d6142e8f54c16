//! A request that waits for its answer, as the reader of its connection sees it.

use std::collections::VecDeque;
use std::mem;
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use mcp_core::protocol::Progress;
use mcp_core::session::AnswerError;
use mcp_core::{Delivery, SendError, TransportError};

use crate::error::{ConnectionErrorKind, Failure, RpcFailure};

/// Reports of progress that wait for a caller who is busy; the oldest go first.
const PROGRESS_MAX: usize = 16;

/// How the wait for an answer ended.
pub(crate) type Answer = Result<Bytes, Unanswered>;

/// Hears how far a request has come.
pub(crate) type ProgressHandler = dyn Fn(&Progress) + Send + Sync;

/// A wait without a result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Unanswered {
    /// The server answered something else than a result.
    Answered(AnswerError),
    /// The time was up.
    Deadline(Duration),
    /// The connection ended.
    Ended(TransportError),
    /// The exchange of this request failed, while the connection goes on.
    Undelivered(SendError),
}

/// A caller that waits.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    waker: Option<Waker>,
    outcome: Option<Answer>,
    /// Set by progress, taken by the caller when its idle limit is reached.
    has_progressed: bool,
    /// What was reported since the caller last looked, for callers that look.
    heard: Option<VecDeque<Progress>>,
}

impl Waiting {
    /// A caller that wants to hear of progress, or not.
    pub(crate) fn new(hears_progress: bool) -> Self {
        Self { heard: hears_progress.then(VecDeque::new), ..Self::default() }
    }

    /// Takes the answer, unless there is one already.
    pub(crate) fn answer(&mut self, outcome: Answer) -> Result<Option<Waker>, Answer> {
        if self.outcome.is_some() {
            return Err(outcome);
        }
        self.outcome = Some(outcome);
        Ok(self.waker.take())
    }

    /// Takes a report; one that comes after the answer says nothing more.
    pub(crate) fn progress(&mut self, progress: Progress) -> Option<Waker> {
        if self.outcome.is_some() {
            return None;
        }
        self.has_progressed = true;
        let heard = self.heard.as_mut()?;
        if heard.len() >= PROGRESS_MAX {
            heard.pop_front();
        }
        heard.push_back(progress);
        self.waker.take()
    }

    pub(crate) fn take_waker(&mut self) -> Option<Waker> {
        self.waker.take()
    }

    /// One look at the answer; wakes `waker` when there is more to see.
    pub(crate) fn poll(&mut self, ended: Option<&TransportError>, waker: &Waker) -> Poll<Answer> {
        if let Some(outcome) = self.outcome.take() {
            return Poll::Ready(outcome);
        }
        if let Some(ended) = ended {
            return Poll::Ready(Err(Unanswered::Ended(ended.clone())));
        }
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        Poll::Pending
    }

    /// What was reported since the last look.
    pub(crate) fn take_progress(&mut self) -> Option<VecDeque<Progress>> {
        self.heard.as_mut().map(mem::take)
    }

    /// Whether anything was reported since this was asked last.
    pub(crate) fn take_has_progressed(&mut self) -> bool {
        mem::take(&mut self.has_progressed)
    }
}

impl Unanswered {
    /// The failure of the request that `subject` names.
    pub(crate) fn into_failure(self, subject: &str) -> Failure {
        let fail = |kind| Failure::new(subject, kind, Delivery::Unknown);
        match self {
            Self::Answered(AnswerError::Refused(error)) => {
                Failure::Rpc(RpcFailure::new(subject, error))
            }
            Self::Answered(AnswerError::Broken(kind)) => fail(kind.into()),
            Self::Deadline(after) => fail(ConnectionErrorKind::Deadline { after }),
            Self::Ended(end) => fail(end.into()),
            Self::Undelivered(error) => {
                Failure::new(subject, ConnectionErrorKind::Exchange(error.cause), error.delivery)
            }
        }
    }
}
