//! Runs as data: their events, the state that follows from them, and their reports.
//!
//! - [`event`]: what happened, one fact after the other; the only thing that is stored.
//! - [`state`]: the fold of the events. A replayed run and a live run are the same code.
//! - [`report`]: a finished run for people and machines.
//!
//! The [planner](crate::planner) decides over them and the [engine](crate::engine) carries them out.

pub mod error;
pub mod event;
pub mod id;
pub mod path;
pub mod report;
pub mod state;

pub use error::RunError;
pub use event::{Event, EventKind, RunEnd, StopCause};
pub use id::RunId;
pub use jiff::Timestamp;
pub use path::StepPath;
pub use report::{AttemptReport, RunReport, StepReport};
pub use state::{RunState, StepState};
