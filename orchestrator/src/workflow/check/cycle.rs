//! Steps that wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Code, Diagnostic, Source, Span};
use crate::workflow::definition::{Step, StepId};
use crate::workflow::dependency::{Place, Read, reads};

/// What each step of a scope waits for in the same scope, with the first mention.
type Edges<'a> = BTreeMap<&'a StepId, BTreeMap<StepId, Read<'a>>>;

/// One circle of steps that wait for each other, when there is one. Steps that wait for themselves are
/// reported with their references.
pub(super) fn find(steps: &[Step], source: &Source) -> Option<Diagnostic> {
    let waiting = without_startable(edges(steps));
    let circle = circle(&waiting)?;
    let mut places = circle.iter().enumerate().filter_map(|(at, from)| {
        let to = circle.get(at + 1).or_else(|| circle.first())?;
        let read = waiting.get(*from)?.get(*to)?;
        Some((place(read, source), format!("`{from}` waits for `{to}`")))
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
        for read in reads(step) {
            if siblings.contains(&read.id) && read.id != step.id {
                own.entry(read.id.clone()).or_insert(read);
            }
        }
        edges.insert(&step.id, own);
    }
    edges
}

/// Takes away what can start, again and again; what is left waits for a circle.
fn without_startable(mut edges: Edges<'_>) -> Edges<'_> {
    let mut waiters: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
    let mut open: BTreeMap<StepId, usize> = BTreeMap::new();
    for (from, own) in &edges {
        open.insert((*from).clone(), own.len());
        for to in own.keys() {
            waiters.entry(to.clone()).or_default().push((*from).clone());
        }
    }
    let mut ready: Vec<StepId> =
        open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| id.clone()).collect();
    while let Some(id) = ready.pop() {
        edges.remove(&id);
        for waiter in waiters.remove(&id).unwrap_or_default() {
            if let Some(count) = open.get_mut(&waiter) {
                *count -= 1;
                if *count == 0 {
                    ready.push(waiter);
                }
            }
        }
    }
    edges
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

fn place(read: &Read<'_>, source: &Source) -> Span {
    match &read.place {
        Place::Needs(span) => (*span).clone(),
        Place::Code(code, Some(start)) => {
            let length = "steps.".len() + read.id.as_str().len();
            source.within(code.span, code.source(), &(*start..start + length))
        }
        Place::Code(code, None) => code.span.clone(),
    }
}
