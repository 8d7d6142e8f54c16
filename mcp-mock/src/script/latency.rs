//! How long answers take: a time, or a distribution of times.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::duration;
use crate::world::Ids;

/// The longest that an answer is held back, whatever a distribution says: longer than any client waits.
const LATENCY_MAX: Duration = Duration::from_secs(3600);

/// How long an answer takes. Drawn from the seed of the world: the same calls take the same times.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_mock::{Latency, World};
///
/// let ms = Duration::from_millis;
/// let github = World::new(42).github();
/// github.on("search_code").delay(Latency::normal(ms(200), ms(50))).pass();
/// github.on("get_repo").delay(ms(20)).pass();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Latency(Distribution);

#[derive(Debug, Clone, PartialEq)]
enum Distribution {
    Fixed(Duration),
    LogNormal { median: Duration, sigma: f64 },
    Normal { mean: Duration, deviation: Duration },
    Uniform { least: Duration, most: Duration },
}

impl Latency {
    /// Always the same.
    #[must_use]
    pub fn fixed(time: Duration) -> Self {
        Self(Distribution::Fixed(time))
    }

    /// Half of the answers sooner than `median` and a few much later, as over a network. `sigma` says
    /// how much later: with 0.5, one in a hundred takes more than three times the median.
    #[must_use]
    pub fn log_normal(median: Duration, sigma: f64) -> Self {
        Self(Distribution::LogNormal { median, sigma })
    }

    /// Most answers around `mean`, two thirds of them within `deviation` of it.
    #[must_use]
    pub fn normal(mean: Duration, deviation: Duration) -> Self {
        Self(Distribution::Normal { mean, deviation })
    }

    /// Any time between the two, each as likely as another.
    #[must_use]
    pub fn uniform(least: Duration, most: Duration) -> Self {
        Self(Distribution::Uniform { least, most })
    }

    /// Draws a time.
    pub(super) fn draw(&self, chance: &mut Ids) -> Duration {
        let seconds = match &self.0 {
            Distribution::Fixed(time) => return (*time).min(LATENCY_MAX),
            Distribution::LogNormal { median, sigma } => {
                median.as_secs_f64() * (sigma * standard_normal(chance)).exp()
            }
            Distribution::Normal { mean, deviation } => {
                mean.as_secs_f64() + deviation.as_secs_f64() * standard_normal(chance)
            }
            Distribution::Uniform { least, most } => {
                let (least, most) = (least.as_secs_f64(), most.as_secs_f64());
                least + (most - least) * fraction(chance)
            }
        };
        // Whole microseconds, since the last bits of a logarithm differ between platforms. What is no
        // number, or less than nothing, is no time.
        let micros = (seconds.clamp(0.0, LATENCY_MAX.as_secs_f64()) * 1e6).round();
        Duration::from_micros(micros as u64)
    }
}

impl From<Duration> for Latency {
    fn from(time: Duration) -> Self {
        Self::fixed(time)
    }
}

impl<'de> Deserialize<'de> for Latency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Value::deserialize(deserializer)?;
        let latency = match &written {
            Value::Object(_) => Shape::deserialize(written).map(Self::from),
            _ => Time::deserialize(written).map(|Time(time)| Self::fixed(time)),
        };
        latency.map_err(D::Error::custom)
    }
}

/// A distribution in a file.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    LogNormal(Time, f64),
    Normal(Time, Time),
    Uniform(Time, Time),
}

/// A duration, or a number of milliseconds.
#[derive(Deserialize)]
struct Time(#[serde(deserialize_with = "duration::of_milliseconds")] Duration);

impl From<Shape> for Latency {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::LogNormal(Time(median), sigma) => Self::log_normal(median, sigma),
            Shape::Normal(Time(mean), Time(deviation)) => Self::normal(mean, deviation),
            Shape::Uniform(Time(least), Time(most)) => Self::uniform(least, most),
        }
    }
}

/// A number from 0 up to, and not including, 1.
pub(super) fn fraction(chance: &mut Ids) -> f64 {
    // 53 bits are what the number can hold.
    (chance.bits() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number around 0 with deviation 1 (Box and Muller, 1958).
fn standard_normal(chance: &mut Ids) -> f64 {
    let (radius, angle) = (1.0 - fraction(chance), fraction(chance));
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// The middle one of many draws, and one of the latest.
    fn median_and_late(latency: &Latency) -> (u128, u128) {
        let mut chance = Ids::new(1);
        let mut times: Vec<_> = (0..1000).map(|_| latency.draw(&mut chance).as_millis()).collect();
        times.sort_unstable();
        (times[500], times[990])
    }

    #[test]
    fn distributions_have_their_shapes() {
        let cases = [
            (Latency::fixed(ms(20)), (20, 20)),
            (Latency::uniform(ms(10), ms(50)), (28, 49)),
            (Latency::normal(ms(100), ms(10)), (99, 122)),
            (Latency::log_normal(ms(100), 0.5), (97, 312)),
        ];
        for (latency, expected) in cases {
            assert_eq!(median_and_late(&latency), expected, "{latency:?}");
        }
    }

    #[test]
    fn nonsense_is_no_time_and_no_time_is_for_ever() {
        let chance = || Ids::new(1);

        assert_eq!(Latency::log_normal(ms(1), f64::NAN).draw(&mut chance()), Duration::ZERO);
        let sigma = f64::INFINITY;
        assert!(Latency::log_normal(ms(1), sigma).draw(&mut chance()) <= LATENCY_MAX);
        assert_eq!(Latency::fixed(Duration::MAX).draw(&mut chance()), LATENCY_MAX);
    }

    proptest! {
        #[test]
        fn uniform_time_is_between_its_ends(seed: u64, least in 0..100_u64, width in 0..100_u64) {
            let (least, most) = (ms(least), ms(least + width));

            let time = Latency::uniform(least, most).draw(&mut Ids::new(seed));

            prop_assert!((least..=most).contains(&time), "{time:?}");
        }
    }
}
