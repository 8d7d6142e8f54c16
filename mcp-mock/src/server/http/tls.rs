//! TLS with certificates that are made for the port.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use super::Certificate;
use super::connection::Wire;

/// A fatal alert of TLS 1.0, `protocol_version` (RFC 5246, section 7.2).
const TOO_OLD: [u8; 7] = [0x15, 3, 1, 0, 2, 2, 70];

/// Longer than any first message of a client.
const HELLO_BYTES: usize = 4096;

/// What a port needs to speak TLS.
pub(super) struct Tls {
    /// `None` for a port that speaks none that anybody takes.
    acceptor: Option<TlsAcceptor>,
    root: String,
}

/// A connection over TLS.
pub(super) type Secured = TlsStream<TcpStream>;

impl Tls {
    pub(super) fn new(certificate: Certificate) -> Result<Self, String> {
        made(certificate).map_err(|error| error.to_string())
    }

    /// What a client must trust to trust a certificate that is in order, as PEM.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// The connection, once both sides agree; `None` when the client goes away.
    pub(super) async fn handshake(&self, mut stream: TcpStream) -> Option<Secured> {
        let Some(acceptor) = &self.acceptor else {
            let mut hello = [0; HELLO_BYTES];
            // However much of it came.
            drop(stream.read(&mut hello).await);
            stream.write_all(&TOO_OLD).await.ok()?;
            return None;
        };
        acceptor.accept(stream).await.ok()
    }
}

impl Wire for Secured {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

fn made(certificate: Certificate) -> Result<Tls, Box<dyn std::error::Error>> {
    let root_key = KeyPair::generate()?;
    let mut root = CertificateParams::new(Vec::new())?;
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::CommonName, "mcp-mock");
    let root_pem = root.self_signed(&root_key)?.pem();
    if certificate == Certificate::TooOld {
        return Ok(Tls { acceptor: None, root: root_pem });
    }
    let names = match certificate {
        Certificate::WrongHost => vec!["other.example".to_owned()],
        _ => vec![
            "localhost".to_owned(),
            Ipv4Addr::LOCALHOST.to_string(),
            Ipv6Addr::LOCALHOST.to_string(),
        ],
    };
    let mut own = CertificateParams::new(names)?;
    if certificate == Certificate::Expired {
        own.not_before = date_time_ymd(2019, 1, 1);
        own.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate()?;
    let signed = match certificate {
        Certificate::SelfSigned => own.self_signed(&key)?,
        _ => own.signed_by(&key, &Issuer::new(root, root_key))?,
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key)?;
    Ok(Tls { acceptor: Some(TlsAcceptor::from(Arc::new(config))), root: root_pem })
}
