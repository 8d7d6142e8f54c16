//! Whether the names that expressions read exist, and whether they surely have a value there.

use mcp_core::schema::nearest_name;

use super::{Checker, Role, Site};
use crate::source::{Code, Diagnostic, Span, suggest};
use crate::workflow::definition::{OnStepError, Step, StepId};
use crate::workflow::expression::{Reference, Use};
use crate::workflow::name::{OUTPUT, ROOTS};

const STEP_MEMBERS: [&str; 3] = ["output", "status", "error"];
const RUN_MEMBERS: [&str; 3] = ["id", "started_at", "date"];

impl<'a> Checker<'a> {
    pub(super) fn reference(&mut self, use_: &'a Use, span: &Span, site: &Site<'_, 'a>) {
        match &use_.reference {
            Reference::Input(name) => self.input_name(name, span),
            Reference::Inputs => {
                self.used.extend(self.workflow.inputs.iter().map(|input| input.name.as_str()));
            }
            Reference::Name(name) if name == OUTPUT && site.role == Role::Undo => {}
            Reference::Name(name) if site.scope.items().any(|item| item == name) => {}
            Reference::Name(name) => self.unknown_name(name, span, site),
            Reference::Run(Some(member)) if !RUN_MEMBERS.contains(&member.as_str()) => {
                let message = format!("`run` has no `{member}`");
                self.error(Code::UnknownMember, span, message, suggest::help(member, RUN_MEMBERS));
            }
            Reference::Run(_) => {}
            Reference::Step(id, member) => {
                if let Some(step) = self.step_name(id, span, site) {
                    self.step_member(step, member.as_deref(), span);
                    if member.as_deref() == Some("output") && !asks_about(site, id) {
                        self.absent_output(step, use_, span);
                    }
                }
            }
            Reference::Steps => {
                let message = "`steps` alone does not say which step is meant".to_owned();
                let help = "name the step, as in `steps.issue.output`".to_owned();
                self.error(Code::UnknownStep, span, message, Some(help));
            }
        }
    }

    /// Whether a step of that name can be waited for from here.
    pub(super) fn step_name(
        &mut self,
        id: &StepId,
        span: &Span,
        site: &Site<'_, 'a>,
    ) -> Option<&'a Step> {
        let scope = site.scope;
        if let Some(step) = scope.find(id.as_str()) {
            let is_around = scope.groups().any(|group| std::ptr::eq(group, step));
            let is_itself = site.step.is_some_and(|own| std::ptr::eq(own, step));
            if is_around {
                let message = format!("step `{id}` is the group around and ends after this step");
                self.error(Code::Cycle, span, message, None);
                return None;
            }
            if is_itself && site.role == Role::Own {
                self.error(Code::Cycle, span, format!("step `{id}` waits for itself"), None);
                return None;
            }
            return Some(step);
        }
        if let Some(group) = self.group_of(id) {
            let message =
                format!("step `{id}` is inside group `{group}` and is not seen from here");
            let help = format!("what the group gives is in `steps.{group}.output`");
            self.error(Code::HiddenStep, span, message, Some(help));
            return None;
        }
        let known = scope.outwards().flat_map(|scope| scope.steps).map(|step| step.id.as_str());
        let own = site.step.map(|step| step.id.as_str());
        let help = suggest::help(id.as_str(), known.filter(|name| Some(*name) != own));
        let problem = Diagnostic::error(Code::UnknownStep, span, format!("step `{id}` is unknown"));
        self.problems.push(problem.with_label("no such step").with_help(help));
        None
    }

    fn step_member(&mut self, step: &Step, member: Option<&str>, span: &Span) {
        let Some(member) = member.filter(|member| !STEP_MEMBERS.contains(member)) else { return };
        let help = if nearest_name(member, STEP_MEMBERS).is_some() {
            suggest::help(member, STEP_MEMBERS)
        } else {
            Some(format!("did you mean `steps.{}.output.{member}`?", step.id))
        };
        self.error(Code::UnknownMember, span, format!("a step has no `{member}`"), help);
    }

    fn absent_output(&mut self, step: &Step, use_: &Use, span: &Span) {
        let why = if use_.is_guarded {
            return;
        } else if step.on_error == OnStepError::Continue {
            "may fail without stopping the run"
        } else if step.condition.is_some() {
            "may be skipped"
        } else {
            return;
        };
        let message = format!("step `{}` {why}, but its output is read without a default", step.id);
        let problem = Diagnostic::warning(Code::AbsentOutput, span, message);
        let help = format!("write `{} | default(none)`, or another value", use_.path);
        self.problems.push(problem.with_label("may be absent").with_help(help));
    }

    fn input_name(&mut self, name: &str, span: &Span) {
        let inputs = &self.workflow.inputs;
        if let Some(input) = inputs.iter().find(|input| input.name == name) {
            self.used.insert(&input.name);
            return;
        }
        let known = || inputs.iter().map(|input| input.name.as_str());
        // A misspelt name is still a use.
        self.used.extend(nearest_name(name, known()));
        let help = suggest::help(name, known());
        let problem =
            Diagnostic::error(Code::UnknownInput, span, format!("input `{name}` is unknown"));
        self.problems.push(problem.with_label("no such input").with_help(help));
    }

    fn unknown_name(&mut self, name: &str, span: &Span, site: &Site<'_, 'a>) {
        let help = if name == "null" {
            Some("write `none`".to_owned())
        } else if site.scope.find(name).is_some() {
            Some(format!("did you mean `steps.{name}.output`?"))
        } else if self.workflow.inputs.iter().any(|input| input.name == name) {
            Some(format!("did you mean `inputs.{name}`?"))
        } else {
            let is_known = |root: &&str| *root != OUTPUT || site.role == Role::Undo;
            let roots = ROOTS.into_iter().filter(is_known);
            suggest::help(name, roots.chain(site.scope.items()))
        };
        self.error(Code::UnknownName, span, format!("`{name}` is unknown"), help);
    }
}

/// Whether the step at hand, or a group around it, has a condition that reads the step: then its
/// author has thought of the case.
fn asks_about(site: &Site<'_, '_>, id: &StepId) -> bool {
    site.step
        .into_iter()
        .chain(site.scope.groups())
        .filter_map(|step| step.condition.as_ref())
        .flat_map(|condition| condition.uses())
        .any(|use_| use_.step() == Some(id))
}
