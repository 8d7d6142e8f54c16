//! The benchmarks of all crates, one after another so that they do not disturb each other, and their goals: ratios
//! of two times of the same run, since a time alone depends on the machine.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const BENCHES: [&str; 2] =
    ["cargo bench -p mcp-client --bench calls", "cargo bench -p orchestrator --bench fan_out"];

/// Options for a short run with less precision.
const QUICK: &str = "--warm-up-time 0.3 --measurement-time 1 --sample-size 10 --nresamples 1000";

const RATIOS: [Ratio; 5] = [
    Ratio {
        text: "memory: one call to a channel round trip",
        time: "memory/sequential",
        times: 1.0,
        base: "memory/floor_channel",
        goal: Goal::AtMost(8.0),
    },
    Ratio {
        text: "stdio: one call to a pipe round trip",
        time: "stdio/sequential",
        times: 1.0,
        base: "stdio/floor_pipe",
        goal: Goal::AtMost(2.0),
    },
    Ratio {
        text: "stdio: 256 calls one by one to 256 in flight",
        time: "stdio/sequential",
        times: 256.0,
        base: "stdio/in_flight/256",
        goal: Goal::AtLeast(2.5),
    },
    Ratio {
        text: "64 servers of 20 ms: one by one to all at once",
        time: "fan_out_20ms/sequential/64",
        times: 1.0,
        base: "fan_out_20ms/parallel/64",
        goal: Goal::AtLeast(32.0),
    },
    Ratio {
        text: "64 servers of 20 ms: all at once to one sleep",
        time: "fan_out_20ms/parallel/64",
        times: 1.0,
        base: "fan_out_20ms/floor_sleep",
        goal: Goal::AtMost(1.2),
    },
];

/// Two medians of one run and the goal of their quotient.
struct Ratio {
    text: &'static str,
    /// The benchmark in the numerator, multiplied by `times`.
    time: &'static str,
    times: f64,
    /// The benchmark in the denominator.
    base: &'static str,
    goal: Goal,
}

enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_met(&self, ratio: f64) -> bool {
        match *self {
            Self::AtLeast(limit) => ratio >= limit,
            Self::AtMost(limit) => ratio <= limit,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "at least {limit}"),
            Self::AtMost(limit) => write!(f, "at most {limit}"),
        }
    }
}

/// Runs all benchmarks and prints the ratios; `--quick` measures less, `--check` fails on a goal that
/// is missed.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    super::only_known(args, &["--check", "--quick"])?;
    let has = |wanted: &str| args.iter().any(|arg| arg == wanted);
    let folder = results_folder();
    let home = folder.to_str().context("the path of the repository is not UTF-8")?;
    for bench in BENCHES {
        let line = format!("{bench} -- --noplot {}", if has("--quick") { QUICK } else { "" });
        writeln!(out, "==> {line}")?;
        out.flush()?;
        super::run(&line, &[("CRITERION_HOME", home)])?;
    }
    let missed = report(&RATIOS, |id| median(&folder, id), out)?;
    if missed > 0 && has("--check") {
        bail!("{missed} of {} goals missed", RATIOS.len());
    }
    Ok(())
}

fn results_folder() -> PathBuf {
    super::root().join("target").join("criterion")
}

/// Prints the table. Returns the number of missed goals.
fn report(
    ratios: &[Ratio],
    median: impl Fn(&str) -> Result<Duration>,
    out: &mut dyn Write,
) -> Result<usize> {
    let mut missed = 0;
    writeln!(out, "{:<48} {:>10} {:>10} {:>7}  goal", "ratio of medians", "time", "to", "ratio")?;
    for Ratio { text, time, times, base, goal } in ratios {
        let (time, base) = (median(time)?.mul_f64(*times), median(base)?);
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        let verdict = if goal.is_met(ratio) { "" } else { ": missed" };
        missed += usize::from(!goal.is_met(ratio));
        let (time, base) = (format!("{time:.1?}"), format!("{base:.1?}"));
        writeln!(out, "{text:<48} {time:>10} {base:>10} {ratio:>7.2}  {goal}{verdict}")?;
    }
    Ok(missed)
}

/// The median that criterion found in its last run of a benchmark.
fn median(folder: &Path, id: &str) -> Result<Duration> {
    let path = folder.join(id).join("new").join("estimates.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("no figures in `{}`", path.display()))?;
    let estimates: Value = serde_json::from_str(&text)?;
    let nanos = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
    let nanos = nanos.with_context(|| format!("no median in `{}`", path.display()))?;
    Ok(Duration::from_secs_f64(nanos / 1e9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_goals_are_counted_and_shown() {
        let ratio = |goal| Ratio { text: "a to b", time: "a", times: 2.0, base: "b", goal };
        let ratios =
            [ratio(Goal::AtMost(8.0)), ratio(Goal::AtMost(7.0)), ratio(Goal::AtLeast(8.5))];
        let mut out = Vec::new();

        let nanos = |id: &str| Ok(Duration::from_nanos(if id == "a" { 4_000 } else { 1_000 }));
        let missed = report(&ratios, nanos, &mut out).unwrap();

        let lines: Vec<_> = std::str::from_utf8(&out).unwrap().lines().skip(1).collect();
        assert_eq!(missed, 2);
        assert!(lines[0].ends_with("8.0µs      1.0µs    8.00  at most 8"), "{}", lines[0]);
        assert!(lines[1].ends_with("8.00  at most 7: missed"), "{}", lines[1]);
        assert!(lines[2].ends_with("8.00  at least 8.5: missed"), "{}", lines[2]);
    }

    #[test]
    fn absent_figures_are_named() {
        let error = median(Path::new("nowhere"), "memory/sequential").unwrap_err();

        assert!(error.to_string().starts_with("no figures in `nowhere"), "{error}");
    }
}
