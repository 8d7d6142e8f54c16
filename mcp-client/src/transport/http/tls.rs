//! Who is trusted, and the settings that every HTTP client of this crate shares.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::TransportError;
use reqwest::{ClientBuilder, Url};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateError, ClientConfig, PeerIncompatible, RootCertStore};
use rustls_platform_verifier::Verifier;

/// How often the operating system asks a silent peer whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Connections that are kept for later. Calls that ran side by side leave as many behind.
const IDLE_CONNECTIONS_MAX: usize = 16;

/// A client that trusts whom this machine trusts, and `extra_roots`.
///
/// It follows no redirect, repeats nothing that may have been sent, and honours the proxies that the
/// environment names; see [`is_loopback`].
pub(crate) fn client_builder(
    extra_roots: &[CertificateDer<'static>],
) -> Result<ClientBuilder, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let verifier =
        Verifier::new_with_extra_roots(extra_roots.iter().cloned(), Arc::clone(&provider));
    let verifier = verifier.map_err(|error| TransportError::Untrusted {
        message: format!("the certificates of this machine cannot be used: {error}"),
    })?;
    let config = versions(provider)
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(with_config(config))
}

/// A client that trusts no certificate: for `http` addresses, which need no certificates on this machine.
pub(super) fn client_builder_without_roots() -> ClientBuilder {
    let provider = Arc::new(ring::default_provider());
    let config = versions(provider).with_root_certificates(RootCertStore::empty());
    with_config(config.with_no_client_auth())
}

/// Whether the address is this machine, to which no proxy leads.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// What is wrong with the server's proof of who it is, when that is why the request failed.
pub(super) fn distrust(error: &(dyn Error + 'static), host: &str) -> Option<String> {
    use CertificateError as Certificate;
    use PeerIncompatible as Incompatible;
    Some(match tls_error(error)? {
        rustls::Error::InvalidCertificate(problem) => match problem {
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                format!("the certificate of `{host}` has expired")
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                format!("the certificate of `{host}` is not valid yet")
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                format!("the certificate of `{host}` is for another host")
            }
            Certificate::UnknownIssuer => format!(
                "the certificate of `{host}` is from nobody whom this machine trusts (a server of \
                 your own may need its root certificate named)"
            ),
            other => format!("the certificate of `{host}` is not valid: {other:?}"),
        },
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(
            Incompatible::ServerDoesNotSupportTls12Or13
            | Incompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => format!("`{host}` speaks no TLS that is new enough (1.2 or 1.3)"),
        _ => return None,
    })
}

fn versions(
    provider: Arc<CryptoProvider>,
) -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports TLS 1.2 and 1.3")
}

fn with_config(config: ClientConfig) -> ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_keepalive(KEEPALIVE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
}

/// An `io::Error` hides what it wraps from `source`, so it is opened on the way.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_known_in_every_spelling() {
        let cases = [
            ("http://127.0.0.1:80/mcp", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://localhost/", true),
            ("http://LOCALHOST/", true),
            ("http://a.localhost/", true),
            ("http://2130706433/", true),
            ("http://10.0.0.1/", false),
            ("https://localhost.example/", false),
            ("https://example.com/", false),
        ];
        for (url, expected) in cases {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn other_failures_of_tls_are_no_distrust() {
        assert_eq!(distrust(&rustls::Error::HandshakeNotComplete, "h"), None);
        assert_eq!(distrust(&std::io::Error::other("no"), "h"), None);
    }
}
