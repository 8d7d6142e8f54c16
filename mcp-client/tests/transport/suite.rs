//! One suite for all transports: order, large messages, close, cancel during `recv`, garbage.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use mcp_client::transport::line::{LineOptions, LineTransport};
use mcp_client::transport::memory;
use mcp_core::{Transport, TransportError};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout};

/// Longer than anything here takes, also on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// Two connected transports and whatever has to live as long as they do.
struct Pair {
    near: Arc<dyn Transport>,
    far: Arc<dyn Transport>,
    _keep: Option<tempfile::TempDir>,
}

/// A transport whose peer is a bare stream of bytes.
struct Bare {
    near: Arc<dyn Transport>,
    reader: Box<dyn AsyncRead + Send + Unpin>,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    keep: Option<tempfile::TempDir>,
}

impl From<Bare> for Pair {
    fn from(bare: Bare) -> Self {
        let far = LineTransport::new(bare.reader, bare.writer, LineOptions::default());
        Self { near: bare.near, far: Arc::new(far), _keep: bare.keep }
    }
}

fn over_memory() -> Pair {
    let (near, far) = memory::pair();
    Pair { near: Arc::new(near), far: Arc::new(far), _keep: None }
}

/// So small that every message is written and read in pieces.
fn over_tiny_duplex() -> Bare {
    let (near, far) = tokio::io::duplex(101);
    let (near_reader, near_writer) = tokio::io::split(near);
    let (far_reader, far_writer) = tokio::io::split(far);
    bare(LineTransport::new(near_reader, near_writer, short_lines()), far_reader, far_writer)
}

#[cfg(unix)]
fn over_pipes() -> Bare {
    let (near_writer, far_reader) = tokio::net::unix::pipe::pipe().unwrap();
    let (far_writer, near_reader) = tokio::net::unix::pipe::pipe().unwrap();
    bare(LineTransport::new(near_reader, near_writer, short_lines()), far_reader, far_writer)
}

/// A child that joins its own input and output to two named pipes, whose other ends are here.
#[cfg(unix)]
async fn over_child() -> Bare {
    use mcp_client::transport::stdio::{ChildCommand, ChildTransport};
    use tokio::net::unix::pipe;

    // In this order, whoever can write to `in` knows that `out` is open at both ends.
    const BRIDGE: &str = "mkfifo out in; exec 3<&0 4>out 5<in; \
        cat <&3 >&4 3<&- 4>&- 5<&- & exec cat <&5 3<&- 4>&- 5<&-";
    let folder = tempfile::tempdir().unwrap();
    let grace = Duration::from_millis(100);
    let mut command = ChildCommand::new("sh").with_args(["-c", BRIDGE]).with_cwd(folder.path());
    command = command.with_graces(grace, grace);
    command.line = short_lines();
    let near = ChildTransport::spawn(command).await.unwrap();
    let (out, into) = (folder.path().join("out"), folder.path().join("in"));
    let reader = wait_for(|| pipe::OpenOptions::new().open_receiver(&out).ok()).await;
    let writer = wait_for(|| pipe::OpenOptions::new().open_sender(&into).ok()).await;
    let mut bare = bare(near, reader, writer);
    bare.keep = Some(folder);
    bare
}

