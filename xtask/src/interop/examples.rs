//! The examples of test suites in other languages and with other clients, run against the built binary, all at
//! the same time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::context::RunContext;
use crate::install::{self, Package};
use crate::process;
use crate::table::table;

/// The most that an example may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

const FOLDER: &str = "examples/languages";

/// The crates are built into the folder of the installed packages.
const TARGET: &str = "target/interop/examples";

const HEAD: [&str; 3] = ["example", "tests", "seconds"];

/// A folder with tests.
pub(super) struct Example {
    name: &'static str,
    runner: Runner,
    /// The number of tests that must pass.
    tests: usize,
}

enum Runner {
    Cargo,
    Pytest { package: Package },
    Vitest { package: Package },
}

pub(super) const EXAMPLES: [Example; 4] = [
    Example {
        name: "pytest",
        runner: Runner::Pytest {
            package: Package::PyPiSet {
                folder: "pytest",
                packages: &[("pytest", "9.2.0"), ("pytest-xdist", "3.8.0"), ("mcp", "2.3.0")],
            },
        },
        tests: 3,
    },
    Example { name: "rmcp", runner: Runner::Cargo, tests: 3 },
    Example { name: "rust", runner: Runner::Cargo, tests: 1 },
    Example {
        name: "vitest",
        runner: Runner::Vitest {
            package: Package::NpmSet {
                folder: "vitest",
                packages: &[("vitest", "5.1.1"), ("@modelcontextprotocol/client", "2.4.0")],
            },
        },
        tests: 3,
    },
];

/// Runs all examples, also after a failure. Returns a table.
pub(super) fn check(
    context: &RunContext,
    examples: &[Example],
    problems: &mut Vec<String>,
) -> String {
    let seconds = |example: &Example| {
        let start = Instant::now();
        example.check(context).map(|()| start.elapsed().as_secs_f64())
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> =
            examples.iter().map(|example| scope.spawn(move || seconds(example))).collect();
        running.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let rows = examples.iter().zip(outcomes).map(|(example, outcome)| {
        let cells = match outcome {
            Ok(Ok(seconds)) => [example.tests.to_string(), format!("{seconds:.1}")],
            Ok(Err(error)) => {
                problems.push(format!("example {}: {error:#}", example.name));
                ["failed".to_owned(), "-".to_owned()]
            }
            Err(_) => {
                problems.push(format!("example {}: its check panicked", example.name));
                ["failed".to_owned(), "-".to_owned()]
            }
        };
        let [tests, seconds] = cells;
        [example.name.to_owned(), tests, seconds]
    });
    table(HEAD, rows.collect())
}

impl Example {
    /// Installs everything that its tests need.
    pub(super) fn install(&self, cache: &Path, out: &mut dyn Write) -> Result<()> {
        match &self.runner {
            Runner::Cargo => crate::run(&format!("{} --no-run", self.cargo_test()), &[]),
            Runner::Pytest { package } => install::install(cache, package, out),
            Runner::Vitest { package } => {
                install::install(cache, package, out)?;
                // Node looks for packages beside the program.
                copy(&self.folder(), &package.folder(cache))
            }
        }
    }

    fn check(&self, context: &RunContext) -> Result<()> {
        let folder = context.subfolder(&format!("examples/{}", self.name))?;
        let mut command = self.command(context, &folder)?;
        command.env("MCP_MOCK", &context.mock).env("NO_COLOR", "1");
        let answer = process::run(&mut command, &folder, DEADLINE)?;
        let (passed, said) = (format!("{} passed", self.tests), answer.stdout.trim());
        ensure!(
            answer.code == Some(0) && said.contains(&passed),
            "ended with {:?} and not with {passed}: {said}\n{}",
            answer.code,
            answer.stderr.trim()
        );
        Ok(())
    }

    /// The runner, with the folder of the run in its command line.
    fn command(&self, context: &RunContext, folder: &Path) -> Result<Command> {
        match &self.runner {
            Runner::Cargo => crate::command(&self.cargo_test()),
            Runner::Pytest { package } => {
                let mut command = Command::new(package.folder(&context.cache).join("bin/python"));
                command.args(["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]);
                command.arg(format!("--basetemp={}", folder.join("temporary").display()));
                command.arg(self.folder()).env("PYTHONDONTWRITEBYTECODE", "1");
                Ok(command)
            }
            Runner::Vitest { package } => {
                let installed = package.folder(&context.cache);
                let mut command = Command::new("node");
                command.arg(installed.join("node_modules/vitest/vitest.mjs"));
                command.args(["run", "--reporter=default", "--reporter=json"]);
                command.arg(format!("--outputFile.json={}", folder.join("report.json").display()));
                command.current_dir(installed);
                Ok(command)
            }
        }
    }

    fn cargo_test(&self) -> String {
        let name = self.name;
        format!(
            "cargo test --quiet --manifest-path {FOLDER}/{name}/Cargo.toml --target-dir {TARGET}"
        )
    }

    fn folder(&self) -> PathBuf {
        crate::root().join(FOLDER).join(self.name)
    }
}

/// Copies the sources, and the manifest that gives their kind of module.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot list `{}`", from.display()))? {
        let path = entry?.path();
        if let Some(name) = path.file_name()
            && path.extension().is_some_and(|extension| extension == "ts" || extension == "json")
        {
            fs::copy(&path, to.join(name))
                .with_context(|| format!("cannot copy `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_versions_are_those_that_the_examples_name() {
        for example in &EXAMPLES {
            let (file, is, packages) = match &example.runner {
                Runner::Cargo => continue,
                Runner::Pytest { package: Package::PyPiSet { packages, .. } } => {
                    ("requirements.txt", "==", packages)
                }
                Runner::Vitest { package: Package::NpmSet { packages, .. } } => {
                    ("package.json", "\": \"", packages)
                }
                _ => panic!("{}", example.name),
            };
            let text = fs::read_to_string(example.folder().join(file)).unwrap();
            for (name, version) in *packages {
                assert!(text.contains(&format!("{name}{is}{version}")), "{name} in {file}");
            }
        }
    }
}
