//! The one way to any URL that a server supplied.
//!
//! A server names where its metadata, its authorization server and the endpoints of that one are. A
//! hostile one names what only this machine can reach. So each such URL is looked at here, and each
//! request to one is made here:
//!
//! - `https` only; `http` on the loopback interface when the MCP server itself is there,
//! - every address that a name resolves to is public, or in the same kind of private network as the MCP
//!   server itself. The check is the client's resolver, so that what was checked is what is connected to,
//! - redirects are followed for reading metadata only, at most three, each looked at like the first URL,
//! - answers are cut at 64 KiB after decompression, and all of it takes at most ten seconds,
//! - no proxy, no cookies, and no credentials but those that the caller puts into a request.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use oauth2::url::{Host, Url};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;

use super::resolver::{CheckedResolver, Resolver, SystemResolver, UnsafeAddress};
use super::text::{shown, shown_url};
use crate::credentials::AuthError;
use crate::transport::http::tls;

/// How long an answer may get. Metadata of large providers has about 5 KiB.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// How many redirects lead to metadata at most.
const REDIRECTS_MAX: usize = 3;
/// How long one request may take, redirects and body included.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);

/// Looks at URLs of others, and makes the requests to them.
#[derive(Clone)]
pub(super) struct UrlGuard {
    client: reqwest::Client,
    resolver: Arc<CheckedResolver>,
    server_is_loopback: bool,
}

impl UrlGuard {
    /// The guard of everything that the MCP server at `server` supplies.
    pub(super) fn new(server: &Url) -> Result<Self, AuthError> {
        Self::with_resolver(server, Arc::new(SystemResolver))
    }

    pub(super) fn with_resolver(server: &Url, names: Arc<dyn Resolve>) -> Result<Self, AuthError> {
        let resolver = Arc::new(CheckedResolver::new(server, names));
        let client = tls::client_builder(&[])
            .map_err(|error| error.to_string())
            .and_then(|builder| {
                builder
                    .no_proxy()
                    .redirect(Policy::none())
                    .referer(false)
                    .pool_max_idle_per_host(0)
                    .dns_resolver(Resolver(Arc::clone(&resolver)))
                    .build()
                    .map_err(|error| error.to_string())
            })
            .map_err(|reason| AuthError::Unreachable { url: shown_url(server), reason })?;
        let server_is_loopback = tls::is_loopback(server);
        Ok(Self { client, resolver, server_is_loopback })
    }

    /// Parses a URL and looks at its scheme and, when it names an address, at that.
    ///
    /// A name is looked at when it is resolved: by [`Self::check_host`], or on the way of a request.
    pub(super) fn parse(&self, what: &'static str, text: &str) -> Result<Url, AuthError> {
        let url = Url::parse(text).map_err(|error| AuthError::UnsafeUrl {
            what,
            url: shown(text),
            reason: error.to_string(),
        })?;
        let refused = |reason: &str| {
            Err(AuthError::UnsafeUrl { what, url: shown_url(&url), reason: reason.to_owned() })
        };
        match url.scheme() {
            "https" => {}
            "http" if self.server_is_loopback && tls::is_loopback(&url) => {}
            "http" => return refused("it must begin with https://"),
            scheme => return refused(&format!("the scheme `{}` is not allowed", shown(scheme))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("it holds a user name or a password");
        }
        Ok(url)
    }

    /// Looks at all addresses of a URL's host. For URLs that somebody else opens.
    pub(super) async fn check_host(&self, what: &'static str, url: &Url) -> Result<(), AuthError> {
        let checked = match url.host() {
            Some(Host::Domain(name)) => self.resolver.check_name(name).await.map(|_| ()),
            Some(Host::Ipv4(address)) => self.resolver.check_address(IpAddr::V4(address)).await,
            Some(Host::Ipv6(address)) => self.resolver.check_address(IpAddr::V6(address)).await,
            None => Ok(()),
        };
        checked.map_err(|error| explained(what, url, error.as_ref()))
    }

    /// Reads metadata.
    pub(super) async fn get(&self, what: &'static str, url: &str) -> Result<Answer, AuthError> {
        let mut url = self.parse(what, url)?;
        let first = shown_url(&url);
        let follow = async {
            for _ in 0..=REDIRECTS_MAX {
                let request =
                    self.client.get(url.clone()).header(header::ACCEPT, "application/json");
                let response = self.send(what, &url, request).await?;
                match self.redirect(what, &url, &response)? {
                    Some(next) => url = next,
                    None => return read(&url, response).await,
                }
            }
            let reason = format!("it leads through more than {REDIRECTS_MAX} redirects");
            Err(AuthError::UnsafeUrl { what, url: first.clone(), reason })
        };
        within_time(&first, follow).await
    }

    /// Sends a form or JSON. A redirect is not followed.
    pub(super) async fn post(
        &self,
        what: &'static str,
        url: &str,
        (headers, body): (HeaderMap, Vec<u8>),
    ) -> Result<Answer, AuthError> {
        let url = self.parse(what, url)?;
        let exchange = async {
            let request = self.client.post(url.clone()).headers(headers).body(body);
            let response = self.send(what, &url, request).await?;
            let answer = read(&url, response).await?;
            if answer.status.is_redirection() {
                let reason = "it answers a POST with a redirect".to_owned();
                return Err(AuthError::UnsafeUrl { what, url: shown_url(&url), reason });
            }
            if answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS {
                return Err(unreachable_because(&url, format!("it answered {}", answer.status)));
            }
            Ok(answer)
        };
        within_time(&shown_url(&url), exchange).await
    }

    async fn send(
        &self,
        what: &'static str,
        url: &Url,
        request: reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, AuthError> {
        self.check_literal(what, url).await?;
        request.send().await.map_err(|error| explained(what, url, &error))
    }

    /// The client's resolver never sees an address that stands in the URL itself.
    async fn check_literal(&self, what: &'static str, url: &Url) -> Result<(), AuthError> {
        match url.host() {
            Some(Host::Domain(_)) => Ok(()),
            _ => self.check_host(what, url).await,
        }
    }

    fn redirect(
        &self,
        what: &'static str,
        from: &Url,
        response: &reqwest::Response,
    ) -> Result<Option<Url>, AuthError> {
        if !response.status().is_redirection() {
            return Ok(None);
        }
        let target = response
            .headers()
            .get(header::LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| from.join(location).ok())
            .ok_or_else(|| unreachable_because(from, "it redirects to nowhere".to_owned()))?;
        let target = self.parse(what, target.as_str())?;
        if from.scheme() == "https" && target.scheme() != "https" {
            let reason = "a redirect leads from https to http".to_owned();
            return Err(AuthError::UnsafeUrl { what, url: shown_url(&target), reason });
        }
        Ok(Some(target))
    }
}

impl fmt::Debug for UrlGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlGuard")
            .field("server_is_loopback", &self.server_is_loopback)
            .finish_non_exhaustive()
    }
}

