//! A running request: its answer to come, and what it says before.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::future::{AbortRegistration, Abortable, select};

use super::body::{Event, Source};
use super::options::{HttpOptions, Spawn, Task, Timer};
use super::session::ActivityEntry;
use crate::server::client_messages::ClientMessages;
use crate::server::service::Reply;

/// How long a request may run after its client has left, when there is a clock: as long as the longest
/// call that a client of ours waits for.
const ABANDONED_TIME_MAX: Duration = Duration::from_secs(600);

/// An answer to come.
pub(super) type Answering = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// A running request. Dropping it ends the work, unless it has a [`Background`].
pub(super) struct Exchange {
    work: Option<Work>,
    /// The reply, when there was more to be said before it.
    reply: Option<Option<Reply>>,
    messages: Arc<ClientMessages>,
    keep_alive: KeepAlive,
    background: Option<Background>,
}

/// The running part, with what it occupies.
struct Work {
    answering: Abortable<Answering>,
    _permit: Permit,
    _entry: Option<ActivityEntry>,
}

/// Where the work goes on when its client has left.
pub(super) struct Background {
    spawn: Spawn,
    timer: Option<Arc<dyn Timer>>,
    /// The stream of the session, for what is said from then on.
    stream: Arc<ClientMessages>,
}

impl Exchange {
    pub(super) fn new(
        answering: Answering,
        messages: Arc<ClientMessages>,
        parts: ExchangeParts,
    ) -> Self {
        let ExchangeParts { permit, registration, entry, keep_alive, background } = parts;
        let answering = Abortable::new(answering, registration);
        let work = Some(Work { answering, _permit: permit, _entry: entry });
        Self { work, reply: None, messages, keep_alive, background }
    }
}

/// What was said before the answer comes before it.
impl Source for Exchange {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        loop {
            if let Some(frame) = self.messages.pop() {
                return Poll::Ready(Event::Said(frame));
            }
            if let Some(reply) = self.reply.take() {
                return Poll::Ready(Event::Ended(reply));
            }
            if let Some(work) = &mut self.work
                && let Poll::Ready(reply) = work.poll(context)
            {
                self.work = None;
                self.reply = Some(reply);
                continue;
            }
            if self.messages.poll_ready(context).is_pending() {
                return self.keep_alive.poll(context).map(|()| Event::Idle);
            }
        }
    }
}

impl Work {
    /// The reply, or nothing when the work was cancelled.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Reply>> {
        Pin::new(&mut self.answering).poll(context).map(Result::ok)
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let (Some(background), Some(work)) = (self.background.take(), self.work.take()) {
            background.take_in(work, Arc::clone(&self.messages));
        }
    }
}

/// What an exchange needs besides its work.
pub(super) struct ExchangeParts {
    pub(super) permit: Permit,
    pub(super) registration: AbortRegistration,
    pub(super) entry: Option<ActivityEntry>,
    pub(super) keep_alive: KeepAlive,
    pub(super) background: Option<Background>,
}

impl Background {
    /// `None` when the mounting side runs nothing in the background.
    pub(super) fn new(options: &HttpOptions, stream: &Arc<ClientMessages>) -> Option<Self> {
        let spawn = options.spawn.clone()?;
        Some(Self { spawn, timer: options.timer.clone(), stream: Arc::clone(stream) })
    }

    /// Finishes the work. Its answer reaches no client, since streams are not resumed.
    fn take_in(self, mut work: Work, messages: Arc<ClientMessages>) {
        let Self { spawn, timer, stream } = self;
        let limit = async move {
            match timer {
                Some(timer) => timer.sleep(ABANDONED_TIME_MAX).await,
                None => std::future::pending().await,
            }
        };
        spawn(Box::pin(async move {
            let finished = poll_fn(|context| {
                loop {
                    while let Some(frame) = messages.pop() {
                        stream.push(frame);
                    }
                    if work.poll(context).is_ready() {
                        return Poll::Ready(());
                    }
                    ready!(messages.poll_ready(context));
                }
            });
            select(pin!(finished), pin!(limit)).await;
        }));
    }
}

/// Tells when a stream has been idle for long enough to send a sign of life.
pub(super) struct KeepAlive {
    timer: Option<Arc<dyn Timer>>,
    every: Duration,
    sleeping: Option<Task>,
}

impl KeepAlive {
    pub(super) fn new(options: &HttpOptions) -> Self {
        Self { timer: options.timer.clone(), every: options.keep_alive, sleeping: None }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = &self.timer else { return Poll::Pending };
        let sleeping = self.sleeping.get_or_insert_with(|| timer.sleep(self.every));
        ready!(sleeping.as_mut().poll(context));
        self.sleeping = None;
        Poll::Ready(())
    }
}

/// Counts running requests and open streams, so that they stay within a limit.
#[derive(Debug)]
pub(super) struct Permits {
    taken: Arc<AtomicUsize>,
    max: usize,
}

/// One of the permits; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Permit(Arc<AtomicUsize>);

impl Permits {
    pub(super) fn new(max: usize) -> Self {
        Self { taken: Arc::default(), max }
    }

    pub(super) fn take(&self) -> Option<Permit> {
        let one_more = |taken: usize| (taken < self.max).then_some(taken + 1);
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more).ok()?;
        Some(Permit(Arc::clone(&self.taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
