//! Which requests the control plane takes, and how large they may be.

use std::error::Error;

use bytes::Bytes;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use mcp_core::server::http::HttpOptions;

use super::error::ControlError;

/// The rules of the servers of the port: the host and origins that they answer to, and the token.
pub(super) struct AccessCheck(HttpOptions);

impl AccessCheck {
    pub(super) fn new(options: &HttpOptions) -> Self {
        Self(options.clone())
    }

    /// Refuses a request that a server would refuse.
    pub(super) fn check(&self, parts: &Parts) -> Result<(), ControlError> {
        self.0.admit(parts).map_err(|status| ControlError::Refused { status })
    }

    /// Reads a body whole.
    pub(super) async fn read<B>(&self, body: B) -> Result<Bytes, ControlError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        let limited = Limited::new(body, self.0.body_bytes_max);
        let reading = tokio::time::timeout(self.0.body_timeout, limited.collect());
        let Ok(read) = reading.await else {
            return Err(ControlError::BodyLate { limit: self.0.body_timeout });
        };
        match read {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {
                Err(ControlError::BodyLarge { bytes_max: self.0.body_bytes_max })
            }
            Err(_) => Err(ControlError::BodyBroken),
        }
    }
}
