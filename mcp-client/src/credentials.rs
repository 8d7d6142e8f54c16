//! What a request over HTTP carries in `Authorization`, and what happens when the server says no.
//!
//! The transport asks [`Credentials`] before each request and hands back each refusal (401, 403). It
//! tries a call again at most twice and starts nothing on its own: whether and how to get better
//! credentials is decided behind this trait.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderValue;

/// Supplies what requests to one server carry in `Authorization`.
#[async_trait]
pub trait Credentials: Send + Sync + fmt::Debug + 'static {
    /// The header value for the next request, marked as sensitive. `None`: send none.
    ///
    /// # Errors
    ///
    /// When credentials are needed and unavailable.
    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError>;

    /// The server answered 401 or 403: obtains better credentials.
    ///
    /// `true`: the request is worth another try. `false`: nothing can be done about this refusal, for
    /// example a 403 that does not ask for more scopes.
    ///
    /// # Errors
    ///
    /// When other credentials are needed and unavailable.
    async fn refused(&self, refusal: &Refusal) -> Result<bool, AuthError>;
}

/// How a server refused a request.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The status: 401 or 403.
    pub status: u16,
    /// The values of `WWW-Authenticate`, joined with `, ` when there are several.
    pub challenge: Option<String>,
    /// What the refused request carried. Another call may have obtained better credentials meanwhile;
    /// then those are used.
    pub sent: Option<HeaderValue>,
}

/// A token that never changes.
#[derive(Clone)]
pub struct Bearer {
    header: HeaderValue,
}

impl Bearer {
    /// Sends `Authorization: Bearer <token>` with every request.
    ///
    /// # Errors
    ///
    /// When the token has characters that no header may have.
    pub fn new(token: &str) -> Result<Self, AuthError> {
        bearer(token).map(|header| Self { header })
    }
}

#[async_trait]
impl Credentials for Bearer {
    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        Ok(Some(self.header.clone()))
    }

    async fn refused(&self, _refusal: &Refusal) -> Result<bool, AuthError> {
        Ok(false)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").finish_non_exhaustive()
    }
}

/// The header of a token. Its debug output does not show the token.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, AuthError> {
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| AuthError::Token { problem: "it has characters that no header may have" })?;
    header.set_sensitive(true);
    Ok(header)
}

/// Why there are no credentials.
///
/// No text of it holds a secret. Words of an authorization server are quoted, shortened and free of
/// control characters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The person who was asked did not agree, or did not answer in time.
    #[error("nobody agreed to the login at `{issuer}`: {reason}")]
    Consent {
        /// The authorization server.
        issuer: String,
        /// What happened instead.
        reason: String,
    },
    /// The server's description of how to log in cannot be had or is wrong.
    #[error("the authorization of `{server}` cannot be discovered: {reason}")]
    Discovery {
        /// The MCP server.
        server: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A person has to log in, and none is present.
    #[error("`{server}` wants a login: {hint}")]
    LoginRequired {
        /// The MCP server.
        server: String,
        /// What to do about it.
        hint: String,
    },
    /// The login response did not come from the expected issuer.
    #[error("the answer to the login at `{issuer}` is not to be trusted: {reason}")]
    Mismatch {
        /// The authorization server that was asked.
        issuer: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// The authorization server refused.
    #[error("the authorization server `{issuer}` refused {what}: {reason}")]
    Refused {
        /// The authorization server.
        issuer: String,
        /// What was asked of it: `to issue a token`, `to register this client`.
        what: &'static str,
        /// Its answer.
        reason: String,
    },
    /// Stored tokens cannot be read or written.
    #[error("the token store at `{path}` cannot be used: {reason}")]
    Store {
        /// The path of the file or folder.
        path: String,
        /// What is wrong, and what to do about it.
        reason: String,
    },
    /// A token that cannot be sent.
    #[error("the token cannot be used: {problem}")]
    Token {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The server wants one login after another.
    #[error(
        "`{server}` wanted more than {limit} logins within {within:?} and is still not content"
    )]
    TooManyLogins {
        /// The MCP server.
        server: String,
        /// How many logins are tried.
        limit: usize,
        /// The time in which they may happen.
        within: Duration,
    },
    /// The authorization server could not be asked. It may work later.
    #[error("`{url}` cannot be reached: {reason}")]
    Unreachable {
        /// What was asked.
        url: String,
        /// Why it failed.
        reason: String,
    },
    /// A URL that a server supplied leads where it must not.
    #[error("the {what} `{url}` is not safe to use: {reason}")]
    UnsafeUrl {
        /// Which URL it is.
        what: &'static str,
        /// The URL, shortened, without user information.
        url: String,
        /// What makes it unsafe.
        reason: String,
    },
    /// Something that the authorization needs is not supported, by the server or by this client.
    #[error("the login at `{issuer}` is not possible: {reason}")]
    Unsupported {
        /// The authorization server.
        issuer: String,
        /// What is missing.
        reason: String,
    },
}

impl AuthError {
    /// Whether the same attempt may succeed later without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn token_is_sent_and_not_shown() {
        let bearer = Bearer::new("s3cret").unwrap();

        let header = bearer.authorization().await.unwrap().unwrap();

        assert_eq!(header, "Bearer s3cret");
        assert!(header.is_sensitive());
        assert_eq!(format!("{bearer:?}"), "Bearer { .. }");
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    #[test]
    fn token_with_a_line_break_is_refused_and_not_shown() {
        let error = Bearer::new("s3cret\r\nX-Evil: 1").unwrap_err();

        assert_eq!(
            error.to_string(),
            "the token cannot be used: it has characters that no header may have"
        );
    }

    #[tokio::test]
    async fn refusal_of_a_fixed_token_is_final() {
        let bearer = Bearer::new("s3cret").unwrap();
        let refusal = Refusal { status: 401, challenge: None, sent: None };

        assert!(!bearer.refused(&refusal).await.unwrap());
    }

    #[test]
    fn trait_is_object_safe() {
        const _: fn(&dyn Credentials) = |_| {};
    }
}
