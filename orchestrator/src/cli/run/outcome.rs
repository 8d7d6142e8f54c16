//! How a run ended, for people, for programs, and as an exit code.

use crate::call::FailureKind;
use crate::cli::console::Console;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::flags::Globals;
use crate::report::{summary, timeline};
use crate::run::{RunEnd, RunError, RunReport, StepReport, StepState, StopCause};

/// Writes the result: the document, or timeline, outputs and summary.
pub(super) fn report(
    report: &RunReport,
    globals: &Globals,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    if globals.json {
        return console.document(report);
    }
    let outputs = summary::outputs(&report.outputs);
    if console.is_quiet() {
        outputs.iter().for_each(|outputs| console.print(outputs));
        return Ok(());
    }
    let parts = [
        timeline::timeline(report),
        outputs.map(|outputs| format!("outputs\n{outputs}")),
        Some(summary::sentence(report, console.paint())),
    ];
    for part in parts.into_iter().flatten() {
        console.print(&format!("\n{part}"));
    }
    Ok(())
}

/// The error that a finished run means for the command, if any.
pub(super) fn fault(
    report: &RunReport,
    is_strict: bool,
    globals: &Globals,
) -> Option<CommandError> {
    let first = first_failure(report);
    let kind = fault_of_run(
        report.state,
        report.stopped_by,
        first.map(|error| error.failure.kind),
        is_strict,
    )?;
    match kind {
        ErrorKind::Interrupted => Some(CommandError::interrupted()),
        ErrorKind::Tolerated => {
            let tolerated = report.steps.iter().find(|step| step.state == StepState::Tolerated);
            let error = tolerated.and_then(|step| step.error.as_ref());
            Some(run_failure(kind, "`--strict` is set, and a step was tolerated", error, globals))
        }
        ErrorKind::Deadline => Some(run_failure(kind, "the run took too long", first, globals)),
        ErrorKind::InDoubt => Some(run_failure(kind, "the run is in doubt", first, globals)),
        _ => Some(run_failure(kind, "the run failed", first, globals)),
    }
}

/// What is wrong with a finished run, if anything: from its end, from what stopped it, and from the
/// first failure that was not tolerated.
fn fault_of_run(
    end: RunEnd,
    stopped_by: Option<StopCause>,
    first_failure: Option<FailureKind>,
    is_strict: bool,
) -> Option<ErrorKind> {
    match end {
        RunEnd::Succeeded => None,
        RunEnd::Partial => is_strict.then_some(ErrorKind::Tolerated),
        RunEnd::InDoubt => Some(ErrorKind::InDoubt),
        RunEnd::Cancelled | RunEnd::Interrupted => Some(ErrorKind::Interrupted),
        RunEnd::Failed if stopped_by == Some(StopCause::Deadline) => Some(ErrorKind::Deadline),
        RunEnd::Failed => Some(first_failure.map_or(ErrorKind::Internal, ErrorKind::of_failure)),
    }
}

/// The failure that came first among those that count.
fn first_failure(report: &RunReport) -> Option<&RunError> {
    let counts = |step: &&StepReport| matches!(step.state, StepState::Failed | StepState::InDoubt);
    let first = report.steps.iter().filter(counts).min_by_key(|step| step.ended);
    let in_step = first.and_then(|step| step.error.as_ref());
    in_step.or_else(|| report.errors.iter().find(|error| error.step.is_none()))
}

fn run_failure(
    kind: ErrorKind,
    headline: &str,
    error: Option<&RunError>,
    globals: &Globals,
) -> CommandError {
    let Some(error) = error else { return CommandError::new(kind, headline) };
    let tool = match (&error.server, &error.tool) {
        (Some(server), Some(tool)) => Some(format!("{server}/{tool}")),
        _ => None,
    };
    let place = match (&error.step, &tool) {
        (Some(step), Some(tool)) => format!("step `{step}` ({tool}): "),
        (Some(step), None) => format!("step `{step}`: "),
        (None, _) => String::new(),
    };
    let mut failure =
        CommandError::new(kind, format!("{headline}: {place}{}", error.failure.message));
    failure.server = error.server.as_deref().map(Into::into);
    failure.step = error.step.as_ref().map(|step| step.to_string().into());
    if kind == ErrorKind::InDoubt {
        failure = failure.with_hint("the call may have happened: look before you run it again");
    }
    next_command(error, tool.as_deref(), globals).into_iter().fold(failure, CommandError::with_hint)
}

/// What to type to learn more.
fn next_command(error: &RunError, tool: Option<&str>, globals: &Globals) -> Option<String> {
    match error.failure.kind {
        FailureKind::InvalidArguments | FailureKind::RpcError | FailureKind::ToolError => {
            Some(globals.command(&format!("tools {} --schema", tool?)))
        }
        FailureKind::UnknownTool => {
            Some(globals.command(&format!("tools {}", error.server.as_deref()?)))
        }
        FailureKind::Auth
        | FailureKind::Connection
        | FailureKind::Protocol
        | FailureKind::Timeout => Some(globals.command("servers")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ExitCode;

    #[test]
    fn every_end_of_a_run_has_its_code() {
        use FailureKind as F;
        use RunEnd as E;
        let failed = |kind| (E::Failed, None, Some(kind), false);
        let cases = [
            ((E::Succeeded, None, None, true), 0),
            ((E::Partial, None, None, false), 0),
            ((E::Partial, None, None, true), 6),
            ((E::InDoubt, Some(StopCause::Interrupted), Some(F::Cancelled), true), 10),
            ((E::Interrupted, Some(StopCause::Interrupted), None, false), 7),
            ((E::Cancelled, Some(StopCause::Cancelled), Some(F::ToolError), false), 7),
            ((E::Failed, Some(StopCause::Deadline), Some(F::ToolError), false), 8),
            ((E::Failed, None, None, false), 1),
            (failed(F::Auth), 3),
            (failed(F::Cancelled), 7),
            (failed(F::Connection), 4),
            (failed(F::Deadline), 4),
            (failed(F::Expression), 2),
            (failed(F::Internal), 1),
            (failed(F::InvalidArguments), 5),
            (failed(F::Limit), 4),
            (failed(F::Protocol), 4),
            (failed(F::RateLimited), 5),
            (failed(F::RpcError), 5),
            (failed(F::Timeout), 4),
            (failed(F::ToolError), 5),
            (failed(F::UnknownServer), 2),
            (failed(F::UnknownTool), 5),
        ];

        for ((end, stopped_by, first, strict), code) in cases {
            let fault = fault_of_run(end, stopped_by, first, strict);
            let exit = fault.map_or(ExitCode::Success, ErrorKind::exit);

            assert_eq!(exit.code(), code, "{end:?} {stopped_by:?} {first:?} {strict}");
        }
    }
}
