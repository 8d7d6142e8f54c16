//! Bodies that are cut, endless, too large or too slow.

use std::time::Duration;

use mcp_client::transport::http::HttpLimits;
use mcp_client::{Client, ClientOptions};
use mcp_core::{Delivery, TransportError};

use crate::site::{Acts, MockSite, RawSite, Reply, Site, failed_call, failed_exchange, text_of};

const JSON: &str = "Content-Type: application/json\r\n";

async fn client_with(site: &impl Site, change: impl FnOnce(&mut HttpLimits)) -> Client {
    let mut limits = HttpLimits::default();
    change(&mut limits);
    let endpoint = site.endpoint().with_limits(limits);
    Client::open(&endpoint, ClientOptions::default()).await.unwrap()
}

/// Calls a tool whose answer must be cut off as too large.
async fn check_too_large(client: &Client, tool: &str, limit_bytes: usize) {
    let (cause, delivery) = failed_exchange(client, tool).await;

    assert_eq!(cause, TransportError::FrameTooLarge { limit_bytes });
    assert_eq!(delivery, Delivery::Unknown);
}

#[tokio::test]
async fn truncated_body_leaves_open_whether_the_call_happened() {
    let site = RawSite::modern(|seen| match seen.tool() {
        "length" => {
            Acts::raw(format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 99\r\n\r\n{{\"id\":"))
                .close()
        }
        "chunked" => Acts::raw(format!(
            "HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n5\r\n{{\"i"
        ))
        .close(),
        "head" => Acts::raw("HTTP/1.1 200 OK\r\nContent-").close(),
        "nothing" => Acts::default().close(),
        "garbage" => Acts::raw("SSH-2.0-OpenSSH_9.9\r\n").close(),
        _ => Reply::json(200, &seen.text("fine")).into(),
    })
    .await;
    let client = site.client().await;

    for tool in ["length", "chunked", "head", "nothing", "garbage"] {
        let (cause, delivery) = failed_exchange(&client, tool).await;

        assert!(matches!(cause, TransportError::Io { .. }), "{tool}: {cause}");
        assert!(!cause.is_permanent());
        assert_eq!(delivery, Delivery::Unknown, "{tool}");
    }
    assert_eq!(text_of(&client, "other").await, "fine");
    assert_eq!(site.count("tools/call"), 6);
}

#[tokio::test]
async fn reset_after_the_effect_does_not_send_the_call_again() {
    let site = RawSite::modern(|_| Acts::default().reset()).await;
    let client = site.client().await;

    let (_, delivery) = failed_exchange(&client, "t").await;

    assert_eq!(delivery, Delivery::Unknown);
    assert_eq!(site.count("tools/call"), 1);
}

#[tokio::test]
async fn gzip_is_read_and_a_bomb_is_capped_by_what_it_unpacks_to() {
    // `gzip -9` of 4 MiB of blanks, written by hand: blocks that repeat what stands before.
    let bomb = gzip_of_zeros(4 << 20);
    assert!(bomb.len() < 1 << 16);
    let site = MockSite::modern(move |_| {
        let headers = [("Content-Type", "application/json"), ("Content-Encoding", "gzip")];
        Reply::with(200, &headers, bomb.clone())
    })
    .await;
    let client = client_with(&site, |limits| limits.message_bytes_max = 1 << 20).await;

    check_too_large(&client, "t", 1 << 20).await;
}

/// A gzip file of so many zero bytes: deflate blocks with fixed codes, each a zero byte that is
/// repeated 258 times again and again.
fn gzip_of_zeros(bytes: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b1, 1); // The last block,
    bits.put(0b01, 2); // with fixed codes.
    bits.put_code(0b0011_0000, 8); // The literal 0.
    for _ in 0..bytes / 258 {
        bits.put_code(0b1100_0101, 8); // Length 258
        bits.put_code(0b00000, 5); // from one byte before.
    }
    bits.put_code(0, 7); // The end of the block.
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(bits.bytes);
    // The checksum is never reached.
    file.extend([0; 8]);
    file
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |=
                u8::try_from((value >> bit) & 1).unwrap() << (self.used % 8);
            self.used += 1;
        }
    }

    /// Codes are written from their highest bit on.
    fn put_code(&mut self, code: u32, count: u32) {
        for bit in (0..count).rev() {
            self.put((code >> bit) & 1, 1);
        }
    }
}

