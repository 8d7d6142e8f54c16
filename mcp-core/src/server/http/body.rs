//! Bodies of responses.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};

use crate::codec::sse;
use crate::server::service::Reply;

/// How much is collected before it is written: enough to send many small events at once, and little
/// enough that a client which does not read holds up the request and not the memory.
const BATCH_BYTES: usize = 64 << 10;

/// What a running request tells its client.
#[derive(Debug)]
pub(super) enum Event {
    /// A frame before the answer.
    Said(Bytes),
    /// Nothing for some time.
    Idle,
    /// The last event: the reply, or nothing when the request was cancelled.
    Ended(Option<Reply>),
}

/// A running request, as the body of its response sees it.
pub(super) trait Source: Send {
    /// The next event. None comes after [`Event::Ended`].
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Event>;
}

/// The body of a response: a whole answer, or a stream of events that goes on while the request is
/// running. Dropping a stream ends the request, unless its client is a legacy one (see
/// [`HttpOptions::spawn`](super::HttpOptions::spawn)).
pub struct HttpBody(Kind);

enum Kind {
    Full(Bytes),
    Stream { ready: BytesMut, state: State },
}

enum State {
    Running(Box<dyn Source>),
    /// The connection breaks off here.
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

    pub(super) fn stream(source: impl Source + 'static, first: Option<Event>) -> Self {
        let (mut ready, mut state) = (BytesMut::new(), State::Running(Box::new(source)));
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
            Kind::Stream { ready, state } => {
                state.collect(ready, context);
                match state {
                    _ if !ready.is_empty() => {
                        Poll::Ready(Some(Ok(Frame::data(ready.split().freeze()))))
                    }
                    State::Running(_) => Poll::Pending,
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
            Kind::Stream { ready, state } => ready.is_empty() && matches!(state, State::Over),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(content) => SizeHint::with_exact(content.len() as u64),
            Kind::Stream { .. } => SizeHint::default(),
        }
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Full(content) => write!(f, "Full({} bytes)", content.len()),
            Kind::Stream { .. } => f.write_str("Stream"),
        }
    }
}

impl State {
    /// Takes what the request has to say now.
    fn collect(&mut self, ready: &mut BytesMut, context: &mut Context<'_>) {
        while let Self::Running(source) = self
            && ready.len() < BATCH_BYTES
            && let Poll::Ready(event) = source.poll_next(context)
        {
            self.take(ready, event);
        }
    }

    fn take(&mut self, ready: &mut BytesMut, event: Event) {
        let mut write = |frame: &Bytes| sse::encode_event(ready, frame, None);
        match event {
            Event::Said(frame) => return write(&frame),
            Event::Idle => return ready.extend_from_slice(sse::KEEP_ALIVE),
            Event::Ended(Some(Reply::Answer(frame))) => write(&frame),
            Event::Ended(Some(Reply::Frames(frames))) => frames.iter().for_each(write),
            Event::Ended(Some(Reply::Close)) => return *self = Self::Cut,
            Event::Ended(Some(Reply::Silence) | None) => {}
        }
        *self = Self::Over;
    }
}
