//! A request on its way: it is sent, then its answer is waited for.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;
use std::task::{Poll, Waker};

use bytes::Bytes;
use mcp_core::jsonrpc::RequestId;
use mcp_core::{MessageFacts, Outgoing, SendError};
use tokio::time::sleep_until;

use crate::deadline::CallDeadline;
use crate::driver::Link;
use crate::error::Failure;
use crate::raw_result::RawResult;
use crate::request_head::RequestHead;
use crate::waiting::{Answer, ProgressHandler, Unanswered};

/// A request that is registered and encoded. Dropping it ends the wait, and tells the server so if it may
/// be running.
pub(crate) struct PendingRequest<'a> {
    link: Arc<Link>,
    id: i64,
    head: RequestHead<'a>,
    /// Empty once it is sent.
    pub(crate) frame: Bytes,
    pub(crate) on_progress: Option<&'a ProgressHandler>,
    is_cancellable: bool,
}

impl<'a> PendingRequest<'a> {
    pub(crate) fn new(link: Arc<Link>, id: i64, head: RequestHead<'a>) -> Self {
        Self { link, id, head, frame: Bytes::new(), on_progress: None, is_cancellable: false }
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    pub(crate) fn method(&self) -> &'static str {
        self.head.method
    }

    /// Sends it and waits for the answer.
    pub(crate) async fn run(&mut self, deadline: &CallDeadline) -> Result<RawResult<'a>, Failure> {
        let subject = self.head.subject;
        self.send().await.map_err(|error| Failure::not_delivered(subject, error))?;
        match self.answer(deadline).await {
            Ok(result) => Ok(RawResult::new(subject, result)),
            Err(unanswered) => Err(unanswered.into_failure(subject)),
        }
    }

    /// Sends its frame.
    pub(crate) async fn send(&mut self) -> Result<(), SendError> {
        if let Some(ended) = self.link.ended() {
            return Err(SendError::not_sent(ended));
        }
        let frame = mem::take(&mut self.frame);
        tracing::trace!(frame = %String::from_utf8_lossy(&frame), "sent");
        // From here on the frame may leave, whenever this future is dropped.
        self.is_cancellable = true;
        let id = RequestId::Number(self.id);
        let RequestHead { method, name, version, param_headers, .. } = self.head;
        let mut facts = MessageFacts::request(&id, method).with_version(version).with_name(name);
        facts.param_headers = param_headers;
        let sent = self.link.transport().send(Outgoing::new(frame, &facts)).await;
        self.is_cancellable = sent.is_ok();
        sent
    }

    /// A request that must not be cancelled on the wire: as `initialize`, or because it is over.
    pub(crate) fn never_cancel(&mut self) {
        self.is_cancellable = false;
    }

    /// Waits for the answer. Progress starts the limit for silence anew.
    async fn answer(&mut self, deadline: &CallDeadline) -> Answer {
        let mut limit = deadline.first_limit();
        loop {
            tokio::select! {
                biased;
                answer = poll_fn(|context| self.poll_answer(context.waker())) => {
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

    /// One look at the answer; wakes `waker` when there is more to see. The caller's code runs without the
    /// lock.
    pub(crate) fn poll_answer(&self, waker: &Waker) -> Poll<Answer> {
        let looked = self
            .link
            .look(self.id, |waiting, ended| (waiting.take_progress(), waiting.poll(ended, waker)));
        let Some((heard, polled)) = looked else { return Poll::Pending };
        if let (Some(on_progress), Some(heard)) = (self.on_progress, heard) {
            heard.iter().for_each(on_progress);
        }
        polled
    }

    fn has_progressed(&self) -> bool {
        let looked = self.link.look(self.id, |waiting, _| waiting.take_has_progressed());
        looked.unwrap_or_default()
    }
}

impl fmt::Debug for PendingRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingRequest").field(&self.id).finish()
    }
}

impl Drop for PendingRequest<'_> {
    fn drop(&mut self) {
        self.link.finish(self.id, self.is_cancellable);
    }
}