#[cfg(unix)]
async fn wait_for<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    timeout(SOON, async {
        loop {
            match attempt() {
                Some(value) => return value,
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    })
    .await
    .expect("the child opens its pipes")
}

/// The large message of the suite fits, an endless line is found out soon.
fn short_lines() -> LineOptions {
    let mut options = LineOptions::default();
    options.line_limit_bytes = LARGE_BYTES + 100;
    options
}

fn bare(
    near: impl Transport,
    reader: impl AsyncRead + Send + Unpin + 'static,
    writer: impl AsyncWrite + Send + Unpin + 'static,
) -> Bare {
    Bare { near: Arc::new(near), reader: Box::new(reader), writer: Box::new(writer), keep: None }
}

const LARGE_BYTES: usize = 10_000_000;

fn message(number: usize) -> Bytes {
    format!("{{\"id\":{number},\"text\":\"{}\"}}", "x".repeat(number % 300)).into()
}

async fn expect_messages(transport: &dyn Transport, numbers: std::ops::Range<usize>) {
    for number in numbers {
        assert_eq!(receive(transport).await, Ok(message(number)));
    }
}

async fn receive(transport: &dyn Transport) -> Result<Bytes, TransportError> {
    let received = timeout(SOON, transport.recv()).await.expect("a message or the end");
    received.map(|received| received.into_message().expect("streams lose no request"))
}

async fn messages_arrive_in_order(Pair { near, far, .. }: Pair) {
    let send = |from: Arc<dyn Transport>| async move {
        for number in 0..1000 {
            from.send(message(number).into()).await.unwrap();
        }
    };

    tokio::join!(
        send(Arc::clone(&near)),
        send(Arc::clone(&far)),
        expect_messages(&*near, 0..1000),
        expect_messages(&*far, 0..1000),
    );
}

async fn large_message_arrives_whole(Pair { near, far, .. }: Pair) {
    let large = Bytes::from(format!("{{\"text\":\"{}\"}}", "x".repeat(LARGE_BYTES)));

    let (there, received) = tokio::join!(near.send(large.clone().into()), receive(&*far));
    let (back, returned) = tokio::join!(far.send(large.clone().into()), receive(&*near));

    assert_eq!((there, back), (Ok(()), Ok(())));
    assert!(received.as_ref() == Ok(&large), "changed on the way there");
    assert!(returned.as_ref() == Ok(&large), "changed on the way back");
}

async fn messages_sent_before_a_close_are_received(Pair { near, far, .. }: Pair) {
    for number in 0..100 {
        far.send(message(number).into()).await.unwrap();
    }
    let closing = tokio::spawn(async move { far.close().await });

    expect_messages(&*near, 0..100).await;

    let end = receive(&*near).await.unwrap_err();
    assert!(is_end(&end), "{end}");
    assert_eq!(receive(&*near).await, Err(end.clone()));
    assert_eq!(near.send(message(0).into()).await.unwrap_err().cause, end);
    closing.await.unwrap();
}

async fn own_close_delivers_what_was_sent(Pair { near, far, .. }: Pair) {
    for number in 0..100 {
        near.send(message(number).into()).await.unwrap();
    }
    let closing = tokio::spawn(async move { near.close().await });

    expect_messages(&*far, 0..100).await;

    assert!(receive(&*far).await.is_err());
    closing.await.unwrap();
}

async fn cancelled_recv_loses_nothing(Pair { near, far, .. }: Pair) {
    let sending = tokio::spawn(async move {
        for number in 0..300 {
            far.send(message(number).into()).await.unwrap();
            tokio::task::yield_now().await;
        }
        far
    });

    for number in 0..300 {
        let received = timeout(SOON, async {
            loop {
                if let Some(received) = poll_once(near.recv()).await {
                    return received;
                }
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(received.await.expect("a message"), Ok(message(number).into()));
    }
    sending.await.unwrap();
}

/// Polls a future once and drops it.
async fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

async fn concurrent_sends_arrive_whole(Pair { near, far, .. }: Pair) {
    let mut senders = tokio::task::JoinSet::new();
    for number in 0..1000 {
        let near = Arc::clone(&near);
        senders.spawn(async move { near.send(message(number).into()).await.unwrap() });
    }

    let mut received = HashSet::new();
    for _ in 0..1000 {
        received.insert(receive(&*far).await.unwrap());
    }

    senders.join_all().await;
    assert_eq!(received, (0..1000).map(message).collect());
}

async fn close_does_not_wait_for_a_peer_that_never_reads(Pair { near, .. }: Pair) {
    let filling = {
        let near = Arc::clone(&near);
        let large = Bytes::from(format!("{{\"text\":\"{}\"}}", "x".repeat(1_000_000)));
        tokio::spawn(async move { while near.send(large.clone().into()).await.is_ok() {} })
    };
    tokio::task::yield_now().await;

    let start = Instant::now();
    tokio::join!(near.close(), near.close());
    near.close().await;

    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    timeout(SOON, filling).await.expect("the sender is released").unwrap();
    assert_eq!(near.send(message(0).into()).await.unwrap_err().cause, closed());
    assert_eq!(near.recv().await, Err(closed()));
}

async fn close_ends_a_waiting_recv(Pair { near, .. }: Pair) {
    let receiving = {
        let near = Arc::clone(&near);
        tokio::spawn(async move { near.recv().await })
    };
    tokio::task::yield_now().await;

    near.close().await;

    let received = timeout(SOON, receiving).await.expect("the receiver is released").unwrap();
    assert_eq!(received, Err(closed()));
}

async fn close_is_not_held_up_by_a_recv_that_nobody_polls(Pair { near, .. }: Pair) {
    let mut forgotten = pin!(near.recv());
    poll_fn(|cx| {
        assert!(forgotten.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;

    let closed_in_time = timeout(Duration::from_secs(3), near.close()).await;

    assert!(closed_in_time.is_ok());
    assert!(forgotten.await.is_err());
}

async fn drop_and_abort_end_the_peer(first: Pair, second: Pair) {
    drop(first.near);
    second.near.abort();

    assert!(receive(&*first.far).await.is_err());
    assert!(receive(&*second.far).await.is_err());
    assert_eq!(receive(&*second.near).await, Err(closed()));
    assert!(second.near.send(message(0).into()).await.is_err());
}

async fn garbage_is_skipped(Bare { near, reader, mut writer, keep }: Bare) {
    let stream =
        b"\xef\xbb\xbfwelcome!\n\n\xff\xfe\n{\"a\":1}\r\n[1]\n  {\"b\":\"\xff\"}\n\0\n{\"c\":3}\n";
    let writing = tokio::spawn(async move {
        for byte in stream {
            writer.write_all(&[*byte]).await.unwrap();
        }
        (writer, reader, keep)
    });

    assert_eq!(receive(&*near).await.unwrap(), "{\"a\":1}");
    assert_eq!(receive(&*near).await.unwrap(), &b"{\"b\":\"\xff\"}"[..]);
    assert_eq!(receive(&*near).await.unwrap(), "{\"c\":3}");
    writing.await.unwrap();
}

async fn endless_line_ends_the_connection(Bare { near, reader, mut writer, keep }: Bare) {
    let writing = tokio::spawn(async move {
        let chunk = [b'x'; 10_000];
        while writer.write_all(&chunk).await.is_ok() {}
        drop((reader, keep));
    });

    let received = receive(&*near).await;

    let limit_bytes = LARGE_BYTES + 100;
    assert_eq!(received, Err(TransportError::FrameTooLarge { limit_bytes }));
    assert_eq!(receive(&*near).await, received);
    assert!(near.send(message(0).into()).await.is_err());
    timeout(SOON, writing).await.expect("the writer sees the cut").unwrap();
}

fn closed() -> TransportError {
    TransportError::Closed { stderr_tail: String::new() }
}

fn is_end(error: &TransportError) -> bool {
    matches!(error, TransportError::Closed { .. } | TransportError::Exited { .. })
}

/// Names each promise once for each transport.
macro_rules! hold_to_the_promises {
    ($pair:expr; $($promise:ident)*) => {
        $(
            #[tokio::test]
            async fn $promise() {
                super::$promise($pair.into()).await;
            }
        )*

        #[tokio::test]
        async fn drop_and_abort_end_the_peer() {
            super::drop_and_abort_end_the_peer($pair.into(), $pair.into()).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn concurrent_sends_of_many_threads_arrive_whole() {
            super::concurrent_sends_arrive_whole($pair.into()).await;
        }
    };
    ($pair:expr) => {
        hold_to_the_promises! {
            $pair;
            messages_arrive_in_order
            large_message_arrives_whole
            messages_sent_before_a_close_are_received
            own_close_delivers_what_was_sent
            cancelled_recv_loses_nothing
            concurrent_sends_arrive_whole
            close_does_not_wait_for_a_peer_that_never_reads
            close_ends_a_waiting_recv
            close_is_not_held_up_by_a_recv_that_nobody_polls
        }
    };
    ($pair:expr, over bytes) => {
        hold_to_the_promises!($pair);

        #[tokio::test]
        async fn garbage_is_skipped() {
            super::garbage_is_skipped($pair).await;
        }

        #[tokio::test]
        async fn endless_line_ends_the_connection() {
            super::endless_line_ends_the_connection($pair).await;
        }
    };
}

mod memory_pair {
    hold_to_the_promises!(super::over_memory());
}

mod line_over_tiny_duplex {
    hold_to_the_promises!(super::over_tiny_duplex(), over bytes);
}

#[cfg(unix)]
mod line_over_pipes {
    hold_to_the_promises!(super::over_pipes(), over bytes);
}

#[cfg(unix)]
mod child_process {
    hold_to_the_promises!(super::over_child().await, over bytes);
}
