//! Where the walk is: the steps that see each other, and the one that it comes to.

use std::time::Duration;

use serde_json::Value;

use crate::plan::Node;
use crate::run::path::{ScopePath, StepPath};

/// Steps that see each other, and what holds for all of them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) path: &'a ScopePath,
    pub(super) nodes: &'a [Node],
    pub(super) outer: Option<&'a Self>,
    /// The name and the value of the item that the steps work on.
    pub(super) item: Option<(&'a str, &'a Value)>,
    /// When all of them must have ended.
    pub(super) deadline: Option<Duration>,
    /// Whether nothing new starts any more.
    pub(super) stopping: bool,
}

/// One step that the walk comes to.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) node: &'a Node,
    pub(super) path: &'a StepPath,
    /// When it must have ended: its own deadline and all around it in view.
    pub(super) deadline: Option<Duration>,
}
