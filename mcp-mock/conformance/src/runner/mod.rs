//! Runs the conformance suite against the server of this crate and against the client, for every revision,
//! and compares the result with what the revision requires.

mod checks;
mod findings;
mod options;
mod report;
mod requirements;
mod subject;
mod suite;
mod summary;

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use mcp_core::server::Dispatch;
use mcp_mock::{MockHttpOptions, MockHttpServer};
use mcp_mock_conformance::Fixture;

pub(crate) use options::Options;
pub(crate) use suite::Suite;

use checks::{Check, Status};
use findings::{Findings, RunOutput};
use requirements::Requirements;
use subject::{Side, Subject};
use suite::Answer;

/// The suite and the folder that holds a folder for each run.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) suite: Suite,
    pub(crate) folder: PathBuf,
}

/// What is run, with the scenarios that it asks for.
type Plan = [(&'static Subject, Requirements)];

impl Runner {
    /// Runs the scenarios that the revisions require and reports them, or one scenario with all of its checks.
    pub(crate) async fn run(&self, options: &Options, out: &mut dyn Write) -> Result<()> {
        let plan = self.plan(options).await?;
        match &options.scenario {
            Some(scenario) => self.run_one(scenario, &plan, out).await,
            None => self.run_all(&plan, out).await,
        }
    }

    /// The subjects that are asked for; with a scenario, those that have it.
    async fn plan(&self, options: &Options) -> Result<Vec<(&'static Subject, Requirements)>> {
        let mut plan = Vec::new();
        for subject in options.subjects() {
            let requirements = self.suite.requirements(subject, &self.folder).await?;
            if options.scenario.as_ref().is_none_or(|name| requirements.contains(name)) {
                plan.push((subject, requirements));
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

    /// Runs all scenarios. A subject that cannot be run does not keep the others from it.
    async fn run_all(&self, plan: &Plan, out: &mut dyn Write) -> Result<()> {
        let mut all = Vec::new();
        let mut problems = Vec::new();
        for (subject, requirements) in plan {
            match self.findings(subject, requirements).await {
                Ok(findings) => {
                    problems.extend(findings.problems());
                    all.push(findings);
                }
                Err(error) => problems.push(format!("{subject}: {error:#}")),
            }
        }
        write!(out, "{}", report::report(&all))?;
        ensure!(
            problems.is_empty(),
            "not as expected (see `{}`):\n  {}",
            self.folder.display(),
            problems.join("\n  ")
        );
        let scenarios: usize = all.iter().map(|findings| findings.required.len()).sum();
        let seconds: f64 = all.iter().map(|findings| findings.seconds).sum();
        writeln!(out, "\nconformance: {scenarios} required scenarios passed in {seconds:.1} s")?;
        Ok(())
    }

    async fn findings(
        &self,
        subject: &'static Subject,
        requirements: &Requirements,
    ) -> Result<Findings> {
        let folder = self.empty_folder(&format!("{}-{}", subject.side.name(), subject.revision))?;
        let start = Instant::now();
        let answer =
            self.run_suite(subject, &["--requirements", subject.revision], &folder).await?;
        let output = RunOutput {
            seconds: start.elapsed().as_secs_f64(),
            is_accepted: answer.code == Some(0),
            tallies: summary::parse(&answer.stdout).with_context(|| first_lines(&answer.stderr))?,
            checks: checks::read_all(&folder, subject.side)?,
            folder,
        };
        Ok(Findings::sort(subject, requirements, output))
    }

    /// Runs one scenario and prints all of its checks.
    async fn run_one(&self, scenario: &str, plan: &Plan, out: &mut dyn Write) -> Result<()> {
        let mut failed = Vec::new();
        for (subject, _) in plan {
            let (side, revision) = (subject.side.name(), subject.revision);
            let name = format!("{side}-{revision}-{}", scenario.replace('/', "-"));
            let folder = self.empty_folder(&name)?;
            // Scenarios of extensions belong to no revision and have to be forced.
            let args = ["--scenario", scenario, "--spec-version", revision, "--force"];
            let answer = self.run_suite(subject, &args, &folder).await?;
            writeln!(out, "{subject}, {scenario} (details in `{}`):", folder.display())?;
            let checks: Vec<Check> =
                checks::read_all(&folder, subject.side)?.into_values().flatten().collect();
            for check in &checks {
                writeln!(out, "  {}", check.full())?;
            }
            let has_passed = checks.iter().any(|check| check.status == Status::Success)
                && checks.iter().all(|check| check.status != Status::Failure);
            if !has_passed || answer.code != Some(0) {
                // A suite that broke off has no checks and gives its reason at once.
                let reason = first_lines(&answer.stderr);
                let reason = if checks.is_empty() { format!(": {reason}") } else { String::new() };
                let code = answer.code.map_or_else(|| "none".into(), |code| code.to_string());
                failed.push(format!("{subject}: exit code {code}{reason}"));
            }
        }
        ensure!(failed.is_empty(), "`{scenario}` did not pass:\n  {}", failed.join("\n  "));
        Ok(())
    }

    /// Runs the suite against one end. The client is this program, the server is served by it.
    async fn run_suite(
        &self,
        subject: &Subject,
        selection: &[&str],
        folder: &Path,
    ) -> Result<Answer> {
        let results = path_string(folder)?;
        let run = async |end: [&str; 2]| {
            let output = ["-o", &results];
            let args = [&[subject.side.name()], end.as_slice(), selection, &output].concat();
            self.suite.run(&args, folder).await
        };
        match subject.side {
            Side::Client => {
                let program = path_string(&env::current_exe()?)?;
                run(["--command", &format!("{} client", quoted(&program))]).await
            }
            Side::Server => {
                let fixture = Arc::new(Dispatch(Fixture::start()));
                let services = vec![(String::new(), fixture as _)];
                let server = MockHttpServer::serving(services, MockHttpOptions::default()).await?;
                let answer = run(["--url", server.url()]).await;
                server.close().await;
                answer
            }
        }
    }

    fn empty_folder(&self, name: &str) -> Result<PathBuf> {
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

fn path_string(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).context("a path that is not UTF-8")
}

/// A word of a shell: the suite puts the command together and hands it to one.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The first lines that the suite wrote about its own failure.
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
