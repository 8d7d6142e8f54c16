use std::sync::Mutex;
use std::time::Duration;

use mcp_client::transport::memory;
use mcp_client::{Client, ClientOptions, ConnectError};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::session::EraChoice;
use mcp_core::{Transport, TransportError};
use serde_json::json;
use tokio::time::Instant;

use crate::peer::{Peer, initialized, legacy, modern};

#[tokio::test(start_paused = true)]
async fn a_modern_server_is_asked_once() {
    let (client, _peer) = modern(ClientOptions::default()).await;

    assert_eq!(client.version(), ProtocolVersion::V2026_07_28);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_is_initialized_after_its_refusal() {
    let (client, _peer) = legacy(ClientOptions::default()).await;

    assert_eq!(client.version(), ProtocolVersion::V2025_06_18);
    assert_eq!(client.server().implementation.name, "old");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ignores_the_unknown_is_initialized_after_a_while() {
    let (here, there) = memory::pair();
    let peer = Peer::new(there);
    let start = Instant::now();

    let (client, ()) = tokio::join!(Client::connect(here), async {
        peer.expect("server/discover").await;
        let request = peer.expect("initialize").await;
        peer.answer(&request, initialized("2025-11-25")).await;
        peer.expect("notifications/initialized").await;
    });

    assert_eq!(client.unwrap().version(), ProtocolVersion::V2025_11_25);
    assert_eq!(start.elapsed(), ClientOptions::default().probe_timeout);
}

#[tokio::test(start_paused = true)]
async fn a_slow_modern_server_is_not_taken_for_a_legacy_one() {
    let (here, there) = memory::pair();
    let peer = Peer::new(there);

    let (client, ()) = tokio::join!(Client::connect(here), async {
        let probe = peer.expect("server/discover").await;
        let second = peer.expect("initialize").await;
        peer.answer(&probe, json!({ "supportedVersions": ["2026-07-28"], "capabilities": {} }))
            .await;
        peer.refuse(&second, -32022).await;
    });

    assert_eq!(client.unwrap().version(), ProtocolVersion::V2026_07_28);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_on_the_probe_is_opened_again() {
    let (first_here, first_there) = memory::pair();
    let (second_here, second_there) = memory::pair();
    let ready = Mutex::new(vec![second_here, first_here]);
    let connector = || {
        let transport = ready.lock().unwrap().pop();
        async move {
            match transport {
                Some(transport) => Ok(Box::new(transport) as Box<dyn Transport>),
                None => Err(TransportError::Closed { stderr_tail: String::new() }),
            }
        }
    };
    let (first, second) = (Peer::new(first_there), Peer::new(second_there));

    let (client, ()) = tokio::join!(Client::open(&connector, ClientOptions::default()), async {
        first.expect("server/discover").await;
        first.hang_up().await;
        let request = second.expect("initialize").await;
        second.answer(&request, initialized("2024-11-05")).await;
        second.expect("notifications/initialized").await;
    });

    assert_eq!(client.unwrap().version(), ProtocolVersion::V2024_11_05);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_in_time() {
    let (here, _there) = memory::pair();
    let start = Instant::now();

    let error = Client::connect(here).await.unwrap_err();

    assert!(matches!(error, ConnectError::Timeout { .. }), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_revision_is_refused_and_named() {
    let (here, there) = memory::pair();
    let peer = Peer::new(there);
    let options = ClientOptions::default().with_era(EraChoice::Legacy);

    let (client, ()) = tokio::join!(Client::connect_with(here, options), async {
        let request = peer.expect("initialize").await;
        peer.answer(&request, initialized("1999-01-01")).await;
    });

    insta::assert_snapshot!(client.unwrap_err(), @"no common protocol revision: the server offers 1999-01-01");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_during_the_handshake_says_so_at_once() {
    let (here, there) = memory::pair();
    let start = Instant::now();
    drop(there);

    let error = Client::connect(here).await.unwrap_err();

    assert!(matches!(error, ConnectError::Transport(TransportError::Closed { .. })), "{error}");
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_last_clone_that_is_dropped_ends_the_connection() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let clone = client.clone();
    drop(client);
    assert!(clone.ended().is_none());

    drop(clone);

    peer.expect_end().await;
}
