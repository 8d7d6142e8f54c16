//! What a client does for servers: one trait for the questions of both eras.
//!
//! A legacy server asks with requests of its own, a modern one with results that need answers, a task
//! with its status. All of them end here, and nothing that was not declared is ever answered.

use std::fmt;

use async_trait::async_trait;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    ClientCapabilities, CreateMessageParams, CreateMessageResult, ElicitAction, ElicitMode,
    ElicitParams, ElicitResult, ListRootsResult, method,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use crate::notice::Notice;

/// Answers the questions of one server.
///
/// A handler belongs to the server that it was given to, so it knows who asks. What a server writes is
/// data: shown to people in full and never followed.
///
/// ```
/// use async_trait::async_trait;
/// use mcp_client::ClientHandler;
/// use mcp_core::jsonrpc::RpcError;
/// use mcp_core::protocol::{ClientCapabilities, ElicitParams, ElicitResult};
///
/// /// Says yes to every form, and fills in what its schema suggests.
/// #[derive(Debug)]
/// struct Agreeable;
///
/// #[async_trait]
/// impl ClientHandler for Agreeable {
///     fn capabilities(&self) -> ClientCapabilities {
///         ClientCapabilities::default().with_elicitation_form()
///     }
///
///     async fn elicit(&self, _: ElicitParams) -> Result<ElicitResult, RpcError> {
///         Ok(ElicitResult::accept(serde_json::Map::new()))
///     }
/// }
/// ```
#[async_trait]
pub trait ClientHandler: Send + Sync + fmt::Debug + 'static {
    /// What is declared to the server. It must not change; nothing else is ever answered.
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default()
    }

    /// Asks a person. What an accepted form leaves out is filled with the defaults of its schema.
    ///
    /// # Errors
    ///
    /// When the question cannot be asked. A person's no is no error.
    ///
    /// # Cancel safety
    ///
    /// Dropped when the server or the caller loses interest.
    async fn elicit(&self, ask: ElicitParams) -> Result<ElicitResult, RpcError> {
        drop(ask);
        Ok(ElicitResult::decline())
    }

    /// Asks a model.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    ///
    /// # Cancel safety
    ///
    /// See [`ClientHandler::elicit`].
    async fn sample(&self, ask: CreateMessageParams) -> Result<CreateMessageResult, RpcError> {
        drop(ask);
        Err(unknown(method::SAMPLE))
    }

    /// Says which folders the client works in.
    ///
    /// # Errors
    ///
    /// When they are not known.
    ///
    /// # Cancel safety
    ///
    /// See [`ClientHandler::elicit`].
    async fn roots(&self) -> Result<ListRootsResult, RpcError> {
        Ok(ListRootsResult::default())
    }

    /// Hears everything that the server tells unasked: log messages, changes, and what no revision
    /// knows. Called by the task that reads the connection, so it must not block.
    fn notified(&self, notice: &Notice) {
        let _ = notice;
    }
}

const _: Option<&dyn ClientHandler> = None;

/// The answer to one question that was declared.
pub(crate) async fn answer(
    handler: &dyn ClientHandler,
    name: &str,
    params: &[u8],
) -> Result<Box<RawValue>, RpcError> {
    match name {
        method::ELICIT => written(&elicited(handler, read(name, params)?).await?),
        method::SAMPLE => written(&handler.sample(read(name, params)?).await?),
        method::ROOTS_LIST => written(&handler.roots().await?),
        _ => Err(unknown(name)),
    }
}

async fn elicited(
    handler: &dyn ClientHandler,
    ask: ElicitParams,
) -> Result<ElicitResult, RpcError> {
    let (mode, schema) = (ask.mode, ask.requested_schema.clone());
    let mut result = handler.elicit(ask).await?;
    match (mode, schema, result.action) {
        (ElicitMode::Form, Some(schema), ElicitAction::Accept) => Ok(result.with_defaults(&schema)),
        (ElicitMode::Form, _, ElicitAction::Accept) => Ok(result),
        // Only a form that was accepted has content.
        _ => {
            result.content = None;
            Ok(result)
        }
    }
}

fn read<T: DeserializeOwned>(name: &str, params: &[u8]) -> Result<T, RpcError> {
    serde_json::from_slice(params).map_err(|error| {
        let message = format!("parameters of `{name}` cannot be read: {error}");
        RpcError::new(code::INVALID_PARAMS, message)
    })
}

fn written(result: &impl Serialize) -> Result<Box<RawValue>, RpcError> {
    to_raw_value(result).map_err(|error| RpcError::new(code::INTERNAL_ERROR, error.to_string()))
}

fn unknown(name: &str) -> RpcError {
    RpcError::new(code::METHOD_NOT_FOUND, format!("this client does not answer `{name}`"))
}
