//! `seed`, `state` and `reset`: what is in a world.

use serde_json::{Value, json};

use super::error::ControlError;
use super::resources::{ControlRequest, Outcome, Target};
use mcp_mock::world::{Seed, State};

/// Begins anew with other content.
pub(super) fn seed(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let state = seeded(target.factory.random_seed(), request.json()?)?;
    target.served.begin(state);
    Ok(json!({}))
}

pub(super) fn show(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let mut state = serde_json::to_value(target.served.world.state()).expect("states are JSON");
    Ok(match request.service()? {
        Some(service) => state.get_mut(service.as_str()).map(Value::take).unwrap_or_default(),
        None => state,
    })
}

/// Goes back to the beginning: content, clock, rules and calls.
pub(super) fn reset(target: &Target<'_>, _: &ControlRequest<'_>) -> Outcome {
    target.served.reset(target.factory);
    Ok(json!({}))
}

/// A state with this content.
pub(super) fn seeded(random_seed: u64, seed: Seed) -> Result<State, ControlError> {
    let mut state = State::empty(random_seed);
    state.apply_seed(seed).map_err(|error| ControlError::Seed { error })?;
    Ok(state)
}
