//! Fake servers over Streamable HTTP, on a port of the loopback.
//!
//! ```text
//! accept ─▶ connection (hyper, limits) ─▶ routes (path) ─▶ HttpServer ─▶ Connection of a server
//! ```
//!
//! What is at the paths is a [`Site`]: the servers alone, or with them what else a port offers.
//! Everything runs in tasks that the server owns, so nothing outlives it.

mod accept;
mod certificate;
mod connection;
mod routes;
mod runtime;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;

pub use certificate::Certificate;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mcp_core::server::Service;
use mcp_core::server::http::HttpOptions;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::MockServer;
pub use super::deliver::http::{Answer, AnswerBody, BrokenOff};
use accept::{Limits, Port, accept};
pub use routes::{Routes, Site, at_path, path_of, services_of};
use runtime::Background;
use tls::Tls;

/// Connections at the same time unless said otherwise: as many as a gateway takes.
const CONNECTIONS_MAX: usize = 512;
/// How long the headers of a request may take unless said otherwise. A connection that is kept alive
/// may be idle for as long.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Fake servers on a port, until [`close`](Self::close) or the drop.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_mock::World;
///
/// let server = World::new(42).github().serve_http().await?;
///
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert!(server.url().ends_with("/github/mcp"));
/// server.close().await;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MockHttpServer {
    origin: String,
    urls: Vec<(String, String)>,
    root_certificate: Option<String>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    /// Dropped with the server: it ends what goes on without a connection.
    _background: Arc<Background>,
}

/// How fake servers are put on a port.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MockHttpOptions {
    /// Where to listen: an address of the loopback, `127.0.0.1` and any free port unless said
    /// otherwise.
    pub address: SocketAddr,
    /// Connections at the same time, 512 unless said otherwise. More wait until one ends.
    pub connections_max: usize,
    /// How long the headers of a request may take, 10 s unless said otherwise; then the connection is
    /// closed.
    pub header_timeout: Duration,
    /// Speaks TLS with this certificate (feature `tls`); plain HTTP unless it is given.
    pub certificate: Option<Certificate>,
    /// What holds for every request. The server brings the clock and the tasks.
    pub http: HttpOptions,
}

/// Why servers could not be put on a port.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MockHttpError {
    /// The address cannot be listened on.
    #[error("failed to listen on `{address}`: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        error: io::Error,
    },
    /// Other machines could reach the address.
    #[error(
        "`{address}` can be reached from other machines, and a fake server answers everybody; \
         use an address of the loopback such as `127.0.0.1:0`"
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The port cannot speak TLS.
    #[error("failed to set up TLS: {message}")]
    Tls {
        /// The error of TLS.
        message: String,
    },
    /// Two servers would be at the same path.
    #[error("`{name}` is to be served twice on one port; give each its own")]
    Twice {
        /// The name of both.
        name: String,
    },
}

impl MockServer {
    /// Serves this server over HTTP on a free port of the loopback.
    ///
    /// # Errors
    ///
    /// When there is no such port.
    pub async fn serve_http(&self) -> Result<MockHttpServer, MockHttpError> {
        MockHttpServer::open(std::slice::from_ref(self), MockHttpOptions::default()).await
    }
}

impl MockHttpServer {
    /// Serves these servers on one port, each at `/NAME/mcp`; a single one also at `/mcp`. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened on, or is none of the loopback.
    pub async fn open(
        servers: &[MockServer],
        options: MockHttpOptions,
    ) -> Result<Self, MockHttpError> {
        Self::serving(services_of(servers), options).await
    }

    /// The same for services of any kind.
    pub async fn serving(
        services: Vec<(String, Arc<dyn Service>)>,
        options: MockHttpOptions,
    ) -> Result<Self, MockHttpError> {
        let names: Vec<_> = services.iter().map(|(name, _)| name.clone()).collect();
        let routes = |http: &HttpOptions, _: &str| Ok(Arc::new(Routes::new(services, http)?) as _);
        Self::mounting(&names, options, routes).await
    }

    /// Puts a site on a port that has the servers of these names, and more. It is made with what the port
    /// brings to every request, and with the origin of its URLs.
    pub async fn mounting(
        names: &[String],
        mut options: MockHttpOptions,
        site: impl FnOnce(&HttpOptions, &str) -> Result<Arc<dyn Site>, MockHttpError>,
    ) -> Result<Self, MockHttpError> {
        let address = options.address;
        if !address.ip().is_loopback() {
            return Err(MockHttpError::NotLoopback { address });
        }
        let tls = options.certificate.map(Tls::new).transpose();
        let tls = tls.map_err(|message| MockHttpError::Tls { message })?;
        let failed = |error| MockHttpError::Listen { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let background = Arc::new(Background::default());
        runtime::complete(&mut options.http, &background, address);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{address}");
        let urls = names.iter().map(|name| (name.clone(), format!("{origin}{}", path_of(name))));
        let urls = urls.collect();
        let site = site(&options.http, &origin)?;
        let limits = Limits {
            connections_max: options.connections_max,
            header_timeout: options.header_timeout,
        };
        let (stop, stopped) = watch::channel(false);
        let root_certificate = tls.as_ref().map(|tls| tls.root().to_owned());
        let port = Port { site, limits, tls: tls.map(Arc::new) };
        let accepting = tokio::spawn(accept(listener, port, stopped));
        Ok(Self { origin, urls, root_certificate, stop, accepting, _background: background })
    }

    /// Where the first of the servers is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.urls.first().map(|(_, url)| url.as_str()).unwrap_or_default()
    }

    /// Where each server is, by its name.
    pub fn urls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.urls.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// What a client has to trust, as PEM, when the port speaks TLS: with this,
    /// [`Certificate::Trusted`] is in order.
    #[must_use]
    pub fn root_certificate(&self) -> Option<&str> {
        self.root_certificate.as_deref()
    }

    /// What all URLs of the port begin with.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Takes no more connections, gives the running requests a second to end, and ends.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        // A panic of a connection was that connection's own.
        drop((&mut self.accepting).await);
    }
}

impl Drop for MockHttpServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl MockHttpOptions {
    /// Listens there.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Speaks TLS with this certificate.
    #[must_use]
    pub fn with_certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Demands `Authorization: Bearer <token>` with every request.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.http.token = Some(token.into());
        self
    }
}

impl Default for MockHttpOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            connections_max: CONNECTIONS_MAX,
            header_timeout: HEADER_TIMEOUT,
            certificate: None,
            http: HttpOptions::default(),
        }
    }
}
