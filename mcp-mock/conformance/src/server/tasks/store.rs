//! The tasks of the fixture, in memory.
//!
//! ```text
//! working ──time──▶ completed │ failed        input_required ──all answered──▶ completed
//!    └───────cancel───────────┴──▶ cancelled ◀──────┘
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::Lock;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    CallToolResult, ElicitResult, GetTaskResult, InputRequest, InputResponses, Task, TaskStatus,
};
use mcp_core::server::{Change, Changes};
use serde_json::Value;
use serde_json::value::to_raw_value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::server::unknown;
use mcp_mock::world::{Clock, Ids};

/// The most tasks in memory, so that a client cannot fill it.
const TASKS_MAX: usize = 1024;
/// The lifetime of a task from its start: the longest job, and time to fetch its result.
const KEPT_FOR: Duration = Duration::from_secs(1200);
/// The interval at which clients should poll.
const POLL_INTERVAL_MS: u64 = 100;
/// The seed of the task ids: they protect nothing.
const IDS_SEED: u64 = 2663;

/// The result of a job.
type Done = Result<CallToolResult, RpcError>;

/// The work of a task.
#[derive(Debug)]
pub(in crate::server) enum Job {
    /// Waits, then ends with this result.
    After(Duration, Done),
    /// Asks, and ends with this result after the last answer.
    Asking(BTreeMap<String, InputRequest>, CallToolResult),
}

/// All tasks. The drop cancels those that are running.
#[derive(Debug)]
pub(in crate::server) struct Tasks {
    board: Arc<Board>,
    at_work: Lock<JoinSet<()>>,
}

/// The state that running tasks share with requests.
#[derive(Debug)]
struct Board {
    entries: Lock<Entries>,
    changes: Changes,
    started: Instant,
}

#[derive(Debug)]
struct Entries {
    ids: Ids,
    tasks: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    shown: GetTaskResult,
    began: Instant,
    /// The result after the last answer.
    after_answers: Option<CallToolResult>,
}

impl Job {
    pub(super) fn after(time: Duration, done: Done) -> Self {
        Self::After(time, done)
    }

    pub(super) fn asking<const N: usize>(
        questions: [(&str, InputRequest); N],
        done: CallToolResult,
    ) -> Self {
        let questions = questions.map(|(key, question)| (key.to_owned(), question));
        Self::Asking(BTreeMap::from(questions), done)
    }

    pub(super) fn questions(&self) -> impl Iterator<Item = &InputRequest> {
        match self {
            Self::After(..) => None,
            Self::Asking(questions, _) => Some(questions.values()),
        }
        .into_iter()
        .flatten()
    }
}

impl Tasks {
    pub(in crate::server) fn new(changes: Changes) -> Self {
        let entries = Lock::new(Entries { ids: Ids::new(IDS_SEED), tasks: BTreeMap::new() });
        let board = Arc::new(Board { entries, changes, started: Instant::now() });
        Self { board, at_work: Lock::default() }
    }

    pub(super) fn begin(&self, job: Job) -> Result<Task, RpcError> {
        let (questions, after_answers, timed) = match job {
            Job::After(time, done) => (BTreeMap::new(), None, Some((time, done))),
            Job::Asking(questions, done) => (questions, Some(done), None),
        };
        let task = self.board.add(questions, after_answers)?;
        if let Some((time, done)) = timed {
            self.work(task.task_id.clone(), time, done);
        }
        Ok(task)
    }

    pub(in crate::server) fn get(&self, id: &str) -> Result<GetTaskResult, RpcError> {
        let entries = self.board.entries.lock();
        entries.tasks.get(id).map(|entry| entry.shown.clone()).ok_or_else(|| unknown("task", id))
    }

    /// Stores answers. Unknown keys and malformed answers are ignored.
    pub(in crate::server) fn update(
        &self,
        id: &str,
        responses: &InputResponses,
    ) -> Result<(), RpcError> {
        let done = self.board.change(id, |entry| {
            let answered = |key: &String| {
                let raw = responses.get(key);
                raw.is_some_and(|raw| serde_json::from_str::<ElicitResult>(raw.get()).is_ok())
            };
            entry.shown.input_requests.retain(|key, _| !answered(key));
            let is_answered = entry.shown.input_requests.is_empty();
            is_answered.then(|| entry.after_answers.take()).flatten()
        })?;
        if let Some(done) = done {
            self.board.settle(id, Ok(done));
        }
        Ok(())
    }

