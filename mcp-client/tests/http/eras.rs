//! Which era a server speaks, found out over HTTP.

use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::TransportError;
use mcp_core::protocol::ProtocolVersion;
use serde_json::json;

use crate::site::{MockSite, Reply, Site, initialized, legacy_handshake, text_of};

#[tokio::test]
async fn empty_400_on_the_probe_falls_back_once_and_the_era_is_remembered() {
    let site = MockSite::legacy(|_| Reply::status(405)).await;
    let endpoint = site.endpoint();

    let first = Client::open(&endpoint, ClientOptions::default()).await.unwrap();
    let second = Client::open(&endpoint, ClientOptions::default()).await.unwrap();

    assert_eq!(first.version(), ProtocolVersion::V2025_11_25);
    assert_eq!(second.version(), ProtocolVersion::V2025_11_25);
    assert_eq!(site.count("server/discover"), 1);
    assert_eq!(site.count("initialize"), 2);
}

#[tokio::test]
async fn every_status_of_an_endpoint_without_discover_means_legacy() {
    for status in [400, 404, 405, 406, 415, 422] {
        let site = MockSite::start(move |seen| match seen.what() {
            "server/discover" => Reply::with(status, &[("Content-Type", "text/html")], "<p>no"),
            _ => legacy_handshake(seen).unwrap_or_else(|| Reply::status(405)),
        })
        .await;

        assert_eq!(site.client().await.version(), ProtocolVersion::V2025_11_25, "{status}");
    }
}

#[tokio::test]
async fn refusal_without_the_id_of_the_probe_means_legacy() {
    for id in [json!(null), json!("server-error")] {
        let refusal = json!({
            "jsonrpc": "2.0", "id": id, "error": { "code": -32000, "message": "Bad Request: no session" },
        });
        let site = MockSite::start(move |seen| match seen.what() {
            "server/discover" => Reply::json(400, &refusal),
            _ => legacy_handshake(seen).unwrap_or_else(|| Reply::status(405)),
        })
        .await;

        assert_eq!(site.client().await.version(), ProtocolVersion::V2025_11_25, "{id}");
    }
}

#[tokio::test]
async fn trouble_with_credentials_or_the_server_is_no_verdict() {
    for status in [401, 403, 408, 429, 500, 502, 503] {
        let site = MockSite::start(move |_| Reply::status(status)).await;
        let endpoint = site.endpoint();

        let error = Client::open(&endpoint, ClientOptions::default()).await.unwrap_err();

        let ConnectError::Transport(cause) = error else { panic!("{status}: {error:?}") };
        match status {
            401 | 403 => assert!(matches!(cause, TransportError::Unauthorized { .. }), "{cause}"),
            _ => assert!(matches!(cause, TransportError::Status { .. }), "{cause}"),
        }
        assert_eq!(site.asked(), ["server/discover"], "{status}");
    }
}

#[tokio::test]
async fn no_mcp_server_at_all_is_named_with_its_status() {
    let site = MockSite::start(|_| Reply::status(404)).await;

    let error = Client::open(&site.endpoint(), ClientOptions::default()).await.unwrap_err();

    insta::assert_snapshot!(error, @"no MCP server answers `initialize` there: HTTP status 404");
}

#[tokio::test]
async fn modern_requests_carry_the_headers_that_repeat_them() {
    let site = MockSite::modern(|seen| Reply::json(200, &seen.text("done"))).await;
    let client = site.client().await;

    client.call_raw("größe", json!({})).await.unwrap();
    client.call_raw("t", json!({ "region": "\tus" })).await.unwrap();

    assert_eq!(site.asked(), ["server/discover", "tools/list", "tools/call", "tools/call"]);
    let call = site.until("tools/call", 1).await;
    let header = |name| call.header(name).unwrap_or("-").to_owned();
    assert_eq!(header("MCP-Protocol-Version"), "2026-07-28");
    assert_eq!(header("Mcp-Method"), "tools/call");
    assert_eq!(header("Mcp-Name"), "=?base64?Z3LDtsOfZQ==?=");
    assert_eq!(header("Mcp-Param-Region"), "-");
    assert_eq!(header("Content-Type"), "application/json");
    assert_eq!(header("Accept"), "application/json, text/event-stream");
    assert_eq!(header("Mcp-Session-Id"), "-");
    let call = site.until("tools/call", 2).await;
    assert_eq!(call.header("Mcp-Name"), Some("t"));
    assert_eq!(call.header("Mcp-Param-Region"), Some("=?base64?CXVz?="));
}

#[tokio::test]
async fn legacy_requests_carry_version_and_session_after_the_handshake() {
    let site = MockSite::start(|seen| match seen.what() {
        "initialize" => initialized(seen, "abc~!"),
        "tools/call" => Reply::json(200, &seen.text("done")),
        _ => legacy_handshake(seen).unwrap_or_else(|| Reply::status(405)),
    })
    .await;
    let client = site.client().await;

    assert_eq!(text_of(&client, "t").await, "done");
    client.close().await;

    let of = |what: &str| site.seen().into_iter().find(|seen| seen.what() == what).unwrap();
    assert_eq!(of("initialize").header("MCP-Protocol-Version"), None);
    assert_eq!(of("initialize").header("Mcp-Session-Id"), None);
    for what in ["notifications/initialized", "GET", "tools/call", "DELETE"] {
        assert_eq!(of(what).header("MCP-Protocol-Version"), Some("2025-11-25"), "{what}");
        assert_eq!(of(what).header("Mcp-Session-Id"), Some("abc~!"), "{what}");
    }
    assert_eq!(of("tools/call").header("Mcp-Method"), None);
}
