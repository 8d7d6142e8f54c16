//! Hearing of changes.

use std::time::Duration;

use mcp_client::{Client, ClientOptions, RequestError, Subscription};
use mcp_core::TransportError;
use mcp_core::protocol::SubscriptionFilter;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::peer::{Peer, legacy, legacy_as, modern, text};

const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";
const TOOLS: &str = "notifications/tools/list_changed";
const UPDATED: &str = "notifications/resources/updated";

fn wanted(uris: &[&str]) -> SubscriptionFilter {
    let mut filter = SubscriptionFilter::default();
    filter.tools_list_changed = true;
    filter.resource_subscriptions = uris.iter().map(|&uri| uri.to_owned()).collect();
    filter
}

/// Parameters of a notification that belongs to the subscription of `request`.
fn tagged(request: &Value, mut params: Value) -> Value {
    params["_meta"] = json!({ "io.modelcontextprotocol/subscriptionId": request["id"] });
    params
}

/// Opens a modern subscription; returns its request as well.
async fn listening(client: &Client, peer: &Peer, uris: &[&str]) -> (Subscription, Value) {
    let (subscription, request) = tokio::join!(client.listen(wanted(uris)), async {
        let request = peer.expect("subscriptions/listen").await;
        let honoured = json!({ "notifications": { "toolsListChanged": true } });
        peer.tell(ACKNOWLEDGED, tagged(&request, honoured)).await;
        request
    });
    (subscription.expect("the peer answers"), request)
}

async fn heard(subscription: &mut Subscription) -> Option<String> {
    let next = timeout(Duration::from_secs(1), subscription.next()).await.ok()?;
    Some(match next? {
        Ok(notice) => notice.as_resource_update().unwrap_or(notice.method),
        Err(error) => error.to_string(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_subscription_hears_what_names_it_and_was_wanted() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut one, first) = listening(&client, &peer, &["u:a"]).await;
    let (mut other, second) = listening(&client, &peer, &["u:b"]).await;

    peer.tell(UPDATED, tagged(&first, json!({ "uri": "u:a" }))).await;
    peer.tell(UPDATED, tagged(&second, json!({ "uri": "u:b" }))).await;
    peer.tell(UPDATED, tagged(&first, json!({ "uri": "u:unwanted" }))).await;
    peer.tell("notifications/prompts/list_changed", tagged(&first, json!({}))).await;
    peer.tell(TOOLS, json!({})).await;
    peer.tell(TOOLS, tagged(&json!({ "id": 7 }), json!({}))).await;
    peer.tell(TOOLS, tagged(&first, json!({}))).await;

    assert_eq!(
        first["params"]["notifications"],
        json!({ "toolsListChanged": true, "resourceSubscriptions": ["u:a"] })
    );
    assert!(one.honoured().tools_list_changed && one.honoured().resource_subscriptions.is_empty());
    assert_eq!(heard(&mut one).await.as_deref(), Some("u:a"));
    assert_eq!(heard(&mut one).await.as_deref(), Some(TOOLS));
    assert_eq!(heard(&mut one).await, None);
    assert_eq!(heard(&mut other).await.as_deref(), Some("u:b"));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_waits_for_as_long_as_it_takes() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut subscription, request) = listening(&client, &peer, &[]).await;

    let (next, ()) = tokio::join!(subscription.next(), async {
        tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
        peer.tell(TOOLS, tagged(&request, json!({}))).await;
    });

    assert_eq!(next.unwrap().unwrap().method, TOOLS);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_loses_nothing() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut subscription, request) = listening(&client, &peer, &[]).await;

    assert!(timeout(Duration::from_secs(1), subscription.next()).await.is_err());
    peer.tell(TOOLS, tagged(&request, json!({}))).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    drop(subscription.next());

    assert_eq!(heard(&mut subscription).await.as_deref(), Some(TOOLS));
}

