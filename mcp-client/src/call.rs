//! Calling tools.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::protocol::{CallToolResult, Extra, LogLevel, Progress, ResultType, method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::deadline::{CallDeadline, Deadline};
use crate::error::{CallError, Failure, ToolError};
use crate::param_headers;
use crate::pending::ProgressHandler;
use crate::request::{Encoded, Meta, RawResult};
use crate::rounds::Rounds;
use crate::task;
use crate::tools::KnownTools;
use crate::trace::TraceContext;

/// What one call wants otherwise than its connection.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_client::CallOptions;
///
/// let options = CallOptions::default()
///     .with_timeout(Duration::from_secs(5))
///     .on_progress(|progress| tracing::info!(progress.progress));
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long the call may go without answer or progress.
    pub timeout: Option<Duration>,
    /// How long it may take in all: with progress, with rounds of questions, and as a task.
    pub timeout_max: Option<Duration>,
    /// The moment at which the call ends, whatever it reports. It takes the place of the limits of the
    /// connection: `timeout` and `timeout_max` apply beside it when they are set, counted from its start.
    pub deadline: Option<Deadline>,
    /// Hears how far the call has come, in the task that waits for it.
    pub on_progress: Option<Arc<ProgressHandler>>,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
    /// The least severe log message wanted from it (modern era); otherwise the client's.
    pub log_level: Option<LogLevel>,
}

impl CallOptions {
    /// Sets how long the call may go without answer or progress.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how long the call may take in all.
    #[must_use]
    pub fn with_timeout_max(mut self, timeout: Duration) -> Self {
        self.timeout_max = Some(timeout);
        self
    }

    /// Sets the moment at which the call ends, whatever it reports. Errors count from the start of the
    /// deadline; a call that finds it passed is not sent.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets who hears how far the call has come.
    #[must_use]
    pub fn on_progress(mut self, hear: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(hear));
        self
    }

    /// Sets the trace that the call belongs to.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Sets the least severe log message wanted.
    #[must_use]
    pub fn with_log_level(mut self, level: LogLevel) -> Self {
        self.log_level = Some(level);
        self
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("timeout_max", &self.timeout_max)
            .field("deadline", &self.deadline)
            .field("hears_progress", &self.on_progress.is_some())
            .field("trace", &self.trace)
            .field("log_level", &self.log_level)
            .finish()
    }
}

impl Client {
    /// Calls a tool and decodes what it answers: `structuredContent` when present, else the JSON in a
    /// single text block, else the text.
    ///
    /// # Errors
    ///
    /// See [`Client::call_raw`]; also when the answer does not fit `T`.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the call on the wire; it may have been carried out.
    pub async fn call<T: DeserializeOwned>(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> Result<T, CallError> {
        let result = self.call_raw(tool, arguments).await?;
        result.decode().map_err(|source| CallError::Payload { tool: tool.to_owned(), source })
    }

    /// Calls a tool and returns its whole answer. `arguments` is anything that is written as an object.
    ///
    /// Questions of the server are answered by the handler of the connection, and a call that the
    /// server turns into a task is waited for.
    ///
    /// # Errors
    ///
    /// When the tool says that it failed, the server refuses the call, or the connection fails. See
    /// [`CallError::is_transient`] and [`CallError::delivery`].
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the call on the wire; it may have been carried out.
    pub async fn call_raw(
        &self,
        tool: &str,
        arguments: impl Serialize,
    ) -> Result<CallToolResult, CallError> {
        self.call_with(tool, arguments, &CallOptions::default()).await
    }

    /// Like [`Client::call_raw`], with a limit of its own for the time without answer or progress.
    ///
    /// # Errors
    ///
    /// See [`Client::call_raw`].
    ///
    /// # Cancel safety
    ///
    /// See [`Client::call_raw`].
    pub async fn call_within(
        &self,
        tool: &str,
        arguments: impl Serialize,
        timeout: Duration,
    ) -> Result<CallToolResult, CallError> {
        self.call_with(tool, arguments, &CallOptions::default().with_timeout(timeout)).await
    }

    /// Like [`Client::call_raw`], with options of its own.
    ///
    /// # Errors
    ///
    /// See [`Client::call_raw`].
    ///
    /// # Cancel safety
    ///
    /// See [`Client::call_raw`].
    pub async fn call_with(
        &self,
        tool: &str,
        arguments: impl Serialize,
        options: &CallOptions,
    ) -> Result<CallToolResult, CallError> {
        let mut known = param_headers::last_known(self).await;
        let deadline = self.deadline(options);
        let call = self.encoded(tool, &arguments, options, known.as_deref())?;
        let answer = match call.send(deadline).await {
            // Refused unread, so that nothing happens twice.
            Err(failure) if known.is_some() && param_headers::is_outdated(&failure) => {
                known = Some(Box::pin(param_headers::refreshed(self)).await);
                let call = self.encoded(tool, &arguments, options, known.as_deref())?;
                call.send(deadline.renewed()).await?
            }
            sent => sent?,
        };
        match answer.parse::<CallToolResult>() {
            Ok(result) if matches!(result.result_type, None | Some(ResultType::Complete)) => {
                finished(tool, result)
            }
            // Questions and tasks need not look like the result of a tool.
            _ => {
                let rounds = Rounds {
                    client: self,
                    method: method::TOOLS_CALL,
                    subject: tool,
                    params: Extra::from_object(&params(tool, &arguments, None)),
                    options,
                    deadline,
                    param_headers: param_headers::headers(known.as_deref(), tool, &arguments),
                };
                Box::pin(self.go_on(&rounds, answer)).await
            }
        }
    }

    /// Writes a call; what it says is not needed after that.
    fn encoded<'a>(
        &'a self,
        tool: &'a str,
        arguments: &impl Serialize,
        options: &'a CallOptions,
        known: Option<&KnownTools>,
    ) -> Result<Encoded<'a>, Failure> {
        let mut request = self.request_with(method::TOOLS_CALL, tool, options);
        request.param_headers = param_headers::headers(known, tool, arguments);
        request.encode(|meta| params(tool, arguments, meta))
    }

    /// The rest of a call that was not answered at once.
    async fn go_on<'a>(
        &'a self,
        rounds: &Rounds<'a>,
        answer: RawResult<'a>,
    ) -> Result<CallToolResult, CallError> {
        let last = rounds.finish(answer).await?;
        let result = match last.result_type {
            ResultType::Task => task::follow(rounds, &last.answer).await?,
            _ => last.answer.parse()?,
        };
        finished(rounds.subject, result)
    }

    pub(crate) fn deadline(&self, options: &CallOptions) -> CallDeadline {
        let usual = self.options();
        let Some(whole) = options.deadline else {
            let idle = options.timeout.unwrap_or(usual.call_timeout);
            let max = options.timeout_max.unwrap_or_else(|| usual.call_timeout_max.max(idle));
            return CallDeadline::new(idle, Deadline::within(max));
        };
        let max = options.timeout_max.unwrap_or(Duration::MAX);
        CallDeadline::new(options.timeout.unwrap_or(Duration::MAX), whole.at_most(max))
    }
}

fn finished(tool: &str, result: CallToolResult) -> Result<CallToolResult, CallError> {
    if result.is_error() { Err(ToolError::new(tool, result).into()) } else { Ok(result) }
}

#[derive(Serialize)]
struct CallParams<'a, A> {
    name: &'a str,
    arguments: A,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

fn params<'a, A>(name: &'a str, arguments: A, meta: Option<Meta<'a>>) -> CallParams<'a, A> {
    CallParams { name, arguments, meta }
}
