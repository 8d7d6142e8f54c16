//! More scopes: only when asked, never fewer than before, and not for ever.

use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;

use crate::site::{Iss, Site, insufficient, log_in, unauthorized};

async fn scopes_asked_for(site: &Site) -> Vec<String> {
    let asked = site.authorizations().await;
    asked.iter().map(|query| query.get("scope").cloned().unwrap_or_default()).collect()
}

#[tokio::test]
async fn step_up_keeps_what_was_asked_for_before() {
    let site = Site::start().await;
    site.with_resource(json!({ "scopes_supported": ["profile"] })).await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer scope=\"read\"", None)).await.unwrap();
    let sent = oauth.authorization().await.unwrap();

    let again = oauth.refused(&insufficient("write", sent)).await.unwrap();

    assert!(again);
    assert_eq!(scopes_asked_for(&site).await, ["read", "read write"]);
    assert_eq!(oauth.authorization().await.unwrap().unwrap(), "Bearer token-2");
}

#[tokio::test]
async fn scopes_that_were_asked_for_are_not_asked_for_again() {
    let site = Site::start().await;
    let oauth = site.oauth();
    oauth.refused(&unauthorized("Bearer scope=\"admin\"", None)).await.unwrap();
    let sent = oauth.authorization().await.unwrap();

    for _ in 0..5 {
        assert!(!oauth.refused(&insufficient("admin", sent.clone())).await.unwrap());
    }

    assert_eq!(scopes_asked_for(&site).await, ["admin"]);
}

#[tokio::test]
async fn endless_step_ups_are_cut() {
    let site = Site::start().await;
    let oauth = site.oauth();
    log_in(&oauth).await.unwrap();

    let mut outcome = Ok(true);
    for round in 0..10 {
        let sent = oauth.authorization().await.unwrap();
        outcome = oauth.refused(&insufficient(&format!("scope-{round}"), sent)).await;
        if outcome.is_err() {
            break;
        }
    }

    let error = outcome.unwrap_err();
    assert!(matches!(error, AuthError::TooManyLogins { limit: 3, .. }), "{error}");
    assert_eq!(site.count("/authorize").await, 3);
}

#[tokio::test]
async fn endless_refusals_are_cut() {
    let site = Site::start().await;
    let oauth = site.oauth();

    let mut logins = 0;
    let error = loop {
        match log_in(&oauth).await {
            Ok(_) => logins += 1,
            Err(error) => break error,
        }
    };

    assert!(matches!(error, AuthError::TooManyLogins { .. }), "{error}");
    assert_eq!(logins, 3);
}

#[tokio::test]
async fn denied_scopes_are_remembered() {
    let site = Site::start().await;
    let oauth = site.oauth();
    let sent = Some(log_in(&oauth).await.unwrap());
    site.with_authorization(Iss::Denied).await;

    let denied = oauth.refused(&insufficient("admin", sent.clone())).await;
    let again = oauth.refused(&insufficient("admin", sent.clone())).await;

    let error = denied.unwrap_err();
    assert!(matches!(error, AuthError::Consent { .. }), "{error}");
    assert!(!again.unwrap());
    assert_eq!(site.count("/authorize").await, 2);
    assert_eq!(oauth.authorization().await.unwrap(), sent, "the old token still does for the rest");
}

#[tokio::test]
async fn step_up_that_another_call_did_is_used() {
    let site = Site::start().await;
    let oauth = site.oauth();
    let old = log_in(&oauth).await.unwrap();
    oauth.refused(&insufficient("write", Some(old.clone()))).await.unwrap();

    let again = oauth.refused(&insufficient("write", Some(old))).await.unwrap();

    assert!(again);
    assert_eq!(site.count("/authorize").await, 2);
}

#[tokio::test]
async fn refusal_without_scopes_leads_nowhere() {
    let site = Site::start().await;
    let oauth = site.oauth();
    let sent = Some(log_in(&oauth).await.unwrap());

    assert!(!oauth.refused(&insufficient("", sent)).await.unwrap());
}
