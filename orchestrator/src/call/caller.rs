//! The seam to the servers.

use std::fmt;

use async_trait::async_trait;
use mcp_client::Deadline;
use serde_json::{Map, Value};

use super::failure::CallFailure;
use super::known::KnownTools;
use super::tool::ToolRef;

/// Calls tools by name. The manager is one; so is any map of closures in a test.
///
/// It never repeats a call: when to try again is decided by the step's policy and nowhere else.
///
/// ```
/// use async_trait::async_trait;
/// use orchestrator::call::{CallFailure, Deadline, Effect, KnownTools, ToolCaller, ToolFacts, ToolRef};
/// use serde_json::{Map, Value};
///
/// /// Every tool gives its arguments back.
/// #[derive(Debug)]
/// struct Echo;
///
/// impl KnownTools for Echo {
///     fn facts(&self, _tool: &ToolRef) -> Option<ToolFacts> {
///         Some(ToolFacts { input_schema: None, effect: Effect::Read })
///     }
/// }
///
/// #[async_trait]
/// impl ToolCaller for Echo {
///     async fn call(
///         &self,
///         _tool: &ToolRef,
///         arguments: Map<String, Value>,
///         _deadline: Deadline,
///     ) -> Result<Value, CallFailure> {
///         Ok(Value::Object(arguments))
///     }
/// }
/// ```
#[async_trait]
pub trait ToolCaller: KnownTools + fmt::Debug + Send + Sync {
    /// Calls a tool once and gives its result, read by the rule for results.
    ///
    /// It ends at the deadline by itself, with a failure that says whether the call was sent; waits for
    /// a place or a connection count. A caller that goes on is cut off shortly after.
    ///
    /// # Errors
    ///
    /// When there is no result, or the tool answers with an error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call; the server may have carried it out.
    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        deadline: Deadline,
    ) -> Result<Value, CallFailure>;
}

const _: Option<&dyn ToolCaller> = None;
