//! Streamable HTTP, as spoken by clients of both eras.
//!
//! | part | is |
//! |---|---|
//! | `endpoint` | the server's address and how to reach it; opens transports |
//! | `shared` | what is done with a message: ask, post, cancel; the polite end |
//! | `exchange` | one request from its POST to its answer |
//! | `stream` | what a legacy server says unasked |
//! | `session` | what legacy requests have in common |
//! | `peer`, `body` | one HTTP request and its answer, within caps and deadlines |
//! | `answer`, `status`, `outgoing` | decisions without I/O |
//! | `incoming`, `tasks` | what exchanges leave behind for the reader; who works, and their end |
//!
//! Every request has an exchange of its own, in a task of its own, and fails by itself: the
//! connection as such ends only when it is closed. A modern request is cancelled by dropping its
//! exchange; a legacy server is told. Nothing is sent twice, except after a refusal that says that
//! nothing was carried out: other credentials are tried, and a session that is gone is opened anew.

mod answer;
mod body;
mod endpoint;
mod exchange;
mod incoming;
mod limits;
mod outgoing;
mod peer;
mod session;
mod shared;
mod status;
mod stream;
mod tasks;
pub(crate) mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use mcp_core::{Outgoing, Received, SendError, Transport, TransportError};

pub use endpoint::{EndpointError, HttpEndpoint};
pub use limits::HttpLimits;

use self::shared::Shared;

/// A conversation with one server over HTTP; made by [`HttpEndpoint`].
#[derive(Debug)]
struct HttpTransport {
    shared: Arc<Shared>,
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        self.shared.send(message).await
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.shared.incoming.recv().await
    }

    async fn close(&self) {
        self.shared.close().await;
    }

    fn abort(&self) {
        self.shared.cut();
    }

    fn has_param_headers(&self) -> bool {
        true
    }
}

impl Drop for HttpTransport {
    fn drop(&mut self) {
        self.shared.cut();
    }
}
