//! What tokio brings to a server that knows no runtime: a clock, and a place for tasks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::Lock;
use mcp_core::server::http::{HttpOptions, Task, Timer};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Tasks that go on without a connection; its drop ends them.
#[derive(Debug, Default)]
pub(super) struct Background(Lock<JoinSet<()>>);

#[derive(Debug)]
struct TokioClock;

/// Fills in what the side that mounts a server has to bring.
pub(super) fn complete(options: &mut HttpOptions, background: &Arc<Background>, at: SocketAddr) {
    let own = match at {
        SocketAddr::V4(at) => at.ip().to_string(),
        SocketAddr::V6(at) => format!("[{}]", at.ip()),
    };
    if !options.allowed_hosts.contains(&own) {
        options.allowed_hosts.push(own);
    }
    options.timer = Some(Arc::new(TokioClock));
    // A task may hold the server, which holds this: a strong reference would never be dropped.
    let (handle, background) = (Handle::current(), Arc::downgrade(background));
    options.spawn = Some(Arc::new(move |task| {
        if let Some(background) = background.upgrade() {
            background.spawn(task, &handle);
        }
    }));
}

impl Background {
    fn spawn(&self, task: Task, handle: &Handle) {
        let mut tasks = self.0.lock();
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, handle);
    }
}

impl Timer for TokioClock {
    fn sleep(&self, duration: Duration) -> Task {
        Box::pin(tokio::time::sleep(duration))
    }
}
