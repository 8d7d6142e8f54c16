//! Where a step stands in a run: `digest`, `each_lead[2].score`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::workflow::definition::StepId;

/// One step of a run. A step inside a group that goes through a list exists once per item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StepPath {
    scope: ScopePath,
    id: StepId,
}

impl StepPath {
    /// The steps among which this one stands.
    #[must_use]
    pub fn scope(&self) -> &ScopePath {
        &self.scope
    }

    /// The name of the step in its group.
    #[must_use]
    pub fn id(&self) -> &StepId {
        &self.id
    }

    /// The steps inside this one, which is a group; `item` counts from 0 when it goes through a list.
    #[must_use]
    pub fn inside(&self, item: Option<usize>) -> ScopePath {
        let mut segments = self.scope.0.clone();
        segments.push(Segment { group: self.id.clone(), item });
        ScopePath(segments)
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Segment { group, item } in &self.scope.0 {
            match item {
                Some(item) => write!(f, "{group}[{item}].")?,
                None => write!(f, "{group}.")?,
            }
        }
        write!(f, "{}", self.id)
    }
}

impl FromStr for StepPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || ParsePathError { text: text.to_owned() };
        let (groups, id) = match text.rsplit_once('.') {
            Some((groups, id)) => (Some(groups), id),
            None => (None, text),
        };
        let segments = groups.map_or_else(
            || Some(Vec::new()),
            |groups| groups.split('.').map(parse_segment).collect::<Option<Vec<_>>>(),
        );
        let id = id.parse().map_err(|_| invalid())?;
        Ok(Self { scope: ScopePath(segments.ok_or_else(invalid)?), id })
    }
}

impl From<StepPath> for String {
    fn from(path: StepPath) -> Self {
        path.to_string()
    }
}

impl TryFrom<String> for StepPath {
    type Error = ParsePathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Steps that see each other: those of the workflow, or of a group, or of a group for one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopePath(Vec<Segment>);

impl ScopePath {
    /// The steps of the workflow itself.
    #[must_use]
    pub fn root() -> Self {
        Self(Vec::new())
    }

    /// The step `id` of this scope.
    #[must_use]
    pub fn step(&self, id: &StepId) -> StepPath {
        StepPath { scope: self.clone(), id: id.clone() }
    }

    /// The group around these steps and the item that they work on; `None` for the workflow itself.
    #[must_use]
    pub fn group(&self) -> Option<(StepPath, Option<usize>)> {
        let (last, outer) = self.0.split_last()?;
        Some((Self(outer.to_vec()).step(&last.group), last.item))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Segment {
    group: StepId,
    item: Option<usize>,
}

/// A text that is not the path of a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the path of a step, such as `digest` or `each_lead[2].score`")]
pub struct ParsePathError {
    /// The text.
    pub text: String,
}

fn parse_segment(text: &str) -> Option<Segment> {
    let (group, item) = match text.split_once('[') {
        Some((group, rest)) => (group, Some(rest.strip_suffix(']')?.parse().ok()?)),
        None => (text, None),
    };
    Some(Segment { group: group.parse().ok()?, item })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> impl Strategy<Value = StepId> {
        "[a-z_][a-z0-9_]{0,5}".prop_filter_map("a keyword", |name| name.parse().ok())
    }

    proptest! {
        #[test]
        fn paths_survive_their_text(
            groups in prop::collection::vec((id(), prop::option::of(0_usize..20_000)), 0..4),
            id in id(),
        ) {
            let scope = groups.into_iter().fold(ScopePath::root(), |scope, (group, item)| {
                scope.step(&group).inside(item)
            });
            let path = scope.step(&id);

            prop_assert_eq!(path.to_string().parse::<StepPath>().unwrap(), path);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,20}") {
            if let Ok(path) = text.parse::<StepPath>() {
                prop_assert_eq!(path.to_string().parse::<StepPath>().unwrap(), path);
            }
        }
    }

    #[test]
    fn scope_knows_its_group_and_item() {
        let path: StepPath = "each_lead[2].score".parse().unwrap();

        let (group, item) = path.scope().group().unwrap();

        assert_eq!((group.to_string().as_str(), item), ("each_lead", Some(2)));
        assert_eq!(group.scope().group(), None);
    }

    #[test]
    fn broken_paths_are_refused() {
        for text in ["", ".", "a.", ".b", "a[1]", "a[x].b", "a[1.b", "a[1]c.b", "a]b.c"] {
            assert!(text.parse::<StepPath>().is_err(), "{text}");
        }
    }
}
