//! The layer below [`Handler`](super::Handler): requests in, frames out.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;

use super::caller::Caller;
use super::changes::Changes;
use crate::protocol::{ProtocolVersion, ServerInfo, Tool};
use crate::session::Request;

/// Answers requests, in whatever way.
#[async_trait]
pub trait Service: Send + Sync + 'static {
    /// Who the server is and what it can do; asked once per connection.
    fn info(&self) -> ServerInfo;

    /// Answers one request of `caller`.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when the client cancels the request.
    async fn answer(&self, request: Request, caller: &Caller) -> Reply;

    /// Answers a request that opens the conversation, `initialize` or `server/discover`: with `answer`,
    /// which is the session's, unless a service has a reason to do otherwise.
    ///
    /// # Cancel safety
    ///
    /// As of [`answer`](Self::answer).
    async fn open(&self, _request: Request, answer: Bytes, _caller: &Caller) -> Reply {
        Reply::Answer(answer)
    }

    /// The revisions that the server speaks: all of them, unless it says otherwise.
    fn versions(&self) -> &[ProtocolVersion] {
        &ProtocolVersion::ALL
    }

    /// A tool by its name, for bindings that compare a call with its schema; `None` when it is unknown
    /// or the service does not say.
    async fn find_tool(&self, name: &str) -> Option<Tool> {
        let _ = name;
        None
    }

    /// Where the server announces what has changed; `None` when nothing ever does.
    fn changes(&self) -> Option<&Changes> {
        None
    }
}

const _: Option<&dyn Service> = None;

/// Lets a service answer whatever the session let through.
pub(super) fn answering<'a>(
    service: &'a dyn Service,
    mut request: Request,
    caller: &'a Caller,
) -> Pin<Box<dyn Future<Output = Reply> + Send + 'a>> {
    match request.take_opening() {
        Some(answer) => service.open(request, answer, caller),
        None => service.answer(request, caller),
    }
}

/// What goes back for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// One frame that answers the request.
    Answer(Bytes),
    /// The connection is closed, as by a crash.
    Close,
    /// These frames as they are, in order; the last one usually answers the request.
    Frames(Vec<Bytes>),
    /// Nothing, ever.
    Silence,
}
