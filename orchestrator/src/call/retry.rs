//! When to try again.
//!
//! One rule stands above all others: a call that may have happened and is not safe to repeat is never
//! sent again. Neither clock nor random source is read here; the jitter comes in as a number.

use std::time::Duration;

use mcp_core::Delivery;

use super::tool::Effect;

/// An attempt that would have less time than this is not worth starting: it could only become a
/// timeout, and for an unsafe tool a doubt.
pub(crate) const ATTEMPT_TIME_MIN: Duration = Duration::from_millis(50);

/// How often and after which wait a call is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included; at least 1.
    pub attempts: u32,
    /// The wait before the second attempt.
    pub delay: Duration,
    /// How the wait grows.
    pub growth: Growth,
    /// The longest wait.
    pub max: Duration,
}

impl RetryPolicy {
    /// At most this many attempts, with the usual waits between them.
    #[must_use]
    pub fn new(attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..Self::default() }
    }

    /// Sets the wait before the second attempt.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sets how the wait grows.
    #[must_use]
    pub fn with_growth(mut self, growth: Growth) -> Self {
        self.growth = growth;
        self
    }

    /// Sets the longest wait.
    #[must_use]
    pub fn with_max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// Says what follows from a failed attempt.
    #[must_use]
    pub fn next(&self, facts: AttemptFacts) -> Verdict {
        if facts.is_ambiguous() {
            return Verdict::InDoubt;
        }
        if !facts.may_repeat() || facts.attempt >= self.attempts {
            return Verdict::GiveUp;
        }
        let floor = facts.retry_after.unwrap_or_default();
        let after =
            whole_millis(self.backoff(facts.attempt, facts.jitter).max(floor).min(self.max));
        match facts.remaining {
            Some(remaining) if remaining < after.saturating_add(ATTEMPT_TIME_MIN) => {
                Verdict::GiveUp
            }
            _ => Verdict::Retry { after },
        }
    }

    /// The wait after attempt number `attempt`, before any wish of the server.
    fn backoff(&self, attempt: u32, jitter: f64) -> Duration {
        let attempt = attempt.max(1);
        match self.growth {
            Growth::Constant => self.delay.min(self.max),
            Growth::Linear => self.delay.saturating_mul(attempt).min(self.max),
            Growth::Exponential => {
                let factor = 2_u32.checked_pow(attempt - 1).unwrap_or(u32::MAX);
                let ceiling = self.delay.saturating_mul(factor).min(self.max);
                let share = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
                Duration::try_from_secs_f64(ceiling.as_secs_f64() * share)
                    .map_or(ceiling, |wait| wait.min(ceiling))
            }
        }
    }
}

impl Default for RetryPolicy {
    /// One attempt, that is: no retry.
    fn default() -> Self {
        Self {
            attempts: 1,
            delay: Duration::from_millis(200),
            growth: Growth::Exponential,
            max: Duration::from_secs(20),
        }
    }
}

/// How the wait between attempts grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Growth {
    /// Always the same.
    Constant,
    /// Twice as long each time at most; the wait is a random share of that, so that callers which
    /// failed together do not come back together.
    #[default]
    Exponential,
    /// `delay × attempt`.
    Linear,
}

/// What is known about an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptFacts {
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// Whether the same call may succeed later.
    pub transient: bool,
    /// Whether the call may have happened.
    pub delivery: Delivery,
    /// What the tool may do to the world.
    pub effect: Effect,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// The time until the nearest deadline, when there is one.
    pub remaining: Option<Duration>,
    /// A random number from 0 to 1; only [`Growth::Exponential`] uses it.
    pub jitter: f64,
}

impl AttemptFacts {
    /// Whether it is unknown if the call counted.
    fn is_ambiguous(&self) -> bool {
        self.effect == Effect::Unsafe && self.delivery == Delivery::Unknown
    }

    /// Whether a second call is of use and does no harm.
    fn may_repeat(&self) -> bool {
        let is_harmless = match self.effect {
            Effect::Idempotent | Effect::Read => true,
            Effect::Unsafe => self.delivery.is_certainly_without_effect(),
        };
        self.transient && is_harmless
    }
}

/// What follows from a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The failure stands and is definite; another attempt would be of no use, or not allowed.
    GiveUp,
    /// The call may have happened and must not be repeated.
    InDoubt,
    /// Try again.
    Retry {
        /// The wait before, in whole milliseconds.
        after: Duration,
    },
}

