//! Days and times of a query as spans of time, in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A span of time from its first moment up to, not including, `until`; a moment when they are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

impl Period {
    /// The moment itself.
    pub(super) fn moment(time: Timestamp) -> Self {
        Self { from: time, until: time }
    }

    /// Whether the moment lies inside.
    pub(super) fn contains(self, time: Timestamp) -> bool {
        self.from <= time && (time < self.until || time == self.from)
    }

    /// What a word such as `TODAY` or `LAST_N_DAYS:7` means; `None` when it means nothing.
    pub(super) fn relative(word: &str, now: Timestamp) -> Option<Self> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let (name, count) = match word.split_once(':') {
            Some((name, count)) => (name, Some(count.parse::<i32>().ok().filter(|n| *n >= 0)?)),
            None => (word, None),
        };
        let day = |days: i32| today.checked_add(jiff::Span::new().try_days(days).ok()?).ok();
        let (first, end) = match (name, count) {
            ("YESTERDAY", None) => (day(-1)?, today),
            ("TODAY", None) => (today, day(1)?),
            ("TOMORROW", None) => (day(1)?, day(2)?),
            ("LAST_N_DAYS", Some(days)) => (day(-days)?, day(1)?),
            ("NEXT_N_DAYS", Some(days)) => (day(1)?, day(days.checked_add(1)?)?),
            ("LAST_MONTH", None) => {
                (today.first_of_month().checked_sub(1.month()).ok()?, today.first_of_month())
            }
            ("THIS_MONTH", None) => {
                (today.first_of_month(), today.first_of_month().checked_add(1.month()).ok()?)
            }
            _ => return None,
        };
        Some(Self { from: midnight(first)?, until: midnight(end)? })
    }
}

/// The beginning of a day.
pub(super) fn midnight(date: Date) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spans_of_days() {
        let now: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        let span = |word: &str| {
            let period = Period::relative(word, now).unwrap();
            format!("{} {}", period.from.strftime("%F"), period.until.strftime("%F"))
        };

        assert_eq!(span("TODAY"), "2026-01-05 2026-01-06");
        assert_eq!(span("YESTERDAY"), "2026-01-04 2026-01-05");
        assert_eq!(span("LAST_N_DAYS:7"), "2025-12-29 2026-01-06");
        assert_eq!(span("NEXT_N_DAYS:2"), "2026-01-06 2026-01-08");
        assert_eq!(span("LAST_MONTH"), "2025-12-01 2026-01-01");
        assert_eq!(Period::relative("LAST_N_DAYS", now), None);
        assert_eq!(Period::relative("SOON", now), None);
    }
}
