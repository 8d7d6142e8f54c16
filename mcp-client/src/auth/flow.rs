//! The exchanges with an authorization server that end in tokens.

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    TokenResponse, TokenUrl,
};

use super::consent::{AuthorizationResponse, PendingConsent};
use super::metadata::AuthorizationServer;
use super::scope::Scopes;
use super::secret::Secret;
use super::store::{Client, ClientAuth, Tokens};
use super::text::shown;
use super::url_guard::UrlGuard;
use super::wall_clock;
use crate::credentials::AuthError;

/// How long before its end a token is renewed, so that it does not end on its way. Short-lived tokens
/// are renewed at half of their time.
const RENEWAL_SECONDS_MAX: u64 = 30;

type TokenClient =
    BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type TokenFailure = RequestTokenError<AuthError, BasicErrorResponse>;

/// One exchange with one authorization server.
pub(super) struct Flow<'a> {
    pub(super) guard: &'a UrlGuard,
    pub(super) server: &'a AuthorizationServer,
    pub(super) client: &'a Client,
    /// What the token is for, sent in every request.
    pub(super) resource: &'a str,
    pub(super) scopes: &'a Scopes,
}

/// Why there are no tokens.
#[derive(Debug)]
pub(super) struct TokenError {
    /// The code of the authorization server, `invalid_grant` for example.
    pub(super) code: Option<String>,
    pub(super) error: AuthError,
}

impl TokenError {
    /// Whether the identity of this client is the problem.
    pub(super) fn is_about_client(&self) -> bool {
        matches!(self.code.as_deref(), Some("invalid_client" | "unauthorized_client"))
    }

    /// Whether what was offered for the tokens is worthless.
    pub(super) fn is_about_grant(&self) -> bool {
        matches!(self.code.as_deref(), Some("invalid_grant" | "invalid_scope"))
    }
}

impl From<AuthError> for TokenError {
    fn from(error: AuthError) -> Self {
        Self { code: None, error }
    }
}

