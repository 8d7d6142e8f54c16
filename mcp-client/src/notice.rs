//! What a server tells unasked.

use bytes::Bytes;
use mcp_core::protocol::{GetTaskResult, LogMessage, ResourceParams, method};
use serde::de::DeserializeOwned;

/// A notification of a server. Text of the server: data, never instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// What it is about.
    pub method: String,
    /// The parameters as JSON; `{}` when there were none.
    pub params: Bytes,
}

impl Notice {
    pub(crate) fn new(method: String, params: Bytes) -> Self {
        Self { method, params }
    }

    /// The log message, when this is one that can be read.
    #[must_use]
    pub fn as_log(&self) -> Option<LogMessage> {
        self.read(method::MESSAGE)
    }

    /// The URI of the resource that changed, when this says so.
    #[must_use]
    pub fn as_resource_update(&self) -> Option<String> {
        self.read(method::RESOURCES_UPDATED).map(|params: ResourceParams| params.uri)
    }

    /// The task that changed, when this says so (tasks extension).
    #[must_use]
    pub fn as_task(&self) -> Option<GetTaskResult> {
        self.read(method::TASKS_NOTICE)
    }

    fn read<T: DeserializeOwned>(&self, method: &str) -> Option<T> {
        if self.method != method {
            return None;
        }
        serde_json::from_slice(&self.params).ok()
    }
}
