//! Clients that are slow, greedy or crooked: each is cut off in bounded time, and the others are
//! served.

use std::time::Duration;

use mcp_mock::{MockHttpOptions, MockHttpServer, World};

use super::raw::initialize;
use super::raw::{Raw, called, parse, post};
use crate::new_issue;

async fn server_with(change: impl FnOnce(&mut MockHttpOptions)) -> MockHttpServer {
    let mut options = MockHttpOptions::default();
    change(&mut options);
    MockHttpServer::open(&[World::new(1).github()], options).await.unwrap()
}

/// With the clock stopped, time passes as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn head_that_does_not_end_is_cut_off_after_its_time() {
    let server = server_with(|options| options.header_timeout = Duration::from_millis(50)).await;
    let (mut silent, mut slow) = (Raw::open(server.url()).await, Raw::open(server.url()).await);

    slow.send("POST /github/mcp HTTP/1.1\r\nhost: local").await;
    let heard = [silent.rest().await.unwrap(), slow.rest().await.unwrap()];

    for heard in heard {
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408 "), "{heard}");
    }
}

#[tokio::test]
async fn slow_client_does_not_hold_up_another() {
    let server = server_with(|_| {}).await;
    let mut slow = Raw::open(server.url()).await;

    slow.send("POST /github/mcp HTTP/1.1\r\nhost: local").await;
    let issue = called(server.url(), "create_issue", &new_issue()).await;

    assert_eq!(issue["result"]["structuredContent"]["number"], 3);
    slow.leave();
}

#[tokio::test(start_paused = true)]
async fn body_that_does_not_come_is_answered_408() {
    let server = server_with(|options| options.http.body_timeout = Duration::from_millis(50)).await;
    let mut raw = Raw::open(server.url()).await;

    let head = raw.head("POST", &[]);
    raw.send(format!("{head}content-length: 100\r\n\r\n{{")).await;

    assert_eq!(raw.answer().await.status, 408);
}

#[tokio::test]
async fn head_of_64_kib_is_answered_431() {
    let server = server_with(|_| {}).await;
    let long = [("x-long", "a".repeat(64 << 10))];
    let many: Vec<_> = (0..1000).map(|_| ("x-many", "a".to_owned())).collect();

    for headers in [&long[..], &many] {
        let mut raw = Raw::open(server.url()).await;
        let head = raw.head("GET", headers);
        // The server may close before it has read everything.
        raw.send(format!("{head}\r\n")).await;
        assert_eq!(raw.answer().await.status, 431);
    }
    assert_eq!(post(server.url(), &[], &initialize()).await.status, 200);
}

#[tokio::test]
async fn body_over_the_limit_is_answered_413_however_it_is_sent() {
    let body = initialize();
    let server = server_with(|options| options.http.body_bytes_max = body.len()).await;
    let chunked = [("transfer-encoding", "chunked".to_owned())];
    let mut raw = Raw::open(server.url()).await;
    let head = raw.head("POST", &chunked);

    let fits = post(server.url(), &[], &body).await;
    let too_long = post(server.url(), &[], &format!("{body} ")).await;
    raw.send(format!("{head}\r\n{:x}\r\n{body}\r\n1\r\n \r\n0\r\n\r\n", body.len())).await;
    let too_long_in_chunks = raw.answer().await;

    assert_eq!((fits.status, too_long.status, too_long_in_chunks.status), (200, 413, 413));
}

#[tokio::test]
async fn broken_framing_is_answered_400() {
    let server = server_with(|_| {}).await;
    let cases = [
        "transfer-encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        "transfer-encoding: gzip\r\n\r\nhello",
        "content-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        "content-length: +5\r\n\r\nhello",
        "host\x00: a\r\n\r\n",
    ];

    for case in cases {
        let mut raw = Raw::open(server.url()).await;
        let head = raw.head("POST", &[]);
        raw.send(format!("{head}{case}")).await;
        let heard = raw.rest().await.unwrap();
        assert_eq!(parse(heard.as_bytes()).status, 400, "{case:?}");
        assert_eq!(heard.matches("HTTP/1.1 ").count(), 1, "{heard}");
    }
}

#[tokio::test]
async fn request_behind_two_lengths_is_never_served() {
    let github = World::new(1).github();
    let server = github.serve_http().await.unwrap();
    let (headers, body) = super::raw::call("create_issue", &new_issue());
    let lengths = [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
    ];

    for lengths in lengths {
        let mut raw = Raw::open(server.url()).await;
        let (first, hidden) = (raw.head("POST", &[]), raw.head("POST", &headers));
        let length = body.len();
        let hidden = format!("{hidden}content-length: {length}\r\n\r\n{body}");
        raw.send(format!("{first}{lengths}\r\n0\r\n\r\n{hidden}")).await;
        // One answer and the end, which may be a reset: what was behind is left unread.
        let heard = raw.rest().await.unwrap_or_default();
        assert!(heard.matches("HTTP/1.1 ").count() <= 1, "{heard}");
    }
    github.assert_called("create_issue", 0);
}

#[tokio::test]
async fn connections_over_the_limit_wait_until_one_ends() {
    let server = server_with(|options| options.connections_max = 1).await;
    let mut first = Raw::open(server.url()).await;
    first.post(&[], &initialize()).await;
    first.answer().await;

    let url = server.url().to_owned();
    let second = tokio::spawn(async move { post(&url, &[], &initialize()).await });
    first.post(&[], &initialize()).await;
    let served = first.answer().await;
    let is_second_served = second.is_finished();
    first.leave();

    assert_eq!((served.status, is_second_served), (200, false));
    assert_eq!(second.await.unwrap().status, 200);
}
