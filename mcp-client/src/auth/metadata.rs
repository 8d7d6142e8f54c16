//! Who grants access to a server: metadata of the protected resource (RFC 9728) and of its
//! authorization server (RFC 8414, OpenID Connect Discovery).

use oauth2::url::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::challenge::Challenge;
use super::scope::Scopes;
use super::text::shown;
use super::url_guard::UrlGuard;
use crate::credentials::AuthError;

const RESOURCE_METADATA: &str = "resource metadata URL";
const SERVER_METADATA: &str = "authorization server URL";

/// How many authorization servers of a resource are looked at. One is usual.
const SERVERS_MAX: usize = 20;

/// All that a login needs to know.
#[derive(Debug, Clone)]
pub(super) struct Discovered {
    /// What the token is for: the `resource` parameter.
    pub(super) resource: String,
    /// The scopes that the resource names.
    pub(super) resource_scopes: Scopes,
    /// Who issues the token.
    pub(super) server: AuthorizationServer,
}

/// The metadata of an authorization server.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AuthorizationServer {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) token_endpoint: String,
    pub(super) registration_endpoint: Option<String>,
    #[serde(default)]
    pub(super) scopes_supported: Vec<String>,
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Vec<String>,
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) client_id_metadata_document_supported: bool,
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) names_issuer: bool,
}

impl AuthorizationServer {
    /// What servers of the revision 2025-03-26 without metadata have.
    fn at_default_paths(origin: &Url) -> Self {
        let at = |path: &str| with_path(origin, path);
        Self {
            issuer: origin.as_str().trim_end_matches('/').to_owned(),
            authorization_endpoint: Some(at("/authorize")),
            token_endpoint: at("/token"),
            registration_endpoint: Some(at("/register")),
            scopes_supported: Vec::new(),
            // That revision requires PKCE without having a way to say so.
            code_challenge_methods_supported: vec!["S256".to_owned()],
            token_endpoint_auth_methods_supported: None,
            client_id_metadata_document_supported: false,
            names_issuer: false,
        }
    }
}

#[derive(Debug, Deserialize)]
struct ProtectedResource {
    resource: String,
    #[serde(default)]
    authorization_servers: Vec<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
}

/// Finds out who grants access to a server.
pub(super) struct Discovery<'a> {
    pub(super) guard: &'a UrlGuard,
    pub(super) server: &'a Url,
    /// The issuer that is already known to be right, when there are several to choose from.
    pub(super) preferred_issuer: Option<&'a str>,
}

