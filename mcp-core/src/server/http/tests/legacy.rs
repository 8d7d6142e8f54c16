use std::sync::Arc;

use serde_json::json;

use super::super::{Principal, Spawn};
use super::*;

/// Collects what is to run in the background, so that a test can run it.
#[derive(Clone, Default)]
struct Background(Arc<Mutex<Vec<Task>>>);

impl Background {
    fn spawn(&self) -> Spawn {
        let tasks = Arc::clone(&self.0);
        Arc::new(move |task| tasks.lock().unwrap().push(task))
    }

    /// Runs everything as far as it goes; says how many are not done.
    fn run(&self) -> usize {
        let mut tasks = self.0.lock().unwrap();
        tasks.retain_mut(|task| poll_now(task.as_mut()).is_pending());
        tasks.len()
    }
}

fn cancelled(session: &str, id: i64) -> Request<Full<Bytes>> {
    let message = json!({ "method": "notifications/cancelled", "params": { "requestId": id } });
    with_body(in_session(session), message.to_string())
}

/// The id of the one question that a stream holds.
#[track_caller]
fn question_id(events: &str) -> Value {
    let data = events.trim().strip_prefix("data: ").unwrap();
    let question: Value = serde_json::from_str(data).unwrap();
    assert_eq!(question["method"], "roots/list");
    question["id"].clone()
}

#[tokio::test]
async fn session_ids_are_long_visible_and_never_the_same() {
    let server = server();

    let (one, other) = (open(&server).await, open(&server).await);

    assert_ne!(one, other);
    assert_eq!(one.len(), 32);
    assert!(one.bytes().all(|byte| byte.is_ascii_graphic()));
}

#[tokio::test]
async fn session_belongs_to_the_one_who_opened_it() {
    let server = server();
    let by_header = open_with(&server, post().header("authorization", "Bearer a")).await;
    let alice = || Principal("alice".to_owned());
    let by_principal = open_with(&server, post().extension(alice())).await;
    let ping = || legacy_body(1, "ping", &json!({}));
    let cases = [
        (with_body(in_session(&by_header).header("authorization", "Bearer a"), ping()), 200),
        (with_body(in_session(&by_header).header("authorization", "Bearer b"), ping()), 404),
        (with_body(in_session(&by_header), ping()), 404),
        (with_body(in_session(&by_header).extension(alice()), ping()), 404),
        (with_body(in_session(&by_principal).extension(alice()), ping()), 200),
        // Tokens are renewed; the principal stays.
        (
            with_body(
                in_session(&by_principal).extension(alice()).header("authorization", "Bearer new"),
                ping(),
            ),
            200,
        ),
        (with_body(in_session(&by_principal).extension(Principal("bob".to_owned())), ping()), 404),
        (of_session("DELETE", &by_principal), 404),
    ];

    for (number, (request, expected)) in cases.into_iter().enumerate() {
        assert_eq!(ask(&server, request).await.status, expected, "{number}");
    }
}

#[tokio::test]
async fn oldest_idle_session_makes_room_and_busy_ones_stay() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions { sessions_max: 2, ..HttpOptions::default() });
    let (first, second) = (open(&server).await, open(&server).await);
    let status = async |session: &str| {
        let ping = with_body(in_session(session), legacy_body(1, "ping", &json!({})));
        ask(&server, ping).await.status
    };
    assert_eq!(status(&first).await, 200);

    let third = open(&server).await;
    assert_eq!(
        [status(&first).await, status(&second).await, status(&third).await],
        [200, 404, 200]
    );

    let _first = server.handle(of_session("GET", &first)).await;
    let _third = server.handle(of_session("GET", &third)).await;
    let refused = ask(&server, with_body(post(), initialize_body())).await;
    assert_eq!(refused.status, 503);
}

#[tokio::test]
async fn stream_of_a_session_tells_of_changes_and_there_is_one() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions::default());
    let session = open(&server).await;

    // Said before anybody listens, and kept.
    bench.tools_changed();
    let response = server.handle(of_session("GET", &session)).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body();
    assert!(next_text(&mut stream).unwrap().contains("notifications/tools/list_changed"));
    assert_eq!(ask(&server, of_session("GET", &session)).await.status, 409);
    drop(stream);
    let mut stream = server.handle(of_session("GET", &session)).await.into_body();
    assert_eq!(next_text(&mut stream), None);
    assert_eq!(ask(&server, of_session("DELETE", &session)).await.status, 204);

    assert_eq!(next_text(&mut stream).as_deref(), Some("end"));
    assert_eq!(ask(&server, of_session("GET", &session)).await.status, 404);
}

