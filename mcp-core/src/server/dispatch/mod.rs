//! From a request's method to the handler's, and back to a frame.

mod list;
mod rounds;
mod subscription;
mod task;

use async_trait::async_trait;
use bytes::Bytes;
use serde::Deserialize;

use super::caller::Caller;
use super::changes::Changes;
use super::handler::Handler;
use super::service::{Reply, Service};
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{ServerInfo, Tool, method};
use crate::session::Request;

/// The service of a [`Handler`].
#[derive(Debug)]
pub struct Dispatch<H>(pub H);

#[async_trait]
impl<H: Handler> Service for Dispatch<H> {
    fn info(&self) -> ServerInfo {
        self.0.info()
    }

    async fn find_tool(&self, name: &str) -> Option<Tool> {
        list::find_tool(&self.0, name).await
    }

    fn changes(&self) -> Option<&Changes> {
        self.0.changes()
    }

    async fn answer(&self, request: Request, caller: &Caller) -> Reply {
        let answered = answer(&self.0, &request, caller).await;
        Reply::Answer(answered.unwrap_or_else(|error| request.refuse(&error)))
    }
}

async fn answer(
    handler: &impl Handler,
    request: &Request,
    caller: &Caller,
) -> Result<Bytes, RpcError> {
    match &*request.method {
        method::TOOLS_CALL | method::PROMPTS_GET | method::RESOURCES_READ => {
            rounds::run(handler, request, caller).await
        }
        method::TOOLS_LIST => list::tools(handler, request).await,
        method::RESOURCES_LIST => list::resources(handler, request).await,
        method::RESOURCES_TEMPLATES_LIST => list::resource_templates(handler, request).await,
        method::PROMPTS_LIST => list::prompts(handler, request).await,
        method::COMPLETE => {
            let result = handler.complete(&parse(request)?).await?;
            Ok(request.answer(&result))
        }
        method::SET_LEVEL => subscription::set_level(handler, request, caller),
        method::RESOURCES_SUBSCRIBE => subscription::subscribe(handler, request, caller),
        method::RESOURCES_UNSUBSCRIBE => subscription::unsubscribe(handler, request, caller),
        method::LISTEN => subscription::listen(handler, request, caller).await,
        method::TASKS_GET | method::TASKS_UPDATE | method::TASKS_CANCEL => {
            task::answer(handler, request).await
        }
        other => Err(unknown_method(other)),
    }
}

fn parse<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, RpcError> {
    serde_json::from_slice(&request.params).map_err(|error| {
        let message = format!("parameters of `{}` cannot be read: {error}", request.method);
        RpcError::new(code::INVALID_PARAMS, message)
    })
}

fn unknown_method(method: &str) -> RpcError {
    RpcError::new(code::METHOD_NOT_FOUND, format!("unknown method `{method}`"))
}

#[cfg(test)]
mod tests;
