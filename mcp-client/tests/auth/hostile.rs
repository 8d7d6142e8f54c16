//! Servers that name what they must not, or answer without end.

use std::time::Duration;

use mcp_client::auth::{HeadlessConsent, OAuth, OAuthOptions};
use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::site::{RESOURCE_METADATA, Site, log_in, unauthorized};

fn redirect(target: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", target)
}

#[track_caller]
fn assert_unsafe(error: &AuthError, words: &str) {
    assert!(matches!(error, AuthError::UnsafeUrl { .. }), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn metadata_place_with_another_scheme_is_refused() {
    let site = Site::start().await;
    for url in
        ["file:///etc/passwd", "javascript:alert(1)", "http://10.0.0.1/x", "https://10.0.0.1/x"]
    {
        let challenge = format!("Bearer resource_metadata=\"{url}\"");

        let error = site.oauth().refused(&unauthorized(&challenge, None)).await.unwrap_err();

        assert_unsafe(&error, "resource metadata URL");
    }
}

#[tokio::test]
async fn endpoints_with_another_scheme_or_in_another_network_are_refused() {
    for endpoint in ["authorization_endpoint", "token_endpoint", "registration_endpoint"] {
        for url in
            ["file:///etc/passwd", "javascript:alert(1)", "https://169.254.169.254/", "http://as/"]
        {
            let site = Site::start().await;
            site.with_server(json!({ endpoint: url })).await;

            let error = log_in(&site.oauth()).await.unwrap_err();

            assert_unsafe(&error, &endpoint.replace('_', " "));
        }
    }
}

#[tokio::test]
async fn authorization_server_in_another_network_is_refused() {
    let site = Site::start().await;
    site.with_resource(json!({ "authorization_servers": ["https://192.168.0.1"] })).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert_unsafe(&error, "private address 192.168.0.1");
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let site = Site::start().await;
    let document = json!({ "resource": site.at("/mcp"), "authorization_servers": [site.issuer()] });
    site.with_json("/r3", document).await;
    for (from, to) in [("/r0", "/r1"), ("/r1", "/r2"), ("/r2", "/r3"), ("/r", "/r0")] {
        site.with_answer("GET", from, redirect(to)).await;
    }
    let place = |path: &str| format!("Bearer resource_metadata=\"{}\"", site.at(path));

    let three = site.oauth().refused(&unauthorized(&place("/r0"), None)).await;
    let four = site.oauth().refused(&unauthorized(&place("/r"), None)).await;

    assert!(three.unwrap());
    assert_unsafe(&four.unwrap_err(), "more than 3 redirects");
}

#[tokio::test]
async fn redirect_loop_ends() {
    let site = Site::start().await;
    site.with_answer("GET", RESOURCE_METADATA, redirect(RESOURCE_METADATA)).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert_unsafe(&error, "more than 3 redirects");
    assert_eq!(site.count(RESOURCE_METADATA).await, 4);
}

#[tokio::test]
async fn each_redirect_is_looked_at() {
    for target in
        ["http://evil.example/", "https://10.0.0.1/", "file:///etc/passwd", "javascript:x"]
    {
        let site = Site::start().await;
        site.with_answer("GET", RESOURCE_METADATA, redirect(target)).await;

        let error = log_in(&site.oauth()).await.unwrap_err();

        assert_unsafe(&error, "resource metadata URL");
    }
}

#[tokio::test]
async fn post_is_not_redirected() {
    for endpoint in ["/token", "/register"] {
        let site = Site::start().await;
        site.with_answer("POST", endpoint, redirect("/elsewhere")).await;

        let error = log_in(&site.oauth()).await.unwrap_err();

        assert_unsafe(&error, "it answers a POST with a redirect");
        assert_eq!(site.count("/elsewhere").await, 0);
    }
}

#[tokio::test]
async fn metadata_is_cut_at_its_limit() {
    for (filling, accepted) in [(60 * 1024, true), (70 * 1024, false)] {
        let site = Site::start().await;
        site.with_resource(json!({ "filling": "x".repeat(filling) })).await;

        let outcome = log_in(&site.oauth()).await;

        match outcome {
            Ok(_) => assert!(accepted),
            Err(error) => {
                assert!(!accepted);
                assert!(error.to_string().contains("longer than 65536 bytes"), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn silent_server_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}/mcp", listener.local_addr().unwrap());
    let oauth =
        OAuth::new(OAuthOptions::new(server).with_consent(HeadlessConsent::default())).unwrap();
    let begin = tokio::time::Instant::now();

    let error = log_in(&oauth).await.unwrap_err();

    assert!(error.to_string().contains("no answer within 10s"), "{error}");
    assert_eq!(begin.elapsed().as_secs(), Duration::from_secs(10).as_secs());
}

#[tokio::test]
async fn words_of_a_server_are_made_safe() {
    let site = Site::start().await;
    let answer = ResponseTemplate::new(400).set_body_json(
        json!({ "error": "invalid_grant", "error_description": format!("\u{1b}[2J{}", "x".repeat(9000)) }),
    );
    site.with_answer("POST", "/token", answer).await;

    let error = log_in(&site.oauth()).await.unwrap_err().to_string();

    assert!(!error.contains('\u{1b}') && error.len() < 500, "{error}");
}

#[tokio::test]
async fn body_of_a_broken_token_answer_is_not_shown() {
    let site = Site::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(
        json!({ "access_token": "s3cret", "token_type": "Bearer", "expires_in": "s3cret" }),
    );
    site.with_answer("POST", "/token", answer).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn no_credentials_are_sent_while_discovering() {
    let site = Site::start().await;

    log_in(&site.oauth()).await.unwrap();

    for request in site.requests().await {
        assert!(request.headers.get("authorization").is_none(), "{}", request.url);
        assert!(request.headers.get("cookie").is_none(), "{}", request.url);
    }
}
