//! Credentials: what is sent, and what happens when the server says no.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::HeaderValue;
use mcp_client::credentials::{AuthError, Credentials, Refusal};
use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::Delivery;

use crate::site::{
    MockSite, RawSite, Reply, Site, failed_exchange, legacy_handshake, modern_handshake, text_of,
};

/// Credentials that are better with every refusal.
#[derive(Debug, Default)]
struct Numbered {
    number: AtomicUsize,
    refusals: Mutex<Vec<Refusal>>,
}

#[async_trait]
impl Credentials for Numbered {
    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        let number = self.number.load(Ordering::Relaxed);
        Ok(Some(HeaderValue::try_from(format!("Bearer {number}")).unwrap()))
    }

    async fn refused(&self, refusal: &Refusal) -> Result<bool, AuthError> {
        self.number.fetch_add(1, Ordering::Relaxed);
        self.refusals.lock().unwrap().push(refusal.clone());
        Ok(true)
    }
}

#[tokio::test]
async fn refusal_leads_to_another_try_with_better_credentials() {
    let site = MockSite::start(|seen| match seen.header("Authorization") {
        Some("Bearer 0") => Reply::with(
            401,
            &[("WWW-Authenticate", "Bearer a=1"), ("WWW-Authenticate", "Basic")],
            "",
        ),
        _ => modern_handshake(seen).unwrap_or_else(|| Reply::json(200, &seen.text("done"))),
    })
    .await;
    let credentials = Arc::new(Numbered::default());
    let endpoint =
        site.endpoint().with_credentials(Arc::clone(&credentials) as Arc<dyn Credentials>);

    let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();

    assert_eq!(text_of(&client, "t").await, "done");
    let refusals = credentials.refusals.lock().unwrap();
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].status, 401);
    assert_eq!(refusals[0].challenge.as_deref(), Some("Bearer a=1, Basic"));
    assert_eq!(refusals[0].sent.as_ref().unwrap(), "Bearer 0");
}

#[tokio::test]
async fn server_that_is_never_content_is_asked_three_times_a_call() {
    for status in [401, 403] {
        let site = MockSite::modern(move |_| Reply::status(status)).await;
        let credentials: Arc<dyn Credentials> = Arc::new(Numbered::default());
        let endpoint = site.endpoint().with_credentials(credentials);
        let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();

        let (cause, delivery) = failed_exchange(&client, "t").await;

        assert_eq!(delivery, Delivery::Refused);
        assert!(cause.is_permanent());
        assert_eq!(site.count("tools/call"), 3, "{status}: {cause}");
    }
}

#[tokio::test]
async fn final_refusal_says_what_to_do() {
    let site =
        MockSite::start(|_| Reply::with(401, &[("Content-Type", "text/plain")], "expired")).await;
    let address = site.address().to_string();
    let connect = async |endpoint| {
        let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();
        let ConnectError::Transport(cause) = error else { panic!("{error:?}") };
        cause.to_string().replace(&address, "HOST")
    };

    let without = connect(site.endpoint()).await;
    let with =
        connect(site.endpoint().with_header("authorization", "Bearer s3cret").unwrap()).await;

    insta::assert_snapshot!(without, @"`HOST` wants credentials: set an `Authorization` header for it, or log in (HTTP status 401; it says: expired)");
    insta::assert_snapshot!(with, @"`HOST` does not accept the credentials: replace the token, or log in again (HTTP status 401; it says: expired)");
    assert_eq!(site.asked(), ["server/discover", "server/discover"]);
}

/// Credentials that are not to be had.
#[derive(Debug)]
struct Missing;

#[async_trait]
impl Credentials for Missing {
    async fn authorization(&self) -> Result<Option<HeaderValue>, AuthError> {
        Err(AuthError::LoginRequired { server: "s".to_owned(), hint: "log in first".to_owned() })
    }

    async fn refused(&self, _refusal: &Refusal) -> Result<bool, AuthError> {
        Ok(false)
    }
}

#[tokio::test]
async fn nothing_is_sent_without_the_credentials_that_are_needed() {
    let site = RawSite::start(|_| Reply::status(200).into()).await;
    let endpoint = site.endpoint().with_credentials(Arc::new(Missing));

    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();

    insta::assert_snapshot!(error, @"`s` wants a login: log in first");
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn refused_stream_is_not_tried_for_ever_and_a_refused_end_only_once() {
    let site = MockSite::start(|seen| match seen.what() {
        "GET" | "DELETE" => Reply::status(401),
        _ => legacy_handshake(seen).unwrap(),
    })
    .await;
    let credentials = Arc::new(Numbered::default());
    let endpoint =
        site.endpoint().with_credentials(Arc::clone(&credentials) as Arc<dyn Credentials>);
    let client = Client::open(&endpoint, ClientOptions::default()).await.unwrap();
    site.until("GET", 3).await;

    client.close().await;

    assert_eq!(site.count("GET"), 3);
    assert_eq!(site.count("DELETE"), 1);
}