    pub(in crate::server) fn cancel(&self, id: &str) -> Result<(), RpcError> {
        self.board.change(id, |entry| {
            if !entry.shown.task.is_terminal() {
                entry.shown.task.status = TaskStatus::Cancelled;
                entry.shown.input_requests.clear();
                entry.after_answers = None;
            }
        })?;
        self.board.announce(id);
        Ok(())
    }

    fn work(&self, id: String, time: Duration, done: Done) {
        let board = Arc::clone(&self.board);
        let mut at_work = self.at_work.lock();
        while at_work.try_join_next().is_some() {}
        at_work.spawn(async move {
            tokio::time::sleep(time).await;
            board.settle(&id, done);
        });
    }
}

impl Board {
    fn add(
        &self,
        questions: BTreeMap<String, InputRequest>,
        after_answers: Option<CallToolResult>,
    ) -> Result<Task, RpcError> {
        let mut entries = self.entries.lock();
        entries.tasks.retain(|_, entry| entry.began.elapsed() < KEPT_FOR);
        if entries.tasks.len() >= TASKS_MAX {
            let message = format!("there are {TASKS_MAX} tasks already");
            return Err(RpcError::new(code::INTERNAL_ERROR, message));
        }
        let mut task = Task::new(entries.ids.hex(32), self.now());
        if !questions.is_empty() {
            task.status = TaskStatus::InputRequired;
        }
        task.poll_interval_ms = Some(POLL_INTERVAL_MS);
        task.ttl_ms = u64::try_from(KEPT_FOR.as_millis()).ok();
        let mut shown = GetTaskResult::new(task.clone());
        shown.input_requests = questions;
        let entry = Entry { shown, began: Instant::now(), after_answers };
        entries.tasks.insert(task.task_id.clone(), entry);
        Ok(task)
    }

    /// The first hour of the mock world plus the age of this server.
    fn now(&self) -> String {
        let mut clock = Clock::default();
        clock.advance(self.started.elapsed());
        clock.rfc3339()
    }

    fn change<R>(&self, id: &str, change: impl FnOnce(&mut Entry) -> R) -> Result<R, RpcError> {
        let now = self.now();
        let mut entries = self.entries.lock();
        let entry = entries.tasks.get_mut(id).ok_or_else(|| unknown("task", id))?;
        let before = entry.shown.task.status.clone();
        let result = change(entry);
        if entry.shown.task.status != before {
            entry.shown.task.last_updated_at = now;
        }
        Ok(result)
    }

    /// Ends a task that is still running.
    fn settle(&self, id: &str, done: Done) {
        // A missing task has outlived its lifetime.
        let settled = self.change(id, |entry| {
            let shown = &mut entry.shown;
            if shown.task.is_terminal() {
                return;
            }
            match done {
                Ok(result) => {
                    shown.task.status = TaskStatus::Completed;
                    shown.result = to_raw_value(&result).ok();
                }
                Err(error) => {
                    shown.task.status = TaskStatus::Failed;
                    shown.error = Some(error);
                }
            }
        });
        if settled.is_ok() {
            self.announce(id);
        }
    }

    fn announce(&self, id: &str) {
        let shown =
            self.entries.lock().tasks.get(id).map(|entry| serde_json::to_value(&entry.shown));
        if let Some(Ok(Value::Object(task))) = shown {
            self.changes.announce(&Change::Task(task));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_over_the_limit_are_refused_until_old_ones_are_gone() {
        let tasks = Tasks::new(Changes::default());
        let job = || Job::asking([("key", InputRequest::roots())], CallToolResult::text("done"));
        let first = tasks.begin(job()).unwrap().task_id;
        for _ in 1..TASKS_MAX {
            tasks.begin(job()).unwrap();
        }

        let refused = tasks.begin(job()).unwrap_err();
        let is_kept = tasks.get(&first).is_ok();
        tokio::time::advance(KEPT_FOR).await;

        assert_eq!((refused.code, is_kept), (code::INTERNAL_ERROR, true));
        assert!(tasks.begin(job()).is_ok());
        assert!(tasks.get(&first).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_works_on_when_the_tasks_are_gone() {
        let tasks = Tasks::new(Changes::default());
        let done = Ok(CallToolResult::text("done"));
        let id = tasks.begin(Job::after(Duration::from_secs(1), done)).unwrap().task_id;
        let board = Arc::clone(&tasks.board);

        drop(tasks);
        tokio::time::sleep(Duration::from_secs(2)).await;

        let entries = board.entries.lock();
        assert_eq!(entries.tasks.get(&id).unwrap().shown.task.status, TaskStatus::Working);
    }
}
