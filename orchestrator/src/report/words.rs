//! Durations, counts and kinds of failure in words.

use std::time::Duration;

use crate::run::FailureKind;

/// A duration, rounded to what a person reads: `0 ms`, `52 ms`, `1.25 s`, `3 min 20 s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1e3;
    match millis {
        ..999.5 => format!("{millis:.0} ms"),
        ..9_995.0 => format!("{:.2} s", millis / 1e3),
        ..59_950.0 => format!("{:.1} s", millis / 1e3),
        _ => {
            let seconds = (millis / 1e3).round() as u64;
            match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
                (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
                (hours, minutes, _) => format!("{hours} h {minutes} min"),
            }
        }
    }
}

/// A duration that may be far below a millisecond: `740 µs`, and otherwise as [`duration`] has it.
#[must_use]
pub fn short_duration(time: Duration) -> String {
    match time.as_micros() {
        micros @ ..1_000 => format!("{micros} µs"),
        micros @ ..10_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => duration(time),
    }
}

/// A number with its noun: `1 tool`, `3 tools`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A sort of failure, as it stands inside of a sentence.
#[must_use]
pub fn failure(kind: FailureKind) -> String {
    kind.as_str().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_at_most() {
        let shown: Vec<_> = [0, 499, 500, 52_300, 999_400, 1_250_000, 12_340_000, 200_000_000]
            .map(|micros| duration(Duration::from_micros(micros)))
            .into();

        assert_eq!(
            shown,
            ["0 ms", "0 ms", "0 ms", "52 ms", "999 ms", "1.25 s", "12.3 s", "3 min 20 s"]
        );
        assert_eq!(duration(Duration::from_secs(3 * 3600 + 61)), "3 h 1 min");
    }

    #[test]
    fn short_durations_show_their_microseconds() {
        let shown = [740, 1_250, 12_000].map(|it| short_duration(Duration::from_micros(it)));

        assert_eq!(shown, ["740 µs", "1.2 ms", "12 ms"]);
    }
}