/// The requests of `oauth2` go the same way as all others.
impl<'c> AsyncHttpClient<'c> for UrlGuard {
    type Error = AuthError;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, AuthError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = parts.uri.to_string();
            let answer = self.post("token endpoint", &url, (parts.headers, body)).await?;
            let mut response = HttpResponse::new(answer.body);
            *response.status_mut() = answer.status;
            response.headers_mut().extend(answer.content_type.map(|t| (header::CONTENT_TYPE, t)));
            Ok(response)
        })
    }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: Option<HeaderValue>,
    pub(super) body: Vec<u8>,
}

async fn read(url: &Url, mut response: reqwest::Response) -> Result<Answer, AuthError> {
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| unreachable_because(url, deepest(&error)))?
    {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            let reason = format!("its answer is longer than {BODY_BYTES_MAX} bytes");
            return Err(unreachable_because(url, reason));
        }
        body.extend_from_slice(&chunk);
    }
    let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
    Ok(Answer { status: response.status(), content_type, body })
}

async fn within_time<T>(
    url: &str,
    work: impl Future<Output = Result<T, AuthError>>,
) -> Result<T, AuthError> {
    tokio::time::timeout(REQUEST_TIME_MAX, work).await.unwrap_or_else(|_| {
        let reason = format!("no answer within {REQUEST_TIME_MAX:?}");
        Err(AuthError::Unreachable { url: url.to_owned(), reason })
    })
}

/// Finds the reason of our resolver in an error of the client.
fn explained(what: &'static str, url: &Url, error: &(dyn Error + 'static)) -> AuthError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<UnsafeAddress>() {
            return AuthError::UnsafeUrl { what, url: shown_url(url), reason: found.to_string() };
        }
        cause = error.source();
    }
    unreachable_because(url, deepest(error))
}

fn deepest(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    shown(&error.to_string())
}

fn unreachable_because(url: &Url, reason: String) -> AuthError {
    AuthError::Unreachable { url: shown_url(url), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(server: &str) -> UrlGuard {
        UrlGuard::new(&Url::parse(server).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn hostile_urls_of_a_public_server_are_refused() {
        let guard = guard("https://mcp.example/mcp");
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://as.example/",
            "http://as.example/",
            "http://127.0.0.1/",
            "http://localhost/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0177.0.0.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[64:ff9b::a00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://[fd00::1]/",
            "https://224.0.0.1/",
            "https://0.0.0.0/",
            "https://user:pass@as.example/",
            "https://localhost/",
            "not a url",
            "",
        ] {
            let refused = guard.get("resource metadata URL", url).await.unwrap_err();

            assert!(matches!(refused, AuthError::UnsafeUrl { .. }), "{url}: {refused}");
            assert!(!refused.to_string().contains("pass@"), "{refused}");
        }
    }

    #[test]
    fn http_takes_loopback_at_both_ends() {
        for (server, url, allowed) in [
            ("http://127.0.0.1:1/mcp", "http://localhost:2/", true),
            ("http://localhost:1/mcp", "http://[::1]:2/", true),
            ("http://127.0.0.1:1/mcp", "http://as.example/", false),
            ("http://127.0.0.1:1/mcp", "http://10.0.0.1/", false),
            ("http://10.0.0.1/mcp", "http://10.0.0.2/", false),
            ("https://mcp.example/mcp", "http://127.0.0.1/", false),
        ] {
            assert_eq!(guard(server).parse("x", url).is_ok(), allowed, "{server} {url}");
        }
    }

    #[tokio::test]
    async fn address_that_the_browser_would_open_is_looked_at_as_well() {
        let guard = guard("https://8.8.8.8/mcp");
        let url = guard.parse("authorization endpoint", "https://192.168.1.1/authorize").unwrap();

        let refused = guard.check_host("authorization endpoint", &url).await.unwrap_err();

        assert_eq!(
            refused.to_string(),
            "the authorization endpoint `https://192.168.1.1/authorize` is not safe to use: it leads to \
             the private address 192.168.1.1, where the MCP server itself is not"
        );
    }
}
