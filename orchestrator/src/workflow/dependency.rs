//! Which steps a step reads or needs, and where it says so.

use std::collections::BTreeSet;

use super::argument::CodeRef;
use super::definition::{Step, StepKind};
use super::expression::Use;
use super::name::StepId;
use crate::source::Span;

/// A step that is read or needed, at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention<'a> {
    pub(crate) id: &'a StepId,
    pub(crate) place: Place<'a>,
}

/// Where a step is mentioned.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// In an expression.
    Code(CodeRef<'a>, &'a Use),
    /// Under `needs`.
    Needs(&'a Span),
}

/// Every mention of a step that `step` waits for: those that it reads and those that it needs.
///
/// What the steps of a group read of the steps around it counts for the group. Compensations do not
/// count: they run when everything else has ended.
pub(crate) fn dependencies(step: &Step) -> Vec<Mention<'_>> {
    let needs = step.needs.iter().map(|(id, span)| Mention { id, place: Place::Needs(span) });
    let own = own_code(step).into_iter().flat_map(mentions);
    let mut found: Vec<Mention<'_>> = needs.chain(own).collect();
    // A fallback may look at the failure that it stands in for.
    let in_fallback = fallback_code(step).into_iter().flat_map(mentions);
    found.extend(in_fallback.filter(|mention| *mention.id != step.id));
    let inner: BTreeSet<&StepId> = step.inner().iter().map(|step| &step.id).collect();
    let of_inner = step.inner().iter().flat_map(dependencies);
    found.extend(of_inner.filter(|mention| !inner.contains(mention.id)));
    found
}

/// The expressions of a step itself: condition, list, arguments.
pub(crate) fn own_code(step: &Step) -> Vec<CodeRef<'_>> {
    let mut code: Vec<_> = step.condition.iter().map(CodeRef::of).collect();
    match &step.kind {
        StepKind::Call(call) => code.extend(call.with.code()),
        StepKind::Group(group) => code.extend(group.each.iter().map(|it| CodeRef::of(&it.items))),
        StepKind::Set(value) => code.extend(value.code()),
        StepKind::Wait(_) => {}
    }
    code
}

/// The expressions of the fallbacks of a step.
pub(crate) fn fallback_code(step: &Step) -> Vec<CodeRef<'_>> {
    step.fallback.iter().flat_map(|call| call.with.code()).collect()
}

/// The steps that an expression reads.
pub(crate) fn mentions(code: CodeRef<'_>) -> impl Iterator<Item = Mention<'_>> {
    let steps = code.uses().iter().filter_map(|use_| Some((use_.step()?, use_)));
    steps.map(move |(id, use_)| Mention { id, place: Place::Code(code, use_) })
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

        let found: BTreeSet<&str> =
            dependencies(&workflow.steps[4]).iter().map(|mention| mention.id.as_str()).collect();

        assert_eq!(Vec::from_iter(found), ["a", "b", "c"]);
    }
}
