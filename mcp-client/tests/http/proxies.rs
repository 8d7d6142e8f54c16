//! Proxies that the environment names. It belongs to a whole process, so each test has one of its
//! own.

use std::process::Command;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions};

use crate::site::{MockSite, RawSite, Reply, Site};

/// Does nothing unless started by a test below; then it connects to the address that it is given,
/// which must fail as the test says.
#[tokio::test]
async fn role_connect() {
    let Ok(url) = std::env::var("CONNECT_TO") else { return };
    let expected = std::env::var("EXPECTED_ERROR").unwrap();
    let endpoint = HttpEndpoint::new(&url).unwrap();

    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err().to_string();

    assert_eq!(error, expected);
}

/// The environment with a proxy for everything.
fn proxied(proxy: &impl Site) -> Vec<(&'static str, String)> {
    let url = format!("http://{}", proxy.address());
    vec![("HTTP_PROXY", url.clone()), ("HTTPS_PROXY", url)]
}

/// Connects from a process with that environment.
async fn connect(url: &str, environment: Vec<(&'static str, String)>, expected: &str) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "proxies::role_connect"]);
    for name in ["NO_PROXY", "no_proxy", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    command.env("CONNECT_TO", url).env("EXPECTED_ERROR", expected).envs(environment);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn proxy_of_the_environment_is_used() {
    let proxy = MockSite::start(|_| Reply::status(503)).await;

    connect("http://elsewhere.example/mcp", proxied(&proxy), "HTTP status 503").await;

    assert_eq!(proxy.asked(), ["server/discover"]);
}

#[tokio::test]
async fn proxy_of_the_environment_is_asked_for_a_tunnel_to_a_tls_server() {
    let proxy = MockSite::start(|_| Reply::status(503)).await;

    let expected = "`elsewhere.example` cannot be reached: tunnel error: unsuccessful";
    connect("https://elsewhere.example/mcp", proxied(&proxy), expected).await;

    assert_eq!(proxy.asked(), ["CONNECT"]);
}

#[tokio::test]
async fn no_proxy_leads_to_this_machine() {
    let proxy = RawSite::start(|_| Reply::status(404).into()).await;
    let site = MockSite::start(|_| Reply::status(503)).await;

    for host in ["127.0.0.1", "localhost"] {
        let url = format!("http://{host}:{}/mcp", site.address().port());
        connect(&url, proxied(&proxy), "HTTP status 503").await;
    }

    assert_eq!(site.asked().len(), 2);
    assert_eq!(proxy.connections(), 0);
}

/// `0.0.0.0` is this machine, but not a loopback address.
#[cfg(unix)]
#[tokio::test]
async fn no_proxy_leads_to_a_network_that_the_environment_excepts() {
    let proxy = MockSite::start(|_| Reply::status(503)).await;
    let site = MockSite::start(|_| Reply::status(502)).await;
    let url = format!("http://0.0.0.0:{}/mcp", site.address().port());
    let mut environment = proxied(&proxy);

    connect(&url, environment.clone(), "HTTP status 503").await;
    environment.push(("NO_PROXY", "example.com,0.0.0.0/8".to_owned()));
    connect(&url, environment, "HTTP status 502").await;

    assert_eq!(proxy.asked(), ["server/discover"]);
    assert_eq!(site.asked(), ["server/discover"]);
}
