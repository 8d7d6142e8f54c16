//! The authorization code grant: what is sent, and whose answer is believed.

use std::collections::HashSet;

use async_trait::async_trait;
use mcp_client::auth::{
    AuthorizationResponse, Consent, ConsentError, Grant, OAuth, OAuthOptions, PendingConsent,
    Scopes, Secret,
};
use mcp_client::credentials::{AuthError, Credentials};
use serde_json::json;

use crate::site::{Iss, Site, log_in, unauthorized};

#[tokio::test]
async fn token_is_obtained_with_pkce_and_resource_on_both_legs() {
    let site = Site::start().await;

    let header = log_in(&site.oauth()).await.unwrap();

    assert_eq!(header, "Bearer token-1");
    assert!(header.is_sensitive());
    let asked = &site.authorizations().await[0];
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["code_challenge"].len(), 43);
    assert_eq!(asked["resource"], site.at("/mcp"));
    assert!(!asked.contains_key("scope"));
    let bought = &site.token_requests().await[0];
    assert_eq!(bought["grant_type"], "authorization_code");
    assert_eq!(bought["code"], "the-code");
    assert_eq!(bought["resource"], site.at("/mcp"));
    assert_eq!(bought["redirect_uri"], asked["redirect_uri"]);
    assert!(bought["code_verifier"].len() >= 43);
}

#[tokio::test]
async fn state_and_challenge_are_new_each_time() {
    let site = Site::start().await;

    for _ in 0..3 {
        log_in(&site.oauth()).await.unwrap();
    }

    let asked = site.authorizations().await;
    let states: HashSet<_> = asked.iter().map(|query| &query["state"]).collect();
    let challenges: HashSet<_> = asked.iter().map(|query| &query["code_challenge"]).collect();
    assert_eq!((states.len(), challenges.len()), (3, 3));
    assert!(states.iter().all(|state| state.len() >= 22), "128 bits take 22 characters of base64");
}

#[tokio::test]
async fn server_without_pkce_is_refused_before_anything_is_sent_there() {
    for methods in [json!(null), json!([]), json!(["plain"])] {
        let site = Site::start().await;
        site.with_server(json!({ "code_challenge_methods_supported": methods })).await;

        let error = log_in(&site.oauth()).await.unwrap_err();

        assert!(matches!(error, AuthError::Unsupported { .. }), "{error}");
        assert_eq!(site.count("/register").await + site.count("/authorize").await, 0);
    }
}

