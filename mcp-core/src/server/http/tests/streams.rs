use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::server::{Caller, Reply, Service};

/// A service that replies as a test wants.
struct Scripted(Reply);

#[async_trait]
impl Service for Scripted {
    fn info(&self) -> ServerInfo {
        ServerInfo::new("scripted", "1")
    }

    async fn answer(&self, _request: crate::session::Request, _caller: &Caller) -> Reply {
        self.0.clone()
    }
}

async fn scripted(reply: Reply) -> Response<HttpBody> {
    let server = HttpServer::new(Arc::new(Scripted(reply)), HttpOptions::default());
    server.handle(modern_call(1, "x", &json!({}))).await
}

fn steps(id: i64) -> Request<Full<Bytes>> {
    let meta = json!({
        "progressToken": "p",
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    modern(id, "tools/call", &json!({ "name": "steps", "_meta": meta }))
}

#[tokio::test]
async fn request_that_says_something_first_becomes_a_stream() {
    let seen = ask(&server(), steps(4)).await;

    assert_eq!(seen.headers["content-type"], "text/event-stream");
    assert_eq!(seen.headers["cache-control"], "no-cache");
    assert_eq!(seen.headers["x-accel-buffering"], "no");
    let progress: Vec<_> =
        seen.messages().iter().map(|m| m["params"]["progress"].clone()).collect();
    assert_eq!(progress, [json!(1.0), json!(2.0), Value::Null]);
    assert_eq!(seen.messages()[2]["id"], 4);
}

#[tokio::test]
async fn listening_is_a_stream_at_once_and_ends_with_its_client() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions::default());
    let wish = json!({ "notifications": { "toolsListChanged": true } });
    let response = server.handle(modern(5, "subscriptions/listen", &wish)).await;
    let mut body = response.into_body();

    let first = next_text(&mut body).unwrap();
    assert_eq!(next_text(&mut body), None);
    bench.tools_changed();
    let second = next_text(&mut body).unwrap();

    assert!(first.contains("notifications/subscriptions/acknowledged"), "{first}");
    assert!(second.contains("notifications/tools/list_changed"), "{second}");
    assert!(second.contains(r#""io.modelcontextprotocol/subscriptionId":5"#), "{second}");
}

#[tokio::test]
async fn idle_streams_show_that_they_are_alive() {
    let bench = Bench::default();
    let timer = Arc::new(HandTimer::default());
    let options = HttpOptions { timer: Some(timer.clone()), ..HttpOptions::default() };
    let server = bench.server(options);
    let mut waiting = Box::pin(server.handle(modern_call(1, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());

    timer.pass(Duration::from_secs(15));
    let Poll::Ready(response) = poll_now(waiting.as_mut()) else { panic!("a stream begins") };
    let mut body = response.into_body();
    assert_eq!(next_text(&mut body).as_deref(), Some(":\n\n"));
    assert_eq!(next_text(&mut body), None);
    timer.pass(Duration::from_secs(15));
    assert_eq!(next_text(&mut body).as_deref(), Some(":\n\n"));
    bench.gate.raise();

    assert!(next_text(&mut body).unwrap().contains(r#""id":1"#));
    assert_eq!(next_text(&mut body).as_deref(), Some("end"));
}

#[tokio::test]
async fn every_reply_keeps_its_meaning() {
    let frames = vec![Bytes::from_static(b"{\"a\":1}"), Bytes::from_static(b"two\nlines")];

    let mut cut = scripted(Reply::Close).await.into_body();
    let mut silent = Box::pin(scripted(Reply::Silence));
    let events = see(scripted(Reply::Frames(frames)).await).await;
    let garbage = see(scripted(Reply::Answer(Bytes::from_static(b"not JSON"))).await).await;

    assert_eq!(next_text(&mut cut).as_deref(), Some("broken off"));
    assert!(poll_now(silent.as_mut()).is_pending());
    assert_eq!(events.text, "data: {\"a\":1}\n\ndata: two\ndata: lines\n\n");
    assert_eq!((garbage.status, &*garbage.text), (200, "not JSON"));
}

#[tokio::test]
async fn lengths_of_whole_answers_are_known() {
    let response = server().handle(modern_call(1, "echo", &json!({}))).await;

    assert!(http_body::Body::size_hint(response.body()).exact().is_some());
}

#[test]
fn answering_can_move_between_threads() {
    fn is_send(_: &impl Send) {}

    is_send(&server().handle(modern_call(1, "echo", &json!({}))));
    is_send(&HttpBody::full(Bytes::new()));
}
