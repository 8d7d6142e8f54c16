//! Who is let in, and how much they may send.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::Body;
use mcp_core::server::http::{HttpOptions, HttpServer};

use super::error::ControlError;
use crate::server::{MockServer, services_of};

/// The rules of the servers of the port: the host and origins that they answer to, and the token.
pub(super) struct Gate {
    /// Asked whom it lets in.
    server: Option<HttpServer>,
    body_bytes_max: usize,
    body_timeout: Duration,
}

impl Gate {
    pub(super) fn new(servers: &[MockServer], options: &HttpOptions) -> Self {
        let service = services_of(servers).into_iter().next();
        Self {
            server: service.map(|(_, service)| HttpServer::new(service, options.clone())),
            body_bytes_max: options.body_bytes_max,
            body_timeout: options.body_timeout,
        }
    }

    /// Refuses whom a server would refuse. One is asked with a message in no form, which is what it
    /// objects to last.
    pub(super) async fn check(&self, parts: &Parts) -> Result<(), ControlError> {
        let Some(server) = &self.server else { return Ok(()) };
        let mut request = Request::post(parts.uri.clone()).body(Empty::<Bytes>::new());
        if let Ok(request) = &mut request {
            request.headers_mut().clone_from(&parts.headers);
            request.headers_mut().remove(CONTENT_TYPE);
        }
        let request =
            request.map_err(|_| ControlError::Refused { status: StatusCode::BAD_REQUEST })?;
        match server.handle(request).await.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Ok(()),
            status => Err(ControlError::Refused { status }),
        }
    }

    /// Reads a body whole.
    pub(super) async fn read<B>(&self, body: B) -> Result<Bytes, ControlError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        let limited = Limited::new(body, self.body_bytes_max);
        let reading = tokio::time::timeout(self.body_timeout, limited.collect());
        let Ok(read) = reading.await else {
            return Err(ControlError::BodyLate { limit: self.body_timeout });
        };
        match read {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(ControlError::BodyLarge { bytes_max: self.body_bytes_max })
            }
            Err(_) => Err(ControlError::BodyBroken),
        }
    }
}
