//! An MCP server by its address.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue};
use mcp_core::protocol::Era;
use mcp_core::{Lock, Transport, TransportError};
use reqwest::{Client, Url};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::OnceCell;

use super::HttpTransport;
use super::limits::HttpLimits;
use super::peer::{self, HttpPeer};
use super::shared::Shared;
use super::tls;
use crate::connect::Connector;
use crate::credentials::Credentials;

/// An MCP server that is reached over Streamable HTTP.
///
/// Opening it does no I/O. All connections of one endpoint share their sockets and what was found out
/// about the server's era.
///
/// ```no_run
/// # use mcp_client::{Client, ClientOptions, transport::http::HttpEndpoint};
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let endpoint = HttpEndpoint::new("https://example.com/mcp")?
///     .with_header("Authorization", "Bearer secret")?;
/// let client = Client::open(&endpoint, ClientOptions::default()).await?;
/// # Ok(())
/// # }
/// ```
pub struct HttpEndpoint {
    url: Url,
    headers: HeaderMap,
    credentials: Option<Arc<dyn Credentials>>,
    roots: Vec<CertificateDer<'static>>,
    limits: HttpLimits,
    client: OnceCell<Client>,
    era: Lock<Option<Era>>,
}

impl HttpEndpoint {
    /// The server at that `http` or `https` address.
    ///
    /// # Errors
    ///
    /// When it is no such address, or holds credentials: those belong into a header.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let url =
            Url::parse(url).map_err(|error| EndpointError::Url { problem: error.to_string() })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials { host: peer::host(&url) });
        }
        Ok(Self {
            url,
            headers: HeaderMap::new(),
            credentials: None,
            roots: Vec::new(),
            limits: HttpLimits::default(),
            client: OnceCell::new(),
            era: Lock::new(None),
        })
    }

    /// Sends a header with every request. It is taken for a secret and shown nowhere.
    ///
    /// Headers that the protocol sets are not replaced.
    ///
    /// # Errors
    ///
    /// When HTTP allows no such name or value.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, EndpointError> {
        let header = || EndpointError::Header { name: name.to_owned() };
        let key = HeaderName::try_from(name).map_err(|_| header())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| header())?;
        value.set_sensitive(true);
        self.headers.insert(key, value);
        Ok(self)
    }

    /// Asks these credentials before every request, and again when the server refuses them.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Arc<dyn Credentials>) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Trusts the certificates in this PEM text as well, beside those that this machine trusts.
    ///
    /// # Errors
    ///
    /// When there is no certificate in it.
    pub fn with_root_certificates(mut self, pem: &[u8]) -> Result<Self, EndpointError> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let roots =
            read.map_err(|error| EndpointError::Certificates { problem: error.to_string() })?;
        if roots.is_empty() {
            let problem = "there is none in the text".to_owned();
            return Err(EndpointError::Certificates { problem });
        }
        self.roots.extend(roots);
        self.client = OnceCell::new();
        Ok(self)
    }

    /// Sets caps and time limits.
    #[must_use]
    pub fn with_limits(mut self, limits: HttpLimits) -> Self {
        self.limits = limits;
        self.client = OnceCell::new();
        self
    }

    /// The client behind all connections, so that they share their sockets.
    async fn client(&self) -> Result<Client, TransportError> {
        let client = self.client.get_or_try_init(|| async {
            let (is_secret, roots) = (self.url.scheme() == "https", self.roots.clone());
            // The certificates of this machine are files.
            let builder = tokio::task::spawn_blocking(move || match is_secret {
                true => tls::client_builder(&roots),
                false => Ok(tls::client_builder_without_roots()),
            });
            let builder = builder.await.map_err(|error| not_opened(&error))??;
            let mut builder = builder.connect_timeout(self.limits.connect_timeout);
            if tls::is_loopback(&self.url) {
                builder = builder.no_proxy();
            }
            builder.build().map_err(|error| not_opened(&error))
        });
        client.await.cloned()
    }
}

#[async_trait]
impl Connector for HttpEndpoint {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        let peer = HttpPeer {
            client: self.client().await?,
            url: self.url.clone(),
            headers: self.headers.clone(),
            credentials: self.credentials.clone(),
            limits: self.limits,
        };
        Ok(Box::new(HttpTransport { shared: Shared::new(peer) }))
    }

    fn era(&self) -> Option<Era> {
        *self.era.lock()
    }

    fn remember(&self, era: Option<Era>) {
        *self.era.lock() = era;
    }
}

/// Neither header values nor the query, both of which may be secrets.
impl fmt::Debug for HttpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("HttpEndpoint")
            .field("host", &peer::host(&self.url))
            .field("headers", &names)
            .field("era", &self.era())
            .finish_non_exhaustive()
    }
}

/// Why an endpoint cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The extra certificates cannot be read.
    #[error("the root certificates cannot be used: {problem}")]
    Certificates {
        /// What is wrong with them.
        problem: String,
    },
    /// The address holds a user name or a password.
    #[error("the address of `{host}` holds credentials; send them in an `Authorization` header")]
    Credentials {
        /// The server.
        host: String,
    },
    /// HTTP allows no such header.
    #[error(
        "`{name}` cannot be sent as a header: its name or value has characters that none may have"
    )]
    Header {
        /// The name of the header.
        name: String,
    },
    /// Not an address of HTTP.
    #[error("`{scheme}` is no scheme of HTTP; use `https`, or `http` for this machine")]
    Scheme {
        /// What it begins with instead.
        scheme: String,
    },
    /// No address at all.
    #[error("the address cannot be read: {problem}")]
    Url {
        /// What is wrong with it.
        problem: String,
    },
}

fn not_opened(error: &dyn fmt::Display) -> TransportError {
    TransportError::NotOpened { message: format!("no HTTP client can be made: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_cannot_be_are_refused_with_the_reason() {
        let refused = |url| HttpEndpoint::new(url).unwrap_err().to_string();

        insta::assert_snapshot!(refused("example.com/mcp"), @"the address cannot be read: relative URL without a base");
        insta::assert_snapshot!(refused("ftp://example.com/"), @"`ftp` is no scheme of HTTP; use `https`, or `http` for this machine");
        insta::assert_snapshot!(refused("https://me:secret@example.com/"), @"the address of `example.com` holds credentials; send them in an `Authorization` header");
    }

    #[test]
    fn headers_and_certificates_are_checked_at_once() {
        let endpoint = || HttpEndpoint::new("https://example.com").unwrap();

        assert!(endpoint().with_header("X-Fine", "yes").is_ok());
        assert!(endpoint().with_header("no name", "yes").is_err());
        assert!(endpoint().with_header("X-Split", "a\r\nb").is_err());
        assert!(endpoint().with_root_certificates(b"nothing").is_err());
    }

    #[test]
    fn secrets_are_not_shown() {
        let endpoint = HttpEndpoint::new("https://example.com:8443/mcp?key=s3cret")
            .and_then(|endpoint| endpoint.with_header("Authorization", "Bearer s3cret"))
            .unwrap();

        insta::assert_snapshot!(format!("{endpoint:?}"), @r#"HttpEndpoint { host: "example.com:8443", headers: ["authorization"], era: None, .. }"#);
    }
}
