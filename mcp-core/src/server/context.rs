//! What a handler knows of a running request, and what it can tell its client before the answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::caller::Caller;
use crate::jsonrpc::{RpcError, code};
use crate::protocol::{ClientCapabilities, InputResponses, LogLevel, LogMessage, Progress, method};
use crate::session::Request;

/// A running request.
#[derive(Debug)]
pub struct Context<'a> {
    /// The request as it came.
    pub request: &'a Request,
    caller: &'a Caller,
    inputs: Inputs,
}

/// What the client answered when an earlier round of the same request asked for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Inputs {
    pub(super) input_responses: InputResponses,
    pub(super) request_state: Option<String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(request: &'a Request, caller: &'a Caller, inputs: Inputs) -> Self {
        Self { request, caller, inputs }
    }

    /// The same request in its next round.
    pub(super) fn next_round(&self, inputs: Inputs) -> Self {
        Self { request: self.request, caller: self.caller, inputs }
    }

    /// What the client declared that it can do.
    #[must_use]
    pub fn capabilities(&self) -> ClientCapabilities {
        self.request.client_capabilities()
    }

    /// What the client answered to the question of that key, if it did.
    #[must_use]
    pub fn response(&self, key: &str) -> Option<&RawValue> {
        self.inputs.input_responses.get(key).map(|raw| &**raw)
    }

    /// The client's answers by key. Keys that were never asked for may be among them.
    #[must_use]
    pub fn responses(&self) -> &BTreeMap<String, Box<RawValue>> {
        &self.inputs.input_responses
    }

    /// What the server gave the client to carry to this round. A modern client may have forged it.
    #[must_use]
    pub fn state(&self) -> Option<&str> {
        self.inputs.request_state.as_deref()
    }

    /// Says how far the request has come, if the client wants to know. `progress` must grow.
    pub fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        let Some(progress_token) = self.request.progress_token.clone() else { return };
        let message = message.map(str::to_owned);
        let params = Progress { progress_token, progress, total, message };
        self.caller.notify(method::PROGRESS, &params);
    }

    /// Sends a log message, if the client wants messages of that level. A modern client says so with
    /// each request; a legacy one may set a level and hears everything before.
    pub fn log(&self, message: &LogMessage) {
        let wanted = match self.request.version.has_log_level_in_requests() {
            true => self.request.log_level(),
            false => Some(self.caller.log_level().unwrap_or(LogLevel::Debug)),
        };
        if wanted.is_some_and(|wanted| message.level >= wanted) {
            self.caller.notify(method::MESSAGE, message);
        }
    }

    /// Sends any other notification to the client, on the stream of this request.
    pub fn notify(&self, method: &str, params: &impl Serialize) {
        self.caller.notify(method, params);
    }
}

/// The refusal of a request that needs what the client did not declare.
pub(super) fn missing_capability(needed: &Value) -> RpcError {
    let message = "the request needs a capability that the client did not declare";
    RpcError::new(code::MISSING_CAPABILITY, message)
        .with_data(serde_json::json!({ "requiredCapabilities": needed }))
}