#[tokio::test(start_paused = true)]
async fn a_result_ends_a_subscription_after_what_came_before_it() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut subscription, request) = listening(&client, &peer, &[]).await;

    peer.tell(TOOLS, tagged(&request, json!({}))).await;
    peer.answer(&request, tagged(&request, json!({ "resultType": "complete" }))).await;
    tokio::time::sleep(Duration::from_millis(1)).await;

    assert_eq!(heard(&mut subscription).await.as_deref(), Some(TOOLS));
    assert!(subscription.next().await.is_none());
    assert!(subscription.next().await.is_none());
    drop(subscription);
    assert_quiet(&client, &peer).await;
}

/// Nothing was sent since.
async fn assert_quiet(client: &Client, peer: &Peer) {
    let (outcome, ()) = tokio::join!(client.call_raw("x", json!({})), async {
        let request = peer.expect("tools/call").await;
        peer.answer(&request, text("")).await;
    });
    outcome.expect("the peer answers");
}

#[tokio::test(start_paused = true)]
async fn a_server_may_take_a_subscription_back() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut subscription, request) = listening(&client, &peer, &[]).await;

    peer.tell("notifications/cancelled", json!({ "requestId": request["id"] })).await;

    assert!(subscription.next().await.is_none());
    drop(subscription);
    assert_quiet(&client, &peer).await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_the_end_of_the_connection_are_errors_and_final() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut refused, request) = listening(&client, &peer, &[]).await;
    let (mut cut, _) = listening(&client, &peer, &[]).await;

    peer.refuse(&request, -32603).await;
    assert_eq!(
        heard(&mut refused).await.unwrap(),
        "the server refused `subscriptions/listen`: no (code -32603)"
    );
    assert!(refused.next().await.is_none());
    peer.hang_up().await;

    let Some(Err(RequestError::Connection(error))) = cut.next().await else { panic!() };
    assert!(error.is_end_of_connection(), "{error}");
    assert!(cut.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_subscription_is_cancelled() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (subscription, request) = listening(&client, &peer, &[]).await;

    drop(subscription);

    let notice = peer.expect("notifications/cancelled").await;
    assert_eq!(notice["params"]["requestId"], request["id"]);
    assert_eq!(client.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_confirmation_confirms_nothing() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let start = Instant::now();

    let error = client.listen(wanted(&[])).await.unwrap_err();
    let request = peer.expect("subscriptions/listen").await;
    let notice = peer.expect("notifications/cancelled").await;
    peer.tell(ACKNOWLEDGED, tagged(&request, json!({ "notifications": {} }))).await;

    assert_eq!(start.elapsed(), ClientOptions::default().list_timeout);
    assert_eq!(notice["params"]["requestId"], request["id"]);
    insta::assert_snapshot!(error, @"`subscriptions/listen` failed: no answer within 30s");
    assert_quiet(&client, &peer).await;
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_is_not_confirmed_is_none() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let mut told = Vec::new();

    for is_refused in [true, false] {
        let (outcome, ()) = tokio::join!(client.listen(wanted(&[])), async {
            let request = peer.expect("subscriptions/listen").await;
            if is_refused {
                peer.refuse(&request, -32601).await;
            } else {
                peer.answer(&request, json!({})).await;
            }
        });
        told.push(outcome.unwrap_err().to_string());
    }

    insta::assert_snapshot!(told.join("\n"), @r"
    the server refused `subscriptions/listen`: no (code -32601)
    `subscriptions/listen` failed: the server's answer breaks the protocol: the subscription ended before it was confirmed
    ");
    assert_quiet(&client, &peer).await;
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_notices_keeps_the_newest_and_counts_the_rest() {
    let (client, peer) = modern(ClientOptions::default()).await;
    let (mut subscription, request) = listening(&client, &peer, &["u:"]).await;

    for number in 0..1100 {
        peer.tell(UPDATED, tagged(&request, json!({ "uri": format!("u:/{number}") }))).await;
        tokio::task::yield_now().await;
    }
    assert_quiet(&client, &peer).await;

    assert_eq!(subscription.dropped(), 76);
    assert_eq!(heard(&mut subscription).await.as_deref(), Some("u:/76"));
    let mut left = 1;
    while heard(&mut subscription).await.is_some() {
        left += 1;
    }
    assert_eq!(left, 1024);
}

#[tokio::test(start_paused = true)]
async fn a_legacy_subscription_asks_for_each_resource_and_takes_it_back() {
    let (client, peer) = legacy(ClientOptions::default()).await;

    let (subscription, asked) = tokio::join!(client.listen(wanted(&["u:a", "u:b"])), async {
        let mut asked = Vec::new();
        for _ in 0..2 {
            let request = peer.expect("resources/subscribe").await;
            peer.answer(&request, json!({})).await;
            asked.push(request["params"].clone());
        }
        asked
    });
    let mut subscription = subscription.unwrap();
    for uri in ["u:a", "u:c", "u:b"] {
        peer.tell(UPDATED, json!({ "uri": uri })).await;
    }
    peer.tell("notifications/prompts/list_changed", json!({})).await;
    peer.tell(TOOLS, json!({})).await;

    assert_eq!(asked, [json!({ "uri": "u:a" }), json!({ "uri": "u:b" })]);
    assert_eq!(heard(&mut subscription).await.as_deref(), Some("u:a"));
    assert_eq!(heard(&mut subscription).await.as_deref(), Some("u:b"));
    assert_eq!(heard(&mut subscription).await.as_deref(), Some(TOOLS));
    drop(subscription);
    assert_eq!(peer.expect("resources/unsubscribe").await["params"], json!({ "uri": "u:a" }));
    assert_eq!(peer.expect("resources/unsubscribe").await["params"], json!({ "uri": "u:b" }));
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_another_subscription_wants_is_not_taken_back() {
    let (client, peer) = legacy(ClientOptions::default()).await;
    let subscribe = || async {
        let (subscription, ()) = tokio::join!(client.listen(wanted(&["u:a"])), async {
            let request = peer.expect("resources/subscribe").await;
            peer.answer(&request, json!({})).await;
        });
        subscription.unwrap()
    };
    let (one, other) = (subscribe().await, subscribe().await);

    drop(one);
    assert_quiet(&client, &peer).await;
    drop(other);

    peer.expect("resources/unsubscribe").await;
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_that_refuses_a_resource_is_left_in_order() {
    let (client, peer) = legacy(ClientOptions::default()).await;

    let (outcome, ()) = tokio::join!(client.listen(wanted(&["u:a", "u:b"])), async {
        let request = peer.expect("resources/subscribe").await;
        peer.answer(&request, json!({})).await;
        let request = peer.expect("resources/subscribe").await;
        peer.refuse(&request, -32602).await;
    });

    insta::assert_snapshot!(outcome.unwrap_err(), @"the server refused `u:b`: no (code -32602)");
    assert_eq!(peer.expect("resources/unsubscribe").await["params"]["uri"], "u:a");
}

#[tokio::test(start_paused = true)]
async fn a_legacy_server_without_subscriptions_is_not_asked() {
    let capabilities = json!({ "resources": { "subscribe": false } });
    let (client, _peer) = legacy_as(ClientOptions::default(), capabilities).await;

    let resources = client.listen(wanted(&["u:a"])).await;
    let lists = client.listen(wanted(&[])).await;

    assert!(matches!(resources, Err(RequestError::NotOffered { .. })), "{resources:?}");
    assert!(lists.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_legacy_subscription_ends_with_its_connection() {
    let (client, peer) = legacy(ClientOptions::default()).await;
    let mut subscription = client.listen(wanted(&[])).await.unwrap();

    let (next, ()) = tokio::join!(subscription.next(), peer.hang_up());

    let Some(Err(RequestError::Connection(error))) = next else { panic!("{next:?}") };
    assert!(error.is_end_of_connection(), "{error}");
    assert!(matches!(client.ended(), Some(TransportError::Closed { .. })));
}
