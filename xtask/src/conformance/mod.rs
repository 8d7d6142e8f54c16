//! The conformance suite of the protocol's authors, against both ends: the fake server that is made for
//! it, and an example of the client.
//!
//! It needs node, npm and the registry npm, so it is no part of `cargo test`.

mod checks;
mod findings;
mod leg;
mod options;
mod report;
mod requirements;
mod suite;
mod summary;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use checks::{Check, Status};
use findings::{Findings, Left};
use leg::{Leg, Side};
use options::Options;
use requirements::Requirements;
use suite::Suite;

use crate::install::{self, NODE, NPM};
use crate::listener::Listener;
use crate::process::Answer;

const BUILD_SERVER: &str = "cargo build --quiet --release -p mcp-mock-cli";
const BUILD_CLIENT: &str =
    "cargo build --quiet --release -p mcp-client --features auth --example conformance_client";

/// The programs that are not there, each with the way to get it.
pub(crate) fn missing_tools() -> Vec<String> {
    install::missing(&[NODE, NPM])
}

/// Installs the suite, builds both ends, runs the scenarios that the revisions require, and says what
/// they came to.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    let options = Options::parse(args)?;
    let missing = missing_tools();
    ensure!(missing.is_empty(), "{}", missing.join("; "));
    let bench = Bench::set(out)?;
    let plan = bench.plan(&options)?;
    for (side, line) in [(Side::Server, BUILD_SERVER), (Side::Client, BUILD_CLIENT)] {
        if plan.iter().any(|(leg, _)| leg.side == side) {
            crate::run(line, &[])?;
        }
    }
    match &options.scenario {
        Some(scenario) => bench.show(scenario, &plan, out),
        None => bench.judge(&plan, out),
    }
}

