//! What differs between servers: how one checks arguments, refuses and answers.

use std::fmt;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, Content, Tool};
use serde_json::{Map, Value};

use super::Reply;
use crate::service::ApiError;

/// How a server checks arguments, refuses and answers.
pub trait ServerBehavior: fmt::Debug + Send + Sync {
    /// The answer to a call without arguments, from a server that looks at them before it looks the tool up.
    fn without_arguments(&self) -> Option<Reply> {
        None
    }

    /// The answer to a call of a tool that is none of `tools`.
    fn unknown_tool(&self, name: &str, tools: &[Tool]) -> Reply;

    /// The arguments that the operation gets: as they came, with defaults, or without what is unknown.
    /// `schema` is the input schema of the tool.
    ///
    /// # Errors
    ///
    /// What the server answers to arguments that it does not take.
    fn check(
        &self,
        tool: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply>;

    /// The answer when the vendor's API refused.
    fn refuse(&self, tool: &str, error: &ApiError) -> Reply;

    /// The answer when the server refuses in words of its own.
    fn refuse_in_words(&self, _tool: &str, words: &str) -> Reply {
        Ok(CallToolResult::text(words).into_error())
    }

    /// The answer to a failure that the server does not catch.
    fn uncaught(&self, words: &str) -> RpcError {
        RpcError::new(code::INTERNAL_ERROR, words)
    }

    /// The answer when all went well.
    fn answer(&self, tool: &str, answer: &Answer) -> CallToolResult;
}

/// What a tool answers, before it takes the shape of its server's results.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Blocks of content, such as a resource beside the string that announces it.
    Blocks(Vec<Content>),
    /// The body of the vendor's API, or what the server makes of it.
    Json(Value),
    /// A string for people.
    Text(String),
    /// A string that tells of failures, from a server that answers them like a success.
    Failures(String),
}

/// Why a tool gives no answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The vendor's API refused; the server words it.
    Api(ApiError),
    /// The server refused, in words of its own.
    Server(String),
    /// The server fails without catching it.
    Uncaught(String),
    /// The fake does not model what the call asks for. No server answers like this, so that a test which
    /// needs it does not pass by accident.
    NotModelled(String),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}
