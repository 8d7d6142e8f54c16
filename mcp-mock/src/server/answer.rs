//! Answering requests: the script decides, this file carries out.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use mcp_core::jsonrpc::{RequestId, RpcError, code, encode};
use mcp_core::protocol::{
    CallToolParams, CallToolResult, ListToolsResult, ProtocolVersion, ServerInfo, Tool, method,
};
use mcp_core::server::{Answer, Caller, Dispatch, Handler, Reply, Service, ToolCall};
use mcp_core::session::Request;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Core;
use crate::dialect::simple::refused;
use crate::script::{Action, CallOutcome, Decision, Fault};
use crate::service::ApiError;

/// The exit code of a crash: `EX_SOFTWARE` of sysexits.
const CRASH_EXIT_CODE: i32 = 70;

/// One connection's view of a server.
#[derive(Debug)]
pub(super) struct Connection {
    tools: Dispatch<Catalogue>,
    versions: Vec<ProtocolVersion>,
}

impl Connection {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let versions = core.settings().versions.clone();
        Self { tools: Dispatch(Catalogue(core)), versions }
    }

    fn core(&self) -> &Core {
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

    async fn answer(&self, request: Request, caller: &Caller) -> Reply {
        if request.method == method::TOOLS_CALL
            && let Ok(params) = serde_json::from_slice(&request.params)
        {
            return self.answer_call(&request, &params).await;
        }
        // Whatever is no call, or cannot be read as one, is answered as by any other server.
        self.tools.answer(request, caller).await
    }
}

impl Connection {
    async fn answer_call(&self, request: &Request, params: &CallToolParams<'_>) -> Reply {
        let call = self.core().begin(params);
        let (reply, outcome) = match call.decision {
            Decision::Pass | Decision::Act(Action::Pass) => self.carry_out(request, params),
            Decision::Act(Action::Answer(answer)) => {
                let result = fit(answer(&call.arguments), request.version);
                (Reply::One(request.answer(&result)), outcome_of(&result))
            }
            Decision::Act(Action::Fault(fault)) => {
                let reply = self.fail(request, params, &fault).await;
                (reply, CallOutcome::Faulted(fault.name()))
            }
            Decision::Unexpected(text) => {
                let error = RpcError::new(code::INVALID_PARAMS, text);
                (Reply::One(request.refuse(&error)), CallOutcome::Unexpected)
            }
        };
        self.core().script().end(call.number, outcome);
        reply
    }

    /// Does what the service does.
    fn carry_out(&self, request: &Request, params: &CallToolParams<'_>) -> (Reply, CallOutcome) {
        match self.core().call(&params.name, params.arguments, request.version) {
            Ok(result) => (Reply::One(request.answer(&result)), outcome_of(&result)),
            Err(error) => (Reply::One(request.refuse(&error)), CallOutcome::Refused),
        }
    }

    async fn fail(&self, request: &Request, params: &CallToolParams<'_>, fault: &Fault) -> Reply {
        match fault {
            Fault::Close => Reply::Close,
            Fault::Crash => self.core().crash(),
            Fault::Delay(delay) => {
                tokio::time::sleep(*delay).await;
                self.carry_out(request, params).0
            }
            Fault::DuplicateAnswer => match self.carry_out(request, params).0 {
                Reply::One(frame) => Reply::Frames(vec![frame.clone(), frame]),
                other => other,
            },
            Fault::Garbage => Reply::One(Bytes::from_static(b"Segmentation fault (not really)")),
            Fault::Hang => Reply::Silence,
            Fault::LoseAnswer => {
                self.carry_out(request, params);
                Reply::Silence
            }
            Fault::LoseAnswerAndClose => {
                self.carry_out(request, params);
                Reply::Close
            }
            Fault::RpcError { code, message } => {
                Reply::One(request.refuse(&RpcError::new(*code, message)))
            }
            Fault::ToolError { status, message } => {
                let error = ApiError::new(*status, "scripted", message);
                let result = fit(refused(&error), request.version);
                Reply::One(request.answer(&result))
            }
            Fault::WrongId => {
                self.carry_out(request, params);
                let id = RequestId::Text("nobody asked".to_owned());
                let frame = encode::result(&id, &CallToolResult::text("to whom?"));
                frame.map_or(Reply::Silence, Reply::One)
            }
        }
    }
}

/// A call that was counted.
struct Begun {
    number: usize,
    decision: Decision,
    arguments: Value,
}

impl Core {
    fn begin(&self, params: &CallToolParams<'_>) -> Begun {
        let tool = self.dialect.listed_name(&params.name).unwrap_or(&params.name);
        let arguments = params.arguments.map_or_else(
            || Value::Object(Map::new()),
            |raw| serde_json::from_str(raw.get()).unwrap_or_default(),
        );
        let now = self.state.lock().env.clock.now();
        let mut script = self.script();
        let decision = script.decide(tool, &arguments);
        let number = script.begin(tool, arguments.clone(), now);
        Begun { number, decision, arguments }
    }

    fn call(
        &self,
        name: &str,
        arguments: Option<&RawValue>,
        version: ProtocolVersion,
    ) -> Result<CallToolResult, RpcError> {
        let arguments = match arguments {
            None => Map::new(),
            Some(raw) => serde_json::from_str(raw.get()).map_err(|error| {
                let message = format!("`arguments` of `{name}` must be an object: {error}");
                RpcError::new(code::INVALID_PARAMS, message)
            })?,
        };
        let result = self.dialect.call(&mut self.state.lock(), name, arguments)?;
        Ok(fit(result, version))
    }

    fn crash(&self) -> Reply {
        if self.settings().is_own_process {
            std::process::exit(CRASH_EXIT_CODE);
        }
        Reply::Close
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
        page.tools = self.0.dialect.tools().iter().map(|tool| shown(tool, version)).collect();
        Ok(page)
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        let version = call.context.request.version;
        Ok(self.0.call(call.name, call.arguments, version)?.into())
    }
}

/// A tool as a revision knows it.
fn shown(tool: &Tool, version: ProtocolVersion) -> Tool {
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
fn fit(mut result: CallToolResult, version: ProtocolVersion) -> CallToolResult {
    if !version.has_structured_content() {
        result.structured_content = None;
    }
    result
}

fn outcome_of(result: &CallToolResult) -> CallOutcome {
    if result.is_error() { CallOutcome::ToolError } else { CallOutcome::Answered }
}
