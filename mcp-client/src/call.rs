//! Calling tools.

use mcp_core::Delivery;
use mcp_core::protocol::{CallToolResult, Extra, ResultType, method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::to_raw_value;

use crate::call_options::CallOptions;
use crate::client::Client;
use crate::conversation::Conversation;
use crate::deadline::CallDeadline;
use crate::error::{CallError, ConnectionErrorKind, Failure, ToolError};
use crate::param_headers;
use crate::raw_result::RawResult;
use crate::request::Meta;
use crate::request_head::RequestHead;
use crate::rounds::Rounds;
use crate::task;
use crate::tools;

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
        let call = ToolCall {
            conversation: self.conversation(),
            head: RequestHead::about(method::TOOLS_CALL, tool),
            options,
        };
        if call.conversation.has_param_headers() {
            return Box::pin(call.run_with_headers(&arguments)).await;
        }
        call.run(&arguments).await
    }
}

/// A call about to be sent.
#[derive(Debug, Clone, Copy)]
struct ToolCall<'a> {
    conversation: &'a Conversation,
    head: RequestHead<'a>,
    options: &'a CallOptions,
}

impl<'a> ToolCall<'a> {
    async fn run(&self, arguments: &impl Serialize) -> Result<CallToolResult, CallError> {
        let deadline = self.conversation.deadline(self.options);
        let answer = self.send(arguments, &deadline).await?;
        self.finish(arguments, &deadline, answer).await
    }

    /// The arguments are written once, for the headers and for the frame. A call that is refused unread,
    /// because the list of tools is outdated, is sent once more: nothing happens twice.
    async fn run_with_headers(
        &self,
        arguments: &impl Serialize,
    ) -> Result<CallToolResult, CallError> {
        let known = tools::last_known(self.conversation).await;
        let tool = self.head.subject;
        let arguments = to_raw_value(arguments).map_err(|error| {
            let kind = ConnectionErrorKind::Arguments { message: error.to_string() };
            Failure::new(tool, kind, Delivery::NotSent)
        })?;
        let deadline = self.conversation.deadline(self.options);
        let headers = param_headers::of_call(&known, tool, &arguments);
        let call = self.with_headers(&headers);
        match call.send(&arguments, &deadline).await {
            Err(failure) if param_headers::is_outdated(&failure) => {}
            sent => return call.finish(&arguments, &deadline, sent?).await,
        }
        let known = tools::refreshed(self.conversation).await;
        let headers = param_headers::of_call(&known, tool, &arguments);
        let (call, deadline) = (self.with_headers(&headers), deadline.renewed());
        let answer = call.send(&arguments, &deadline).await?;
        call.finish(&arguments, &deadline, answer).await
    }

    async fn send(
        &self,
        arguments: &impl Serialize,
        deadline: &CallDeadline,
    ) -> Result<RawResult<'a>, Failure> {
        let request = self.conversation.request_with(self.head, self.options);
        let mut pending = request.encode(|meta| self.params(arguments, meta))?;
        pending.run(deadline).await
    }

    /// Reads the answer, and takes part in what is to be done before there is a result.
    async fn finish(
        &self,
        arguments: &impl Serialize,
        deadline: &CallDeadline,
        answer: RawResult<'a>,
    ) -> Result<CallToolResult, CallError> {
        match answer.parse::<CallToolResult>() {
            Ok(result) if matches!(result.result_type, None | Some(ResultType::Complete)) => {
                self.checked(result)
            }
            // Questions and tasks need not look like the result of a tool.
            _ => {
                let Self { conversation, head, options } = *self;
                let params = Extra::from_object(&self.params(arguments, None));
                let rounds = Rounds { conversation, head, params, options, deadline: *deadline };
                Box::pin(self.go_on(&rounds, answer)).await
            }
        }
    }

    /// The rest of a call that was not answered at once.
    async fn go_on(
        &self,
        rounds: &Rounds<'a>,
        answer: RawResult<'a>,
    ) -> Result<CallToolResult, CallError> {
        let last = rounds.finish(answer).await?;
        let result = match last.result_type {
            ResultType::Task => task::follow(rounds, &last.answer).await?,
            _ => last.answer.parse()?,
        };
        self.checked(result)
    }

    fn checked(&self, result: CallToolResult) -> Result<CallToolResult, CallError> {
        match result.is_error() {
            true => Err(ToolError::new(self.head.subject, result).into()),
            false => Ok(result),
        }
    }

    fn with_headers<'b>(&self, param_headers: &'b [(String, String)]) -> ToolCall<'b>
    where
        'a: 'b,
    {
        ToolCall { head: RequestHead { param_headers, ..self.head }, ..*self }
    }

    fn params<A>(&self, arguments: A, meta: Option<Meta<'a>>) -> CallParams<'a, A> {
        CallParams { name: self.head.subject, arguments, meta }
    }
}

#[derive(Serialize)]
struct CallParams<'a, A> {
    name: &'a str,
    arguments: A,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}
