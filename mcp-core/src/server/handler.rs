//! What a server implements.

use async_trait::async_trait;
use serde_json::value::RawValue;

use super::changes::Changes;
use super::context::Context;
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{
    CallToolResult, CompleteParams, CompleteResult, GetPromptParams, GetPromptResult,
    GetTaskResult, InputRequired, InputResponses, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, ProtocolVersion, ReadResourceResult, ServerInfo, Task,
};

/// A server of tools, and of whatever else it declares in [`Handler::info`].
///
/// A handler is written the modern way: it keeps no conversation. When it needs something from the
/// client it answers [`Answer::InputRequired`] and is called again with what the client said. A legacy
/// client is asked in its own way; the handler does not notice.
///
/// ```
/// use async_trait::async_trait;
/// use mcp_core::jsonrpc::{RpcError, code};
/// use mcp_core::protocol::{CallToolResult, ListToolsResult, ProtocolVersion, ServerInfo};
/// use mcp_core::server::{Answer, Handler, ToolCall};
///
/// /// A server with one tool, which greets.
/// struct Greeter;
///
/// #[async_trait]
/// impl Handler for Greeter {
///     fn info(&self) -> ServerInfo {
///         ServerInfo::new("greeter", "1.0")
///     }
///
///     async fn list_tools(
///         &self,
///         _cursor: Option<&str>,
///         _version: ProtocolVersion,
///     ) -> Result<ListToolsResult, RpcError> {
///         Ok(ListToolsResult::default())
///     }
///
///     async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
///         match call.name {
///             "greet" => Ok(CallToolResult::text("Good morning").into()),
///             _ => Err(RpcError::new(code::INVALID_PARAMS, "unknown tool")),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Who the server is and what it can do; asked once per connection.
    fn info(&self) -> ServerInfo;

    /// One page of the tools.
    ///
    /// # Errors
    ///
    /// `-32602` for a cursor that this server did not give out.
    async fn list_tools(
        &self,
        cursor: Option<&str>,
        version: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError>;

    /// Calls a tool. What the tool itself refuses is a result marked as error, so that a model can read
    /// it; an error here means that the call did not reach a tool.
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown tool.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when the client cancels the request.
    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError>;

    /// One page of the resources.
    ///
    /// # Errors
    ///
    /// `-32602` for a cursor that this server did not give out.
    async fn list_resources(&self, cursor: Option<&str>) -> Result<ListResourcesResult, RpcError> {
        let _ = cursor;
        Err(not_offered("resources"))
    }

    /// One page of the templates that resources are made from.
    ///
    /// # Errors
    ///
    /// `-32602` for a cursor that this server did not give out.
    async fn list_resource_templates(
        &self,
        cursor: Option<&str>,
    ) -> Result<ListResourceTemplatesResult, RpcError> {
        let _ = cursor;
        Err(not_offered("resources"))
    }

    /// The content of a resource.
    ///
    /// # Errors
    ///
    /// [`resource_not_found`] for a URI that leads nowhere.
    async fn read_resource(
        &self,
        uri: &str,
        context: &Context<'_>,
    ) -> Result<Answer<ReadResourceResult>, RpcError> {
        let _ = (uri, context);
        Err(not_offered("resources"))
    }

    /// One page of the prompts.
    ///
    /// # Errors
    ///
    /// `-32602` for a cursor that this server did not give out.
    async fn list_prompts(&self, cursor: Option<&str>) -> Result<ListPromptsResult, RpcError> {
        let _ = cursor;
        Err(not_offered("prompts"))
    }

    /// A prompt with its arguments filled in.
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown prompt or a missing argument.
    async fn get_prompt(
        &self,
        params: &GetPromptParams,
        context: &Context<'_>,
    ) -> Result<Answer<GetPromptResult>, RpcError> {
        let _ = (params, context);
        Err(not_offered("prompts"))
    }

    /// Suggests how an argument may go on.
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown prompt, template or argument.
    async fn complete(&self, params: &CompleteParams) -> Result<CompleteResult, RpcError> {
        let _ = params;
        Err(not_offered("completions"))
    }

    /// How a task is getting on (tasks extension).
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown task.
    async fn get_task(&self, task_id: &str) -> Result<GetTaskResult, RpcError> {
        let _ = task_id;
        Err(not_offered("tasks"))
    }

    /// Gives a task what it asked for (tasks extension).
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown task.
    async fn update_task(&self, task_id: &str, responses: &InputResponses) -> Result<(), RpcError> {
        let _ = (task_id, responses);
        Err(not_offered("tasks"))
    }

    /// Asks a task to end (tasks extension). It may end otherwise.
    ///
    /// # Errors
    ///
    /// `-32602` for an unknown task.
    async fn cancel_task(&self, task_id: &str) -> Result<(), RpcError> {
        let _ = task_id;
        Err(not_offered("tasks"))
    }

    /// Where the server announces what has changed; `None` when nothing ever does.
    fn changes(&self) -> Option<&Changes> {
        None
    }
}

const _: Option<&dyn Handler> = None;

/// One call of a tool.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToolCall<'a> {
    /// The name of the tool.
    pub name: &'a str,
    /// The arguments; none counts as an empty object.
    pub arguments: Option<&'a RawValue>,
    /// The request, and the way back to its client.
    pub context: &'a Context<'a>,
}

/// What a handler says to a request that may take several rounds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer<T> {
    /// The result.
    Complete(T),
    /// The client is to answer first and then to ask again.
    InputRequired(InputRequired),
    /// The work goes on without the request (tasks extension); only for clients that declared it.
    Task(Task),
}

impl<T> From<T> for Answer<T> {
    fn from(result: T) -> Self {
        Self::Complete(result)
    }
}

/// The refusal of a URI that leads to no resource (specification 2026-07-28, "Resources", errors).
#[must_use]
pub fn resource_not_found(uri: &str) -> RpcError {
    let message = format!("resource `{uri}` does not exist");
    RpcError::new(code::INVALID_PARAMS, message).with_data(serde_json::json!({ "uri": uri }))
}

fn not_offered(what: &str) -> RpcError {
    let message = format!("this server offers no {what}");
    RpcError::new(code::METHOD_NOT_FOUND, message)
}
