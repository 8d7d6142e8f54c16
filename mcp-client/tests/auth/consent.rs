//! Receiving the answer of a login on loopback.

use std::sync::{Arc, Mutex};

use mcp_client::auth::{
    AuthorizationResponse, Consent, ConsentError, LoopbackConsent, OAuth, Secret,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::site::{Site, log_in};

/// A consent that waits, and where its answer arrives.
async fn waiting() -> (String, JoinHandle<Result<AuthorizationResponse, ConsentError>>) {
    let pending = LoopbackConsent::new(|_| {}).prepare().await.unwrap();
    let uri = pending.redirect_uri();
    let address =
        uri.strip_prefix("http://").unwrap().strip_suffix("/callback").unwrap().to_owned();
    let asked = tokio::spawn(async move {
        pending.ask("https://as.example/authorize", &Secret::new("right")).await
    });
    (address, asked)
}

async fn send(address: &str, target: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn answer_is_taken_and_the_browser_gets_a_page() {
    let (address, asked) = waiting().await;

    let page = send(&address, "/callback?code=c&state=right&iss=i", &address).await;
    let response = asked.await.unwrap().unwrap();

    assert!(
        page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("default-src 'none'"),
        "{page}"
    );
    assert!(!page.contains("right"), "nothing of the request is in the page");
    assert_eq!(response.code.unwrap().expose(), "c");
    assert_eq!(response.iss.as_deref(), Some("i"));
}

#[tokio::test]
async fn strangers_are_turned_away_and_the_wait_goes_on() {
    let (address, asked) = waiting().await;
    let idle = TcpStream::connect(&address).await.unwrap();

    for (target, host, status) in [
        ("/callback?code=evil&state=guess", &*address, "400"),
        ("/callback?code=evil", &*address, "400"),
        ("/favicon.ico", &*address, "404"),
        ("/callback?code=evil&state=right", "evil.example", "403"),
    ] {
        let page = send(&address, target, host).await;
        assert!(page.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {page}");
    }
    send(&address, "/callback?code=good&state=right", &address).await;

    assert_eq!(asked.await.unwrap().unwrap().code.unwrap().expose(), "good");
    drop(idle);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_longer_than_ten_minutes() {
    let (_address, asked) = waiting().await;
    let begin = tokio::time::Instant::now();

    let error = asked.await.unwrap().unwrap_err();

    assert!(matches!(error, ConsentError::Timeout { .. }), "{error}");
    assert_eq!(begin.elapsed().as_secs(), 600);
}

#[tokio::test]
async fn port_is_closed_after_the_login() {
    let (address, asked) = waiting().await;
    send(&address, "/callback?code=c&state=right", &address).await;
    asked.await.unwrap().unwrap();

    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn whole_login_works_over_loopback() {
    let site = Site::start().await;
    let (urls, mut shown) = mpsc::unbounded_channel::<String>();
    let seen = Arc::new(Mutex::new(String::new()));
    let consent = LoopbackConsent::new(move |url| urls.send(url.to_owned()).unwrap());
    let oauth = OAuth::new(site.options().with_consent(consent)).unwrap();
    let browser = tokio::spawn({
        let seen = Arc::clone(&seen);
        async move {
            let url = shown.recv().await.unwrap();
            seen.lock().unwrap().clone_from(&url);
            let target = redirect_of(&url).await;
            let (address, _) = target.strip_prefix("http://").unwrap().split_once('/').unwrap();
            send(address, target.split_once(address).unwrap().1, address).await
        }
    });

    let header = log_in(&oauth).await.unwrap();

    assert_eq!(header, "Bearer token-1");
    assert!(browser.await.unwrap().contains("Signed in"));
    assert!(seen.lock().unwrap().starts_with(&site.at("/authorize?")));
}

/// What a browser is sent to by the authorization endpoint.
async fn redirect_of(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap().to_owned()
}
