//! The server at one address: one HTTP request and the head of its answer, credentials included.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use mcp_core::{Delivery, SendError, TransportError};
use reqwest::{Client, Response, Url};

use super::body::{Body, reason};
use super::limits::HttpLimits;
use super::{status, tls};
use crate::credentials::{AuthError, Credentials, Refusal};

/// How often one request may obtain better credentials (specification 2026-07-28, "Authorization").
const AUTH_ROUNDS_MAX: usize = 2;

/// What is needed to reach the server.
#[derive(Debug, Clone)]
pub(super) struct HttpPeer {
    pub(super) client: Client,
    pub(super) url: Url,
    /// What the user wants sent with everything.
    pub(super) headers: HeaderMap,
    pub(super) credentials: Option<Arc<dyn Credentials>>,
    pub(super) limits: HttpLimits,
}

impl HttpPeer {
    /// Sends one request and waits for the head of its answer. Its delivery is that of any status:
    /// the caller looks at it. A server that wants other credentials is asked again with those.
    pub(super) async fn send(
        &self,
        method: Method,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Result<Response, SendError> {
        let mut round = 0;
        loop {
            let authorization = self.authorization().await?;
            let headers = self.all_headers(&headers, authorization.as_ref());
            let response = self.send_once(method.clone(), headers, body.clone()).await?;
            let status = response.status();
            if !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                return Ok(response);
            }
            if round == AUTH_ROUNDS_MAX || !self.obtain(&response, authorization).await? {
                return Err(self.unauthorized(response).await);
            }
            round += 1;
        }
    }

    /// Sends a request whose answer is ignored, so that no person is asked to log in for it.
    pub(super) async fn send_at_end(
        &self,
        method: Method,
        headers: HeaderMap,
    ) -> Result<Response, SendError> {
        let authorization = self.authorization().await?;
        self.send_once(method, self.all_headers(&headers, authorization.as_ref()), None).await
    }

    /// The name of the server in errors: the rest of the address may hold secrets.
    pub(super) fn host(&self) -> String {
        host(&self.url)
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, SendError> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        credentials.authorization().await.map_err(|error| auth_failure(&error))
    }

    fn all_headers(&self, own: &HeaderMap, authorization: Option<&HeaderValue>) -> HeaderMap {
        let mut headers = self.headers.clone();
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        for (name, value) in own {
            headers.insert(name, value.clone());
        }
        headers
    }

    async fn send_once(
        &self,
        method: Method,
        headers: HeaderMap,
        body: Option<Bytes>,
    ) -> Result<Response, SendError> {
        let mut request = self.client.request(method, self.url.clone()).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| self.failure(&error))?;
        let size =
            |(name, value): (&http::HeaderName, &HeaderValue)| name.as_str().len() + value.len();
        let header_bytes: usize = response.headers().iter().map(size).sum();
        if header_bytes > self.limits.header_bytes_max {
            let limit_bytes = self.limits.header_bytes_max;
            return Err(SendError::unknown(TransportError::FrameTooLarge { limit_bytes }));
        }
        Ok(response)
    }

    /// Only what happens before the connection stands is certain not to have reached the server.
    fn failure(&self, error: &reqwest::Error) -> SendError {
        let host = self.host();
        if let Some(message) = tls::distrust(error, &host) {
            return SendError::not_sent(TransportError::Untrusted { message });
        }
        if error.is_connect() {
            let message = format!("`{host}` cannot be reached: {}", reason(error));
            return SendError::not_sent(TransportError::NotOpened { message });
        }
        let cause = TransportError::Io { operation: "get an HTTP answer", message: reason(error) };
        if error.is_builder() { SendError::not_sent(cause) } else { SendError::unknown(cause) }
    }

    /// Whether there are other credentials to try.
    async fn obtain(
        &self,
        response: &Response,
        sent: Option<HeaderValue>,
    ) -> Result<bool, SendError> {
        let Some(credentials) = &self.credentials else { return Ok(false) };
        let challenges = response.headers().get_all(header::WWW_AUTHENTICATE);
        let challenges: Vec<&str> =
            challenges.iter().filter_map(|value| value.to_str().ok()).collect();
        let challenge = (!challenges.is_empty()).then(|| challenges.join(", "));
        let refusal = Refusal { status: response.status().as_u16(), challenge, sent };
        credentials.refused(&refusal).await.map_err(|error| auth_failure(&error))
    }

    async fn unauthorized(&self, response: Response) -> SendError {
        let (host, status) = (self.host(), response.status());
        let has_sent =
            self.credentials.is_some() || self.headers.contains_key(header::AUTHORIZATION);
        let advice = match (status, has_sent) {
            (StatusCode::UNAUTHORIZED, false) => {
                "wants credentials: set an `Authorization` header for it, or log in"
            }
            (StatusCode::UNAUTHORIZED, true) => {
                "does not accept the credentials: replace the token, or log in again"
            }
            (_, false) => "forbids this: it may want credentials, or not serve this address",
            (_, true) => "forbids this: the credentials are not for it, or grant too little",
        };
        let failure = failure(response, &self.limits).await;
        let said = match failure.cause {
            TransportError::Status { message, .. } if !message.is_empty() => {
                format!("; it says: {message}")
            }
            _ => String::new(),
        };
        let message = format!("`{host}` {advice} (HTTP status {}{said})", status.as_u16());
        refused(TransportError::Unauthorized { message })
    }
}

/// The failure that an answer with such a status stands for, with what the server says about it.
pub(super) async fn failure(response: Response, limits: &HttpLimits) -> SendError {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = Body::new(response, limits.idle_timeout).explanation().await;
    status::failure(status, &headers, &body, std::time::SystemTime::now())
}

/// Host and port of an address.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Without credentials nothing is sent, or what was sent was refused.
fn auth_failure(error: &AuthError) -> SendError {
    let message = error.to_string();
    refused(match error.is_transient() {
        true => TransportError::NotOpened { message },
        false => TransportError::Unauthorized { message },
    })
}

fn refused(cause: TransportError) -> SendError {
    status::failed(cause, Delivery::Refused)
}
