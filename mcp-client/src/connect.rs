//! Opening a connection: carries out what the handshake decides.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use mcp_core::jsonrpc::encode;
use mcp_core::protocol::{Era, Extra, method};
use mcp_core::session::{
    Agreement, AnswerError, ClientDescription, EraChoice, Handshake, HandshakeError,
    HandshakeEvent, Step,
};
use mcp_core::{MessageFacts, Outgoing, SendError, Transport, TransportError};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use crate::driver::RunningLink;
use crate::error::ConnectError;
use crate::options::ClientOptions;
use crate::pending::PendingRequest;
use crate::request::Request;
use crate::request_head::RequestHead;
use crate::transport::stdio::{ChildCommand, ChildTransport};
use crate::waiting::{Answer, Unanswered};

/// Opens connections to one server: the first one, and a fresh one whenever that is needed.
///
/// Implemented for closures that return a future.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// When the server cannot be started or reached.
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError>;

    /// The era that this server was found to speak before, for connectors that remember it.
    fn era(&self) -> Option<Era> {
        None
    }

    /// Remembers the era that was found; `None`: what was remembered does not hold any more.
    fn remember(&self, era: Option<Era>) {
        let _ = era;
    }
}

#[async_trait]
impl<F, O> Connector for F
where
    F: Fn() -> O + Send + Sync,
    O: Future<Output = Result<Box<dyn Transport>, TransportError>> + Send,
{
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        self().await
    }
}

/// Starts a process for every connection.
#[async_trait]
impl Connector for ChildCommand {
    async fn open(&self) -> Result<Box<dyn Transport>, TransportError> {
        match ChildTransport::spawn(self.clone()).await {
            Ok(child) => Ok(Box::new(child)),
            Err(error) => Err(TransportError::NotOpened { message: error.to_string() }),
        }
    }
}

/// Connects, finding out the era on the way.
pub(crate) async fn connect(
    connector: &dyn Connector,
    options: &ClientOptions,
    client: &ClientDescription,
) -> Result<(RunningLink, Agreement), ConnectError> {
    let mut connecting =
        Connecting { connector, options, client, live: None, asked: Vec::new(), end: None };
    let outcome = timeout(options.start_timeout, connecting.run_with_memory()).await;
    match outcome {
        Ok(Ok(agreement)) => match connecting.live.take() {
            Some(live) => {
                connector.remember(Some(agreement.version.era()));
                Ok((live, agreement))
            }
            None => Err(ConnectError::Transport(closed())),
        },
        Ok(Err(error)) => Err(error),
        Err(_) => Err(ConnectError::Timeout {
            after: options.start_timeout,
            stderr_tail: connecting.stderr_tail(),
        }),
    }
}

struct Connecting<'a> {
    connector: &'a dyn Connector,
    options: &'a ClientOptions,
    client: &'a ClientDescription,
    live: Option<RunningLink>,
    /// Requests that may still be answered.
    asked: Vec<PendingRequest<'static>>,
    /// How the last connection ended.
    end: Option<TransportError>,
}

