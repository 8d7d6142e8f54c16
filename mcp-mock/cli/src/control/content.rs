//! `seed`, `state` and `reset`: what is in a world.

use serde_json::{Value, json};

use super::error::ControlError;
use super::resources::{Asked, Outcome, Scene};
use mcp_mock::world::{Seed, State};

/// Begins anew with other content.
pub(super) fn seed(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let state = planted(scene.plan.random_seed(), asked.json()?)?;
    scene.stage.begin(state);
    Ok(json!({}))
}

pub(super) fn show(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let mut state = serde_json::to_value(scene.stage.world.state()).expect("states are JSON");
    Ok(match asked.service()? {
        Some(service) => state.get_mut(service.as_str()).map(Value::take).unwrap_or_default(),
        None => state,
    })
}

/// Goes back to the beginning: content, clock, rules and calls.
pub(super) fn reset(scene: &Scene<'_>, _: &Asked<'_>) -> Outcome {
    scene.stage.reset(scene.plan);
    Ok(json!({}))
}

/// A state with this content.
pub(super) fn planted(random_seed: u64, seed: Seed) -> Result<State, ControlError> {
    let mut state = State::empty(random_seed);
    state.plant(seed).map_err(|error| ControlError::Seed { error })?;
    Ok(state)
}
