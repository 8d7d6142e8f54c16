//! Refreshing: once for all calls, by one process at a time, and to its end.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use mcp_client::auth::{FileStore, OAuth, OAuthOptions, Secret, TokenStore};
use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::site::{Site, log_in, unauthorized};

/// Tokens that are at their end as soon as they come, and what renews them.
async fn site_with_short_tokens() -> Site {
    let site = Site::start().await;
    site.with_tokens(json!({ "expires_in": 0, "refresh_token": "refresh-1" })).await;
    site
}

fn renewed(token: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "refresh-2",
    }))
}

#[tokio::test]
async fn ten_calls_at_once_refresh_once() {
    let site = site_with_short_tokens().await;
    let oauth = Arc::new(site.oauth());
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    let answer = renewed("fresh").set_delay(Duration::from_millis(50));
    site.with_answer_to_grant("refresh_token", answer).await;

    let calls: Vec<_> = (0..10)
        .map(|_| {
            let oauth = Arc::clone(&oauth);
            tokio::spawn(async move { oauth.authorization().await })
        })
        .collect();

    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().unwrap(), "Bearer fresh");
    }
    let refreshes: Vec<_> = site.token_requests().await.split_off(1);
    assert_eq!(refreshes.len(), 1);
    assert_eq!(refreshes[0]["refresh_token"], "refresh-1");
    assert_eq!(refreshes[0]["resource"], site.at("/mcp"));
    assert_eq!(refreshes[0]["client_id"], "registered");
}

#[tokio::test]
async fn ten_refusals_at_once_refresh_once() {
    let site = Site::start().await;
    site.with_tokens(json!({ "expires_in": 3600, "refresh_token": "refresh-1" })).await;
    let oauth = Arc::new(site.oauth());
    let sent = log_in(&oauth).await.unwrap();
    site.with_answer_to_grant("refresh_token", renewed("fresh")).await;

    let calls: Vec<_> = (0..10)
        .map(|_| {
            let (oauth, sent) = (Arc::clone(&oauth), sent.clone());
            tokio::spawn(async move { oauth.refused(&unauthorized("Bearer", Some(sent))).await })
        })
        .collect();

    for call in calls {
        assert!(call.await.unwrap().unwrap());
    }
    assert_eq!(site.count("/token").await, 2);
    assert_eq!(oauth.authorization().await.unwrap().unwrap(), "Bearer fresh");
}

#[tokio::test]
async fn refresh_token_stays_when_no_new_one_comes() {
    let site = site_with_short_tokens().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    let answer = json!({ "access_token": "fresh", "token_type": "Bearer", "expires_in": 0 });
    let answer = ResponseTemplate::new(200).set_body_json(answer);
    site.with_answer_to_grant("refresh_token", answer).await;

    oauth.authorization().await.unwrap();
    oauth.authorization().await.unwrap();

    let requests = site.token_requests().await;
    assert_eq!(requests[1]["refresh_token"], "refresh-1");
    assert_eq!(requests[2]["refresh_token"], "refresh-1");
}

#[tokio::test]
async fn worthless_refresh_token_leads_to_a_login() {
    let site = site_with_short_tokens().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    let answer = ResponseTemplate::new(400).set_body_json(json!({ "error": "invalid_grant" }));
    site.with_answer_to_grant("refresh_token", answer).await;
    let sent = oauth.authorization().await.unwrap();

    let again = oauth.refused(&unauthorized("Bearer", sent)).await.unwrap();

    assert!(again);
    let grants: Vec<_> =
        site.token_requests().await.iter().map(|form| form["grant_type"].clone()).collect();
    assert_eq!(grants, ["authorization_code", "refresh_token", "authorization_code"]);
}

