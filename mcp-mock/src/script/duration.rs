//! Durations as people write them: `200ms`, `3s`, `1m`, `1h 30m`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a duration; `None` when it is none, or negative.
pub(crate) fn read(text: &str) -> Option<Duration> {
    text.parse::<SignedDuration>().ok()?.try_into().ok()
}

/// Writes a duration as it is read.
pub(crate) fn written(duration: Duration) -> String {
    format!("{:#}", SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX))
}

pub(super) fn serialize<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&written(*duration))
}

/// Reads a duration in JSON, where a number counts milliseconds.
pub(super) fn of_milliseconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    of_json(deserializer, Duration::from_millis(1))
}

/// Reads a duration in JSON, where a number counts seconds.
pub(super) fn of_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    of_json(deserializer, Duration::from_secs(1))
}

fn of_json<'de, D: Deserializer<'de>>(
    deserializer: D,
    unit: Duration,
) -> Result<Duration, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u32),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(count) => Ok(unit * count),
        Written::Text(text) => read(&text).ok_or_else(|| {
            let message = format!("`{text}` is no duration; write it such as `200ms` or `3s`");
            serde::de::Error::custom(message)
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_read_in_their_units() {
        let ms = Duration::from_millis;
        let table = [
            ("200ms", Some(ms(200))),
            ("3s", Some(ms(3_000))),
            ("1m", Some(ms(60_000))),
            ("1h 30m", Some(ms(5_400_000))),
            ("0s", Some(ms(0))),
            ("-3s", None),
            ("3", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_duration_is_read_again(milliseconds: u32) {
            let duration = Duration::from_millis(milliseconds.into());

            prop_assert_eq!(read(&written(duration)), Some(duration));
        }
    }
}
