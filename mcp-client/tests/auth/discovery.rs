//! Who grants access: which places are asked, in which order, and what is believed.

use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::site::{Iss, RESOURCE_METADATA, SERVER_METADATA, Site, log_in, unauthorized};

const OPENID: &str = "/.well-known/openid-configuration";
const ROOT_RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn path_is_asked_before_the_root() {
    let site = Site::start().await;

    log_in(&site.oauth()).await.unwrap();

    assert_eq!(
        site.paths().await,
        [RESOURCE_METADATA, SERVER_METADATA, "/register", "/authorize", "/token"]
    );
}

#[tokio::test]
async fn root_is_asked_when_the_path_has_nothing() {
    let site = Site::start().await;
    site.with_answer("GET", RESOURCE_METADATA, ResponseTemplate::new(404)).await;
    let document = json!({ "resource": site.issuer(), "authorization_servers": [site.issuer()] });
    site.with_json(ROOT_RESOURCE_METADATA, document).await;

    log_in(&site.oauth()).await.unwrap();

    let paths = site.paths().await;
    assert_eq!(paths[..3], [RESOURCE_METADATA, ROOT_RESOURCE_METADATA, SERVER_METADATA]);
    assert_eq!(site.token_requests().await[0]["resource"], site.issuer());
}

#[tokio::test]
async fn place_in_the_challenge_is_the_only_one_asked() {
    let site = Site::start().await;
    let document = json!({ "resource": site.at("/mcp"), "authorization_servers": [site.issuer()] });
    site.with_json("/custom.json", document).await;
    let challenge = format!("Bearer resource_metadata=\"{}\"", site.at("/custom.json"));

    let again = site.oauth().refused(&unauthorized(&challenge, None)).await.unwrap();

    assert!(again);
    assert_eq!(site.paths().await[0], "/custom.json");
    assert_eq!(site.count(RESOURCE_METADATA).await, 0);
}

#[tokio::test]
async fn places_of_an_issuer_with_a_path_are_asked_in_order() {
    let site = Site::start().await;
    let issuer = site.at("/tenant1");
    site.with_resource(json!({ "authorization_servers": [issuer] })).await;
    site.with_json(
        "/tenant1/.well-known/openid-configuration",
        site.metadata(json!({
            "issuer": issuer,
            "authorization_response_iss_parameter_supported": false,
        })),
    )
    .await;
    site.with_authorization(Iss::None).await;

    log_in(&site.oauth()).await.unwrap();

    assert_eq!(
        site.paths().await[1..4],
        [
            "/.well-known/oauth-authorization-server/tenant1",
            "/.well-known/openid-configuration/tenant1",
            "/tenant1/.well-known/openid-configuration",
        ]
    );
}

#[tokio::test]
async fn openid_configuration_does_as_well() {
    let site = Site::start().await;
    site.with_answer("GET", SERVER_METADATA, ResponseTemplate::new(404)).await;
    site.with_json(OPENID, site.metadata(json!({}))).await;

    log_in(&site.oauth()).await.unwrap();

    assert_eq!(site.paths().await[..3], [RESOURCE_METADATA, SERVER_METADATA, OPENID]);
}

#[tokio::test]
async fn page_in_place_of_metadata_counts_as_none() {
    let site = Site::start().await;
    let page = ResponseTemplate::new(200).set_body_string("<html>welcome</html>");
    site.with_answer("GET", SERVER_METADATA, page).await;
    site.with_json(OPENID, site.metadata(json!({}))).await;

    log_in(&site.oauth()).await.unwrap();
}

#[tokio::test]
async fn old_server_is_its_own_authorization_server() {
    let site = Site::start().await;
    site.with_answer("GET", RESOURCE_METADATA, ResponseTemplate::new(404)).await;

    log_in(&site.oauth()).await.unwrap();

    assert_eq!(site.token_requests().await[0]["resource"], site.at("/mcp"));
}

#[tokio::test]
async fn old_server_without_any_metadata_has_default_endpoints() {
    let site = Site::start().await;
    for place in [RESOURCE_METADATA, SERVER_METADATA] {
        site.with_answer("GET", place, ResponseTemplate::new(404)).await;
    }
    site.with_authorization(Iss::None).await;

    log_in(&site.oauth()).await.unwrap();

    let paths = site.paths().await;
    assert_eq!(paths[paths.len() - 3..], ["/register", "/authorize", "/token"]);
}

#[track_caller]
fn assert_discovery(error: &AuthError, words: &str) {
    assert!(matches!(error, AuthError::Discovery { .. }), "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn metadata_about_another_resource_is_refused() {
    let site = Site::start().await;
    site.with_resource(json!({ "resource": "https://evil.example/mcp" })).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert_discovery(&error, "another resource, `https://evil.example/mcp`");
    assert_eq!(site.count("/authorize").await, 0);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    for issuer in ["https://evil.example".to_owned(), String::new(), "/".to_owned()] {
        let site = Site::start().await;
        let issuer = if issuer == "/" { site.at("/") } else { issuer };
        site.with_server(json!({ "issuer": issuer })).await;

        let error = log_in(&site.oauth()).await.unwrap_err();

        assert_discovery(&error, "both must be equal, letter by letter");
        assert_eq!(site.count("/register").await + site.count("/authorize").await, 0);
    }
}

#[tokio::test]
async fn resource_without_an_authorization_server_is_refused() {
    let site = Site::start().await;
    site.with_resource(json!({ "authorization_servers": [] })).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert_discovery(&error, "names no authorization server");
}

#[tokio::test]
async fn failing_place_ends_the_search_and_may_work_later() {
    let site = Site::start().await;
    site.with_answer("GET", RESOURCE_METADATA, ResponseTemplate::new(503)).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn refusal_that_is_not_about_scopes_is_left_alone() {
    let site = Site::start().await;
    let oauth = site.oauth();
    for challenge in ["", "Bearer", "Bearer error=\"invalid_token\"", "Basic realm=x"] {
        let mut refusal = unauthorized(challenge, None);
        refusal.status = 403;

        assert!(!oauth.refused(&refusal).await.unwrap(), "{challenge}");
    }
    assert_eq!(site.paths().await.len(), 0);
}
