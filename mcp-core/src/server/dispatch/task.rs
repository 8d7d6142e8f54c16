//! Tasks: work that goes on after its request was answered (extension `io.modelcontextprotocol/tasks`).

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::parse;
use crate::jsonrpc::RpcError;
use crate::protocol::{InputResponses, key, method};
use crate::server::context::missing_capability;
use crate::server::handler::Handler;
use crate::session::Request;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskParams {
    task_id: String,
    #[serde(default)]
    input_responses: InputResponses,
}

pub(super) async fn answer(handler: &impl Handler, request: &Request) -> Result<Bytes, RpcError> {
    if !request.client_capabilities().has_tasks() {
        return Err(missing());
    }
    let params: TaskParams = parse(request)?;
    match &*request.method {
        method::TASKS_GET => Ok(request.answer(&handler.get_task(&params.task_id).await?)),
        method::TASKS_UPDATE => {
            handler.update_task(&params.task_id, &params.input_responses).await?;
            Ok(request.answer(&json!({})))
        }
        _ => {
            handler.cancel_task(&params.task_id).await?;
            Ok(request.answer(&json!({})))
        }
    }
}

/// The refusal of a client that did not declare the extension.
pub(super) fn missing() -> RpcError {
    missing_capability(&json!({ "extensions": { key::TASKS_EXTENSION: {} } }))
}