#[tokio::test]
async fn question_and_progress_go_to_the_stream_of_their_request() {
    let server = server();
    let session = open(&server).await;
    let mut own = server.handle(of_session("GET", &session)).await.into_body();
    let asking = server.handle(legacy_call(&session, 7, "ask", &json!({}))).await;
    let mut body = asking.into_body();

    let question = next_text(&mut body).unwrap();
    assert_eq!(next_text(&mut body), None);
    let answer = json!({ "id": question_id(&question), "result": { "roots": [] } }).to_string();
    assert_eq!(ask(&server, with_body(in_session(&session), answer)).await.status, 202);
    let answered = next_text(&mut body).unwrap();

    assert!(answered.contains(r#""id":7"#) && answered.contains("roots"), "{answered}");
    assert_eq!(next_text(&mut own), None);
}

#[tokio::test]
async fn answer_in_one_session_does_not_answer_a_question_in_another() {
    let server = server();
    let (one, other) = (open(&server).await, open(&server).await);
    let mut body = server.handle(legacy_call(&one, 7, "ask", &json!({}))).await.into_body();
    assert!(next_text(&mut body).is_some());

    for id in -2..4 {
        let answer = json!({ "id": id, "result": { "roots": [] } }).to_string();
        assert_eq!(ask(&server, with_body(in_session(&other), answer)).await.status, 202);
    }

    assert_eq!(next_text(&mut body), None);
}

#[tokio::test]
async fn cancelling_ends_the_work_and_its_answer() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions::default());
    let session = open(&server).await;
    let mut waiting = Box::pin(server.handle(legacy_call(&session, 7, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());

    assert_eq!(ask(&server, cancelled(&session, 8)).await.status, 202);
    assert!(poll_now(waiting.as_mut()).is_pending());
    assert_eq!(ask(&server, cancelled(&session, 7)).await.status, 202);
    let Poll::Ready(response) = poll_now(waiting.as_mut()) else { panic!("it is cancelled") };
    let seen = see(response).await;

    assert_eq!((seen.status, &*seen.text), (200, ""));
    assert_eq!(bench.counts(), (1, 0, 1));
}

#[tokio::test]
async fn leaving_does_not_cancel_when_work_can_go_on() {
    let (bench, background) = (Bench::default(), Background::default());
    let options = HttpOptions { spawn: Some(background.spawn()), ..HttpOptions::default() };
    let server = bench.server(options);
    let session = open(&server).await;
    let mut waiting = Box::pin(server.handle(legacy_call(&session, 7, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());

    drop(waiting);
    assert_eq!((background.run(), bench.counts()), (1, (1, 0, 0)));
    bench.gate.raise();

    assert_eq!((background.run(), bench.counts()), (0, (1, 1, 0)));
}

#[tokio::test]
async fn abandoned_work_can_be_cancelled_and_ends_with_its_session_or_its_time() {
    let (bench, background) = (Bench::default(), Background::default());
    let timer = Arc::new(HandTimer::default());
    let server = bench.server(HttpOptions {
        spawn: Some(background.spawn()),
        timer: Some(timer.clone()),
        ..HttpOptions::default()
    });
    let session = open(&server).await;
    for id in 1..=3 {
        let mut waiting = Box::pin(server.handle(legacy_call(&session, id, "hold", &json!({}))));
        assert!(poll_now(waiting.as_mut()).is_pending());
    }
    assert_eq!((background.run(), bench.counts()), (3, (3, 0, 0)));

    ask(&server, cancelled(&session, 2)).await;
    assert_eq!(background.run(), 2);
    ask(&server, of_session("DELETE", &session)).await;
    assert_eq!((background.run(), bench.counts()), (0, (3, 0, 3)));

    let session = open(&server).await;
    let mut waiting = Box::pin(server.handle(legacy_call(&session, 4, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());
    drop(waiting);
    assert_eq!(background.run(), 1);
    timer.pass(Duration::from_secs(600));
    assert_eq!((background.run(), bench.counts()), (0, (4, 0, 4)));
}

#[tokio::test]
async fn question_of_abandoned_work_goes_to_the_stream_of_the_session() {
    let (bench, background) = (Bench::default(), Background::default());
    let options = HttpOptions { spawn: Some(background.spawn()), ..HttpOptions::default() };
    let server = bench.server(options);
    let session = open(&server).await;
    let mut waiting = Box::pin(server.handle(legacy_call(&session, 7, "ask_late", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());

    drop(waiting);
    bench.gate.raise();
    assert_eq!(background.run(), 1);
    let mut stream = server.handle(of_session("GET", &session)).await.into_body();
    let question = next_text(&mut stream).unwrap();
    let answer = json!({ "id": question_id(&question), "result": { "roots": [] } }).to_string();
    assert_eq!(ask(&server, with_body(in_session(&session), answer)).await.status, 202);

    assert_eq!(background.run(), 0);
    assert_eq!(next_text(&mut stream), None);
}

#[tokio::test]
async fn leaving_ends_the_work_when_nothing_runs_in_the_background() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions::default());
    let session = open(&server).await;
    let mut waiting = Box::pin(server.handle(legacy_call(&session, 7, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());

    drop(waiting);

    assert_eq!(bench.counts(), (1, 0, 1));
    let idle = ask(&server, legacy_call(&session, 8, "echo", &json!({}))).await;
    assert_eq!(idle.status, 200);
}