impl Discovery<'_> {
    /// Follows the challenge, or the well-known places when it names none.
    pub(super) async fn run(&self, challenge: &Challenge) -> Result<Discovered, AuthError> {
        let Some(resource) = self.protected_resource(challenge).await? else {
            return self.without_resource_metadata().await;
        };
        if !covers(&resource.resource, self.server) {
            return Err(self.failed(format!(
                "its metadata is about another resource, `{}`",
                shown(&resource.resource)
            )));
        }
        let issuer = self.choose_issuer(&resource)?;
        let server = self.authorization_server(issuer).await?.ok_or_else(|| {
            self.failed(format!("`{}` has no metadata at the well-known places", shown(issuer)))
        })?;
        let resource_scopes = resource.scopes_supported.iter().collect();
        Ok(Discovered { resource: resource.resource, resource_scopes, server })
    }

    async fn protected_resource(
        &self,
        challenge: &Challenge,
    ) -> Result<Option<ProtectedResource>, AuthError> {
        let Some(named) = &challenge.resource_metadata else {
            let places = resource_metadata_places(self.server);
            return self.first_found(RESOURCE_METADATA, &places).await;
        };
        match self.fetch(RESOURCE_METADATA, named).await? {
            Some(found) => Ok(Some(found)),
            None => Err(self.failed(format!("there is no metadata at `{}`", shown(named)))),
        }
    }

    fn choose_issuer<'r>(&self, resource: &'r ProtectedResource) -> Result<&'r str, AuthError> {
        let issuers = resource.authorization_servers.iter().take(SERVERS_MAX).map(String::as_str);
        issuers
            .clone()
            .find(|issuer| Some(*issuer) == self.preferred_issuer)
            .or_else(|| issuers.clone().next())
            .ok_or_else(|| self.failed("its metadata names no authorization server".to_owned()))
    }

    /// The metadata of an issuer; `None` when it has none.
    async fn authorization_server(
        &self,
        issuer: &str,
    ) -> Result<Option<AuthorizationServer>, AuthError> {
        let url = self.guard.parse(SERVER_METADATA, issuer)?;
        let places = server_metadata_places(&url);
        let found: Option<AuthorizationServer> = self.first_found(SERVER_METADATA, &places).await?;
        match found {
            Some(found) if found.issuer != issuer => Err(self.failed(format!(
                "the metadata of `{}` is that of `{}`; both must be equal, letter by letter",
                shown(issuer),
                shown(&found.issuer)
            ))),
            found => Ok(found),
        }
    }

    /// The revision 2025-03-26: the server is its own authorization server.
    async fn without_resource_metadata(&self) -> Result<Discovered, AuthError> {
        let mut origin = self.server.clone();
        origin.set_path("/");
        origin.set_query(None);
        origin.set_fragment(None);
        let issuer = origin.as_str().trim_end_matches('/').to_owned();
        let server = self.authorization_server(&issuer).await?;
        let server = server.unwrap_or_else(|| AuthorizationServer::at_default_paths(&origin));
        let resource = canonical(self.server);
        Ok(Discovered { resource, resource_scopes: Scopes::default(), server })
    }

    async fn first_found<T: DeserializeOwned>(
        &self,
        what: &'static str,
        places: &[String],
    ) -> Result<Option<T>, AuthError> {
        for place in places {
            if let Some(found) = self.fetch(what, place).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// One document. `None`: there is none. Sites that answer everything with a page count as none.
    async fn fetch<T: DeserializeOwned>(
        &self,
        what: &'static str,
        place: &str,
    ) -> Result<Option<T>, AuthError> {
        let answer = self.guard.get(what, place).await?;
        if answer.status.is_client_error() {
            return Ok(None);
        }
        if !answer.status.is_success() {
            let reason = format!("it answered {}", answer.status);
            return Err(AuthError::Unreachable { url: shown(place), reason });
        }
        if answer.body.first() != Some(&b'{') && !answer.body.trim_ascii_start().starts_with(b"{") {
            return Ok(None);
        }
        serde_json::from_slice(&answer.body).map(Some).map_err(|error| {
            self.failed(format!(
                "the metadata at `{}` is wrong: {}",
                shown(place),
                shown(&error.to_string())
            ))
        })
    }

    fn failed(&self, reason: String) -> AuthError {
        AuthError::Discovery { server: shown(self.server.as_str()), reason }
    }
}

/// Whether a resource is the server or holds it: same origin, and a path that the server's begins with.
fn covers(resource: &str, server: &Url) -> bool {
    let Ok(resource) = Url::parse(resource) else { return false };
    if resource.origin() != server.origin() || resource.fragment().is_some() {
        return false;
    }
    if resource.query().is_some() && resource.query() != server.query() {
        return false;
    }
    match server.path().strip_prefix(resource.path().trim_end_matches('/')) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// The URL that stands for a server: no fragment, and no slash for an empty path.
fn canonical(server: &Url) -> String {
    let mut url = server.clone();
    url.set_fragment(None);
    match url.path() {
        "/" if url.query().is_none() => url.as_str().trim_end_matches('/').to_owned(),
        _ => url.into(),
    }
}

/// RFC 9728: the well-known part goes before the path; then, for MCP, the root.
fn resource_metadata_places(server: &Url) -> Vec<String> {
    const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
    let path = server.path().trim_end_matches('/');
    let root = with_path(server, WELL_KNOWN);
    if path.is_empty() {
        return vec![root];
    }
    vec![with_path(server, &format!("{WELL_KNOWN}{path}")), root]
}

/// RFC 8414 and OpenID Connect Discovery, in the order that MCP wants.
fn server_metadata_places(issuer: &Url) -> Vec<String> {
    const OAUTH: &str = "/.well-known/oauth-authorization-server";
    const OPENID: &str = "/.well-known/openid-configuration";
    let path = issuer.path().trim_end_matches('/');
    let mut places = vec![
        with_path(issuer, &format!("{OAUTH}{path}")),
        with_path(issuer, &format!("{OPENID}{path}")),
    ];
    if !path.is_empty() {
        places.push(with_path(issuer, &format!("{path}{OPENID}")));
    }
    places
}

fn with_path(url: &Url, path: &str) -> String {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn resource_metadata_is_sought_at_the_path_and_then_at_the_root() {
        assert_eq!(
            resource_metadata_places(&url("https://h:8/a/mcp?x=1")),
            [
                "https://h:8/.well-known/oauth-protected-resource/a/mcp",
                "https://h:8/.well-known/oauth-protected-resource"
            ]
        );
        assert_eq!(
            resource_metadata_places(&url("https://h/")),
            ["https://h/.well-known/oauth-protected-resource"]
        );
    }

    #[test]
    fn server_metadata_is_sought_in_the_order_of_the_specification() {
        assert_eq!(
            server_metadata_places(&url("https://h/tenant1/")),
            [
                "https://h/.well-known/oauth-authorization-server/tenant1",
                "https://h/.well-known/openid-configuration/tenant1",
                "https://h/tenant1/.well-known/openid-configuration"
            ]
        );
        assert_eq!(
            server_metadata_places(&url("https://h")),
            [
                "https://h/.well-known/oauth-authorization-server",
                "https://h/.well-known/openid-configuration"
            ]
        );
    }

    #[test]
    fn resource_must_be_the_server_or_hold_it() {
        for (resource, server, covered) in [
            ("https://h/mcp", "https://h/mcp", true),
            ("https://H:443/mcp/", "https://h/mcp", true),
            ("https://h", "https://h/mcp", true),
            ("https://h/a", "https://h/a/mcp", true),
            ("https://h/mc", "https://h/mcp", false),
            ("https://h/mcp/x", "https://h/mcp", false),
            ("https://evil/mcp", "https://h/mcp", false),
            ("http://h/mcp", "https://h/mcp", false),
            ("https://h:8443/mcp", "https://h/mcp", false),
            ("https://h/mcp#x", "https://h/mcp", false),
            ("https://h/mcp?tenant=1", "https://h/mcp", false),
            ("https://h/mcp?tenant=1", "https://h/mcp?tenant=1", true),
            ("mcp", "https://h/mcp", false),
        ] {
            assert_eq!(covers(resource, &url(server)), covered, "{resource} for {server}");
        }
    }

    #[test]
    fn canonical_url_has_no_fragment_and_no_lonely_slash() {
        assert_eq!(canonical(&url("HTTPS://Host/")), "https://host");
        assert_eq!(canonical(&url("https://h/mcp#x")), "https://h/mcp");
    }
}
