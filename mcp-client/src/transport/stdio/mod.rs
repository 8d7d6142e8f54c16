//! A server as a child process: messages over its standard input and output.
//!
//! The child is owned: it leads a process group of its own, and nothing of that group survives
//! [`close`](mcp_core::Transport::close), a drop (also outside of a runtime and in a panic) or, as far
//! as the child itself goes and on Linux, the death of this process. Three things can end the
//! connection: the child exits, it closes its output, or it closes its input. Whichever is seen first
//! starts the shutdown of the rest.
//!
//! | part | does |
//! |---|---|
//! | `command` | what to start, with which environment |
//! | `spawn` | starts it, tied to this process |
//! | `process` | waits for it on a thread of its own, signals the group, reaps |
//! | `stderr` | keeps the end of what it prints |

#[cfg(unix)]
mod child;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod child;
mod command;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod spawn;
#[cfg(unix)]
mod stderr;

pub use self::child::ChildTransport;
pub use self::command::{ChildCommand, SpawnError};