#[tokio::test]
async fn issuer_of_the_answer_is_compared_letter_by_letter() {
    for (advertised, iss, believed) in [
        (true, Iss::Right, true),
        (true, Iss::None, false),
        (true, Iss::Wrong, false),
        (true, Iss::Slash, false),
        (false, Iss::Right, true),
        (false, Iss::None, true),
        (false, Iss::Wrong, false),
        (false, Iss::Slash, false),
    ] {
        let site = Site::start().await;
        site.with_server(json!({ "authorization_response_iss_parameter_supported": advertised }))
            .await;
        site.with_authorization(iss).await;

        let outcome = log_in(&site.oauth()).await;

        assert_eq!(outcome.is_ok(), believed, "{advertised} {iss:?}");
        assert_eq!(site.count("/token").await, usize::from(believed), "{advertised} {iss:?}");
        if let Err(error) = outcome {
            assert!(matches!(error, AuthError::Mismatch { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn words_of_a_foreign_issuer_are_not_shown() {
    let site = Site::start().await;
    site.with_authorization(Iss::WrongWithError).await;

    let error = log_in(&site.oauth()).await.unwrap_err();

    assert!(matches!(error, AuthError::Mismatch { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("attacker"), "{error:?}");
}

/// Answers with a state of its own.
#[derive(Debug)]
struct WrongState;

#[async_trait]
impl Consent for WrongState {
    async fn prepare(&self) -> Result<Box<dyn PendingConsent>, ConsentError> {
        Ok(Box::new(Self))
    }
}

#[async_trait]
impl PendingConsent for WrongState {
    fn redirect_uri(&self) -> String {
        "http://127.0.0.1:1/callback".to_owned()
    }

    async fn ask(
        self: Box<Self>,
        _url: &str,
        _state: &Secret,
    ) -> Result<AuthorizationResponse, ConsentError> {
        Ok(AuthorizationResponse::from_query("code=evil&state=guess"))
    }
}

#[tokio::test]
async fn answer_with_another_state_is_refused() {
    let site = Site::start().await;
    let oauth = OAuth::new(site.options().with_consent(WrongState)).unwrap();

    let error = log_in(&oauth).await.unwrap_err();

    assert!(matches!(error, AuthError::Mismatch { .. }), "{error}");
    assert_eq!(site.count("/token").await, 0);
}

#[tokio::test]
async fn scopes_come_from_the_challenge_then_the_options_then_the_metadata() {
    for (challenge, configured, supported, asked) in [
        ("a b", "c", json!(["d"]), Some("a b")),
        ("", "c", json!(["d"]), Some("c")),
        ("", "", json!(["d", "e"]), Some("d e")),
        ("", "", json!(null), None),
    ] {
        let site = Site::start().await;
        site.with_resource(json!({ "scopes_supported": supported })).await;
        let oauth = OAuth::new(site.options().with_scopes(Scopes::parse(configured))).unwrap();
        let challenge = format!("Bearer scope=\"{challenge}\"");

        oauth.refused(&unauthorized(&challenge, None)).await.unwrap();

        assert_eq!(site.authorizations().await[0].get("scope").map(String::as_str), asked);
    }
}

#[tokio::test]
async fn offline_access_is_asked_for_where_it_is_advertised() {
    for (supported, asked) in
        [(json!(["a", "offline_access"]), "a offline_access"), (json!(["a"]), "a")]
    {
        let site = Site::start().await;
        site.with_resource(json!({ "scopes_supported": ["a"] })).await;
        site.with_server(json!({ "scopes_supported": supported })).await;

        log_in(&site.oauth()).await.unwrap();

        assert_eq!(site.authorizations().await[0]["scope"], asked);
    }
}

#[tokio::test]
async fn without_anybody_to_ask_the_error_says_what_to_do() {
    let site = Site::start().await;
    let options =
        OAuthOptions::new(site.at("/mcp")).with_login_hint("run `orchestrator servers login x`");
    let oauth = OAuth::new(options).unwrap();

    let error = log_in(&oauth).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        format!("`{}` wants a login: run `orchestrator servers login x`", site.at("/mcp"))
    );
    assert_eq!(site.paths().await.len(), 0);
}

#[tokio::test]
async fn program_logs_in_with_its_own_secret() {
    for (method, in_header) in [("client_secret_basic", true), ("client_secret_post", false)] {
        let site = Site::start().await;
        site.with_server(json!({
            "token_endpoint_auth_methods_supported": [method],
            "code_challenge_methods_supported": null,
            "registration_endpoint": null,
        }))
        .await;
        let options = OAuthOptions::new(site.at("/mcp"))
            .with_client("robot", Some(Secret::new("s3cret")))
            .with_grant(Grant::ClientCredentials);

        let header = log_in(&OAuth::new(options).unwrap()).await.unwrap();

        assert_eq!(header, "Bearer token-1");
        let requests = site.requests().await;
        let request = requests.iter().find(|request| request.url.path() == "/token").unwrap();
        let form = &site.token_requests().await[0];
        assert_eq!(form["grant_type"], "client_credentials");
        assert_eq!(form["resource"], site.at("/mcp"));
        assert_eq!(request.headers.contains_key("authorization"), in_header);
        assert_eq!(form.contains_key("client_secret"), !in_header);
    }
}

#[tokio::test]
async fn secrets_are_in_no_debug_output() {
    let site = Site::start().await;
    let options = site.options().with_client("id", Some(Secret::new("s3cret")));

    let shown = format!("{options:?} {:?}", OAuth::new(options.clone()).unwrap());

    assert!(!shown.contains("s3cret"), "{shown}");
}

#[tokio::test]
async fn explicit_login_asks_although_there_is_a_token() {
    let site = Site::start().await;
    let oauth = site.oauth();
    log_in(&oauth).await.unwrap();

    oauth.login(None).await.unwrap();

    assert_eq!(oauth.authorization().await.unwrap().unwrap(), "Bearer token-2");
}

#[tokio::test]
async fn logout_forgets_the_token() {
    let site = Site::start().await;
    let oauth = site.oauth();
    log_in(&oauth).await.unwrap();

    oauth.logout().await.unwrap();

    assert_eq!(oauth.authorization().await.unwrap(), None);
}
