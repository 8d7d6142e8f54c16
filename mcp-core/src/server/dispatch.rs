//! From a request's method to the handler's, and back to a frame.

use async_trait::async_trait;
use bytes::Bytes;
use serde::Deserialize;

use super::handler::{Handler, ToolCall};
use super::service::{Reply, Service};
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{CallToolParams, Era, ServerInfo, method};
use crate::session::Request;

/// The service of a [`Handler`].
#[derive(Debug)]
pub struct Tools<H>(pub H);

#[async_trait]
impl<H: Handler> Service for Tools<H> {
    fn info(&self) -> ServerInfo {
        self.0.info()
    }

    async fn answer(&self, request: Request) -> Reply {
        let answered = match &*request.method {
            method::TOOLS_CALL => call_tool(&self.0, &request).await,
            method::TOOLS_LIST => list_tools(&self.0, &request).await,
            other => {
                Err(RpcError::new(code::METHOD_NOT_FOUND, format!("unknown method `{other}`")))
            }
        };
        Reply::One(answered.unwrap_or_else(|error| request.refuse(&error)))
    }
}

/// Parameters of `tools/list`.
#[derive(Debug, Default, Deserialize)]
struct ListParams {
    cursor: Option<String>,
}

async fn list_tools(handler: &impl Handler, request: &Request) -> Result<Bytes, RpcError> {
    let params: ListParams = parse(request)?;
    let mut page = handler.list_tools(params.cursor.as_deref(), request.version).await?;
    if request.version.era() == Era::Modern {
        // Cacheable results must say for how long (2026-07-28, "Caching"): not at all, unless the
        // handler says more.
        page.ttl_ms.get_or_insert(0);
        let scope = serde_json::value::to_raw_value("public").expect("a text is JSON");
        page.extra.insert("cacheScope", scope);
    }
    Ok(request.answer(&page))
}

async fn call_tool(handler: &impl Handler, request: &Request) -> Result<Bytes, RpcError> {
    let params: CallToolParams<'_> = parse(request)?;
    let call = ToolCall::new(&params.name, params.arguments, request);
    let result = handler.call_tool(call).await?;
    Ok(request.answer(&result))
}

fn parse<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, RpcError> {
    serde_json::from_slice(&request.params).map_err(|error| {
        let message = format!("parameters of `{}` cannot be read: {error}", request.method);
        RpcError::new(code::INVALID_PARAMS, message)
    })
}
