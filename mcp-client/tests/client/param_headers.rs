//! Arguments that headers repeat, over a binding that has headers.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mcp_client::transport::memory::{self, MemoryTransport};
use mcp_client::{Client, ClientOptions};
use mcp_core::session::EraChoice;
use mcp_core::{Delivery, Outgoing, Received, SendError, Transport, TransportError};
use serde_json::{Value, json};

use crate::peer::{Peer, everything, initialized, text};

type Headers = Arc<Mutex<Vec<Vec<(String, String)>>>>;

/// A binding with headers: it keeps those that it was given.
#[derive(Debug)]
struct WithHeaders {
    inner: MemoryTransport,
    seen: Headers,
}

#[async_trait]
impl Transport for WithHeaders {
    async fn send(&self, message: Outgoing<'_>) -> Result<(), SendError> {
        if let Some(facts) = message.facts.filter(|facts| !facts.param_headers.is_empty()) {
            let mut seen = self.seen.lock().expect("no holder panics");
            seen.push(facts.param_headers.to_vec());
        }
        self.inner.send(message).await
    }

    async fn recv(&self) -> Result<Received, TransportError> {
        self.inner.recv().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }

    fn abort(&self) {
        self.inner.abort();
    }

    fn has_param_headers(&self) -> bool {
        true
    }
}

async fn connected(era: EraChoice) -> (Client, Peer, Headers) {
    let (here, there) = memory::pair();
    let (peer, seen) = (Peer::new(there), Headers::default());
    let transport = WithHeaders { inner: here, seen: Arc::clone(&seen) };
    let options = ClientOptions::default().with_era(era);
    let (client, ()) = tokio::join!(Client::connect_with(transport, options), async {
        if era == EraChoice::Modern {
            peer.discover(everything()).await;
        } else {
            let request = peer.expect("initialize").await;
            peer.answer(&request, initialized("2025-06-18")).await;
            peer.expect("notifications/initialized").await;
        }
    });
    (client.expect("the handshake succeeds"), peer, seen)
}

/// A page of one tool that mirrors its argument `region` in this header.
fn page(header: &str) -> Value {
    let region = json!({ "type": "string", "x-mcp-header": header });
    let schema = json!({ "type": "object", "properties": { "region": region } });
    json!({ "tools": [{ "name": "deploy", "inputSchema": schema }] })
}

async fn list(client: &Client, peer: &Peer, page: Value) -> Vec<String> {
    let (list, ()) = tokio::join!(client.list_tools(), async {
        let request = peer.expect("tools/list").await;
        peer.answer(&request, page).await;
    });
    list.expect("the peer answers").rejected.clone()
}

fn pairs(seen: &Headers) -> Vec<String> {
    let seen = seen.lock().expect("no holder panics");
    seen.iter().map(|headers| format!("{headers:?}")).collect()
}

#[tokio::test(start_paused = true)]
async fn arguments_are_mirrored_by_the_last_list_however_old() {
    let (client, peer, seen) = connected(EraChoice::Modern).await;
    list(&client, &peer, page("Region")).await;

    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({ "region": "eu" })), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });

    outcome.unwrap();
    assert_eq!(pairs(&seen), [r#"[("Region", "eu")]"#]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_never_listed_is_listed_once() {
    for is_refused in [false, true] {
        let (client, peer, seen) = connected(EraChoice::Modern).await;

        for round in 0..2 {
            let arguments = json!({ "region": "eu" });
            let (outcome, ()) = tokio::join!(client.call_raw("deploy", arguments), async {
                if round == 0 {
                    let request = peer.expect("tools/list").await;
                    if is_refused {
                        peer.refuse(&request, -32603).await;
                    } else {
                        peer.answer(&request, page("Region")).await;
                    }
                }
                let request = peer.expect("tools/call").await;
                peer.answer(&request, text("")).await;
            });
            outcome.unwrap();
        }

        assert_eq!(pairs(&seen).len(), if is_refused { 0 } else { 2 });
    }
}

#[tokio::test(start_paused = true)]
async fn tools_with_invalid_headers_are_left_out_and_named() {
    let (client, peer, _) = connected(EraChoice::Modern).await;

    let rejected = list(&client, &peer, page("not a name")).await;

    insta::assert_snapshot!(rejected.join("\n"), @r#"tool `deploy`: `x-mcp-header` of `region` is not a name for a header: "not a name""#);
}

#[tokio::test(start_paused = true)]
async fn a_call_with_outdated_headers_is_sent_once_more() {
    let (client, peer, seen) = connected(EraChoice::Modern).await;
    list(&client, &peer, page("Region")).await;

    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({ "region": "eu" })), async {
        let request = peer.expect("tools/call").await;
        peer.refuse(&request, -32020).await;
        let request = peer.expect("tools/list").await;
        peer.answer(&request, page("Area")).await;
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });
    let (refused, ()) = tokio::join!(client.call_raw("deploy", json!({ "region": "eu" })), async {
        for _ in 0..2 {
            let request = peer.expect("tools/call").await;
            peer.refuse(&request, -32020).await;
            if pairs(&seen).len() == 3 {
                let request = peer.expect("tools/list").await;
                peer.answer(&request, page("Area")).await;
            }
        }
    });

    outcome.unwrap();
    let area = r#"[("Area", "eu")]"#;
    assert_eq!(pairs(&seen), [r#"[("Region", "eu")]"#, area, area, area]);
    assert_eq!(refused.unwrap_err().delivery(), Delivery::Refused);
}

#[tokio::test(start_paused = true)]
async fn every_round_of_a_call_has_its_headers() {
    let (client, peer, seen) = connected(EraChoice::Modern).await;
    list(&client, &peer, page("Region")).await;

    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({ "region": "eu" })), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, json!({ "resultType": "input_required", "requestState": "s" })).await;
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });

    outcome.unwrap();
    assert_eq!(pairs(&seen), [r#"[("Region", "eu")]"#, r#"[("Region", "eu")]"#]);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_gets_no_such_headers() {
    let (client, peer, seen) = connected(EraChoice::Legacy).await;
    let rejected = list(&client, &peer, page("not a name")).await;

    let (outcome, ()) = tokio::join!(client.call_raw("deploy", json!({ "region": "eu" })), async {
        let request = peer.expect("tools/call").await;
        peer.refuse(&request, -32020).await;
    });

    assert!(outcome.is_err() && rejected.is_empty());
    assert_eq!(pairs(&seen), [] as [String; 0]);
}
