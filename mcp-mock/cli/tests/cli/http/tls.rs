//! Ports that speak TLS, and cannot always prove who they are.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_mock::{Certificate, MockHttpOptions, MockHttpServer, World};
use serde_json::Value;

use crate::new_issue;

/// Connects to such a port, with trust in its root certificate.
async fn connected(certificate: Certificate) -> Result<Client, ConnectError> {
    let options = MockHttpOptions::default().with_certificate(certificate);
    let server = MockHttpServer::open(&[World::new(1).github()], options).await.unwrap();
    let client = client_of(server.url(), server.root_certificate().unwrap()).await;
    // The connection of a call is another one than that of the beginning.
    if let Ok(client) = &client {
        client.call_raw("create_issue", new_issue()).await.unwrap();
    }
    client
}

async fn client_of(url: &str, root: &str) -> Result<Client, ConnectError> {
    let endpoint = HttpEndpoint::new(url).unwrap().with_root_certificates(root.as_bytes()).unwrap();
    Client::open(&endpoint, ClientOptions::default()).await
}

#[tokio::test]
async fn certificate_in_order_is_trusted_by_whom_trusts_its_root() {
    assert!(connected(Certificate::Trusted).await.is_ok());
}

#[tokio::test]
async fn certificates_out_of_order_are_refused_each_for_its_reason() {
    let mut told = Vec::new();
    for certificate in Certificate::ALL.into_iter().skip(1) {
        let error = connected(certificate).await.unwrap_err();
        told.push(format!("{}: {error}", certificate.as_str()));
    }

    let filters = [(r"127\.0\.0\.1:\d+", "ADDRESS")];
    insta::with_settings!({ filters => filters }, {
        insta::assert_snapshot!(told.join("\n"), @r"
        expired: the certificate of `ADDRESS` has expired
        self-signed: the certificate of `ADDRESS` is from nobody whom this machine trusts (a server of your own may need its root certificate named)
        wrong-host: the certificate of `ADDRESS` is for another host
        too-old: `ADDRESS` speaks no TLS that is new enough (1.2 or 1.3)
        ");
    });
}

#[tokio::test]
async fn process_says_whom_to_trust_in_its_first_line() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcp-mock"))
        .args(["serve", "github", "--http", "127.0.0.1:0", "--tls", "trusted"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();

    let client = client_of(&text("url"), &text("root_certificate")).await.unwrap();

    client.call_raw("create_issue", new_issue()).await.unwrap();
    assert!(text("url").starts_with("https://127.0.0.1:"));
    client.close().await;
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
