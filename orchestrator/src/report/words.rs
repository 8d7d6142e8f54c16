//! Durations, counts and kinds of failure in words.

use std::time::Duration;

use crate::call::FailureKind;

/// A duration, rounded to what a person reads: `740 µs`, `5.2 ms`, `52 ms`, `1.25 s`, `3 min 20 s`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    match micros {
        ..999.5 => format!("{micros:.0} µs"),
        ..9_950.0 => format!("{:.1} ms", micros / 1e3),
        ..999_500.0 => format!("{:.0} ms", micros / 1e3),
        ..9_995_000.0 => format!("{:.2} s", micros / 1e6),
        ..59_950_000.0 => format!("{:.1} s", micros / 1e6),
        _ => {
            let seconds = (micros / 1e6).round() as u64;
            match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
                (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
                (hours, minutes, _) => format!("{hours} h {minutes} min"),
            }
        }
    }
}

/// A number with its noun: `1 tool`, `3 tools`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The words for a kind of failure inside of a sentence.
#[must_use]
pub fn failure(kind: FailureKind) -> String {
    kind.as_str().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_at_most() {
        let shown: Vec<_> = [0, 740, 1_250, 52_300, 999_400, 1_250_000, 12_340_000, 200_000_000]
            .map(|micros| duration(Duration::from_micros(micros)))
            .into();

        assert_eq!(
            shown,
            ["0 µs", "740 µs", "1.2 ms", "52 ms", "999 ms", "1.25 s", "12.3 s", "3 min 20 s"]
        );
        assert_eq!(duration(Duration::from_secs(3 * 3600 + 61)), "3 h 1 min");
    }
}
