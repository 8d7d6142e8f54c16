//! Asking a person for permission: the part of a login that happens in a browser.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use http::header;
use oauth2::url::{Url, form_urlencoded};

use super::secret::Secret;
use crate::transport::http::tls;

/// How long a test waits for the authorization server.
const HEADLESS_TIME_MAX: Duration = Duration::from_secs(10);

/// A way to send a person to the authorization server and to get the answer back.
#[async_trait]
pub trait Consent: fmt::Debug + Send + Sync + 'static {
    /// Gets ready to receive the answer. The place where it will arrive is part of what is asked.
    ///
    /// # Errors
    ///
    /// When the answer cannot be received.
    async fn prepare(&self) -> Result<Box<dyn PendingConsent>, ConsentError>;
}

/// Ready to receive the answer of one login.
#[async_trait]
pub trait PendingConsent: Send {
    /// Where the authorization server sends the browser afterwards.
    fn redirect_uri(&self) -> String;

    /// Shows the URL to a person and waits for the answer that carries this `state`.
    ///
    /// # Errors
    ///
    /// When no answer comes.
    async fn ask(
        self: Box<Self>,
        url: &str,
        state: &Secret,
    ) -> Result<AuthorizationResponse, ConsentError>;
}

/// What the authorization server answered, unchecked.
#[derive(Debug, Clone, Default)]
pub struct AuthorizationResponse {
    /// What buys the tokens.
    pub code: Option<Secret>,
    /// The `state` of the request, for comparison.
    pub state: Option<Secret>,
    /// Who answers.
    pub iss: Option<String>,
    /// Why it refuses.
    pub error: Option<String>,
    /// The same in words.
    pub error_description: Option<String>,
}

impl AuthorizationResponse {
    /// Reads the query of the redirect. The first occurrence of a parameter counts.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut response = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match &*name {
                "code" => _ = response.code.get_or_insert_with(|| Secret::new(value)),
                "state" => _ = response.state.get_or_insert_with(|| Secret::new(value)),
                "iss" => _ = response.iss.get_or_insert(value),
                "error" => _ = response.error.get_or_insert(value),
                "error_description" => _ = response.error_description.get_or_insert(value),
                _ => {}
            }
        }
        response
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The person did not answer in time.
    #[error("no answer within {after:?}")]
    Timeout {
        /// The time allowed.
        after: Duration,
    },
    /// The answer cannot be received, or the question cannot be asked.
    #[error("{reason}")]
    Unavailable {
        /// What is in the way.
        reason: String,
    },
}

/// Takes the part of the person **in tests**: opens the URL itself and takes the first redirect for the
/// answer. An authorization server that asks anybody anything cannot be used with it.
#[derive(Debug, Clone)]
pub struct HeadlessConsent {
    redirect_uri: String,
}

impl HeadlessConsent {
    /// The answer need not arrive anywhere, so the redirect may lead to any place.
    pub fn new(redirect_uri: impl Into<String>) -> Self {
        Self { redirect_uri: redirect_uri.into() }
    }
}

impl Default for HeadlessConsent {
    fn default() -> Self {
        Self::new("http://127.0.0.1:8765/callback")
    }
}

#[async_trait]
impl Consent for HeadlessConsent {
    async fn prepare(&self) -> Result<Box<dyn PendingConsent>, ConsentError> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl PendingConsent for HeadlessConsent {
    fn redirect_uri(&self) -> String {
        self.redirect_uri.clone()
    }

    async fn ask(
        self: Box<Self>,
        url: &str,
        _state: &Secret,
    ) -> Result<AuthorizationResponse, ConsentError> {
        let unavailable = |reason: &str| ConsentError::Unavailable { reason: reason.to_owned() };
        let client = tls::client_builder(&[])
            .map_err(|error| error.to_string())
            .and_then(|builder| {
                let builder = builder.redirect(reqwest::redirect::Policy::none()).no_proxy();
                builder.timeout(HEADLESS_TIME_MAX).build().map_err(|error| error.to_string())
            })
            .map_err(|reason| ConsentError::Unavailable { reason })?;
        let response = client
            .get(url)
            .send()
            .await
            .map_err(|_| unavailable("the authorization endpoint does not answer"))?;
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| Url::parse(location).ok())
            .ok_or_else(|| unavailable("the authorization endpoint does not redirect at once"))?;
        Ok(AuthorizationResponse::from_query(location.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_is_read_and_its_secrets_are_not_shown() {
        let response = AuthorizationResponse::from_query(
            "code=c%201&state=s&iss=https%3A%2F%2Fa&code=evil&x=y",
        );

        assert_eq!(response.code.as_ref().unwrap().expose(), "c 1");
        assert_eq!(response.iss.as_deref(), Some("https://a"));
        assert!(!format!("{response:?}").contains("c 1"));
    }
}
