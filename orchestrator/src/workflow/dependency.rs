//! Which steps a step reads or needs, and where it says so.

use std::collections::BTreeSet;

use super::argument::{AnyCode, CodeRef};
use super::definition::{Call, Step, StepId, StepKind};
use crate::source::Span;

/// The steps around a step that it has to wait for: those that it reads and those that it needs.
///
/// What the steps of a group read of the steps around it counts for the group. Compensations do not
/// count: they run when everything else has ended.
#[must_use]
pub fn dependencies(step: &Step) -> BTreeSet<StepId> {
    reads(step).into_iter().map(|read| read.id).collect()
}

/// One mention of a step around.
#[derive(Debug, Clone)]
pub(crate) struct Read<'a> {
    pub(crate) id: StepId,
    pub(crate) place: Place<'a>,
}

/// Where a step is mentioned.
#[derive(Debug, Clone)]
pub(crate) enum Place<'a> {
    /// In an expression, at this byte of its source when that is certain.
    Code(CodeRef<'a>, Option<usize>),
    /// Under `needs`.
    Needs(&'a Span),
}

/// Every mention of a step around `step`, its own name under `fallback` left out.
pub(crate) fn reads(step: &Step) -> Vec<Read<'_>> {
    let mut found: Vec<Read<'_>> = step
        .needs
        .iter()
        .map(|(id, span)| Read { id: id.clone(), place: Place::Needs(span) })
        .collect();
    own_code(step, &mut |code| found.extend(mentions(code)));
    // A fallback may look at the failure that it stands in for.
    fallback_code(step, &mut |code| {
        found.extend(mentions(code).filter(|read| read.id != step.id));
    });
    if let StepKind::Group(group) = &step.kind {
        let inner: BTreeSet<&StepId> = group.steps.iter().map(|step| &step.id).collect();
        for step in &group.steps {
            found.extend(reads(step).into_iter().filter(|read| !inner.contains(&read.id)));
        }
    }
    found
}

/// Shows the expressions of a step itself: condition, list, arguments.
pub(crate) fn own_code<'a>(step: &'a Step, see: &mut impl FnMut(CodeRef<'a>)) {
    let mut see_expression = |expression| see(CodeRef::of(expression));
    if let Some(condition) = &step.condition {
        see_expression(condition);
    }
    match &step.kind {
        StepKind::Call(Call { with, .. }) => with.visit(see),
        StepKind::Set(value) => value.visit(see),
        StepKind::Group(group) => {
            if let Some(each) = &group.each {
                see_expression(&each.items);
            }
        }
        StepKind::Wait(_) => {}
    }
}

/// Shows the expressions of the fallbacks of a step.
pub(crate) fn fallback_code<'a>(step: &'a Step, see: &mut impl FnMut(CodeRef<'a>)) {
    step.fallback.iter().for_each(|call| call.with.visit(see));
}

fn mentions(code: CodeRef<'_>) -> impl Iterator<Item = Read<'_>> {
    code.uses().iter().filter_map(move |use_| {
        let id = use_.path.strip_prefix("steps.")?.split('.').next()?;
        Some(Read { id: StepId::new(id), place: Place::Code(code, use_.start) })
    })
}

impl<'a> CodeRef<'a> {
    fn of(expression: &'a super::expression::Expression) -> Self {
        Self { code: AnyCode::Expression(expression), span: expression.span() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::workflow::definition::Workflow;

    #[test]
    fn group_depends_on_what_its_steps_read_around_it() {
        let text = "
workflow: w
steps:
  a: { set: 1 }
  b: { set: 2 }
  c: { set: 3 }
  d: { set: 4 }
  g:
    needs: a
    if: steps.b.status == 'succeeded'
    steps:
      x: { set: '${{ steps.c.output }}' }
      y:
        call: s/t
        with: { v: '${{ steps.x.output }} ${{ inputs.i }}' }
        fallback: [{ call: s/u, with: { v: '${{ steps.y.error }}' } }]
        undo: { call: s/v, with: { v: '${{ steps.d.output }}' } }
";
        let workflow = Workflow::parse(Source::new("w.yaml", text)).unwrap();

        let found: Vec<String> =
            dependencies(&workflow.steps[4]).iter().map(ToString::to_string).collect();

        assert_eq!(found, ["a", "b", "c"]);
    }
}
