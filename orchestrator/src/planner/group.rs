//! The life of a step that holds steps, once or for each item of a list.

use serde_json::{Map, Value};

use super::ITEMS_MAX;
use super::context::{EvalError, evaluate};
use super::scope::{Scope, Visit};
use super::walk::{Walk, deadline_error, json_type};
use crate::call::FailureKind;
use crate::plan::Node;
use crate::run::error::RunError;
use crate::run::event::{EventKind, SkipReason, StepEnd};
use crate::run::path::{ScopePath, StepPath};
use crate::run::state::{Items, StepRecord};
use crate::workflow::definition::{Each, Group};

impl Walk<'_> {
    pub(super) fn start_group(&mut self, visit: &Visit<'_>, group: &Group) {
        match group.each.as_ref().map(|each| self.list(visit, each)).transpose() {
            Ok(items) => self.start_step(visit.path, items),
            Err(error) => {
                self.start_step(visit.path, None);
                self.fail(visit, error);
            }
        }
    }

    /// Goes on with the steps of a group, or ends it.
    pub(super) fn group(&mut self, visit: &Visit<'_>, record: &StepRecord, group: &Group) {
        let Visit { scope, node, path, deadline } = *visit;
        self.wake_at(deadline);
        let stopping =
            scope.stopping || self.has_passed(deadline) || self.stops_inside(node, path, record);
        // What holds for the group holds for the steps inside.
        let around = Scope { stopping, deadline, ..*scope };
        let inside = Visit { scope: &around, ..*visit };
        let is_over = match (&group.each, &record.items) {
            (Some(each), Some(items)) => self.items(&inside, each, items),
            _ => self.inner(&inside, &path.inside(None), None),
        };
        if is_over {
            self.end_group(visit, record);
        }
    }

    /// Whether a step inside a group failed for good.
    pub(super) fn has_failed_inside(
        &self,
        node: &Node,
        path: &StepPath,
        record: &StepRecord,
    ) -> bool {
        match &record.items {
            None => self.is_failing(&node.inner, &path.inside(None)),
            Some(items) => {
                items.failed > 0
                    || items
                        .open
                        .iter()
                        .any(|item| self.is_failing(&node.inner, &path.inside(Some(*item))))
            }
        }
    }

    /// Goes on with the open items and begins new ones. True when none is left.
    fn items(&mut self, visit: &Visit<'_>, each: &Each, items: &Items) -> bool {
        let Visit { scope, node, path, .. } = *visit;
        for item in &items.open {
            let inner = path.inside(Some(*item));
            let value = items.values.get(*item).map(|value| (each.name.as_str(), value));
            if self.inner(visit, &inner, value) {
                let failed = self.is_failing(&node.inner, &inner);
                self.record(EventKind::ItemEnded { step: path.clone(), item: *item, failed });
            }
        }
        if items.started >= items.values.len() || scope.stopping {
            return items.open.is_empty();
        }
        if self.is_halted() {
            return false;
        }
        let next_start = items.last_end.map(|end| end.saturating_add(each.pause));
        if next_start.is_some_and(|time| time > self.now) {
            self.wake_at(next_start);
            return false;
        }
        let room = each.concurrency.get().saturating_sub(items.open.len());
        for item in (items.started..items.values.len()).take(room) {
            self.record(EventKind::ItemStarted { step: path.clone(), item });
        }
        false
    }

    /// Goes on with the steps inside. True when all of them have ended.
    fn inner(&mut self, visit: &Visit<'_>, path: &ScopePath, item: Option<(&str, &Value)>) -> bool {
        let nodes = &visit.node.inner;
        let inner = Scope { path, nodes, outer: Some(visit.scope), item, ..*visit.scope };
        if self.is_drained(&inner) {
            return true;
        }
        self.scope(inner);
        false
    }

    /// Ends a group by what became of the steps inside. Doubt outweighs failure, failure outweighs
    /// what was cut short.
    fn end_group(&mut self, visit: &Visit<'_>, record: &StepRecord) {
        let Visit { scope, node, path, .. } = *visit;
        let mut failed: Option<&RunError> = None;
        let mut is_cut_short =
            record.items.as_ref().is_some_and(|items| items.started < items.values.len());
        for inner in scopes_inside(path, record) {
            for step in &node.inner {
                match self.state.step(&inner.step(&step.step.id)).and_then(StepRecord::end) {
                    Some(StepEnd::InDoubt { error, tolerated: false }) => {
                        return self.leave_in_doubt(visit, error.clone());
                    }
                    Some(StepEnd::Failed { error }) => failed = failed.or(Some(error)),
                    Some(StepEnd::Cancelled | StepEnd::Skipped { reason: SkipReason::Stopped }) => {
                        is_cut_short = true;
                    }
                    _ => {}
                }
            }
        }
        match failed {
            Some(error) => self.fail(visit, error.clone()),
            None if is_cut_short && scope.stopping => self.end(path, StepEnd::Cancelled),
            None if is_cut_short => self.fail(visit, deadline_error()),
            None => self.succeed(path, Some(self.group_output(node, path, record))),
        }
    }

    /// An object with the outputs of the steps inside; an array of such objects when there are items.
    fn group_output(&self, node: &Node, path: &StepPath, record: &StepRecord) -> Value {
        let output = |inner: ScopePath| {
            let mut outputs = Map::new();
            for step in &node.inner {
                let record = self.state.step(&inner.step(&step.step.id));
                if let Some(output) = record.and_then(|record| record.output.clone()) {
                    outputs.insert(step.step.id.as_str().to_owned(), output);
                }
            }
            Value::Object(outputs)
        };
        let mut outputs = scopes_inside(path, record).map(output);
        if record.items.is_some() {
            Value::Array(outputs.collect())
        } else {
            outputs.next().unwrap_or_default()
        }
    }

    fn list(&self, visit: &Visit<'_>, each: &Each) -> Result<Vec<Value>, EvalError> {
        match evaluate(&each.items, &self.context(visit))? {
            Value::Array(items) if items.len() <= ITEMS_MAX => Ok(items),
            Value::Array(items) => Err(EvalError::new(
                FailureKind::Limit,
                format!("`each` gives {} items, and {ITEMS_MAX} are the most", items.len()),
            )),
            other => Err(EvalError::new(
                FailureKind::Expression,
                format!("`each` gives {}, and it takes a list", json_type(&other)),
            )),
        }
    }
}

/// The scopes that a group opened: one, or one for each item that began.
fn scopes_inside<'a>(
    path: &'a StepPath,
    record: &'a StepRecord,
) -> impl Iterator<Item = ScopePath> + 'a {
    let begun = record.items.as_ref().map(|items| items.started);
    let count = begun.unwrap_or(1);
    (0..count).map(move |item| path.inside(begun.map(|_| item)))
}