impl Flow<'_> {
    /// Refuses a server on which codes can be stolen. To be asked before anything is sent there.
    pub(super) fn check_pkce(server: &AuthorizationServer) -> Result<(), AuthError> {
        if server.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Ok(());
        }
        Err(AuthError::Unsupported {
            issuer: shown(&server.issuer),
            reason:
                "it does not say that it supports PKCE with S256, without which codes can be stolen"
                    .to_owned(),
        })
    }

    /// A person logs in: authorization code with PKCE.
    pub(super) async fn authorize(
        &self,
        pending: Box<dyn PendingConsent>,
    ) -> Result<Tokens, TokenError> {
        const ENDPOINT: &str = "authorization endpoint";
        Self::check_pkce(self.server)?;
        let endpoint = self.server.authorization_endpoint.as_deref().unwrap_or_default();
        let endpoint = self.guard.parse(ENDPOINT, endpoint)?;
        self.guard.check_host(ENDPOINT, &endpoint).await?;
        let redirect = RedirectUrl::new(pending.redirect_uri())
            .map_err(|_| self.unsupported("the redirect URI of this client is not a URL"))?;
        let client = self.token_client()?.set_redirect_uri(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = client.set_auth_uri(AuthUrl::from_url(endpoint));
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.scopes.iter().map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .add_extra_param("resource", self.resource)
            .url();

        let state = Secret::new(state.into_secret());
        let response = pending
            .ask(url.as_str(), &state)
            .await
            .map_err(|error| self.no_consent(error.to_string()))?;
        let code = self.code_of(response, &state)?;

        let request = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_pkce_verifier(verifier)
            .add_extra_param("resource", self.resource);
        self.tokens(request.request_async(self.guard).await)
    }

    /// A program logs in with its own credentials.
    pub(super) async fn client_credentials(&self) -> Result<Tokens, TokenError> {
        let client = self.token_client()?;
        let request = client
            .exchange_client_credentials()
            .add_scopes(self.scopes.iter().map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("resource", self.resource);
        self.tokens(request.request_async(self.guard).await)
    }

    /// Buys a new access token. The refresh token stays valid when no new one comes.
    pub(super) async fn refresh(&self, refresh: &Secret) -> Result<Tokens, TokenError> {
        let client = self.token_client()?;
        let token = RefreshToken::new(refresh.expose().to_owned());
        let request =
            client.exchange_refresh_token(&token).add_extra_param("resource", self.resource);
        let mut tokens = self.tokens(request.request_async(self.guard).await)?;
        tokens.refresh.get_or_insert_with(|| refresh.clone());
        Ok(tokens)
    }

    fn token_client(&self) -> Result<TokenClient, AuthError> {
        let endpoint = self.guard.parse("token endpoint", &self.server.token_endpoint)?;
        let auth_type = match self.client.auth {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::None | ClientAuth::Post => AuthType::RequestBody,
        };
        let client = BasicClient::new(ClientId::new(self.client.id.clone()))
            .set_auth_type(auth_type)
            .set_token_uri(TokenUrl::from_url(endpoint));
        Ok(match &self.client.secret {
            Some(secret) if self.client.auth != ClientAuth::None => {
                client.set_client_secret(ClientSecret::new(secret.expose().to_owned()))
            }
            _ => client,
        })
    }

    /// Checks whose answer it is before anything in it is believed, its errors included.
    fn code_of(
        &self,
        response: AuthorizationResponse,
        state: &Secret,
    ) -> Result<Secret, AuthError> {
        if response.state.as_ref() != Some(state) {
            return Err(self.mismatch("it belongs to another login"));
        }
        match &response.iss {
            Some(iss) if *iss != self.server.issuer => {
                return Err(self.mismatch("it names another issuer"));
            }
            None if self.server.names_issuer => {
                return Err(self.mismatch("it does not name its issuer, as it should"));
            }
            _ => {}
        }
        match (response.error, response.code) {
            (None, Some(code)) => Ok(code),
            (Some(error), _) => Err(self.no_consent(in_words(&error, response.error_description))),
            (None, None) => Err(self.no_consent("the answer holds no code".to_owned())),
        }
    }

    fn tokens(
        &self,
        answer: Result<BasicTokenResponse, TokenFailure>,
    ) -> Result<Tokens, TokenError> {
        let answer = answer.map_err(|failure| self.explained(failure))?;
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(self.unsupported("it issues tokens that are not bearer tokens").into());
        }
        let renew_at = answer.expires_in().map(|lifetime| {
            let seconds = lifetime.as_secs();
            let margin = RENEWAL_SECONDS_MAX.min(seconds / 2);
            wall_clock().saturating_add(seconds - margin)
        });
        Ok(Tokens {
            access: Secret::new(answer.access_token().secret()),
            refresh: answer.refresh_token().map(|token| Secret::new(token.secret())),
            renew_at,
        })
    }

    /// No body of an answer gets into an error: it may hold a token.
    fn explained(&self, failure: TokenFailure) -> TokenError {
        let (code, reason) = match failure {
            RequestTokenError::Request(error) => return error.into(),
            RequestTokenError::ServerResponse(answer) => {
                let code = answer.error().as_ref().to_owned();
                let reason = in_words(&code, answer.error_description().cloned());
                (Some(code), reason)
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                (None, "its answer is not one to a token request".to_owned())
            }
        };
        let issuer = shown(&self.server.issuer);
        TokenError { code, error: AuthError::Refused { issuer, what: "to issue a token", reason } }
    }

    fn no_consent(&self, reason: String) -> AuthError {
        AuthError::Consent { issuer: shown(&self.server.issuer), reason }
    }

    fn mismatch(&self, reason: &'static str) -> AuthError {
        AuthError::Mismatch { issuer: shown(&self.server.issuer), reason }
    }

    fn unsupported(&self, reason: &str) -> AuthError {
        AuthError::Unsupported { issuer: shown(&self.server.issuer), reason: reason.to_owned() }
    }
}

fn in_words(code: &str, description: Option<String>) -> String {
    match description {
        Some(description) => format!("{}: {}", shown(code), shown(&description)),
        None => shown(code),
    }
}