/// What is run, with what it asks for.
type Plan = [(&'static Leg, Requirements)];

/// The suite and where it works.
struct Bench {
    suite: Suite,
    /// Holds a folder for each run.
    folder: PathBuf,
}

impl Bench {
    fn set(out: &mut dyn Write) -> Result<Self> {
        let cache = crate::root().join("target/conformance");
        let suite = Suite::install(&cache, out)?;
        Ok(Self { suite, folder: cache.join("out") })
    }

    /// The legs that are asked for; with a scenario, those that run it.
    fn plan(&self, options: &Options) -> Result<Vec<(&'static Leg, Requirements)>> {
        let mut plan = Vec::new();
        for leg in options.legs() {
            let requirements = self.suite.requirements(leg, &self.folder)?;
            if options.scenario.as_ref().is_none_or(|name| requirements.contains(name)) {
                plan.push((leg, requirements));
            }
        }
        let scenario = options.scenario.as_deref().unwrap_or_default();
        ensure!(
            !plan.is_empty(),
            "no such scenario in what is asked for: `{scenario}`; `{}` has the names",
            self.folder.join("list-*/stdout").display()
        );
        Ok(plan)
    }

    /// Runs all scenarios of the legs. A leg that cannot be run does not keep the others from it.
    fn judge(&self, plan: &Plan, out: &mut dyn Write) -> Result<()> {
        let mut all = Vec::new();
        let mut misses = Vec::new();
        for (leg, requirements) in plan {
            match self.leg(leg, requirements) {
                Ok(findings) => {
                    misses.extend(findings.misses());
                    all.push(findings);
                }
                Err(error) => misses.push(format!("{leg}: {error:#}")),
            }
        }
        write!(out, "{}", report::report(&all))?;
        ensure!(
            misses.is_empty(),
            "not as expected (see `{}`):\n  {}",
            self.folder.display(),
            misses.join("\n  ")
        );
        let scenarios: usize = all.iter().map(|findings| findings.required.len()).sum();
        let seconds: f64 = all.iter().map(|findings| findings.seconds).sum();
        writeln!(out, "\nconformance: {scenarios} required scenarios passed in {seconds:.1} s")?;
        Ok(())
    }

    fn leg(&self, leg: &'static Leg, requirements: &Requirements) -> Result<Findings> {
        let folder = self.fresh(&format!("{}-{}", leg.side.name(), leg.revision))?;
        let start = Instant::now();
        let Exercise { answer, complaint } =
            self.exercise(leg, &["--requirements", leg.revision], &folder)?;
        let left = Left {
            complaint,
            seconds: start.elapsed().as_secs_f64(),
            is_accepted: answer.code == Some(0),
            tallies: summary::parse(&answer.stdout).with_context(|| first_lines(&answer.stderr))?,
            checks: checks::read_all(&folder, leg.side)?,
            folder,
        };
        Ok(Findings::sort(leg, requirements, left))
    }

    /// Runs one scenario and shows all of its checks.
    fn show(&self, scenario: &str, plan: &Plan, out: &mut dyn Write) -> Result<()> {
        let mut failed = Vec::new();
        for (leg, _) in plan {
            let (side, revision) = (leg.side.name(), leg.revision);
            let folder =
                self.fresh(&format!("{side}-{revision}-{}", scenario.replace('/', "-")))?;
            // Scenarios of extensions belong to no revision and have to be forced.
            let args = ["--scenario", scenario, "--spec-version", revision, "--force"];
            let Exercise { answer, complaint } = self.exercise(leg, &args, &folder)?;
            writeln!(out, "{leg}, {scenario} (details in `{}`):", folder.display())?;
            let checks: Vec<Check> =
                checks::read_all(&folder, leg.side)?.into_values().flatten().collect();
            for check in &checks {
                writeln!(out, "  {}", check.full())?;
            }
            let has_passed = checks.iter().any(|check| check.status == Status::Success)
                && checks.iter().all(|check| check.status != Status::Failure);
            if !has_passed || answer.code != Some(0) {
                // A suite that broke off has no checks and tells of it at once.
                let told = first_lines(&answer.stderr);
                let told = if checks.is_empty() { format!(": {told}") } else { String::new() };
                let code = answer.code.map_or_else(|| "none".into(), |code| code.to_string());
                failed.push(format!("{leg}: exit code {code}{told}"));
            }
            failed.extend(complaint.map(|complaint| format!("{leg}: {complaint}")));
        }
        ensure!(failed.is_empty(), "`{scenario}` did not pass:\n  {}", failed.join("\n  "));
        Ok(())
    }

    /// Lets the suite loose on one end.
    fn exercise(&self, leg: &Leg, selection: &[&str], folder: &Path) -> Result<Exercise> {
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path that is no text");
        let results = text(folder)?;
        let run = |subject: [&str; 2]| {
            let output = ["-o", &results];
            let args = [&[leg.side.name()], subject.as_slice(), selection, &output].concat();
            self.suite.run(&args, folder)
        };
        let built = crate::target().join("release");
        match leg.side {
            Side::Client => {
                let program = text(&built.join("examples/conformance_client"))?;
                let answer = run(["--command", &quoted(&program)])?;
                Ok(Exercise { answer, complaint: None })
            }
            Side::Server => {
                let mut command = Command::new(built.join("mcp-mock"));
                command.arg("conformance").current_dir(crate::root());
                let server = Listener::start(&mut command, folder)?;
                let answer = run(["--url", &server.url])?;
                let complaint = server.stop().err().map(|error| format!("{error:#}"));
                Ok(Exercise { answer, complaint })
            }
        }
    }

    /// An empty folder of that name.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove `{}`", folder.display()))?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make `{}`", folder.display()))?;
        Ok(folder)
    }
}

/// What is left of one run.
struct Exercise {
    /// Of the suite.
    answer: Answer,
    /// How the server misbehaved as a process.
    complaint: Option<String>,
}

/// A word of a shell: the suite puts the command together and hands it to one.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The first that the suite had to say of its own failure.
fn first_lines(stderr: &str) -> String {
    let lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(3).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
    }

    #[test]
    fn first_lines_are_joined() {
        assert_eq!(first_lines("\n a\nb\n\nc\nd\n"), "a; b; c");
    }
}
