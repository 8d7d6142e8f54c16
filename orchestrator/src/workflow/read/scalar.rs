//! Strings, words, whole numbers and durations.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use super::Reader;
use crate::source::node::{Node, NodeKind};
use crate::source::{Code, Diagnostic, suggest};

/// The longest duration: a wait beyond a month is a mistake.
const DURATION_MAX: Duration = Duration::from_secs(31 * 24 * 3600);
const DURATION_HELP: &str = "write a whole number and a unit: `200ms`, `15s`, `2m` or `1h`";

impl Reader<'_> {
    /// A string; a plain number or word such as `true` counts as the characters of the file.
    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Scalar { value: Value::String(text), .. } => Some(text.clone()),
            NodeKind::Scalar { text: Some(text), .. } => Some(text.clone()),
            _ => {
                self.wrong_type(node, "this", "a text");
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let message = format!("`{text}` cannot stand here");
            let help = suggest::help(&text, words.iter().map(|(word, _)| *word));
            self.report(Diagnostic::error(Code::UnknownWord, &node.span, message).with_help(help));
        }
        found
    }

    /// A whole number within bounds.
    pub(super) fn whole(&mut self, node: &Node, range: RangeInclusive<u32>) -> Option<u32> {
        let NodeKind::Scalar { value: Value::Number(number), .. } = &node.kind else {
            self.wrong_type(node, "this", "a whole number");
            return None;
        };
        let whole = number.as_u64().and_then(|whole| u32::try_from(whole).ok());
        let found = whole.filter(|whole| range.contains(whole));
        if found.is_none() {
            let message =
                format!("{number} is not a whole number from {} to {}", range.start(), range.end());
            self.report(Diagnostic::error(Code::NumberRange, &node.span, message));
        }
        found
    }

    /// A duration such as `15s`.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = match &node.kind {
            NodeKind::Scalar { value: Value::Number(number), text } => {
                let number = text.clone().unwrap_or_else(|| number.to_string());
                let problem = Diagnostic::error(
                    Code::BadDuration,
                    &node.span,
                    format!("`{number}` is not a duration: the unit is missing"),
                );
                let help =
                    format!("write `{number}s` for seconds or `{number}ms` for milliseconds");
                self.report(problem.with_help(help));
                return None;
            }
            _ => self.text(node)?,
        };
        match parse_duration(&text) {
            Ok(duration) => Some(duration),
            Err(why) => {
                let message = format!("`{text}` is not a duration: {why}");
                let problem = Diagnostic::error(Code::BadDuration, &node.span, message);
                self.report(problem.with_help(DURATION_HELP.to_owned()));
                None
            }
        }
    }
}

/// Reads `200ms`, `15s`, `2m` or `1h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let millis_per_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" => return Err("the unit is missing"),
        _ => return Err("the unit is unknown"),
    };
    let number: u64 = number.parse().map_err(|_| "it must start with a whole number")?;
    number
        .checked_mul(millis_per_unit)
        .map(Duration::from_millis)
        .filter(|duration| *duration <= DURATION_MAX)
        .ok_or("it is longer than a month")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_whole_number_and_a_unit() {
        for (text, expected) in [
            ("200ms", Ok(Duration::from_millis(200))),
            ("15s", Ok(Duration::from_secs(15))),
            ("2m", Ok(Duration::from_secs(120))),
            ("1h", Ok(Duration::from_secs(3600))),
            ("15", Err("the unit is missing")),
            ("1.5s", Err("the unit is unknown")),
            ("s", Err("it must start with a whole number")),
            ("99999999999999999999h", Err("it must start with a whole number")),
            ("99999999999999h", Err("it is longer than a month")),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }
}
