//! `ts`: the time that names a message, `1767603600.000100`.

use super::Slack;
use crate::world::Clock;

const MICROS: u64 = 1_000_000;

impl Slack {
    /// The next `ts` of the workspace: the time of the world, or just after the one before when the
    /// clock stands still.
    pub(super) fn next_ts(&mut self, clock: &Clock) -> String {
        let now = u64::try_from(clock.now().as_microsecond()).unwrap_or_default();
        self.last_ts = now.max(self.last_ts.saturating_add(1));
        // With ten digits of seconds, strings sort as times do.
        format!("{:010}.{:06}", self.last_ts / MICROS, self.last_ts % MICROS)
    }
}

/// A `ts` in microseconds; `1767603600` without a fraction counts too, for the ends of a range.
pub(super) fn micros(ts: &str) -> Option<u64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let digits = fraction.get(..fraction.len().min(6))?;
    let fraction: u64 = format!("{digits:0<6}").parse().ok()?;
    seconds.parse::<u64>().ok()?.checked_mul(MICROS)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::super::Slack;
    use super::*;

    #[test]
    fn ts_rises_while_the_clock_stands_still() {
        let (mut slack, clock) = (Slack::default(), Clock::default());

        let (one, other) = (slack.next_ts(&clock), slack.next_ts(&clock));

        assert_eq!((one.as_str(), other.as_str()), ("1767603600.000000", "1767603600.000001"));
    }

    #[test]
    fn ts_is_read_with_and_without_a_fraction() {
        assert_eq!(micros("2.5"), Some(2_500_000));
        assert_eq!(micros("2"), Some(2_000_000));
        assert_eq!(micros("now"), None);
        assert_eq!(micros("1.é"), None);
    }
}
