use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Request;
use serde_json::json;

use super::*;

async fn status_with(server: &HttpServer, headers: &[(&str, &str)]) -> u16 {
    let mut builder = Request::post("/mcp").header("content-type", "application/json");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    server.handle(with_body(builder, initialize_body())).await.status().as_u16()
}

#[tokio::test]
async fn only_names_of_the_loopback_are_hosts() {
    let server = server();
    let cases: [(&[&str], u16); 19] = [
        (&["localhost"], 200),
        (&["localhost:3000"], 200),
        (&["LocalHost:1"], 200),
        (&["127.0.0.1"], 200),
        (&["127.0.0.1:65535"], 200),
        (&["[::1]:80"], 200),
        (&["[::1]"], 200),
        (&[], 403),
        (&[""], 403),
        (&["localhost", "localhost"], 403),
        (&["localhost.evil.com"], 403),
        (&["127.0.0.1.nip.io"], 403),
        (&["0.0.0.0:80"], 403),
        (&["localhost@evil.com"], 403),
        (&["user:1@localhost"], 403),
        (&["localhost:"], 403),
        (&["localhost:+80"], 403),
        (&["localhost:99999"], 403),
        (&["[::1"], 403),
    ];

    for (hosts, expected) in cases {
        let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
        assert_eq!(status_with(&server, &headers).await, expected, "{hosts:?}");
    }
}

#[tokio::test]
async fn only_pages_of_the_loopback_are_origins() {
    let server = server();
    let cases = [
        ("http://localhost:3000", 200),
        ("https://127.0.0.1", 200),
        ("http://[::1]:1", 200),
        ("null", 403),
        ("", 403),
        ("https://evil", 403),
        ("http://localhost.evil.com", 403),
        ("http://localhost/", 403),
        ("ftp://localhost", 403),
        ("localhost", 403),
    ];

    for (origin, expected) in cases {
        let status = status_with(&server, &[("host", "localhost"), ("origin", origin)]).await;
        assert_eq!(status, expected, "{origin:?}");
    }
    let two = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "https://evil")];
    assert_eq!(status_with(&server, &two).await, 403);
}

#[tokio::test]
async fn target_that_names_a_host_must_name_an_allowed_one() {
    let server = server();
    let mut statuses = Vec::new();

    for target in ["http://localhost/mcp", "http://evil.example.com/mcp"] {
        let builder = Request::post(target).header("content-type", "application/json");
        let request = with_body(builder, initialize_body());
        statuses.push(server.handle(request).await.status().as_u16());
    }

    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn allowed_names_can_be_others_with_or_without_a_port() {
    let server = Bench::default().server(HttpOptions {
        allowed_hosts: vec!["mcp.internal".to_owned(), "pinned:443".to_owned()],
        allowed_origins: vec!["https://app.example.com".to_owned()],
        ..HttpOptions::default()
    });
    let cases: [(&str, Option<&str>, u16); 6] = [
        ("mcp.internal:81", None, 200),
        ("pinned:443", None, 200),
        ("pinned:444", None, 403),
        ("localhost", None, 403),
        ("mcp.internal", Some("https://app.example.com"), 200),
        ("mcp.internal", Some("http://app.example.com"), 403),
    ];

    for (host, origin, expected) in cases {
        let mut headers = vec![("host", host)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        assert_eq!(status_with(&server, &headers).await, expected, "{host} {origin:?}");
    }
}

#[tokio::test]
async fn token_is_demanded_of_everybody_when_there_is_one() {
    let token = Some("s3cret".to_owned());
    let options = HttpOptions { token, ..HttpOptions::default() };
    assert!(!format!("{options:?}").contains("s3cret"));
    let server = Bench::default().server(options);
    let cases = [
        (None, 401),
        (Some("Bearer s3cret"), 200),
        (Some("bearer s3cret"), 200),
        (Some("Bearer s3cre"), 401),
        (Some("Bearer s3cretx"), 401),
        (Some("Basic s3cret"), 401),
        (Some("s3cret"), 401),
    ];

    for (value, expected) in cases {
        let mut headers = vec![("host", "localhost")];
        headers.extend(value.map(|value| ("authorization", value)));
        assert_eq!(status_with(&server, &headers).await, expected, "{value:?}");
    }
}

#[tokio::test]
async fn accept_is_read_as_http_says() {
    let server = server();
    let cases = [
        ("*/*", 200),
        ("application/*, text/*", 200),
        ("application/json;q=0.9, Text/Event-Stream", 200),
        ("application/json", 406),
        ("text/event-stream", 406),
        ("application/json, text/event-stream;q=0", 406),
        ("text/html", 406),
    ];

    for (accept, expected) in cases {
        let status = status_with(&server, &[("host", "localhost"), ("accept", accept)]).await;
        assert_eq!(status, expected, "{accept}");
    }
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let long = "x".repeat(32 << 10);

    let status = status_with(&server(), &[("host", "localhost"), ("x-long", &long)]).await;

    assert_eq!(status, 431);
}

#[tokio::test]
async fn body_is_read_to_the_limit_and_no_further() {
    let options = HttpOptions { body_bytes_max: 1000, ..HttpOptions::default() };
    let server = Bench::default().server(options);
    let statuses = async |count: usize, piece_bytes: usize| {
        let pieces = Pieces { count, piece_bytes, taken: Arc::default() };
        let taken = Arc::clone(&pieces.taken);
        let response = server.handle(post().body(pieces).unwrap()).await;
        (response.status().as_u16(), taken.load(Ordering::SeqCst))
    };

    // Blanks are no JSON, but they were read.
    assert_eq!(statuses(10, 100).await, (400, 10));
    assert_eq!(statuses(1_000_000, 100).await, (413, 11));
    assert_eq!(statuses(1, 1001).await, (413, 1));
}

#[tokio::test]
async fn body_that_announces_too_much_is_not_read_at_all() {
    let options = HttpOptions { body_bytes_max: 10, ..HttpOptions::default() };

    let response = Bench::default().server(options).handle(with_body(post(), "x".repeat(11))).await;

    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn body_that_never_comes_ends_with_its_time() {
    #[derive(Debug)]
    struct Never;
    impl http_body::Body for Never {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _context: &mut TaskContext<'_>,
        ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }
    let timer = Arc::new(HandTimer::default());
    let options = HttpOptions { timer: Some(timer.clone()), ..HttpOptions::default() };
    let server = Bench::default().server(options);
    let mut answering = pin!(server.handle(post().body(Never).unwrap()));

    assert!(poll_now(answering.as_mut()).is_pending());
    timer.pass(Duration::from_secs(30));
    let Poll::Ready(response) = poll_now(answering) else { panic!("the time is over") };

    assert_eq!(response.status(), 408);
}

#[tokio::test]
async fn limit_of_requests_at_work_is_kept() {
    let bench = Bench::default();
    let server = bench.server(HttpOptions { streams_max: 2, ..HttpOptions::default() });
    let mut first = pin!(server.handle(modern_call(1, "hold", &json!({}))));
    let second = Box::pin(server.handle(modern_call(2, "hold", &json!({}))));
    assert!(poll_now(first.as_mut()).is_pending());
    let mut second = second;
    assert!(poll_now(second.as_mut()).is_pending());

    let refused = ask(&server, modern_call(3, "echo", &json!({}))).await;
    drop(second);
    let served = ask(&server, modern_call(4, "echo", &json!({}))).await;

    assert_eq!((refused.status, served.status), (503, 200));
    assert_eq!(refused.headers["retry-after"], "1");
}
