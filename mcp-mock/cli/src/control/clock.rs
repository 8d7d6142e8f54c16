//! `clock`: the time of a world.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::error::ControlError;
use super::resources::{Asked, Outcome, Scene};

/// How the clock is to be turned.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Turn {
    /// Forward by a duration such as `90s` or `1h 30m`.
    Advance(String),
    /// To a time.
    Set(Timestamp),
}

pub(super) fn show(scene: &Scene<'_>, _: &Asked<'_>) -> Outcome {
    Ok(json!({ "now": scene.stage.world.now() }))
}

pub(super) fn turn(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let world = &scene.stage.world;
    let by = match asked.json()? {
        Turn::Advance(text) => duration(&text).ok_or(ControlError::Duration { text })?,
        Turn::Set(time) => {
            let now = world.now();
            Duration::try_from(time.duration_since(now))
                .map_err(|_| ControlError::Backwards { now, time })?
        }
    };
    world.advance(by);
    show(scene, asked)
}

fn duration(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok()?.try_into().ok()
}
