//! `snapshot`, `diff` and `restore`: states to compare with and to go back to.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::resources::{ControlRequest, Outcome, Target};
use mcp_mock::world::{Change, State};

/// Snapshots of one world: each is a whole state in memory. `reset` forgets them.
const SNAPSHOTS_MAX: usize = 64;

/// States by their names.
#[derive(Default)]
pub(super) struct Snapshots {
    states: BTreeMap<String, State>,
    /// Names are not used again, so that none stands for another state later.
    made: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    snapshot: String,
}

impl Snapshots {
    fn keep(&mut self, state: State) -> Result<String, ControlError> {
        if self.states.len() >= SNAPSHOTS_MAX {
            return Err(ControlError::Full { what: "snapshots", max: SNAPSHOTS_MAX });
        }
        self.made += 1;
        let id = format!("s{}", self.made);
        self.states.insert(id.clone(), state);
        Ok(id)
    }

    pub(super) fn forget(&mut self) {
        self.states.clear();
    }

    fn find(&self, id: &str) -> Result<&State, ControlError> {
        self.states.get(id).ok_or_else(|| ControlError::Snapshot { id: id.to_owned() })
    }
}

pub(super) fn take(target: &Target<'_>, _: &ControlRequest<'_>) -> Outcome {
    let state = target.served.world.state();
    Ok(json!({ "id": target.served.kept().snapshots.keep(state)? }))
}

/// What has changed since a snapshot, or since the beginning.
pub(super) fn diff(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let kept = target.served.kept();
    let before = match request.parameter("since") {
        Some(id) => kept.snapshots.find(id)?,
        None => &kept.beginning,
    };
    let difference = target.served.world.diff(before);
    Ok(json!({ "changes": difference.changes().iter().map(to_json).collect::<Vec<_>>() }))
}

/// Puts the content back as it was; rules and calls stay.
pub(super) fn restore(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let Which { snapshot } = request.json()?;
    let state = target.served.kept().snapshots.find(&snapshot)?.clone();
    target.served.world.restore(state);
    Ok(json!({}))
}

fn to_json(change: &Change) -> Value {
    let mut json = json!({ "kind": change.kind(), "path": change.path });
    for (name, value) in [("before", &change.before), ("after", &change.after)] {
        if let Some(value) = value {
            json[name] = value.clone();
        }
    }
    json
}
