//! `rules`: what the servers do besides keeping their state.

use serde_json::json;

use super::resources::{Asked, Outcome, Scene};
use mcp_mock::Rules;
use mcp_mock::add_rules;

/// Adds rules to those that are there.
pub(super) fn add(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let rules = Rules::from_value(asked.json()?)?;
    add_rules(&scene.stage.servers, &rules)?;
    Ok(json!({}))
}

/// Forgets the rules, also those of the beginning; the calls stay.
pub(super) fn forget(scene: &Scene<'_>, _: &Asked<'_>) -> Outcome {
    for server in &scene.stage.servers {
        server.forget_rules();
    }
    Ok(json!({}))
}