/// Whole milliseconds survive every stored form of a time unchanged.
fn whole_millis(wait: Duration) -> Duration {
    Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn policy(growth: Growth) -> RetryPolicy {
        RetryPolicy { attempts: 4, delay: SECOND, growth, max: SECOND * 20 }
    }

    fn facts(attempt: u32) -> AttemptFacts {
        AttemptFacts {
            attempt,
            transient: true,
            delivery: Delivery::Refused,
            effect: Effect::Read,
            retry_after: None,
            remaining: None,
            jitter: 1.0,
        }
    }

    #[track_caller]
    fn check(growth: Growth, facts: AttemptFacts, expected: Verdict) {
        assert_eq!(policy(growth).next(facts), expected, "{growth:?} {facts:?}");
    }

    fn retry(seconds: u64) -> Verdict {
        Verdict::Retry { after: Duration::from_secs(seconds) }
    }

    #[test]
    fn waits_grow_as_the_policy_says() {
        for (attempt, constant, linear, exponential) in [(1, 1, 1, 1), (2, 1, 2, 2), (3, 1, 3, 4)] {
            check(Growth::Constant, facts(attempt), retry(constant));
            check(Growth::Linear, facts(attempt), retry(linear));
            check(Growth::Exponential, facts(attempt), retry(exponential));
        }
    }

    #[test]
    fn only_exponential_waits_are_jittered() {
        let half = AttemptFacts { jitter: 0.5, ..facts(3) };

        check(Growth::Constant, half, retry(1));
        check(Growth::Linear, half, retry(3));
        check(Growth::Exponential, half, retry(2));
    }

    #[test]
    fn spent_attempts_and_permanent_failures_end_it() {
        check(Growth::Linear, facts(4), Verdict::GiveUp);
        check(Growth::Linear, AttemptFacts { transient: false, ..facts(1) }, Verdict::GiveUp);
    }

    #[test]
    fn effect_and_delivery_decide_who_may_repeat() {
        use Delivery::{Executed, NotSent, Refused, Unknown};
        use Effect::{Idempotent, Read, Unsafe};
        let table = [
            (Read, NotSent, retry(1)),
            (Read, Refused, retry(1)),
            (Read, Unknown, retry(1)),
            (Read, Executed, retry(1)),
            (Idempotent, Unknown, retry(1)),
            (Idempotent, Executed, retry(1)),
            (Unsafe, NotSent, retry(1)),
            (Unsafe, Refused, retry(1)),
            (Unsafe, Executed, Verdict::GiveUp),
            (Unsafe, Unknown, Verdict::InDoubt),
        ];

        for (effect, delivery, expected) in table {
            check(Growth::Linear, AttemptFacts { effect, delivery, ..facts(1) }, expected);
        }
    }

    #[test]
    fn unsafe_and_unknown_is_in_doubt_even_when_permanent_or_spent() {
        let doubtful =
            AttemptFacts { effect: Effect::Unsafe, delivery: Delivery::Unknown, ..facts(4) };

        check(Growth::Linear, doubtful, Verdict::InDoubt);
        check(Growth::Linear, AttemptFacts { transient: false, ..doubtful }, Verdict::InDoubt);
    }

    #[test]
    fn wish_of_the_server_is_a_floor_under_the_cap() {
        let asked = |seconds| AttemptFacts { retry_after: Some(SECOND * seconds), ..facts(2) };

        check(Growth::Linear, asked(1), retry(2));
        check(Growth::Linear, asked(7), retry(7));
        check(Growth::Linear, asked(90), retry(20));
    }

    #[test]
    fn attempt_that_would_have_no_time_is_not_started() {
        let left = |remaining| AttemptFacts { remaining: Some(remaining), ..facts(1) };

        check(Growth::Linear, left(SECOND + ATTEMPT_TIME_MIN), retry(1));
        check(
            Growth::Linear,
            left(SECOND + ATTEMPT_TIME_MIN - Duration::from_millis(1)),
            Verdict::GiveUp,
        );
        check(Growth::Linear, left(Duration::ZERO), Verdict::GiveUp);
    }

    proptest! {
        #[test]
        fn waits_stay_in_their_bounds(
            attempts in 0_u32..50,
            attempt in 0_u32..60,
            delay_ms in any::<u64>(),
            max_ms in any::<u64>(),
            growth in prop::sample::select(vec![Growth::Constant, Growth::Exponential, Growth::Linear]),
            retry_after in prop::option::of(any::<u64>().prop_map(Duration::from_millis)),
            remaining in prop::option::of(any::<u64>().prop_map(Duration::from_millis)),
            jitter in any::<f64>(),
        ) {
            let policy = RetryPolicy {
                attempts,
                delay: Duration::from_millis(delay_ms),
                growth,
                max: Duration::from_millis(max_ms),
            };

            let verdict = policy.next(AttemptFacts { retry_after, remaining, jitter, ..facts(attempt) });

            if let Verdict::Retry { after } = verdict {
                prop_assert!(after <= policy.max);
                prop_assert!(attempt < attempts);
                prop_assert!(after >= retry_after.unwrap_or_default().min(policy.max));
                prop_assert!(remaining.is_none_or(|remaining| after < remaining));
            }
        }
    }
}
