//! Servers behind URLs: what their entries mean for a connection.

mod login;

pub use login::{LoginError, ServerLogin};

use std::path::Path;
use std::sync::Arc;

use mcp_client::auth::{FileStore, OAuth, OAuthOptions, Scopes, Secret};
use mcp_client::credentials::AuthError;
use mcp_client::transport::http::{EndpointError, HttpEndpoint};

use super::spec::ServerSpec;
use crate::config::Endpoint;

/// Why an entry cannot be used although its strings are well formed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
enum SetupError {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
}

/// A server behind a URL. Without an `Authorization` header of its own it sends the tokens of a login,
/// once there was one; it does not start a login.
pub(super) fn spec(name: &str, endpoint: &Endpoint, tokens: Option<&Path>) -> ServerSpec {
    match connector(name, endpoint, tokens) {
        Ok(connector) => ServerSpec::new(name, connector),
        Err(error) => ServerSpec::unusable(name, error.to_string()),
    }
}

fn connector(
    name: &str,
    endpoint: &Endpoint,
    tokens: Option<&Path>,
) -> Result<HttpEndpoint, SetupError> {
    let address = address(endpoint)?;
    if endpoint.has_authorization() {
        return Ok(address);
    }
    let credentials = OAuth::new(oauth_options(name, endpoint, tokens))?;
    Ok(address.with_credentials(Arc::new(credentials)))
}

fn address(endpoint: &Endpoint) -> Result<HttpEndpoint, EndpointError> {
    let mut address = HttpEndpoint::new(endpoint.url.expose())?;
    for (name, value) in &endpoint.headers {
        address = address.with_header(name, value.expose())?;
    }
    Ok(address)
}

fn oauth_options(name: &str, endpoint: &Endpoint, tokens: Option<&Path>) -> OAuthOptions {
    let login = &endpoint.login;
    let mut options = OAuthOptions::new(endpoint.url.expose())
        .with_client_name("Orchestrator")
        .with_login_hint(format!("run `orchestrator servers login {name}`"))
        .with_scopes(login.scopes.iter().collect::<Scopes>());
    if let Some(id) = &login.client_id {
        let secret = login.client_secret.as_ref().map(|secret| Secret::new(secret.expose()));
        options = options.with_client(id.expose(), secret);
    }
    match tokens {
        Some(folder) => options.with_store(FileStore::new(folder)),
        None => options,
    }
}
