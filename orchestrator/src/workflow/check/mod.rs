//! What belongs together in a workflow, as far as it can be known without any tool.

mod cycle;
mod references;

use std::collections::BTreeSet;

use super::argument::CodeRef;
use super::definition::{Step, StepId, StepKind, Workflow};
use super::dependency::{fallback_code, own_code};
use super::inputs::{InputProblem, violations_of};
use crate::source::{Code, Diagnostic, Span};

/// A workflow has at most this many steps, groups and what is in them included: far more than a person
/// can read, and a bound on the work of one turn of a run.
pub const STEPS_MAX: usize = 1_000;

/// Groups stand in groups at most this deep: the checker and the planner recurse over them.
pub const DEPTH_MAX: usize = 16;

impl Workflow {
    /// Looks for what does not belong together: unknown steps, inputs and names, steps that wait for
    /// each other, defaults that do not meet their own schema, outputs that may be absent where they
    /// are used, unused inputs.
    ///
    /// The diagnostics come in the order of the text and point into [`source`](Self::source).
    pub(crate) fn problems(&self) -> Vec<Diagnostic> {
        if let Some(problem) = self.oversize() {
            return vec![problem];
        }
        let mut checker = Checker { workflow: self, problems: Vec::new(), used: BTreeSet::new() };
        checker.inputs();
        let top = Scope { steps: &self.steps, ..Scope::default() };
        checker.scope(&top);
        for code in self.outputs.iter().flat_map(|(_, output)| output.code()) {
            checker.code(code, &Site::outside(&top));
        }
        checker.unused_inputs();
        let mut problems = checker.problems;
        problems.sort_by_key(|problem| problem.span.0.start);
        problems
    }

    /// What is over a cap. Nothing else is looked at then.
    fn oversize(&self) -> Option<Diagnostic> {
        if let Some(site) = self.walk().find(|site| site.groups.len() > DEPTH_MAX) {
            let id = &site.step.id;
            let message = format!("step `{id}` stands more than {DEPTH_MAX} groups deep");
            return Some(Diagnostic::error(Code::NumberRange, &site.step.span, message));
        }
        let (extra, found) = (self.walk().nth(STEPS_MAX)?, self.walk().count());
        let message = format!("{found} steps, and a workflow has at most {STEPS_MAX}");
        Some(Diagnostic::error(Code::NumberRange, &extra.step.span, message))
    }
}

/// Walks through a workflow and collects what it finds.
struct Checker<'a> {
    workflow: &'a Workflow,
    problems: Vec<Diagnostic>,
    /// The names of the inputs that some expression reads.
    used: BTreeSet<&'a str>,
}

/// The steps that see each other, and what is around them.
#[derive(Clone, Copy, Default)]
struct Scope<'s, 'a> {
    steps: &'a [Step],
    /// The group that the steps are in.
    group: Option<&'a Step>,
    outer: Option<&'s Self>,
}

/// Where an expression stands.
struct Site<'s, 'a> {
    scope: &'s Scope<'s, 'a>,
    /// The step that it belongs to; none for outputs.
    step: Option<&'a Step>,
    role: Role,
}

/// What an expression is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Fallback,
    Own,
    Undo,
}

impl<'s, 'a> Site<'s, 'a> {
    fn outside(scope: &'s Scope<'s, 'a>) -> Self {
        Self { scope, step: None, role: Role::Own }
    }
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The scopes from this one outwards.
    fn outwards(&'s self) -> impl Iterator<Item = &'s Self> {
        std::iter::successors(Some(self), |scope| scope.outer)
    }

    /// The step of that name that is seen from here: the nearest one.
    fn find(&'s self, id: &str) -> Option<&'a Step> {
        self.outwards().find_map(|scope| scope.steps.iter().find(|step| step.id.as_str() == id))
    }

    /// The groups around, the nearest first.
    fn groups(&'s self) -> impl Iterator<Item = &'a Step> + 's {
        self.outwards().filter_map(|scope| scope.group)
    }

    /// The names of items that are seen from here.
    fn items(&'s self) -> impl Iterator<Item = &'a str> + 's {
        self.groups().filter_map(|step| match &step.kind {
            StepKind::Group(group) => group.each.as_ref().map(|each| each.name.as_str()),
            _ => None,
        })
    }
}

impl<'a> Checker<'a> {
    fn scope(&mut self, scope: &Scope<'_, 'a>) {
        let mut names = BTreeSet::new();
        for step in scope.steps {
            if !names.insert(&step.id) {
                let message = format!("step `{}` is defined twice", step.id);
                self.problems.push(Diagnostic::error(Code::DuplicateKey, &step.span, message));
            }
            self.step(step, scope);
            if !step.inner().is_empty() {
                self.scope(&Scope { steps: step.inner(), group: Some(step), outer: Some(scope) });
            }
        }
        self.problems.extend(cycle::find(scope.steps, &self.workflow.source));
    }

    fn step(&mut self, step: &'a Step, scope: &Scope<'_, 'a>) {
        if let Some(outer) = scope.outer.and_then(|outer| outer.find(step.id.as_str())) {
            let message = format!("step `{}` hides the step of the same name around it", step.id);
            let problem = Diagnostic::warning(Code::BadName, &step.span, message);
            self.problems.push(problem.with_related(&outer.span, "this one"));
        }
        for (id, span) in &step.needs {
            self.step_name(id, span, &Site { scope, step: Some(step), role: Role::Own });
        }
        let mut site = Site { scope, step: Some(step), role: Role::Own };
        own_code(step).into_iter().for_each(|code| self.code(code, &site));
        site.role = Role::Fallback;
        fallback_code(step).into_iter().for_each(|code| self.code(code, &site));
        site.role = Role::Undo;
        let undo = step.undo.iter().flat_map(|undo| undo.with.code());
        undo.for_each(|code| self.code(code, &site));
    }

    fn code(&mut self, code: CodeRef<'a>, site: &Site<'_, 'a>) {
        for use_ in code.uses() {
            let span = code.span_of(use_, use_.path.len(), &self.workflow.source);
            self.reference(use_, &span, site);
        }
    }

    fn inputs(&mut self) {
        for input in &self.workflow.inputs {
            let Some(default) = &input.default else { continue };
            for problem in violations_of(input, default) {
                let InputProblem::Invalid { path, message, .. } = problem else { continue };
                let place = if path.is_empty() { String::new() } else { format!(" at `{path}`") };
                self.problems.push(Diagnostic::error(
                    Code::BadDefault,
                    &input.span,
                    format!("the default of input `{}` does not fit{place}: {message}", input.name),
                ));
            }
        }
    }

    fn unused_inputs(&mut self) {
        for input in &self.workflow.inputs {
            if !self.used.contains(input.name.as_str()) {
                let message = format!("input `{}` is never used", input.name);
                self.problems.push(Diagnostic::warning(Code::UnusedInput, &input.span, message));
            }
        }
    }

    fn error(&mut self, code: Code, span: &Span, message: String, help: Option<String>) {
        self.problems.push(Diagnostic::error(code, span, message).with_help(help));
    }

    /// The group that has a step of that name inside, for a name that is not seen.
    fn group_of(&self, id: &StepId) -> Option<&'a StepId> {
        let inside = self.workflow.walk().filter(|site| site.step.id == *id);
        inside.filter_map(|site| site.groups.last().map(|group| &group.id)).next()
    }
}

#[cfg(test)]
mod tests;
