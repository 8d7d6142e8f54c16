//! The requests of a legacy server, each answered in a task of its own, so that no handler keeps the
//! reader from reading.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mcp_core::jsonrpc::{RequestId, RpcError, code, encode};
use mcp_core::protocol::Cancelled;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::timeout;

use crate::handler::{self, ClientHandler};

/// ServerRequests of one server that are worked on at the same time: enough for every person and model, too
/// few to hurt.
const OPEN_MAX: usize = 8;

/// The server_requests that are being answered. Dropping it ends them all.
#[derive(Debug)]
pub(crate) struct ServerRequests {
    /// How long an answer may take.
    limit: Duration,
    tasks: JoinSet<Bytes>,
    /// Those that the server still wants to be answered.
    open: Vec<(Id, RequestId, AbortHandle)>,
}

/// A question as it came.
#[derive(Debug)]
pub(crate) struct ServerRequest {
    pub(crate) id: RequestId,
    pub(crate) method: String,
    pub(crate) params: Bytes,
}

impl ServerRequests {
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, tasks: JoinSet::new(), open: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Lets the handler answer a request. Too many at a time are refused with the frame that is returned; a
    /// second one under the same id is dropped, because its answer would look like the first one's.
    pub(crate) fn ask(
        &mut self,
        handler: &Arc<dyn ClientHandler>,
        question: ServerRequest,
    ) -> Result<(), Option<Bytes>> {
        if self.open.iter().any(|(_, id, _)| *id == question.id) {
            return Err(None);
        }
        if self.tasks.len() >= OPEN_MAX {
            let message = format!("more than {OPEN_MAX} requests to this client at a time");
            let error = RpcError::new(code::INTERNAL_ERROR, message);
            return Err(Some(encode::error(Some(&question.id), &error)));
        }
        let (id, handler, limit) = (question.id.clone(), Arc::clone(handler), self.limit);
        let task = self.tasks.spawn(async move { question.answer(&*handler, limit).await });
        self.open.push((task.id(), id, task));
        Ok(())
    }

    /// The server lost interest: `params` are those of its notification.
    pub(crate) fn cancel(&mut self, params: &[u8]) {
        let Ok(cancelled) = serde_json::from_slice::<Cancelled>(params) else { return };
        self.open.retain(|(_, id, task)| {
            let is_meant = *id == cancelled.request_id;
            if is_meant {
                task.abort();
            }
            !is_meant
        });
    }

    /// The next answer to send. Waits for ever while nothing is asked.
    ///
    /// Cancel safe.
    pub(crate) async fn next(&mut self) -> Bytes {
        loop {
            let ended = match self.tasks.join_next_with_id().await {
                None => std::future::pending().await,
                Some(Ok((task, frame))) => self.close(task).map(|_| frame),
                Some(Err(error)) => self.failed(&error),
            };
            if let Some(frame) = ended {
                return frame;
            }
        }
    }

    /// A handler that panics has answered, too: the server must not wait for it.
    fn failed(&mut self, error: &JoinError) -> Option<Bytes> {
        let id = self.close(error.id())?;
        let error = RpcError::new(code::INTERNAL_ERROR, "this client failed to answer");
        Some(encode::error(Some(&id), &error))
    }

    fn close(&mut self, task: Id) -> Option<RequestId> {
        let index = self.open.iter().position(|(known, ..)| *known == task)?;
        Some(self.open.swap_remove(index).1)
    }
}

impl ServerRequest {
    async fn answer(self, handler: &dyn ClientHandler, limit: Duration) -> Bytes {
        let answer = timeout(limit, handler::answer(handler, &self.method, &self.params)).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(RpcError::new(code::INTERNAL_ERROR, format!("no answer within {limit:?}")))
        });
        match answer {
            Ok(result) => encode::result(&self.id, &result).expect("raw JSON encodes"),
            Err(error) => encode::error(Some(&self.id), &error),
        }
    }
}
