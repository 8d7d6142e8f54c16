//! The steps of continuous integration; those that fail fast come first.

use std::io::Write;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{conformance, interop, tidy};

const README_RUN: &str = "cargo run -p orchestrator -- run examples/support-ticket.yaml --mocks";
const README_TEST: &str = "cargo test --workspace";

/// The two commands of the README, as a reader types them.
pub(crate) const README_COMMANDS: [&str; 2] = [README_RUN, README_TEST];

struct Step {
    name: &'static str,
    action: Action,
}

enum Action {
    /// A command line and its environment variables.
    Command(&'static str, &'static [(&'static str, &'static str)]),
    /// The suite of the protocol's authors, which needs more than a Rust toolchain.
    Conformance,
    /// `cargo deny`, which may not be installed.
    Deny,
    /// Servers of other authors, which need more than a Rust toolchain.
    Interop,
    Tidy,
}

const STEPS: &[Step] = &[
    step("tidy", Action::Tidy),
    step("fmt", Action::Command("cargo fmt --all --check", &[])),
    step("clippy", clippy("cargo clippy --workspace --all-targets -- -D warnings")),
    // Each crate alone: in the workspace, a feature that one crate enables hides that another forgot it.
    step("clippy-core", clippy("cargo clippy -p mcp-core -- -D warnings")),
    step("clippy-client", clippy("cargo clippy -p mcp-client -- -D warnings")),
    step("clippy-mock", clippy("cargo clippy -p mcp-mock -- -D warnings")),
    step("clippy-mock-http", clippy("cargo clippy -p mcp-mock --features http -- -D warnings")),
    step("clippy-dialects", clippy("cargo clippy -p mcp-mock-dialects -- -D warnings")),
    step("clippy-cassette", clippy("cargo clippy -p mcp-mock-cassette -- -D warnings")),
    step("clippy-conformance", clippy("cargo clippy -p mcp-mock-conformance -- -D warnings")),
    step("clippy-mock-cli", clippy("cargo clippy -p mcp-mock-cli -- -D warnings")),
    step(
        "clippy-library",
        clippy("cargo clippy -p orchestrator --no-default-features -- -D warnings"),
    ),
    step(
        "clippy-cli",
        clippy("cargo clippy -p orchestrator --no-default-features --features cli -- -D warnings"),
    ),
    step(
        "doc",
        Action::Command("cargo doc --workspace --no-deps", &[("RUSTDOCFLAGS", "-D warnings")]),
    ),
    // A snapshot that differs fails the test and is not written.
    step("test", Action::Command(README_TEST, &[("INSTA_UPDATE", "no")])),
    step("readme", Action::Command(README_RUN, &[])),
    step("deny", Action::Deny),
    step("interop", Action::Interop),
    step("conformance", Action::Conformance),
];

const fn step(name: &'static str, action: Action) -> Step {
    Step { name, action }
}

const fn clippy(line: &'static str) -> Action {
    Action::Command(line, &[])
}

/// The outcome of a step that did not fail.
enum Outcome {
    Passed,
    Skipped,
}

/// Runs all steps, or those that are named, and stops at the first that fails.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
    super::only_known(args, &names)?;
    let start = Instant::now();
    let (mut passed, mut skipped) = (0, 0);
    for step in STEPS.iter().filter(|step| args.is_empty() || args.iter().any(|it| it == step.name))
    {
        match run_step(step, out)? {
            Outcome::Passed => passed += 1,
            Outcome::Skipped => skipped += 1,
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, "ci: {passed} steps passed, {skipped} skipped, in {seconds:.1} s")?;
    Ok(())
}

fn run_step(step: &Step, out: &mut dyn Write) -> Result<Outcome> {
    let name = step.name;
    writeln!(out, "==> {name}")?;
    out.flush()?;
    let start = Instant::now();
    let result = match step.action {
        Action::Command(line, env) => super::run(line, env).map(|()| Outcome::Passed),
        Action::Conformance => {
            with_tools(&conformance::missing_tools(), out, |out| conformance::run(&[], out))
        }
        Action::Deny => deny(out),
        Action::Interop => with_tools(&interop::missing_tools(), out, |out| {
            interop::run(&["--short".to_owned()], out)
        }),
        Action::Tidy => tidy::run(&[], out).map(|()| Outcome::Passed),
    };
    let verdict = match &result {
        Ok(Outcome::Passed) => "passed",
        Ok(Outcome::Skipped) => "skipped",
        Err(_) => "failed",
    };
    writeln!(out, "<== {name} {verdict} in {:.1} s", start.elapsed().as_secs_f64())?;
    result.with_context(|| format!("step `{name}` (run it alone with `cargo xtask ci {name}`)"))
}

fn deny(out: &mut dyn Write) -> Result<Outcome> {
    if super::output("cargo deny --version").is_err() {
        writeln!(out, "cargo-deny is not installed (`cargo install cargo-deny --locked`)")?;
        return Ok(Outcome::Skipped);
    }
    super::run("cargo deny --workspace check", &[]).map(|()| Outcome::Passed)
}

/// Runs an action that needs programs of other authors. Without them it is skipped, except where `CI=true`: there
/// a skipped step would hide a failure.
fn with_tools(
    missing: &[String],
    out: &mut dyn Write,
    action: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<Outcome> {
    let is_decisive = std::env::var("CI").is_ok_and(|value| value == "true");
    if !missing.is_empty() && !is_decisive {
        writeln!(out, "{}", missing.join("; "))?;
        return Ok(Outcome::Skipped);
    }
    action(out).map(|()| Outcome::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_commands_are_steps() {
        for wanted in README_COMMANDS {
            let found = STEPS
                .iter()
                .any(|step| matches!(step.action, Action::Command(line, _) if line == wanted));

            assert!(found, "{wanted}");
        }
    }

    #[test]
    fn unknown_step_is_refused() {
        let error = run(&["tidi".to_owned()], &mut Vec::new()).unwrap_err();

        assert!(
            error.to_string().starts_with("unknown argument `tidi`; known: tidy, fmt"),
            "{error}"
        );
    }
}