#[tokio::test]
async fn old_token_is_used_while_the_authorization_server_is_away() {
    let site = site_with_short_tokens().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    site.with_answer_to_grant("refresh_token", ResponseTemplate::new(503)).await;

    let first = oauth.authorization().await.unwrap().unwrap();
    let second = oauth.authorization().await.unwrap().unwrap();

    assert_eq!(
        (first, second),
        ("Bearer token-1".parse().unwrap(), "Bearer token-1".parse().unwrap())
    );
    assert_eq!(site.count("/token").await, 2, "the second call does not try again at once");
}

#[tokio::test]
async fn refusal_while_the_authorization_server_is_away_asks_nobody() {
    let site = site_with_short_tokens().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    site.with_answer_to_grant("refresh_token", ResponseTemplate::new(503)).await;
    let sent = Some("Bearer token-1".parse().unwrap());

    let error = oauth.refused(&unauthorized("Bearer", sent)).await.unwrap_err();

    assert!(matches!(error, AuthError::Unreachable { .. }), "{error}");
    assert_eq!(site.count("/authorize").await, 1);
}

#[tokio::test]
async fn renewal_goes_on_when_its_caller_goes_away() {
    let site = site_with_short_tokens().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    let answer = renewed("fresh").set_delay(Duration::from_millis(100));
    site.with_answer_to_grant("refresh_token", answer).await;

    let given_up = tokio::time::timeout(Duration::from_millis(30), oauth.authorization()).await;
    let next = oauth.authorization().await.unwrap().unwrap();

    assert!(given_up.is_err());
    assert_eq!(next, "Bearer fresh");
    assert_eq!(site.count("/token").await, 2);
}

#[tokio::test]
async fn tokens_that_another_process_renewed_are_used() {
    let site = Site::start().await;
    site.with_tokens(json!({ "expires_in": 0, "refresh_token": "refresh-1" })).await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("tokens"));
    let oauth = OAuth::new(site.options().with_store(store.clone())).unwrap();
    oauth.refused(&unauthorized("Bearer", None)).await.unwrap();
    let mut grants = store.load(&site.at("/mcp")).await.unwrap().unwrap();
    let issuer = grants.current.clone().unwrap();
    let tokens = grants.by_issuer.get_mut(&issuer).unwrap().tokens.as_mut().unwrap();
    tokens.access = Secret::new("of-the-other");
    tokens.refresh = Some(Secret::new("refresh-2"));
    tokens.renew_at = Some(u64::MAX);
    store.save(&site.at("/mcp"), &grants).await.unwrap();

    let header = oauth.authorization().await.unwrap().unwrap();

    assert_eq!(header, "Bearer of-the-other");
    assert_eq!(site.count("/token").await, 1, "nothing was refreshed");
}

#[tokio::test]
async fn two_processes_refresh_once() {
    let site = site_with_short_tokens().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("tokens"));
    let process = || OAuth::new(site.options().with_store(store.clone())).unwrap();
    process().refused(&unauthorized("Bearer", None)).await.unwrap();
    let answer = renewed("fresh").set_delay(Duration::from_millis(50));
    site.with_answer_to_grant("refresh_token", answer).await;
    let (one, other) = (process(), process());

    let (first, second) = tokio::join!(one.authorization(), other.authorization());

    let fresh = Some(HeaderValue::from_static("Bearer fresh"));
    assert_eq!((first.unwrap(), second.unwrap()), (fresh.clone(), fresh));
    assert_eq!(site.count("/token").await, 2);
}

#[tokio::test]
async fn stored_tokens_need_nobody() {
    let site = site_with_short_tokens().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("tokens"));
    let interactive = OAuth::new(site.options().with_store(store.clone())).unwrap();
    interactive.refused(&unauthorized("Bearer", None)).await.unwrap();
    site.with_answer_to_grant("refresh_token", renewed("fresh")).await;

    let alone = OAuth::new(OAuthOptions::new(site.at("/mcp")).with_store(store)).unwrap();
    let header = alone.authorization().await.unwrap().unwrap();

    assert_eq!(header, "Bearer fresh");
}
