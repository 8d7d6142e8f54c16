//! Answering requests: the script decides, this file carries out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_core::Lock;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    CallToolParams, CallToolResult, ListToolsResult, ProtocolVersion, ServerInfo, Tool, method,
};
use mcp_core::server::{
    Answer, Caller, Changes, Dispatch, Handler, Reply as Served, Service, ToolCall,
};
use mcp_core::session::Request;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::Core;
use super::deliver::{Binding, Reply, Stream};
use super::fail::FaultContext;
use crate::dialect::{Called, unknown_tool};
use crate::script::{Action, CallOutcome, Decision, RequestKind};

/// One connection's view of a server.
#[derive(Debug)]
pub(super) struct Connection {
    tools: Dispatch<Catalogue>,
    versions: Vec<ProtocolVersion>,
    binding: Binding,
    /// Work without a request; it ends with the connection.
    background: Lock<JoinSet<()>>,
}

impl Connection {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let versions = core.settings.lock().versions.clone();
        let (tools, background) = (Dispatch(Catalogue(core)), Lock::default());
        Self { tools, versions, binding: Binding::Memory, background }
    }

    /// The same over a byte stream.
    pub(super) fn over_stream(self, stream: Arc<Stream>) -> Self {
        Self { binding: Binding::Stream(stream), ..self }
    }

    /// The same over HTTP.
    #[cfg(feature = "http")]
    pub(super) fn over_http(self) -> Self {
        Self { binding: Binding::Http, ..self }
    }

    pub(super) fn binding(&self) -> &Binding {
        &self.binding
    }

    pub(super) fn is_over_http(&self) -> bool {
        self.binding.is_http()
    }

    pub(super) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut background = self.background.lock();
        while background.try_join_next().is_some() {}
        background.spawn(work);
    }

    pub(super) fn core(&self) -> &Core {
        &self.tools.0.0
    }
}

#[async_trait]
impl Service for Connection {
    fn info(&self) -> ServerInfo {
        self.tools.info()
    }

    fn versions(&self) -> &[ProtocolVersion] {
        &self.versions
    }

    async fn find_tool(&self, name: &str) -> Option<Tool> {
        self.tools.find_tool(name).await
    }

    fn changes(&self) -> Option<&Changes> {
        self.tools.changes()
    }

    async fn open(&self, request: Request, answer: Bytes, caller: &Caller) -> Served {
        let reply = self.answer_request(&request, answer, caller).await;
        self.deliver(reply).await
    }

    async fn answer(&self, request: Request, caller: &Caller) -> Served {
        if request.method == method::TOOLS_CALL
            && let Ok(params) = serde_json::from_slice(&request.params)
        {
            let reply = self.answer_call(&request, &params, caller).await;
            return self.deliver(reply).await;
        }
        if request.method == method::TOOLS_LIST
            && let Served::Answer(answer) = self.tools.answer(request.clone(), caller).await
        {
            let reply = self.answer_request(&request, answer, caller).await;
            return self.deliver(reply).await;
        }
        // Whatever is no call, or cannot be read as one, is answered as by any other server.
        self.tools.answer(request, caller).await
    }
}

impl Connection {
    async fn answer_call(
        &self,
        request: &Request,
        params: &CallToolParams<'_>,
        caller: &Caller,
    ) -> Reply {
        let call = self.core().begin(params);
        let (reply, outcome) = match call.decision {
            Decision::PassThrough => self.carry_out(request, params),
            Decision::Act { action, delay } => {
                wait(delay).await;
                let answer = || self.answered(request, params).0;
                let tool = Some(&*params.name);
                let context = FaultContext { request, tool, answer: &answer, caller };
                match action {
                    Action::Answer(answer) => {
                        let result = fit(answer(&call.arguments), request.version);
                        (Reply::Answer(request.answer(&result)), outcome_of(&result))
                    }
                    Action::Fault(fault) => {
                        let outcome = CallOutcome::Faulted(fault.name());
                        (self.fail(&context, &fault).await, outcome)
                    }
                    Action::PassThrough => self.carry_out(request, params),
                }
            }
            Decision::Unexpected(text) => {
                let error = RpcError::new(code::INVALID_PARAMS, text);
                (Reply::Answer(request.refuse(&error)), CallOutcome::Unexpected)
            }
        };
        self.core().script.lock().end(call.number, outcome);
        reply
    }

