//! What a server of tools implements.

use async_trait::async_trait;
use serde_json::value::RawValue;

use crate::jsonrpc::RpcError;
use crate::protocol::{CallToolResult, ListToolsResult, ProtocolVersion, ServerInfo};
use crate::session::Request;

/// A server of tools.
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
    async fn call_tool(&self, call: ToolCall<'_>) -> Result<CallToolResult, RpcError>;
}

const _: Option<&dyn Handler> = None;

/// One call of a tool.
#[derive(Debug)]
#[non_exhaustive]
pub struct ToolCall<'a> {
    /// The tool.
    pub name: &'a str,
    /// The arguments; none counts as an empty object.
    pub arguments: Option<&'a RawValue>,
    /// The request as it came.
    pub request: &'a Request,
}

impl<'a> ToolCall<'a> {
    pub(super) fn new(
        name: &'a str,
        arguments: Option<&'a RawValue>,
        request: &'a Request,
    ) -> Self {
        Self { name, arguments, request }
    }
}
