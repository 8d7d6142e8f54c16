//! A request on its way: the wait for its answer, and what ends that wait.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use mcp_core::protocol::Progress;
use mcp_core::session::{AnswerError, ClientSession};
use mcp_core::{SendError, TransportError};
use tokio::time::sleep_until;

use crate::deadline::CallDeadline;
use crate::driver::Link;

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

    fn take_progress(&mut self) -> Option<VecDeque<Progress>> {
        self.heard.as_mut().map(mem::take)
    }
}

/// A registered request. Dropping it ends the wait, and tells the server so if it may be at work.
pub(crate) struct PendingRequest {
    link: Arc<Link>,
    id: i64,
    is_cancellable: bool,
}

impl PendingRequest {
    pub(crate) fn new(link: Arc<Link>, id: i64) -> Self {
        Self { link, id, is_cancellable: false }
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Sends the frame of this request.
    pub(crate) async fn send(
        &mut self,
        frame: Bytes,
        param_headers: Option<Vec<(String, String)>>,
    ) -> Result<(), SendError> {
        if let Some(ended) = self.link.ended() {
            return Err(SendError::not_sent(ended));
        }
        tracing::trace!(frame = %String::from_utf8_lossy(&frame), "sent");
        // From here on the frame may leave, whenever this future is dropped.
        self.is_cancellable = true;
        let transport = self.link.transport();
        let sent = match param_headers {
            None => transport.send(frame).await,
            Some(headers) => transport.send_mirrored(frame, headers).await,
        };
        self.is_cancellable = sent.is_ok();
        sent
    }

    /// A request that must not be cancelled on the wire: as `initialize`, or because it is over.
    pub(crate) fn never_cancel(&mut self) {
        self.is_cancellable = false;
    }

    /// Waits for the answer. Progress starts the idle limit anew.
    pub(crate) async fn answer(
        &mut self,
        deadline: CallDeadline,
        on_progress: Option<&ProgressHandler>,
    ) -> Answer {
        let mut limit = deadline.first_limit();
        loop {
            tokio::select! {
                biased;
                answer = poll_fn(|context| self.poll_hearing(context.waker(), on_progress)) => {
                    self.is_cancellable = false;
                    return answer;
                }
                () = sleep_until(limit) => {}
            }
            if limit >= deadline.end() || !self.has_progressed() {
                return Err(Unanswered::Deadline(deadline.allowed_until(limit)));
            }
            limit = deadline.next_limit();
        }
    }

    /// One look at the answer; wakes `waker` when there is more to see.
    pub(crate) fn poll_answer(&self, waker: &Waker) -> Poll<Answer> {
        self.poll_hearing(waker, None)
    }

    /// The caller's code runs without the lock.
    fn poll_hearing(&self, waker: &Waker, on_progress: Option<&ProgressHandler>) -> Poll<Answer> {
        let looked = self
            .link
            .look(self.id, |waiting, ended| (waiting.take_progress(), waiting.poll(ended, waker)));
        let Some((heard, polled)) = looked else { return Poll::Pending };
        if let (Some(on_progress), Some(heard)) = (on_progress, heard) {
            heard.iter().for_each(on_progress);
        }
        polled
    }

    fn has_progressed(&self) -> bool {
        let looked = self.link.look(self.id, |waiting, _| mem::take(&mut waiting.has_progressed));
        looked.unwrap_or_default()
    }
}

impl fmt::Debug for PendingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingRequest").field(&self.id).finish()
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        let notice = self
            .is_cancellable
            .then(|| ClientSession::<Waiting>::cancellation(self.id, "no longer wanted"));
        self.link.finish(self.id, notice);
    }
}