    /// The same for a request that is no call and whose answer is known.
    async fn answer_request(&self, request: &Request, answer: Bytes, caller: &Caller) -> Reply {
        let Ok(kind) = request.method.parse::<RequestKind>() else { return Reply::Answer(answer) };
        let params: Value = serde_json::from_slice(&request.params).unwrap_or_default();
        let now = self.core().now();
        let (number, decision) = self.core().script.lock().begin_request(kind, params.clone(), now);
        let action = match decision {
            Decision::Act { action, delay } => {
                wait(delay).await;
                action
            }
            Decision::PassThrough | Decision::Unexpected(_) => Action::PassThrough,
        };
        let (reply, outcome) = match action {
            Action::Answer(of) => {
                let result = of(&params).to_value();
                (Reply::Answer(request.answer(&result)), CallOutcome::Answered)
            }
            Action::Fault(fault) => {
                let answer = || answer.clone();
                let context = FaultContext { request, tool: None, answer: &answer, caller };
                (self.fail(&context, &fault).await, CallOutcome::Faulted(fault.name()))
            }
            Action::PassThrough => (Reply::Answer(answer), CallOutcome::Answered),
        };
        self.core().script.lock().end_request(number, outcome);
        reply
    }

    fn carry_out(&self, request: &Request, params: &CallToolParams<'_>) -> (Reply, CallOutcome) {
        let (frame, outcome) = self.answered(request, params);
        (Reply::Answer(frame), outcome)
    }

    /// Does what the service does, and gives its answer.
    pub(super) fn answered(
        &self,
        request: &Request,
        params: &CallToolParams<'_>,
    ) -> (Bytes, CallOutcome) {
        let called = self.core().call(&params.name, params.arguments, request.version);
        match called.reply {
            Ok(result) => {
                let outcome = match outcome_of(&result) {
                    CallOutcome::Answered if called.has_failed => CallOutcome::Disguised,
                    outcome => outcome,
                };
                (request.answer(&result), outcome)
            }
            Err(error) => (request.refuse(&error), CallOutcome::Refused),
        }
    }
}

/// A call that was counted.
struct Begun {
    number: usize,
    decision: Decision,
    arguments: Value,
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
}

impl Core {
    /// The list of tools for a client of that revision.
    pub(super) fn tools_for(&self, version: ProtocolVersion) -> Vec<Tool> {
        self.visible_tools().iter().map(|tool| tool_for(tool, version)).collect()
    }

    fn begin(&self, params: &CallToolParams<'_>) -> Begun {
        let tool = self.dialect.listed_name(&params.name).unwrap_or(&params.name);
        let arguments = params.arguments.map_or_else(
            || Value::Object(Map::new()),
            |raw| serde_json::from_str(raw.get()).unwrap_or_default(),
        );
        let now = self.now();
        let (number, decision) = self.script.lock().begin(tool, &arguments, now);
        Begun { number, decision, arguments }
    }

    fn call(&self, name: &str, arguments: Option<&RawValue>, version: ProtocolVersion) -> Called {
        let invalid =
            |message: String| Called::failed(Err(RpcError::new(code::INVALID_PARAMS, message)));
        let read = |raw: &RawValue| serde_json::from_str(raw.get());
        let arguments = match arguments.map(read).transpose() {
            Ok(arguments) => arguments,
            Err(error) => {
                return invalid(format!("`arguments` of `{name}` must be an object: {error}"));
            }
        };
        if self.has_vanished(name) {
            let tools = self.visible_tools();
            return invalid(unknown_tool(name, self.service.as_str(), &tools));
        }
        let Called { reply, has_failed } =
            self.dialect.call(&mut self.state.lock(), name, arguments);
        Called { reply: reply.map(|result| fit(result, version)), has_failed }
    }
}

/// The tools of a server without its script.
#[derive(Debug)]
struct Catalogue(Arc<Core>);

#[async_trait]
impl Handler for Catalogue {
    fn info(&self) -> ServerInfo {
        self.0.dialect.info()
    }

    async fn list_tools(
        &self,
        cursor: Option<&str>,
        version: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        if let Some(cursor) = cursor {
            let message = format!("cursor {cursor:?} was not given out by this server");
            return Err(RpcError::new(code::INVALID_PARAMS, message));
        }
        let mut page = ListToolsResult::default();
        page.entries = self.0.tools_for(version);
        Ok(page)
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        let version = call.context.request.version;
        Ok(self.0.call(call.name, call.arguments, version).reply?.into())
    }

    fn changes(&self) -> Option<&Changes> {
        Some(&self.0.changes)
    }
}

/// A tool as a revision knows it.
fn tool_for(tool: &Tool, version: ProtocolVersion) -> Tool {
    let mut tool = tool.clone();
    if !version.has_annotations() {
        tool.annotations = None;
    }
    if !version.has_structured_content() {
        tool.output_schema = None;
    }
    tool
}

/// A result as a revision knows it.
pub(super) fn fit(mut result: CallToolResult, version: ProtocolVersion) -> CallToolResult {
    if !version.has_structured_content() {
        result.structured_content = None;
    }
    result
}

fn outcome_of(result: &CallToolResult) -> CallOutcome {
    if result.is_error() { CallOutcome::ToolError } else { CallOutcome::Answered }
}
