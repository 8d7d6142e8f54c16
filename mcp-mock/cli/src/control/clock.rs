//! `clock`: the time of a world.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::error::ControlError;
use super::resources::{ControlRequest, Outcome, Target};

/// How the clock is to be turned.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Turn {
    /// Forward by a duration such as `90s` or `1h 30m`.
    Advance(String),
    /// To a time.
    Set(Timestamp),
}

pub(super) fn show(target: &Target<'_>, _: &ControlRequest<'_>) -> Outcome {
    Ok(json!({ "now": target.served.world.now() }))
}

pub(super) fn turn(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let world = &target.served.world;
    let by = match request.json()? {
        Turn::Advance(text) => duration(&text).ok_or(ControlError::Duration { text })?,
        Turn::Set(time) => {
            let now = world.now();
            Duration::try_from(time.duration_since(now))
                .map_err(|_| ControlError::Backwards { now, time })?
        }
    };
    world.advance(by);
    show(target, request)
}

fn duration(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok()?.try_into().ok()
}
