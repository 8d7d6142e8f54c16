//! What the owner of an HTTP server decides, and what the mounting side brings along.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A future that owns all it needs.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs a task to its end, in the background. It is called from drops, so it must not panic outside a
/// runtime: a closure over a handle of the runtime is right.
pub type Spawn = Arc<dyn Fn(Task) + Send + Sync>;

/// The clock of the mounting side.
pub trait Timer: Send + Sync {
    /// Ends after that time.
    fn sleep(&self, duration: Duration) -> Task;
}

const _: Option<&dyn Timer> = None;

/// Who sent a request, in the extensions of the request: put there by whoever checked it.
///
/// A legacy session belongs to the one who opened it. Without a principal the value of `Authorization`
/// says who that is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal(pub String);

/// Limits and rules of an [`HttpServer`](super::HttpServer).
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Names that `Host` may have; others are refused, since a page that rebinds its name to this
    /// machine would come with its own. An entry without a port stands for every port. The names of
    /// the loopback unless changed.
    pub allowed_hosts: Vec<String>,
    /// Origins of pages that may send requests; a request without `Origin` comes from no page. An
    /// entry without a port stands for every port. The loopback unless changed.
    pub allowed_origins: Vec<String>,
    /// Largest body of a request: 4 MiB, as for a gateway.
    pub body_bytes_max: usize,
    /// How long a request may take to arrive: 30 s. Needs a timer.
    pub body_timeout: Duration,
    /// After how much time a stream without events sends a comment, so that no proxy takes it for dead:
    /// 15 s. Needs a timer.
    pub keep_alive: Duration,
    /// Legacy sessions at the same time: 1000. One more replaces the idle one that was used longest ago.
    pub sessions_max: usize,
    /// Runs the requests of a legacy client that has left: in that era, to disconnect is not to cancel.
    /// Without it they end when the client leaves.
    pub spawn: Option<Spawn>,
    /// Running requests and open streams at the same time, of all clients together: 1024.
    pub streams_max: usize,
    /// The clock; without one there are no comments and no time limits.
    pub timer: Option<Arc<dyn Timer>>,
    /// What every request must bear: `Authorization: Bearer <token>`. None is demanded unless set.
    pub token: Option<String>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            allowed_hosts: owned(&["localhost", "127.0.0.1", "[::1]"]),
            allowed_origins: owned(&[
                "http://localhost",
                "http://127.0.0.1",
                "http://[::1]",
                "https://localhost",
                "https://127.0.0.1",
                "https://[::1]",
            ]),
            body_bytes_max: 4 << 20,
            body_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(15),
            sessions_max: 1000,
            spawn: None,
            streams_max: 1024,
            timer: None,
            token: None,
        }
    }
}

impl fmt::Debug for HttpOptions {
    /// The token stays secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("allowed_hosts", &self.allowed_hosts)
            .field("allowed_origins", &self.allowed_origins)
            .field("body_bytes_max", &self.body_bytes_max)
            .field("body_timeout", &self.body_timeout)
            .field("keep_alive", &self.keep_alive)
            .field("sessions_max", &self.sessions_max)
            .field("streams_max", &self.streams_max)
            .field("has_spawn", &self.spawn.is_some())
            .field("has_timer", &self.timer.is_some())
            .field("has_token", &self.token.is_some())
            .finish()
    }
}
