//! Tasks: work that goes on without the request that began it (extension of 2026-07-28).

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::InputRequest;
use super::open::{Extra, Members, Name};
use super::page::ttl;
use crate::jsonrpc::RpcError;

/// Work that goes on without the request that began it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Task {
    /// What the server calls it.
    pub task_id: String,
    /// How far it is.
    pub status: TaskStatus,
    /// The same in words. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// When it began (ISO 8601); for display only.
    pub created_at: String,
    /// When it last changed (ISO 8601); for display only.
    pub last_updated_at: String,
    /// For how long the server keeps it, in milliseconds from its beginning; without limit if none.
    pub ttl_ms: Option<u64>,
    /// How long to wait between two questions after it, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_interval_ms: Option<u64>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TaskStatus {
    /// It goes on.
    Working,
    /// It waits for something from the client.
    InputRequired,
    /// It has a result, which may be a tool's own failure.
    Completed,
    /// It ended with an error of the protocol.
    Failed,
    /// It was given up because somebody asked.
    Cancelled,
    /// A status that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

impl Task {
    /// A task that begins to work, and is kept without limit.
    pub fn new(task_id: impl Into<String>, created_at: impl Into<String>) -> Self {
        let created_at = created_at.into();
        Self {
            task_id: task_id.into(),
            status: TaskStatus::Working,
            status_message: None,
            last_updated_at: created_at.clone(),
            created_at,
            ttl_ms: None,
            poll_interval_ms: None,
            extra: Extra::default(),
        }
    }

    /// Whether nothing about it is going to change any more.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.status.is_terminal()
    }

    fn take<E: Error>(mut members: Members) -> Result<Self, E> {
        Ok(Self {
            task_id: members.required("taskId")?,
            status: members.required("status")?,
            status_message: members.optional("statusMessage")?,
            created_at: members.optional("createdAt")?.unwrap_or_default(),
            last_updated_at: members.optional("lastUpdatedAt")?.unwrap_or_default(),
            ttl_ms: ttl(&mut members)?,
            poll_interval_ms: members.optional("pollIntervalMs")?,
            extra: members.rest(),
        })
    }
}

impl<'de> Deserialize<'de> for Task {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::take(Members::read(deserializer)?)
    }
}

impl TaskStatus {
    /// Whether a task ends with it.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl<'de> Deserialize<'de> for TaskStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Name(name) = Name::deserialize(deserializer)?;
        Ok(match &*name {
            "working" => Self::Working,
            "input_required" => Self::InputRequired,
            "completed" => Self::Completed,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            _ => Self::Other(name.into_owned()),
        })
    }
}

/// What `tasks/get` answers: the task, and what its status brings with it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetTaskResult {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// What the request would have answered, once completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Box<RawValue>>,
    /// What the request would have been refused with, once failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RpcError>,
    /// What the client is asked, by key. A key is asked once in the life of a task.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub input_requests: BTreeMap<String, InputRequest>,
}

impl GetTaskResult {
    /// A task that brings nothing with it.
    #[must_use]
    pub fn new(task: Task) -> Self {
        Self { task, result: None, error: None, input_requests: BTreeMap::new() }
    }
}

impl<'de> Deserialize<'de> for GetTaskResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            result: members.optional("result")?,
            error: members.optional("error")?,
            input_requests: members.optional("inputRequests")?.unwrap_or_default(),
            task: Task::take(members)?,
        })
    }
}

/// Parameters of everything that concerns one task: `tasks/get` and `tasks/cancel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskParams {
    /// The task.
    pub task_id: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn task(more: &Value) -> Value {
        let mut task = json!({
            "taskId": "t", "status": "working", "createdAt": "a", "lastUpdatedAt": "b", "ttlMs": null,
        });
        task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        task
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let cases = [
            task(&json!({})),
            task(
                &json!({ "ttlMs": 5, "pollIntervalMs": 7, "statusMessage": "s", "x": { "y": null } }),
            ),
            task(&json!({ "status": "completed", "result": { "content": [], "isError": true } })),
            task(&json!({ "status": "failed", "error": { "code": -32603, "message": "m" } })),
            task(&json!({ "status": "input_required", "resultType": "complete", "inputRequests": {
                "k": { "method": "roots/list", "params": {} },
            }})),
        ];

        for sent in cases {
            let read: GetTaskResult = serde_json::from_str(&sent.to_string()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), sent);
        }
    }

    #[test]
    fn a_task_without_a_limit_says_null() {
        let written = serde_json::to_value(Task::new("t", "2026-07-28T00:00:00Z")).unwrap();

        assert_eq!(written.get("ttlMs"), Some(&Value::Null));
    }

    #[test]
    fn three_statuses_are_final() {
        let cases = [
            ("working", false),
            ("input_required", false),
            ("completed", true),
            ("failed", true),
            ("cancelled", true),
            ("sleeping", false),
        ];

        for (name, is_terminal) in cases {
            let status: TaskStatus = serde_json::from_value(json!(name)).unwrap();
            assert_eq!(status.is_terminal(), is_terminal, "{name}");
            assert_eq!(matches!(status, TaskStatus::Other(_)), name == "sleeping");
            assert_eq!(serde_json::to_value(status).unwrap(), json!(name));
        }
    }

    #[test]
    fn a_task_without_an_id_is_no_task() {
        assert!(serde_json::from_value::<Task>(json!({ "status": "working" })).is_err());
    }
}
