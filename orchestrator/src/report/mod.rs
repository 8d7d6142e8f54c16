//! What people see of servers, tools and runs: strings for a terminal or a file.
//!
//! - [`text`]: makes the words of servers safe; everything else here goes through it.
//! - [`json`]: JSON for people, safe as well.
//! - [`words`]: durations and kinds of failure in words.
//! - [`signature`]: a tool in one line.
//! - [`steps`]: one line for each step of a run, made from its events.
//! - [`timeline`]: when which step ran.
//! - [`summary`]: what a finished run gives, and how it went in one sentence.
//!
//! Nothing here prints: every function returns a string.

pub mod json;
pub mod paint;
pub mod signature;
pub mod steps;
pub mod summary;
pub mod text;
pub mod timeline;
pub mod words;

pub use paint::Paint;
pub use steps::{StepLine, StepLines};
