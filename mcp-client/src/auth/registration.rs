//! Who this client is at an authorization server.
//!
//! In this order: what was agreed beforehand, a Client ID Metadata Document where the authorization
//! server knows those, dynamic registration. An identity belongs to one issuer and is never shown to
//! another; only the URL of a document is the same everywhere.

use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::OAuthOptions;
use super::metadata::AuthorizationServer;
use super::secret::Secret;
use super::store::{Client, ClientAuth};
use super::text::shown;
use super::url_guard::{Answer, UrlGuard};
use super::wall_clock;
use crate::credentials::AuthError;

const REGISTRATION: &str = "registration endpoint";

/// Obtains an identity.
pub(super) struct Registration<'a> {
    pub(super) guard: &'a UrlGuard,
    pub(super) options: &'a OAuthOptions,
    pub(super) server: &'a AuthorizationServer,
    /// Where the answer of a login goes; `None` for a grant without a login.
    pub(super) redirect_uri: Option<&'a str>,
}

impl Registration<'_> {
    /// The identity to use, which may be the one that is known from before.
    pub(super) async fn client(&self, known: Option<&Client>) -> Result<Client, AuthError> {
        if let Some(id) = &self.options.client_id {
            return Ok(self.agreed(id));
        }
        if let Some(url) = &self.options.client_metadata_url
            && self.server.client_id_metadata_document_supported
            && self.redirect_uri.is_some()
        {
            return self.documented(url);
        }
        if let Some(known) = known.filter(|known| self.still_fits(known)) {
            return Ok(known.clone());
        }
        match (&self.server.registration_endpoint, self.redirect_uri) {
            (Some(endpoint), Some(redirect_uri)) => self.register(endpoint, redirect_uri).await,
            _ => Err(self.unsupported(
                "clients cannot register themselves there; register one by hand and configure its \
                 client id",
            )),
        }
    }

    fn agreed(&self, id: &str) -> Client {
        let secret = self.options.client_secret.clone();
        let auth = self.auth_method(secret.is_some(), None);
        Client { id: id.to_owned(), secret, auth, redirect_uri: None, expires_at: None }
    }

    fn documented(&self, url: &str) -> Result<Client, AuthError> {
        let parsed = self.guard.parse("client metadata URL", url)?;
        if parsed.scheme() != "https" || parsed.path() == "/" {
            return Err(self.unsupported("the URL of a client's metadata needs https and a path"));
        }
        Ok(Client {
            id: url.to_owned(),
            secret: None,
            auth: ClientAuth::None,
            redirect_uri: None,
            expires_at: None,
        })
    }

    /// A registration is used again unless its secret is over or the login answers elsewhere.
    fn still_fits(&self, known: &Client) -> bool {
        let same_place = known.redirect_uri.as_deref() == self.redirect_uri;
        let in_time = known.expires_at.is_none_or(|at| at > wall_clock());
        same_place && in_time
    }

    async fn register(&self, endpoint: &str, redirect_uri: &str) -> Result<Client, AuthError> {
        let wanted = self.auth_method_to_register();
        let body = json!({
            "client_name": self.options.client_name,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": wanted.name(),
            "application_type": "native",
        });
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let body = body.to_string().into_bytes();
        let answer = self.guard.post(REGISTRATION, endpoint, (headers, body)).await?;
        if !answer.status.is_success() {
            return Err(self.refused(refusal_of(&answer)));
        }
        let registered: Registered = serde_json::from_slice(&answer.body)
            .map_err(|_| self.refused("its answer is not a registration".to_owned()))?;
        let secret = registered.client_secret.filter(|secret| !secret.is_empty()).map(Secret::new);
        let auth =
            self.auth_method(secret.is_some(), registered.token_endpoint_auth_method.as_deref());
        Ok(Client {
            id: registered.client_id,
            secret,
            auth,
            redirect_uri: Some(redirect_uri.to_owned()),
            // Zero means never.
            expires_at: registered.client_secret_expires_at.filter(|at| *at > 0),
        })
    }

    /// A program that anybody can read keeps no secret, so none is wanted where that is possible.
    fn auth_method_to_register(&self) -> ClientAuth {
        let Some(supported) = &self.server.token_endpoint_auth_methods_supported else {
            return ClientAuth::None;
        };
        [ClientAuth::None, ClientAuth::Basic, ClientAuth::Post]
            .into_iter()
            .find(|method| supported.iter().any(|name| name == method.name()))
            .unwrap_or(ClientAuth::None)
    }

    /// How to prove who we are: as agreed, else the best that the server supports.
    fn auth_method(&self, has_secret: bool, agreed: Option<&str>) -> ClientAuth {
        if !has_secret {
            return ClientAuth::None;
        }
        if let Some(method) = agreed.and_then(ClientAuth::from_name) {
            return method;
        }
        match &self.server.token_endpoint_auth_methods_supported {
            None => ClientAuth::Basic,
            Some(supported) => [ClientAuth::Basic, ClientAuth::Post, ClientAuth::None]
                .into_iter()
                .find(|method| supported.iter().any(|name| name == method.name()))
                .unwrap_or(ClientAuth::Basic),
        }
    }

    fn refused(&self, reason: String) -> AuthError {
        AuthError::Refused {
            issuer: shown(&self.server.issuer),
            what: "to register this client",
            reason,
        }
    }

    fn unsupported(&self, reason: &str) -> AuthError {
        AuthError::Unsupported { issuer: shown(&self.server.issuer), reason: reason.to_owned() }
    }
}

