//! A handler with something of everything, and a client's side played by hand.

use std::pin::Pin;
use std::task::{Context as Cx, Poll, Waker};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::jsonrpc::{RpcError, code, encode};
use crate::protocol::{
    CallToolResult, ElicitParams, GetTaskResult, InputRequest, InputRequired, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LogLevel, LogMessage,
    ProtocolVersion, ReadResourceResult, ResourceContents, ServerInfo, Task,
};
use crate::server::{
    Answer, Caller, Changes, Context, Dispatch, Handler, Reply, Service, ToolCall,
    resource_not_found,
};
use crate::session::{Incoming, Request, ServerSession};

#[derive(Debug, Default)]
pub(super) struct Fixture {
    pub(super) changes: Changes,
}

#[async_trait]
impl Handler for Fixture {
    fn info(&self) -> ServerInfo {
        let mut info = ServerInfo::new("fixture", "1");
        let resources = json!({ "subscribe": true, "listChanged": true });
        info.capabilities.insert("resources".to_owned(), resources);
        info.capabilities.insert("logging".to_owned(), json!({}));
        info
    }

    fn changes(&self) -> Option<&Changes> {
        Some(&self.changes)
    }

    async fn list_tools(
        &self,
        _: Option<&str>,
        _: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        Ok(ListToolsResult::default())
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        let context = call.context;
        match call.name {
            "busy" => {
                context.progress(1.0, Some(2.0), None);
                for level in [LogLevel::Debug, LogLevel::Warning] {
                    context.log(&LogMessage::text(level, "working"));
                }
                Ok(CallToolResult::text("done").into())
            }
            "greet" => Ok(match context.response("name") {
                None => Answer::InputRequired(question().with_state("asked once")),
                Some(name) => {
                    let state = context.state().unwrap_or("no state");
                    CallToolResult::text(format!("{} ({state})", name.get())).into()
                }
            }),
            "insatiable" => Ok(Answer::InputRequired(question())),
            "task" => Ok(Answer::Task(Task::new("t1", "2026-11-22T00:00:00Z"))),
            _ => Err(RpcError::new(code::INVALID_PARAMS, "unknown tool")),
        }
    }

    async fn list_resources(&self, _: Option<&str>) -> Result<ListResourcesResult, RpcError> {
        Ok(ListResourcesResult::default())
    }

    async fn list_resource_templates(
        &self,
        _: Option<&str>,
    ) -> Result<ListResourceTemplatesResult, RpcError> {
        Ok(ListResourceTemplatesResult::default())
    }

    async fn read_resource(
        &self,
        uri: &str,
        _: &Context<'_>,
    ) -> Result<Answer<ReadResourceResult>, RpcError> {
        if uri != "test://one" {
            return Err(resource_not_found(uri));
        }
        let contents = ResourceContents::text(uri, "text/plain", "one");
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    async fn list_prompts(&self, _: Option<&str>) -> Result<ListPromptsResult, RpcError> {
        Ok(ListPromptsResult::default())
    }

    async fn get_task(&self, task_id: &str) -> Result<GetTaskResult, RpcError> {
        Ok(GetTaskResult::new(Task::new(task_id, "2026-11-22T00:00:00Z")))
    }
}

fn question() -> InputRequired {
    let schema = to_raw_value(&json!({ "type": "object", "properties": {} })).unwrap();
    InputRequired::new().ask("name", InputRequest::elicit(&ElicitParams::form("Who?", schema)))
}

/// One client's conversation with a fixture.
pub(super) struct Conversation {
    pub(super) service: Dispatch<Fixture>,
    pub(super) caller: Caller,
    session: ServerSession,
    meta: Option<Value>,
}

/// A request at work.
pub(super) type Working<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// A modern client that declares `capabilities`.
pub(super) fn modern(capabilities: &Value) -> Conversation {
    let mut conversation = Conversation::new();
    conversation.meta = Some(json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    }));
    conversation
}

impl Conversation {
    fn new() -> Self {
        let service = Dispatch(Fixture::default());
        let session = ServerSession::new(service.info(), &ProtocolVersion::ALL);
        Self { service, caller: Caller::default(), session, meta: None }
    }

    /// A legacy client that declares `capabilities`.
    pub(super) fn legacy(capabilities: &Value) -> Self {
        let mut conversation = Self::new();
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": capabilities,
            "clientInfo": { "name": "c", "version": "1" },
        });
        let frame = encode::request(&0.into(), "initialize", &params).unwrap();
        assert!(matches!(conversation.session.accept(&frame), Incoming::Serve(_)));
        conversation
    }

    /// The same client with another member of `_meta`.
    pub(super) fn with_meta(mut self, name: &str, value: Value) -> Self {
        self.meta.get_or_insert_with(|| json!({}))[name] = value;
        self
    }

    /// What the session makes of a request: the request, or its answer.
    pub(super) fn admit(&mut self, method: &str, params: &Value) -> Result<Request, Value> {
        let mut params = params.clone();
        if let Some(meta) = &self.meta {
            params["_meta"] = meta.clone();
        }
        let frame = encode::request(&7.into(), method, &params).unwrap();
        match self.session.accept(&frame) {
            Incoming::Serve(request) => Ok(request),
            Incoming::Reply(frame) => Err(json_of(&frame)),
            other => panic!("{other:?}"),
        }
    }

    /// The answer to a request that is ready at once.
    #[track_caller]
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let request = match self.admit(method, params) {
            Ok(request) => request,
            Err(answer) => return answer,
        };
        let mut working = self.service.answer(request, &self.caller);
        poll(&mut working).expect("the answer is ready at once")
    }

    /// The client's answer to a question of the server.
    pub(super) fn reply(&mut self, question: &Value, result: &Value) {
        let id = serde_json::from_value(question["id"].clone()).unwrap();
        let frame = encode::result(&id, result).unwrap();
        let Incoming::Answered { id, outcome } = self.session.accept(&frame) else { panic!() };
        self.caller.answered(&id, outcome);
    }

    /// What the server said since the last look.
    pub(super) fn said(&self) -> Vec<Value> {
        std::iter::from_fn(|| self.caller.messages().pop()).map(|frame| json_of(&frame)).collect()
    }
}

/// One look at a request at work.
pub(super) fn poll(working: &mut Working<'_>) -> Option<Value> {
    match working.as_mut().poll(&mut Cx::from_waker(Waker::noop())) {
        Poll::Ready(Reply::Answer(frame)) => Some(json_of(&frame)),
        Poll::Ready(other) => panic!("{other:?}"),
        Poll::Pending => None,
    }
}

fn json_of(frame: &Bytes) -> Value {
    serde_json::from_slice(frame).unwrap()
}
