//! The server that the official conformance suite tests: tools, resources and prompts with the names and
//! answers that the suite expects.
//!
//! | file | what the suite tests |
//! |---|---|
//! | `content` | the kinds of content, a tool that fails, schemas and headers |
//! | `live` | progress, log messages, changed lists |
//! | `elicitation` | questions to the user and to a model |
//! | `input_required` | rounds: several questions, a sealed state |
//! | `tasks` | calls that run as tasks |
//! | `resources`, `prompts` | resources, prompts and completion |
//!
//! It is a fixture: its key for states is in its source, its answers are constants.

mod ask;
mod content;
mod elicitation;
mod input_required;
mod live;
mod prompts;
mod resources;
mod seal;
mod tasks;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    CallToolResult, CompleteParams, CompleteResult, CompletionReference, GetPromptParams,
    GetPromptResult, GetTaskResult, InputResponses, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, ProtocolVersion, ReadResourceResult, ServerInfo, Tool,
    key,
};
use mcp_core::server::{Answer, Changes, Context, Handler, ToolCall};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use tasks::Tasks;

/// The answer of a tool.
type Outcome = Result<Answer<CallToolResult>, RpcError>;

/// The server of the conformance suite. Its drop ends the tasks that are running.
#[derive(Debug)]
pub struct Fixture {
    changes: Changes,
    tasks: Tasks,
}

impl Fixture {
    /// A server without tasks yet. It spawns them on the tokio runtime that calls it.
    pub fn start() -> Self {
        let changes = Changes::default();
        Self { tasks: Tasks::new(changes.clone()), changes }
    }
}

#[async_trait]
impl Handler for Fixture {
    fn info(&self) -> ServerInfo {
        let mut info = ServerInfo::new("mock-conformance", env!("CARGO_PKG_VERSION"));
        let more = [
            ("completions", json!({})),
            ("extensions", json!({ key::TASKS_EXTENSION: {} })),
            ("logging", json!({})),
            ("prompts", json!({ "listChanged": true })),
            ("resources", json!({ "listChanged": true, "subscribe": true })),
        ];
        info.capabilities.extend(more.map(|(name, value)| (name.to_owned(), value)));
        info.with_instructions("A fixture for the MCP conformance suite.")
    }

    async fn list_tools(
        &self,
        cursor: Option<&str>,
        _version: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        refuse_cursor(cursor)?;
        let mut page = ListToolsResult::default();
        page.entries = content::tools();
        page.entries.extend(live::tools());
        page.entries.extend(elicitation::tools());
        page.entries.extend(input_required::tools());
        page.entries.extend(tasks::tools());
        Ok(page)
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Outcome {
        if let Some(result) = content::call(&call) {
            return Ok(result.into());
        }
        if let Some(outcome) = elicitation::call(&call) {
            return outcome;
        }
        if let Some(outcome) = input_required::call(&call) {
            return outcome;
        }
        if let Some(outcome) = tasks::call(&self.tasks, &call).await {
            return outcome;
        }
        match live::call(&self.changes, &call).await {
            Some(result) => Ok(result.into()),
            None => Err(unknown("tool", call.name)),
        }
    }

    async fn list_resources(&self, cursor: Option<&str>) -> Result<ListResourcesResult, RpcError> {
        refuse_cursor(cursor)?;
        Ok(resources::list())
    }

    async fn list_resource_templates(
        &self,
        cursor: Option<&str>,
    ) -> Result<ListResourceTemplatesResult, RpcError> {
        refuse_cursor(cursor)?;
        Ok(resources::list_templates())
    }

    async fn read_resource(
        &self,
        uri: &str,
        _context: &Context<'_>,
    ) -> Result<Answer<ReadResourceResult>, RpcError> {
        resources::read(uri).map(Answer::from)
    }

    async fn list_prompts(&self, cursor: Option<&str>) -> Result<ListPromptsResult, RpcError> {
        refuse_cursor(cursor)?;
        Ok(prompts::list())
    }

    async fn get_prompt(
        &self,
        params: &GetPromptParams,
        context: &Context<'_>,
    ) -> Result<Answer<GetPromptResult>, RpcError> {
        prompts::get(params, context)
    }

    async fn complete(&self, params: &CompleteParams) -> Result<CompleteResult, RpcError> {
        let argument = &params.argument;
        match &params.reference {
            CompletionReference::Prompt { name } => prompts::complete(name, argument),
            CompletionReference::Resource { uri } => resources::complete(uri, argument),
            _ => Err(RpcError::new(code::INVALID_PARAMS, "nothing of that kind can be completed")),
        }
    }

    async fn get_task(&self, task_id: &str) -> Result<GetTaskResult, RpcError> {
        self.tasks.get(task_id)
    }

    async fn update_task(&self, task_id: &str, responses: &InputResponses) -> Result<(), RpcError> {
        self.tasks.update(task_id, responses)
    }

    async fn cancel_task(&self, task_id: &str) -> Result<(), RpcError> {
        self.tasks.cancel(task_id)
    }

    fn changes(&self) -> Option<&Changes> {
        Some(&self.changes)
    }
}

fn tool(name: &str, description: &str, schema: &Value) -> Tool {
    let schema = to_raw_value(schema).expect("a JSON value is JSON");
    let mut tool = Tool::new(name, schema);
    tool.description = Some(description.to_owned());
    tool
}

/// The schema of a tool without arguments.
fn nothing() -> Value {
    json!({ "type": "object", "properties": {} })
}

/// One argument of a call, or `None`.
fn argument(call: &ToolCall<'_>, name: &str) -> Option<Value> {
    let arguments: Value = serde_json::from_str(call.arguments?.get()).ok()?;
    arguments.get(name).cloned()
}

fn text_argument(call: &ToolCall<'_>, name: &str) -> Result<String, RpcError> {
    match argument(call, name) {
        Some(Value::String(text)) => Ok(text),
        _ => {
            let message = format!("`{}` needs the string argument `{name}`", call.name);
            Err(RpcError::new(code::INVALID_PARAMS, message))
        }
    }
}

/// Refuses every cursor: each list is one page.
fn refuse_cursor(cursor: Option<&str>) -> Result<(), RpcError> {
    match cursor {
        None => Ok(()),
        Some(cursor) => {
            let message = format!("cursor {cursor:?} does not come from this server");
            Err(RpcError::new(code::INVALID_PARAMS, message))
        }
    }
}

fn unknown(what: &str, name: &str) -> RpcError {
    RpcError::new(code::INVALID_PARAMS, format!("unknown {what} {name:?}"))
}
