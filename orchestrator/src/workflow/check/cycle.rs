//! Steps that wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Code, Diagnostic, Source, Span};
use crate::workflow::definition::{Step, StepId};
use crate::workflow::dependency::{Mention, Place, dependencies};

/// What each step of a scope waits for in the same scope, with the first mention.
type Edges<'a> = BTreeMap<&'a StepId, BTreeMap<&'a StepId, Mention<'a>>>;

/// One circle of steps that wait for each other, when there is one. Steps that wait for themselves are
/// reported with their references.
pub(super) fn find(steps: &[Step], source: &Source) -> Option<Diagnostic> {
    let waiting = without_startable(edges(steps));
    let circle = circle(&waiting)?;
    let mut places = circle.iter().enumerate().filter_map(|(at, from)| {
        let to = circle.get(at + 1).or_else(|| circle.first())?;
        let mention = waiting.get(*from)?.get(*to)?;
        Some((place(mention, source), format!("`{from}` waits for `{to}`")))
    });
    let (span, label) = places.next()?;
    let path: Vec<String> =
        circle.iter().chain(circle.first()).map(|step| format!("`{step}`")).collect();
    let message = format!("steps wait for each other: {}", path.join(" → "));
    let mut problem = Diagnostic::error(Code::Cycle, &span, message).with_label(label);
    problem.related = places.collect();
    Some(problem)
}

fn edges(steps: &[Step]) -> Edges<'_> {
    let siblings: BTreeSet<&StepId> = steps.iter().map(|step| &step.id).collect();
    let mut edges = Edges::new();
    for step in steps {
        let mut own = BTreeMap::new();
        for mention in dependencies(step) {
            if siblings.contains(mention.id) && *mention.id != step.id {
                own.entry(mention.id).or_insert(mention);
            }
        }
        edges.insert(&step.id, own);
    }
    edges
}

/// Takes away what can start, again and again; what is left waits for a circle.
fn without_startable(mut edges: Edges<'_>) -> Edges<'_> {
    loop {
        let can_start = |own: &BTreeMap<&StepId, _>| own.keys().all(|to| !edges.contains_key(to));
        let startable = edges.iter().filter(|(_, own)| can_start(own));
        let startable: Vec<&StepId> = startable.map(|(id, _)| *id).collect();
        if startable.is_empty() {
            return edges;
        }
        startable.into_iter().for_each(|id| drop(edges.remove(id)));
    }
}

/// Walks along the edges from any step until one comes again.
fn circle<'a>(waiting: &'a Edges<'_>) -> Option<Vec<&'a StepId>> {
    let mut way: Vec<&StepId> = vec![waiting.keys().next()?];
    let mut places: BTreeMap<&StepId, usize> = BTreeMap::new();
    loop {
        let here = *way.last()?;
        places.insert(here, way.len() - 1);
        let next = waiting.get(here)?.keys().find(|to| waiting.contains_key(*to))?;
        if let Some(start) = places.get(next) {
            return Some(way.split_off(*start));
        }
        way.push(next);
    }
}

fn place(mention: &Mention<'_>, source: &Source) -> Span {
    match mention.place {
        Place::Needs(span) => span.clone(),
        Place::Code(code, use_) => code.span_of(use_, use_.step_length(), source),
    }
}
