//! The one way through all steps and calls of a workflow, those inside groups included.

use std::collections::BTreeSet;

use super::definition::{Call, OnStepError, Step, StepKind, Workflow};

/// A step and the groups around it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StepSite<'a> {
    /// The step.
    pub step: &'a Step,
    /// The groups around it, the outermost first.
    pub groups: Vec<&'a Step>,
}

/// A call of a workflow.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallSite<'a> {
    /// The call.
    pub call: &'a Call,
    /// The step that makes it.
    pub step: &'a Step,
    /// Whether the run goes on when it fails.
    pub is_tolerated: bool,
}

impl Workflow {
    /// Every step, in the order of the file.
    pub fn walk(&self) -> impl Iterator<Item = StepSite<'_>> {
        let mut open: Vec<StepSite<'_>> = sites(&self.steps, &[]).collect();
        std::iter::from_fn(move || {
            let site = open.pop()?;
            let groups = [site.groups.as_slice(), &[site.step]].concat();
            open.extend(sites(site.step.inner(), &groups));
            Some(site)
        })
    }

    /// Every call, fallbacks included, in the order of the file. Compensations are left out: nothing
    /// makes them yet.
    pub fn calls(&self) -> impl Iterator<Item = CallSite<'_>> {
        self.walk().flat_map(|StepSite { step, groups }| {
            let goes_on = |step: &&Step| step.on_error == OnStepError::Continue;
            let is_tolerated = groups.iter().any(goes_on) || goes_on(&step);
            let call = match &step.kind {
                StepKind::Call(call) => Some(call),
                StepKind::Group(_) | StepKind::Set(_) | StepKind::Wait(_) => None,
            };
            let is_replaced = is_tolerated || !step.fallback.is_empty();
            let call = call.map(|call| CallSite { call, step, is_tolerated: is_replaced });
            // A fallback is not needed until the call before it has failed.
            let site = move |call| CallSite { call, step, is_tolerated: true };
            call.into_iter().chain(step.fallback.iter().map(site))
        })
    }

    /// The names of the servers that its calls need.
    #[must_use]
    pub fn servers(&self) -> BTreeSet<&str> {
        self.calls().map(|site| site.call.tool.server.as_str()).collect()
    }
}

impl Step {
    /// The steps inside, when it is a group.
    #[must_use]
    pub fn inner(&self) -> &[Self] {
        match &self.kind {
            StepKind::Group(group) => &group.steps,
            StepKind::Call(_) | StepKind::Set(_) | StepKind::Wait(_) => &[],
        }
    }
}

/// Steps with the groups around them, the last first.
fn sites<'a>(steps: &'a [Step], groups: &[&'a Step]) -> impl Iterator<Item = StepSite<'a>> {
    steps.iter().rev().map(|step| StepSite { step, groups: groups.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn calls_come_in_the_order_of_the_file_and_know_who_tolerates_them() {
        let text = "
workflow: w
steps:
  a: { call: s/a }
  g:
    on_error: continue
    steps:
      b: { call: s/b }
      h: { steps: { c: { set: 1 }, d: { call: t/d } } }
  e: { call: s/e, fallback: [{ call: u/f }] }
";
        let workflow = Workflow::parse(Source::new("w.yaml", text)).unwrap();

        let steps: Vec<_> =
            workflow.walk().map(|it| format!("{}{}", it.step.id, it.groups.len())).collect();
        let calls: Vec<_> =
            workflow.calls().map(|it| format!("{} {}", it.call.tool, it.is_tolerated)).collect();

        assert_eq!(steps, ["a0", "g0", "b1", "h1", "c2", "d2", "e0"]);
        assert_eq!(calls, ["s/a false", "s/b true", "t/d true", "s/e true", "u/f true"]);
        assert_eq!(Vec::from_iter(workflow.servers()), ["s", "t", "u"]);
    }
}
