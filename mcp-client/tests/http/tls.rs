//! Servers that cannot prove who they are.

use std::sync::Arc;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::TransportError;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::site::{RawSite, Reply, Site};

/// A server that holds a certificate.
struct Secure {
    port: u16,
    /// What a client must trust to trust the server.
    root: String,
    accepted: tokio::sync::watch::Receiver<usize>,
    _serving: JoinSet<()>,
}

impl Secure {
    /// `change` spoils the certificate, which is for `localhost` and fine otherwise.
    async fn start(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let root_key = KeyPair::generate().unwrap();
        let mut root = CertificateParams::new(Vec::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = format!("root {:?}", &root_key.public_key_raw()[..8]);
        root.distinguished_name.push(DnType::CommonName, name);
        let root_pem = root.self_signed(&root_key).unwrap().pem();
        let issuer = Issuer::new(root, root_key);

        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self::serve(TlsAcceptor::from(Arc::new(config)), root_pem).await
    }

    async fn serve(acceptor: TlsAcceptor, root: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (count, accepted) = tokio::sync::watch::channel(0);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.send_modify(|count| *count += 1);
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = [0; 4096];
                drop(stream.read(&mut request).await);
                let answer = "HTTP/1.1 503 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                drop(stream.write_all(answer.as_bytes()).await);
                drop(stream.shutdown().await);
            }
        });
        Self { port, root, accepted, _serving: serving }
    }

    fn endpoint(&self) -> HttpEndpoint {
        let endpoint = HttpEndpoint::new(&format!("https://localhost:{}/mcp", self.port)).unwrap();
        endpoint.with_root_certificates(self.root.as_bytes()).unwrap()
    }
}

/// Why the connection does not come about; the port is left out.
async fn refused(endpoint: HttpEndpoint, port: u16) -> String {
    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();
    let ConnectError::Transport(cause) = error else { panic!("{error:?}") };
    assert!(matches!(cause, TransportError::Untrusted { .. }), "{cause}");
    assert!(cause.is_permanent());
    cause.to_string().replace(&format!(":{port}"), "")
}

#[tokio::test]
async fn server_with_a_certificate_of_an_extra_root_is_trusted() {
    let server = Secure::start(|_| ()).await;

    let error = Client::open(&server.endpoint(), ClientOptions::default()).await.unwrap_err();

    insta::assert_snapshot!(error, @"HTTP status 503");
}

#[tokio::test]
async fn expired_certificate_is_named() {
    let server = Secure::start(|params| {
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
    })
    .await;

    let text = refused(server.endpoint(), server.port).await;

    insta::assert_snapshot!(text, @"the certificate of `localhost` has expired");
    assert_eq!(*server.accepted.borrow(), 1, "not tried again");
}

#[tokio::test]
async fn certificate_of_another_host_is_named() {
    let server = Secure::start(|params| {
        *params = CertificateParams::new(vec!["other.example".to_owned()]).unwrap();
    })
    .await;

    let text = refused(server.endpoint(), server.port).await;

    insta::assert_snapshot!(text, @"the certificate of `localhost` is for another host");
}

#[tokio::test]
async fn certificate_of_an_unknown_issuer_is_named() {
    let server = Secure::start(|_| ()).await;
    let endpoint = HttpEndpoint::new(&format!("https://localhost:{}/mcp", server.port)).unwrap();
    let stranger = Secure::start(|_| ()).await;
    let endpoint = endpoint.with_root_certificates(stranger.root.as_bytes()).unwrap();

    let text = refused(endpoint, server.port).await;

    insta::assert_snapshot!(text, @"the certificate of `localhost` is from nobody whom this machine trusts (a server of your own may need its root certificate named)");
}

#[tokio::test]
async fn server_that_speaks_old_tls_only_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            drop(stream.read(&mut hello).await);
            // A fatal alert of TLS 1.0: protocol_version.
            drop(stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]).await);
        }
    });
    let trusted = Secure::start(|_| ()).await;
    let endpoint = HttpEndpoint::new(&format!("https://localhost:{port}/mcp")).unwrap();
    let endpoint = endpoint.with_root_certificates(trusted.root.as_bytes()).unwrap();

    let text = refused(endpoint, port).await;

    insta::assert_snapshot!(text, @"`localhost` speaks no TLS that is new enough (1.2 or 1.3)");
}

#[tokio::test]
async fn bytes_that_are_no_tls_are_no_connection() {
    let plain = RawSite::start(|_| Reply::status(400).into()).await;
    let trusted = Secure::start(|_| ()).await;
    let endpoint =
        HttpEndpoint::new(&format!("https://localhost:{}/mcp", plain.address().port())).unwrap();
    let endpoint = endpoint.with_root_certificates(trusted.root.as_bytes()).unwrap();

    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();

    let ConnectError::Transport(cause) = error else { panic!("{error:?}") };
    assert!(matches!(cause, TransportError::NotOpened { .. }), "{cause}");
}
