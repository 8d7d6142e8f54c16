//! Receives the answer of a login on the loopback interface (RFC 8252).

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::browser;
use super::consent::{AuthorizationResponse, Consent, ConsentError, PendingConsent};
use super::secret::Secret;

/// Where the answer arrives.
const PATH: &str = "/callback";
/// How long a person may take. Authorization servers do not remember a login for much longer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10 * 60);
/// How long a browser may take to send one request.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(5);
/// How long a request may get. Codes and cookies of other programs on this host fit in.
const REQUEST_BYTES_MAX: usize = 32 * 1024;
/// How many connections are served at once. Browsers open some ahead of need.
const CONNECTIONS_MAX: usize = 16;
/// How long to wait after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Shows a person the URL and waits for his browser to come back to a port of this machine.
///
/// Nothing is printed here: the URL is handed to a function. Requests that do not belong to the login are
/// answered with an error page and do not end the wait, which takes ten minutes at most.
#[derive(Clone)]
pub struct LoopbackConsent {
    show: Arc<dyn Fn(&str) + Send + Sync>,
    opens_browser: bool,
    port: u16,
}

impl LoopbackConsent {
    /// Hands the URL to a function that shows it.
    pub fn new(show: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { show: Arc::new(show), opens_browser: false, port: 0 }
    }

    /// Opens the browser as well.
    #[must_use]
    pub fn with_browser(mut self) -> Self {
        self.opens_browser = true;
        self
    }

    /// Uses one port instead of a free one, for authorization servers that know the client's port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }
}

impl fmt::Debug for LoopbackConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopbackConsent")
            .field("opens_browser", &self.opens_browser)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Consent for LoopbackConsent {
    async fn prepare(&self) -> Result<Box<dyn PendingConsent>, ConsentError> {
        let unavailable = |error: io::Error| ConsentError::Unavailable {
            reason: format!("port {} of this machine cannot be used: {error}", self.port),
        };
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(unavailable)?;
        let address = listener.local_addr().map_err(unavailable)?;
        Ok(Box::new(Pending { consent: self.clone(), listener, address }))
    }
}

struct Pending {
    consent: LoopbackConsent,
    listener: TcpListener,
    address: SocketAddr,
}

#[async_trait]
impl PendingConsent for Pending {
    fn redirect_uri(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    async fn ask(
        self: Box<Self>,
        url: &str,
        state: &Secret,
    ) -> Result<AuthorizationResponse, ConsentError> {
        (self.consent.show)(url);
        // The browser is a convenience: without it the person still has the URL.
        let _running = self.consent.opens_browser.then(|| browser::open(url));
        let answer = tokio::time::timeout(ANSWER_TIME_MAX, self.answer(state)).await;
        answer.map_err(|_| ConsentError::Timeout { after: ANSWER_TIME_MAX })
    }
}

impl Pending {
    /// Connections are served side by side, so that an idle one keeps nobody waiting. All of them end
    /// when the answer is there.
    async fn answer(&self, state: &Secret) -> AuthorizationResponse {
        let mut connections: JoinSet<Option<AuthorizationResponse>> = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                    match accepted {
                        Ok((stream, _)) => {
                            connections.spawn(serve(stream, self.address, state.clone()));
                        }
                        // Descriptors may be short for a moment.
                        Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                    }
                }
                Some(finished) = connections.join_next() => {
                    if let Ok(Some(response)) = finished {
                        return response;
                    }
                }
            }
        }
    }
}

/// One request of one connection.
async fn serve(
    mut stream: TcpStream,
    address: SocketAddr,
    state: Secret,
) -> Option<AuthorizationResponse> {
    let exchange = async {
        let head = read_head(&mut stream).await.ok()?;
        let verdict = judge(&head, address, &state);
        let page = match &verdict {
            Ok(response) if response.error.is_none() => {
                page("200 OK", "Signed in", "You may close this window.")
            }
            Ok(_) => {
                page("200 OK", "Not signed in", "The login was refused. You may close this window.")
            }
            Err(status) => page(status, "Nothing here", "This is not the answer to a login."),
        };
        stream.write_all(page.as_bytes()).await.ok()?;
        stream.shutdown().await.ok()?;
        verdict.ok()
    };
    tokio::time::timeout(REQUEST_TIME_MAX, exchange).await.ok().flatten()
}

async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await?;
        if read == 0 || head.len() + read > REQUEST_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    String::from_utf8(head).map_err(io::Error::other)
}

/// Only a `GET` of the right path, to the right host, with the right state is the answer.
fn judge(
    head: &str,
    address: SocketAddr,
    state: &Secret,
) -> Result<AuthorizationResponse, &'static str> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let hosts: Vec<&str> = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, value)| value.trim())
        .collect();
    // A page of another site reaches this port by letting its name resolve to 127.0.0.1.
    let own = [address.to_string(), format!("localhost:{}", address.port())];
    if !matches!(hosts[..], [host] if own.iter().any(|own| own.eq_ignore_ascii_case(host))) {
        return Err("403 Forbidden");
    }
    if method != "GET" {
        return Err("405 Method Not Allowed");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != PATH {
        return Err("404 Not Found");
    }
    let response = AuthorizationResponse::from_query(query);
    if response.state.as_ref() != Some(state) {
        return Err("400 Bad Request");
    }
    Ok(response)
}

/// A static page: nothing of the request is in it.
fn page(status: &str, title: &str, words: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>{words}</p></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &str, expected: Result<(), &str>) {
        let address = SocketAddr::from(([127, 0, 0, 1], 4000));

        let verdict = judge(head, address, &Secret::new("right"));

        assert_eq!(verdict.map(|_| ()), expected, "{head}");
    }

    #[test]
    fn answer_with_the_right_state_is_taken() {
        check("GET /callback?code=c&state=right HTTP/1.1\r\nHost: 127.0.0.1:4000\r\n\r\n", Ok(()));
        check("GET /callback?error=e&state=right HTTP/1.1\r\nhost: LOCALHOST:4000\r\n\r\n", Ok(()));
    }

    #[test]
    fn anything_else_is_turned_away() {
        let host = "Host: 127.0.0.1:4000\r\n\r\n";
        check(
            &format!("GET /callback?code=c&state=wrong HTTP/1.1\r\n{host}"),
            Err("400 Bad Request"),
        );
        check(&format!("GET /callback?code=c HTTP/1.1\r\n{host}"), Err("400 Bad Request"));
        check(&format!("GET /favicon.ico HTTP/1.1\r\n{host}"), Err("404 Not Found"));
        check(
            &format!("POST /callback?state=right HTTP/1.1\r\n{host}"),
            Err("405 Method Not Allowed"),
        );
    }

    #[test]
    fn foreign_host_is_turned_away() {
        let line = "GET /callback?code=c&state=right HTTP/1.1\r\n";
        for hosts in [
            "",
            "Host: evil.example:4000\r\n",
            "Host: 127.0.0.1:4001\r\n",
            "Host: 0.0.0.0:4000\r\n",
            "Host: 127.0.0.1:4000\r\nHost: evil.example\r\n",
        ] {
            check(&format!("{line}{hosts}\r\n"), Err("403 Forbidden"));
        }
    }
}