#[tokio::test]
async fn endless_bodies_are_cut_at_the_cap() {
    let site = RawSite::modern(|seen| match seen.tool() {
        "chunked" => {
            Acts::raw(format!("HTTP/1.1 200 OK\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n"))
                .endless("4\r\n    \r\n")
        }
        "close" => Acts::raw(format!("HTTP/1.1 200 OK\r\n{JSON}\r\n")).endless("    "),
        "event" => Acts::stream_start().endless("data: x\n"),
        _ => Acts::stream_start().bytes("data: ").endless("xxxx"),
    })
    .await;
    let client = client_with(&site, |limits| limits.message_bytes_max = 100_000).await;

    for tool in ["chunked", "close", "event", "line"] {
        check_too_large(&client, tool, 100_000).await;
    }
}

#[tokio::test]
async fn body_at_the_cap_passes_and_one_byte_more_does_not() {
    let site = MockSite::modern(|seen| {
        let body = seen.text("x").to_string();
        let blanks: usize = seen.tool().parse().unwrap();
        let body = format!("{body}{}", " ".repeat(blanks - body.len()));
        Reply::with(200, &[("Content-Type", "application/json")], body)
    })
    .await;
    let client = client_with(&site, |limits| limits.message_bytes_max = 1000).await;

    assert_eq!(text_of(&client, "999").await, "x");
    assert_eq!(text_of(&client, "1000").await, "x");
    check_too_large(&client, "1001", 1000).await;
}

#[tokio::test]
async fn header_bomb_is_refused() {
    let site = MockSite::modern(|seen| {
        let reply = Reply::json(200, &seen.text("no"));
        match seen.tool() {
            "large" => reply.header("X-Large", &"x".repeat(70_000)),
            "many" => {
                (0..5_000).fold(reply, |reply, number| reply.header(&format!("X-{number}"), "x"))
            }
            _ => reply.header("X-Huge", &"x".repeat(5_000_000)),
        }
    })
    .await;
    let client = site.client().await;

    check_too_large(&client, "large", 64 * 1024).await;
    for tool in ["many", "huge"] {
        let (cause, delivery) = failed_exchange(&client, tool).await;

        assert!(matches!(cause, TransportError::Io { .. }), "{tool}: {cause}");
        assert_eq!(delivery, Delivery::Unknown);
    }
}

#[tokio::test]
async fn body_that_pauses_too_long_is_given_up() {
    let site = RawSite::modern(|_| {
        Acts::raw(format!("HTTP/1.1 200 OK\r\n{JSON}Content-Length: 99\r\n\r\n{{")).hang()
    })
    .await;
    let client =
        client_with(&site, |limits| limits.idle_timeout = Duration::from_millis(200)).await;

    let (cause, delivery) = failed_exchange(&client, "t").await;

    insta::assert_snapshot!(cause, @"failed to read an HTTP answer: nothing came for 200ms");
    assert_eq!(delivery, Delivery::Unknown);
    site.until_gone(1).await;
}

#[tokio::test]
async fn answer_that_never_ends_is_given_up() {
    let drip = || Acts::raw(format!("HTTP/1.1 200 OK\r\n{JSON}\r\n"));
    let site = RawSite::modern(move |seen| match seen.tool() {
        "no headers" => Acts::default().hang(),
        "slow" => drip().bytes(" ").hang(),
        _ => Acts::stream_start().endless(": still here\n\n"),
    })
    .await;
    let client =
        client_with(&site, |limits| limits.answer_timeout = Duration::from_millis(400)).await;

    for tool in ["no headers", "slow", "comments only"] {
        let error = failed_call(&client, tool).await;

        assert_eq!(error.delivery, Delivery::Unknown, "{tool}");
        assert!(error.to_string().ends_with("no answer within 400ms"), "{error}");
    }
}

#[tokio::test]
async fn call_has_its_deadline_whatever_trickles_in() {
    let site = RawSite::modern(|seen| match seen.tool() {
        "comments" => Acts::stream_start().endless(": still here\n\n"),
        _ => Acts::raw("HTTP/1.1 200 OK\r\n").hang(),
    })
    .await;
    let options = ClientOptions::default().with_call_timeout(Duration::from_millis(100));
    let client = Client::open(&site.endpoint(), options).await.unwrap();

    for tool in ["comments", "headers"] {
        let error = failed_call(&client, tool).await;

        assert!(error.to_string().ends_with("no answer within 100ms"), "{error}");
    }
}
