//! A tape over Streamable HTTP.

use std::sync::Arc;

use super::Replay;
use mcp_mock::{MockHttpError, MockHttpOptions, MockHttpServer};

impl Replay {
    /// Serves the tape over HTTP, at `/mcp`. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or is none of the loopback.
    pub async fn serve_http(
        &self,
        options: MockHttpOptions,
    ) -> Result<MockHttpServer, MockHttpError> {
        MockHttpServer::serving(vec![(String::new(), Arc::new(self.clone()))], options).await
    }
}
