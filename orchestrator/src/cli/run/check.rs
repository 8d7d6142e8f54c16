//! What can be known to be wrong before anything is sent.

use std::collections::BTreeSet;

use crate::call::{LOCAL_SERVER, ToolCaller, ToolRef};
use crate::cli::console::Console;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::setup::{Setup, no_servers};
use crate::manager::ServerState;
use crate::source::{Code, Diagnostic, Style, suggest};
use crate::workflow::Workflow;
use crate::workflow::definition::{Call, OnStepError, Step, StepKind};

/// The workflow by itself. Warnings are shown, and the run goes on.
pub(super) fn definition(
    workflow: &Workflow,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let problems = workflow.check();
    if problems.iter().any(Diagnostic::is_error) {
        return Err(CommandError::workflow(&problems, &workflow.source));
    }
    for problem in &problems {
        console.rendered(&problem.render(&workflow.source, Style::Colour));
    }
    Ok(())
}

/// Whether all servers are configured.
pub(super) fn servers(workflow: &Workflow, setup: &Setup) -> Result<(), CommandError> {
    let known = || setup.names.iter().map(String::as_str).chain([LOCAL_SERVER]);
    let calls = calls(workflow);
    let unknown = calls.iter().filter(|site| known().all(|name| name != site.server()));
    let problems: Vec<Diagnostic> = unknown
        .map(|site| {
            let message = format!("there is no server `{}`", site.server());
            let help = suggest::help(site.server(), known());
            Diagnostic::error(Code::UnknownName, &site.call.span, message).with_help(help)
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    if setup.names.is_empty() {
        return Err(no_servers());
    }
    let error = CommandError::workflow(&problems, &workflow.source);
    Err(CommandError { kind: ErrorKind::UnknownServer, ..error })
}

/// The servers of all calls, each once.
pub(super) fn needed_servers(workflow: &Workflow) -> BTreeSet<&str> {
    calls(workflow).iter().map(|site| site.call.tool.server.as_str()).collect()
}

/// Whether all servers are there, and have the tools. A server that only tolerated calls need may be
/// away. A tool that is not listed may exist all the same, so it is no error.
pub(super) async fn tools(
    workflow: &Workflow,
    setup: &Setup,
    caller: &dyn ToolCaller,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let calls = calls(workflow);
    for status in setup.manager.list_servers() {
        let ServerState::Failed { reason, kind } = status.state else { continue };
        let mut uses = calls.iter().filter(|site| site.server() == status.name).peekable();
        if uses.peek().is_none() {
            continue;
        }
        let error = setup.unavailable(&status.name, &reason, kind);
        if let Some(site) = uses.find(|site| !site.is_tolerated) {
            return Err(error.with_step(site.step));
        }
        console.warn(&error.message);
    }
    let mut seen = BTreeSet::new();
    for site in calls.iter().filter(|site| seen.insert(&site.call.tool)) {
        if caller.describe(&site.call.tool).is_none() {
            unlisted(site, workflow, setup, console).await?;
        }
    }
    Ok(())
}

/// What to say of a tool that nobody lists.
async fn unlisted(
    site: &Site<'_>,
    workflow: &Workflow,
    setup: &Setup,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let ToolRef { server, tool } = &site.call.tool;
    let message = format!("server `{server}` lists no tool `{tool}`");
    let span = &site.call.span;
    if server == LOCAL_SERVER {
        let problem = Diagnostic::error(Code::UnknownMember, span, message);
        return Err(CommandError::workflow(&[problem], &workflow.source));
    }
    // The list is there already; a server that is away has been told of above.
    let Ok(list) = setup.manager.get_server_tools(server).await else { return Ok(()) };
    let help = suggest::help(tool, list.entries.iter().map(|tool| tool.name.as_str()));
    let problem = Diagnostic::warning(Code::UnknownMember, span, message).with_help(help);
    console.rendered(&problem.render(&workflow.source, Style::Colour));
    Ok(())
}

/// One call of a workflow.
struct Site<'a> {
    call: &'a Call,
    step: &'a str,
    /// Whether the run goes on when it fails.
    is_tolerated: bool,
}

impl Site<'_> {
    fn server(&self) -> &str {
        &self.call.tool.server
    }
}

fn calls(workflow: &Workflow) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    gather(&workflow.steps, false, &mut sites);
    sites
}

fn gather<'a>(steps: &'a [Step], is_tolerated: bool, sites: &mut Vec<Site<'a>>) {
    for step in steps {
        let is_tolerated = is_tolerated || step.on_error == OnStepError::Continue;
        let id = step.id.as_str();
        match &step.kind {
            StepKind::Call(call) => {
                let is_tolerated = is_tolerated || !step.fallback.is_empty();
                sites.push(Site { call, step: id, is_tolerated });
            }
            StepKind::Group(group) => gather(&group.steps, is_tolerated, sites),
            StepKind::Set(_) | StepKind::Wait(_) => {}
        }
        // A fallback is not needed until the call before it has failed.
        sites.extend(step.fallback.iter().map(|call| Site { call, step: id, is_tolerated: true }));
    }
}
