//! One connection: what hyper reads and writes, within limits.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::accept::{Outages, Port};
use crate::server::deliver::http::{Answer, BrokenOff, Outage};
use crate::server::fail::IS_STALE;

/// The head of a request in bytes, and how much is read ahead of a body: as for a gateway. More is
/// answered 431.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// The header lines of a request: far more than a client sends. More is answered 431.
const HEADERS_MAX: usize = 128;

type Answering = Pin<Box<dyn Future<Output = Result<Answer, BrokenOff>> + Send>>;

/// What requests come over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// What is below it all.
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

/// Takes a connection, and serves it until the client goes away; after the stop, until the running request
/// is answered.
pub(super) async fn take(
    stream: TcpStream,
    port: Port,
    outages: Outages,
    stop: watch::Receiver<bool>,
) {
    // Answers are written whole, so waiting for more to send only costs time.
    drop(stream.set_nodelay(true));
    let Some(tls) = port.tls.clone() else {
        return IS_STALE.scope(Cell::new(false), serve(stream, port, outages, stop)).await;
    };
    let handshake = tokio::time::timeout(port.limits.header_timeout, tls.handshake(stream));
    if let Ok(Some(stream)) = handshake.await {
        IS_STALE.scope(Cell::new(false), serve(stream, port, outages, stop)).await;
    }
}

async fn serve(wire: impl Wire, port: Port, outages: Outages, mut stop: watch::Receiver<bool>) {
    let Port { site, limits, .. } = port;
    let service = service_fn(move |request: Request<Incoming>| -> Answering {
        let (site, outages) = (Arc::clone(&site), outages.clone());
        if IS_STALE.with(Cell::get) {
            return Box::pin(async { Err(BrokenOff) });
        }
        Box::pin(async move {
            let answer = site.answer(request).await;
            let Some(Outage(duration)) = answer.extensions().get() else { return Ok(answer) };
            // Of two at once, one is enough.
            outages.try_send(*duration).ok();
            Err(BrokenOff)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(wire), service);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = stop.changed() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    if ended.is_err_and(|error| error.is_user()) {
        // An answer that breaks off on purpose: the client sees a reset, as of a server that crashed.
        drop(connection.into_parts().io.into_inner().tcp().set_zero_linger());
    }
}
