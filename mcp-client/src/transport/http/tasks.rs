//! The tasks of one transport: who they work for, and their end.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use mcp_core::Lock;
use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::Era;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// A table of all running tasks. Aborting them needs no runtime.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    table: Lock<Table>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Table {
    running: HashMap<TaskKey, Running>,
    next: u64,
    is_closed: bool,
}

/// Names a task for as long as the transport lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TaskKey(u64);

/// For which request a task works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) id: RequestId,
    pub(super) era: Era,
}

#[derive(Debug)]
struct Running {
    asked: Option<Asked>,
    /// Set as soon as the task is there.
    abort: Option<AbortHandle>,
}

impl Tasks {
    /// Starts a task, unless everything was aborted before.
    pub(super) fn spawn(
        self: &Arc<Self>,
        asked: Option<Asked>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Option<TaskKey> {
        let key = self.enter(asked)?;
        // Made here, so that it is dropped with a task that was aborted before its first poll.
        let entered = Entered { tasks: Arc::clone(self), key };
        let handle = tokio::spawn(async move {
            let _entered = entered;
            work.await;
        });
        self.started(key, &handle.abort_handle());
        Some(key)
    }

    /// The era of the request, while a task works for it.
    pub(super) fn era_of(&self, id: &RequestId) -> Option<Era> {
        let table = self.table.lock();
        let mut asked = table.running.values().filter_map(|running| running.asked.as_ref());
        asked.find(|asked| asked.id == *id).map(|asked| asked.era)
    }

    /// Ends the work for a request.
    pub(super) fn abort_request(&self, id: &RequestId) {
        let is_meant =
            |running: &Running| running.asked.as_ref().is_some_and(|asked| asked.id == *id);
        let found = {
            let table = self.table.lock();
            table
                .running
                .values()
                .find(|running| is_meant(running))
                .and_then(|found| found.abort.clone())
        };
        if let Some(handle) = found {
            handle.abort();
        }
    }

    pub(super) fn abort(&self, key: TaskKey) {
        let found = self.table.lock().running.get(&key).and_then(|running| running.abort.clone());
        if let Some(handle) = found {
            handle.abort();
        }
    }

    /// Ends all tasks; none can be started any more.
    pub(super) fn abort_all(&self) {
        let handles: Vec<AbortHandle> = {
            let mut table = self.table.lock();
            table.is_closed = true;
            table.running.values().filter_map(|running| running.abort.clone()).collect()
        };
        // Without the lock: a task that is dropped on the spot leaves the table by itself.
        for handle in handles {
            handle.abort();
        }
    }

    /// Waits until no task runs.
    pub(super) async fn all_ended(&self) {
        loop {
            let ended = self.ended.notified();
            if self.table.lock().running.is_empty() {
                return;
            }
            ended.await;
        }
    }

    fn enter(&self, asked: Option<Asked>) -> Option<TaskKey> {
        let mut table = self.table.lock();
        if table.is_closed {
            return None;
        }
        table.next += 1;
        let key = TaskKey(table.next);
        table.running.insert(key, Running { asked, abort: None });
        Some(key)
    }

    fn started(&self, key: TaskKey, handle: &AbortHandle) {
        let is_closed = {
            let mut table = self.table.lock();
            if let Some(running) = table.running.get_mut(&key) {
                running.abort = Some(handle.clone());
            }
            table.is_closed
        };
        if is_closed {
            handle.abort();
        }
    }
}

/// Takes a task out of the table, however it ends.
struct Entered {
    tasks: Arc<Tasks>,
    key: TaskKey,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = self.tasks.table.lock().running.remove(&self.key);
        drop(left);
        self.tasks.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn every_task_leaves_the_table_however_it_ends() {
        let tasks = Arc::new(Tasks::default());
        let asked = |number| Some(Asked { id: RequestId::Number(number), era: Era::Modern });
        tasks.spawn(None, async {}).unwrap();
        tasks.spawn(asked(1), pending()).unwrap();
        tasks.spawn(asked(2), pending()).unwrap();
        assert_eq!(tasks.era_of(&RequestId::Number(1)), Some(Era::Modern));

        tasks.abort_request(&RequestId::Number(1));
        tokio::task::yield_now().await;
        assert_eq!(tasks.era_of(&RequestId::Number(1)), None);

        tasks.abort_all();
        tasks.all_ended().await;
        assert!(tasks.spawn(None, async {}).is_none());
    }

    #[test]
    fn aborting_after_the_runtime_is_gone_does_not_hang() {
        let tasks = Arc::new(Tasks::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { tasks.spawn(None, pending()) });
        drop(runtime);

        tasks.abort_all();

        assert!(tasks.table.lock().running.is_empty());
    }
}
