//! Bodies of responses.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use super::exchange::{Event, Exchange};
use super::options::Task;
use crate::codec::sse;
use crate::server::drip::Drip;
use crate::server::service::Reply;

/// How much is collected before it is written: enough to send many small events at once, and little
/// enough that a client which does not read holds up the request and not the memory.
const BATCH_BYTES: usize = 64 << 10;

/// The body of a response: a whole answer, or a stream of events that goes on while the request is at
/// work. Dropping a stream ends the request, unless its client is a legacy one (see
/// [`HttpOptions::spawn`](super::HttpOptions::spawn)).
pub struct HttpBody(Kind);

enum Kind {
    Full(Bytes),
    /// An answer in pieces, and the pause after the last one.
    Drip(Drip, Option<Task>),
    Stream {
        ready: BytesMut,
        state: State,
    },
}

enum State {
    Working(Box<Exchange>),
    /// The connection is to break off here.
    Cut,
    Over,
}

/// The answer breaks off on purpose, as by a crash: the connection must not end in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer breaks off")]
#[non_exhaustive]
pub struct BrokenOff;

impl HttpBody {
    pub(super) fn full(content: Bytes) -> Self {
        Self(Kind::Full(content))
    }

    pub(super) fn drip(drip: Drip) -> Self {
        Self(Kind::Drip(drip, None))
    }

    /// A body that breaks off after these bytes.
    pub(super) fn torn(bytes: Bytes) -> Self {
        Self(Kind::Stream { ready: bytes.into(), state: State::Cut })
    }

    pub(super) fn stream(exchange: Exchange, first: Option<Event>) -> Self {
        let (mut ready, mut state) = (BytesMut::new(), State::Working(Box::new(exchange)));
        if let Some(first) = first {
            state.take(&mut ready, first);
        }
        Self(Kind::Stream { ready, state })
    }
}

impl Body for HttpBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match &mut self.get_mut().0 {
            Kind::Full(content) if content.is_empty() => Poll::Ready(None),
            Kind::Full(content) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(content))))),
            Kind::Drip(drip, pause) => {
                if let Some(pausing) = pause {
                    ready!(pausing.as_mut().poll(context));
                }
                let piece = drip.next();
                *pause = piece.is_some().then(|| drip.pause());
                Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
            }
            Kind::Stream { ready, state } => {
                state.collect(ready, context);
                match state {
                    _ if !ready.is_empty() => {
                        Poll::Ready(Some(Ok(Frame::data(ready.split().freeze()))))
                    }
                    State::Working(_) => Poll::Pending,
                    State::Cut => {
                        *state = State::Over;
                        Poll::Ready(Some(Err(BrokenOff)))
                    }
                    State::Over => Poll::Ready(None),
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(content) => content.is_empty(),
            Kind::Drip(drip, _) => drip.rest().is_empty(),
            Kind::Stream { ready, state } => ready.is_empty() && matches!(state, State::Over),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(content) => SizeHint::with_exact(content.len() as u64),
            Kind::Drip(drip, _) => SizeHint::with_exact(drip.rest().len() as u64),
            Kind::Stream { .. } => SizeHint::default(),
        }
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Full(content) => write!(f, "Full({} bytes)", content.len()),
            Kind::Drip(drip, _) => write!(f, "{drip:?}"),
            Kind::Stream { .. } => f.write_str("Stream"),
        }
    }
}

impl State {
    /// Takes what the request has to say now.
    fn collect(&mut self, ready: &mut BytesMut, context: &mut Context<'_>) {
        while let Self::Working(exchange) = self
            && ready.len() < BATCH_BYTES
            && let Poll::Ready(event) = exchange.poll_next(context)
        {
            self.take(ready, event);
        }
    }

    fn take(&mut self, ready: &mut BytesMut, event: Event) {
        let mut write = |frame: &Bytes| sse::encode_event(ready, frame, None);
        match event {
            Event::Said(frame) => return write(&frame),
            Event::Idle => return ready.extend_from_slice(sse::KEEP_ALIVE),
            Event::Ended(Some(Reply::One(frame))) => write(&frame),
            Event::Ended(Some(Reply::Frames(frames))) => frames.iter().for_each(write),
            Event::Ended(Some(Reply::Drip(drip))) => write(drip.rest()),
            Event::Ended(Some(Reply::Torn(bytes))) => {
                ready.extend_from_slice(b"data: ");
                ready.extend_from_slice(&bytes);
                return *self = Self::Cut;
            }
            // For a status it is too late.
            Event::Ended(Some(Reply::Close | Reply::Status(_))) => return *self = Self::Cut,
            Event::Ended(Some(Reply::Silence) | None) => {}
        }
        *self = Self::Over;
    }
}
