//! Who this client is at an authorization server.

use std::sync::Arc;

use mcp_client::auth::{MemoryStore, OAuth, Secret};
use mcp_client::credentials::{AuthError, Credentials};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::site::{Site, log_in, unauthorized};

const DOCUMENT: &str = "https://client.example/metadata.json";

#[tokio::test]
async fn agreed_identity_comes_first_then_the_document_then_registration() {
    for (agreed, documents, id) in
        [(true, true, "agreed"), (false, true, DOCUMENT), (false, false, "registered")]
    {
        let site = Site::start().await;
        site.with_server(json!({ "client_id_metadata_document_supported": documents })).await;
        let mut options = site.options().with_client_metadata_url(DOCUMENT);
        if agreed {
            options = options.with_client("agreed", None);
        }

        log_in(&OAuth::new(options).unwrap()).await.unwrap();

        assert_eq!(site.authorizations().await[0]["client_id"], id);
        assert_eq!(site.token_requests().await[0]["client_id"], id);
        assert_eq!(site.count("/register").await, usize::from(id == "registered"));
    }
}

#[tokio::test]
async fn registration_says_what_this_client_is() {
    let site = Site::start().await;

    log_in(&site.oauth()).await.unwrap();

    let requests = site.requests().await;
    let request = requests.iter().find(|request| request.url.path() == "/register").unwrap();
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        sent,
        json!({
            "application_type": "native",
            "client_name": "mcp-client",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["http://127.0.0.1:8765/callback"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
}

#[tokio::test]
async fn secret_is_shown_in_the_way_that_the_server_supports() {
    for (method, in_header, in_body) in [
        ("client_secret_basic", true, false),
        ("client_secret_post", false, true),
        ("none", false, false),
    ] {
        let site = Site::start().await;
        site.with_server(json!({ "token_endpoint_auth_methods_supported": [method] })).await;
        site.with_registration(json!({ "client_id": "id", "client_secret": "s3cret" })).await;

        log_in(&site.oauth()).await.unwrap();

        let requests = site.requests().await;
        let request = requests.iter().find(|request| request.url.path() == "/token").unwrap();
        let form = &site.token_requests().await[0];
        assert_eq!(request.headers.contains_key("authorization"), in_header, "{method}");
        assert_eq!(form.contains_key("client_secret"), in_body, "{method}");
    }
}

#[tokio::test]
async fn server_that_registers_nobody_wants_a_client_id() {
    let site = Site::start().await;
    site.with_server(json!({ "registration_endpoint": null })).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert!(matches!(error, AuthError::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("configure its client id"), "{error}");
}

#[tokio::test]
async fn refused_registration_says_why() {
    let site = Site::start().await;
    let answer = ResponseTemplate::new(400).set_body_json(
        json!({ "error": "invalid_redirect_uri", "error_description": "not yours" }),
    );
    site.with_answer("POST", "/register", answer).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert!(
        error.to_string().ends_with("to register this client: invalid_redirect_uri: not yours")
    );
}

#[tokio::test]
async fn registration_is_used_again() {
    let site = Site::start().await;
    let oauth = site.oauth();

    log_in(&oauth).await.unwrap();
    log_in(&oauth).await.unwrap();

    assert_eq!((site.count("/register").await, site.count("/authorize").await), (1, 2));
}

#[tokio::test]
async fn identity_that_the_server_forgot_is_registered_anew() {
    let site = Site::start().await;
    let oauth = site.oauth();
    log_in(&oauth).await.unwrap();
    let forgotten = ResponseTemplate::new(401).set_body_json(json!({ "error": "invalid_client" }));
    site.with_answer("POST", "/token", forgotten).await;
    log_in(&oauth).await.unwrap_err();
    site.with_tokens(json!({})).await;

    log_in(&oauth).await.unwrap();

    assert_eq!(site.count("/register").await, 2);
}

#[tokio::test]
async fn new_authorization_server_gets_a_new_registration() {
    let (first, second) = (Site::start().await, Site::start().await);
    second.with_registration(json!({ "client_id": "second" })).await;
    let oauth = first.oauth();
    let sent = log_in(&oauth).await.unwrap();
    first.with_resource(json!({ "authorization_servers": [second.issuer()] })).await;

    let again = oauth.refused(&unauthorized("Bearer", Some(sent))).await.unwrap();

    assert!(again);
    assert_eq!(second.count("/register").await, 1);
    assert_eq!(second.authorizations().await[0]["client_id"], "second");
    assert_eq!(second.token_requests().await[0]["client_id"], "second");
}

#[tokio::test]
async fn agreed_identity_is_not_shown_to_another_authorization_server() {
    let (first, second) = (Site::start().await, Site::start().await);
    let store = Arc::new(MemoryStore::default());
    let mut options = first.options().with_client("agreed", Some(Secret::new("s3cret")));
    options.store = store;
    let sent = log_in(&OAuth::new(options.clone()).unwrap()).await.unwrap();
    first.with_resource(json!({ "authorization_servers": [second.issuer()] })).await;

    let refused = OAuth::new(options).unwrap().refused(&unauthorized("Bearer", Some(sent))).await;

    let error = refused.unwrap_err();
    assert!(matches!(error, AuthError::Unsupported { .. }), "{error}");
    assert_eq!(second.count("/authorize").await + second.count("/token").await, 0);
}

#[tokio::test]
async fn only_the_configured_issuer_is_trusted() {
    let site = Site::start().await;
    let options = site.options().with_client("agreed", None).with_issuer("https://as.example");

    let error = log_in(&OAuth::new(options).unwrap()).await.unwrap_err();

    assert!(error.to_string().contains("the client id is for `https://as.example`"), "{error}");
}
