//! Runs: their events, the state that follows from them, and the driver that carries them out.
//!
//! - [`event`]: what happened, one fact after the other; the only thing that is stored.
//! - [`state`]: the fold of the events. A replayed run and a live run are the same code.
//! - [`executor`]: the embedded driver; it decides nothing, the [planner](crate::plan) does.
//! - [`local`]: the built-in server `local`.
//! - [`report`]: a finished run for people and machines.

pub mod error;
pub mod event;
pub mod executor;
pub mod id;
pub mod local;
pub mod path;
pub mod report;
pub mod state;
mod stored;

pub use error::RunError;
pub use event::{Event, EventKind, RunEnd, StopCause};
pub use executor::{ExecuteError, Executor, RunOptions, StopHandle};
pub use id::RunId;
pub use local::WithLocal;
pub use path::StepPath;
pub use report::{AttemptReport, RunReport, StepReport};
pub use state::{RunState, StepState};