impl Connecting<'_> {
    /// A server may have been exchanged for one of the other era since it was last seen.
    async fn run_with_memory(&mut self) -> Result<Agreement, ConnectError> {
        match self.run().await {
            Err(ConnectError::Handshake { .. }) if self.choice() != self.options.era => {
                self.connector.remember(None);
                self.run().await
            }
            outcome => outcome,
        }
    }

    async fn run(&mut self) -> Result<Agreement, ConnectError> {
        self.open().await?;
        let (mut handshake, mut step) = Handshake::start(self.choice(), self.client.clone());
        let silence_at = Instant::now() + self.options.probe_timeout;
        let mut may_be_silent = true;
        loop {
            let mut event = match step {
                Step::Agreed(agreement) => {
                    self.confirm(&agreement).await?;
                    return Ok(*agreement);
                }
                Step::Failed(error) => return Err(self.failed(error)),
                Step::Restart => {
                    self.open().await?;
                    HandshakeEvent::Restarted
                }
                Step::Ask { method, params, version } => {
                    let head = RequestHead { version, ..RequestHead::new(method) };
                    self.ask(head, &params).await;
                    self.listen(may_be_silent.then_some(silence_at)).await
                }
            };
            step = loop {
                may_be_silent &= !matches!(event, HandshakeEvent::Silence);
                match handshake.accept(event) {
                    Some(step) => break step,
                    None => event = self.listen(may_be_silent.then_some(silence_at)).await,
                }
            };
        }
    }

    /// What is known of the server already saves a question that it may not understand.
    fn choice(&self) -> EraChoice {
        match (self.options.era, self.connector.era()) {
            (EraChoice::Auto, Some(Era::Legacy)) => EraChoice::Legacy,
            (EraChoice::Auto, Some(Era::Modern)) => EraChoice::Modern,
            (choice, _) => choice,
        }
    }

    async fn open(&mut self) -> Result<(), ConnectError> {
        self.asked.clear();
        self.live = None;
        let transport = self.connector.open().await?;
        self.live = Some(RunningLink::start(Arc::from(transport), self.options));
        Ok(())
    }

    /// Sends a request. A connection that ends meanwhile is heard of by [`Self::listen`].
    async fn ask(&mut self, head: RequestHead<'static>, params: &Value) {
        let Some(live) = &self.live else { return };
        let (link, meta) = (&live.link, &Extra::default());
        let request = Request { link, meta, log_level: None, options: None, head };
        let Ok(mut request) = request.encode(|_| params) else { return };
        if let Err(error) = request.send().await {
            self.end = Some(error.cause);
        }
        // The specification forbids to cancel `initialize`, and a probe is cheap to leave alone.
        request.never_cancel();
        self.asked.push(request);
    }

    /// The next answer to anything asked, or silence until `silence_at`.
    async fn listen(&mut self, silence_at: Option<Instant>) -> HandshakeEvent {
        let answer = poll_fn(|context| {
            for (index, request) in self.asked.iter().enumerate() {
                if let Poll::Ready(answer) = request.poll_answer(context.waker()) {
                    return Poll::Ready((index, answer));
                }
            }
            Poll::Pending
        });
        let (index, answer) = match silence_at {
            None => answer.await,
            Some(silence_at) => match timeout_at(silence_at, answer).await {
                Ok(answered) => answered,
                Err(_) => return HandshakeEvent::Silence,
            },
        };
        let method = self.asked.swap_remove(index).method();
        self.heard(method, answer)
    }

    fn heard(&mut self, method: &'static str, answer: Answer) -> HandshakeEvent {
        match answer {
            Ok(result) => HandshakeEvent::Result { method, result },
            Err(Unanswered::Answered(AnswerError::Refused(error))) => {
                HandshakeEvent::Refused { method, error }
            }
            // Whatever this is, it is no result of that method.
            Err(Unanswered::Answered(AnswerError::Broken(_))) => {
                HandshakeEvent::Result { method, result: "null".into() }
            }
            Err(Unanswered::Deadline(_)) => HandshakeEvent::Silence,
            // Statuses that a server without that endpoint or method answers. What concerns
            // credentials, and what may pass, says nothing about the era.
            Err(Unanswered::Undelivered(SendError { cause, .. })) if cause.is_unserved() => {
                HandshakeEvent::Unserved { method, message: cause.to_string() }
            }
            Err(Unanswered::Undelivered(error)) => {
                self.asked.clear();
                self.end = Some(error.cause);
                HandshakeEvent::Failed
            }
            Err(Unanswered::Ended(end)) => {
                self.asked.clear();
                self.end = Some(end);
                HandshakeEvent::Ended
            }
        }
    }

    async fn confirm(&self, agreement: &Agreement) -> Result<(), ConnectError> {
        let Some(live) = &self.live else { return Ok(()) };
        if agreement.version.era() == Era::Modern {
            return Ok(());
        }
        // Before the server hears that it may ask.
        let declared = self.client.capabilities.to_value(agreement.version);
        live.link.offer(serde_json::from_value(declared).unwrap_or_default());
        let notice = encode::notification(method::INITIALIZED, &json!({}));
        let notice = notice.expect("an empty object encodes");
        let facts = MessageFacts::notification(method::INITIALIZED);
        let facts = facts.with_version(Some(agreement.version));
        let sent = live.link.transport().send(Outgoing::new(notice, &facts)).await;
        sent.map_err(|error| error.cause)?;
        Ok(())
    }

    fn failed(&mut self, error: HandshakeError) -> ConnectError {
        match (error, self.end.take()) {
            (HandshakeError::Ended, Some(end)) => ConnectError::Transport(end),
            (error, _) => ConnectError::Handshake { error, stderr_tail: self.stderr_tail() },
        }
    }

    fn stderr_tail(&self) -> Option<String> {
        self.live.as_ref().and_then(|live| live.link.transport().stderr_tail())
    }
}

fn closed() -> TransportError {
    TransportError::Closed { stderr_tail: String::new() }
}
