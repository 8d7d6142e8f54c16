//! Proxies that the environment names. It belongs to a whole process, so each test has one of its own.

use std::process::Command;

use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientOptions};

use crate::site::{Reply, Site};

/// Does nothing unless started by a test below; then it connects to the address that it is given.
#[tokio::test]
async fn role_connect() {
    let Ok(url) = std::env::var("CONNECT_TO") else { return };
    let endpoint = HttpEndpoint::new(&url).unwrap();

    let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();

    assert_eq!(error.to_string(), "HTTP status 503");
}

/// Connects from a process whose environment names that proxy.
async fn connect(url: String, proxy: &Site) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "proxies::role_connect"]).env("CONNECT_TO", url);
    for name in ["NO_PROXY", "no_proxy", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    command.env("HTTP_PROXY", format!("http://{}", proxy.address));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn proxy_of_the_environment_is_used() {
    let proxy = Site::start(|_| Reply::status(503)).await;

    connect("http://elsewhere.example/mcp".to_owned(), &proxy).await;

    assert_eq!(proxy.asked(), ["server/discover"]);
}

#[tokio::test]
async fn no_proxy_leads_to_this_machine() {
    let (proxy, site) =
        (Site::start(|_| Reply::status(404)).await, Site::start(|_| Reply::status(503)).await);

    for host in ["127.0.0.1", "localhost"] {
        connect(format!("http://{host}:{}/mcp", site.address.port()), &proxy).await;
    }

    assert_eq!(site.asked().len(), 2);
    assert_eq!(proxy.connections(), 0);
}