#[derive(Deserialize)]
struct Registered {
    client_id: String,
    client_secret: Option<String>,
    client_secret_expires_at: Option<u64>,
    token_endpoint_auth_method: Option<String>,
}

/// The error members of OAuth answers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct RefusalBody {
    error: Option<String>,
    error_description: Option<String>,
}

fn refusal_of(answer: &Answer) -> String {
    let body: RefusalBody = serde_json::from_slice(&answer.body).unwrap_or_default();
    match (body.error, body.error_description) {
        (Some(error), Some(words)) => format!("{}: {}", shown(&error), shown(&words)),
        (Some(error), None) => shown(&error),
        _ => format!("it answered {}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use oauth2::url::Url;

    use super::*;

    fn server(methods: Option<&[&str]>) -> AuthorizationServer {
        let mut server: AuthorizationServer = serde_json::from_value(json!({
            "issuer": "https://as",
            "token_endpoint": "https://as/token",
        }))
        .unwrap();
        server.token_endpoint_auth_methods_supported =
            methods.map(|methods| methods.iter().map(|&name| name.to_owned()).collect());
        server
    }

    fn with<T>(methods: Option<&[&str]>, test: impl FnOnce(&Registration<'_>) -> T) -> T {
        let guard = UrlGuard::new(&Url::parse("https://mcp.example").unwrap()).unwrap();
        let options = OAuthOptions::new("https://mcp.example");
        let server = server(methods);
        test(&Registration {
            guard: &guard,
            options: &options,
            server: &server,
            redirect_uri: Some("http://127.0.0.1:1/callback"),
        })
    }

    #[test]
    fn no_secret_is_wanted_where_that_is_possible() {
        for (methods, wanted) in [
            (None, ClientAuth::None),
            (Some(&["client_secret_basic", "none"][..]), ClientAuth::None),
            (Some(&["client_secret_post", "client_secret_basic"]), ClientAuth::Basic),
            (Some(&["client_secret_post"]), ClientAuth::Post),
            (Some(&["private_key_jwt"]), ClientAuth::None),
        ] {
            assert_eq!(
                with(methods, |registration| registration.auth_method_to_register()),
                wanted,
                "{methods:?}"
            );
        }
    }

    #[test]
    fn secret_is_shown_in_the_way_that_was_agreed_or_is_supported() {
        for (methods, agreed, expected) in [
            (None, None, ClientAuth::Basic),
            (None, Some("client_secret_post"), ClientAuth::Post),
            (Some(&["client_secret_post"][..]), None, ClientAuth::Post),
            (Some(&["client_secret_post", "client_secret_basic"]), None, ClientAuth::Basic),
            (Some(&["none"]), None, ClientAuth::None),
            (Some(&["private_key_jwt"]), Some("private_key_jwt"), ClientAuth::Basic),
        ] {
            let method = with(methods, |registration| registration.auth_method(true, agreed));

            assert_eq!(method, expected, "{methods:?} {agreed:?}");
        }
        assert_eq!(
            with(None, |registration| registration.auth_method(false, None)),
            ClientAuth::None
        );
    }

    #[test]
    fn registration_is_not_used_for_another_redirect_or_after_its_end() {
        let client = |redirect: &str, expires_at| Client {
            id: "id".to_owned(),
            secret: None,
            auth: ClientAuth::None,
            redirect_uri: Some(redirect.to_owned()),
            expires_at,
        };
        let fits = |client: Client| with(None, |registration| registration.still_fits(&client));

        assert!(fits(client("http://127.0.0.1:1/callback", None)));
        assert!(!fits(client("http://127.0.0.1:2/callback", None)));
        assert!(!fits(client("http://127.0.0.1:1/callback", Some(1))));
    }
}
