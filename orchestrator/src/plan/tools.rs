//! The calls of a workflow against what is known of servers and tools.

use std::collections::{BTreeMap, BTreeSet};

use super::{CheckError, Plan, UnavailableServer};
use crate::call::{KnownTools, ServerTools};
use crate::source::{Code, Diagnostic, suggest};
use crate::workflow::{CallSite, Workflow, WorkflowError};

impl Plan {
    /// Checks the calls against what is known of servers and tools now, which may be more than before:
    /// the names of servers before they are connected, their tools afterwards.
    ///
    /// # Errors
    ///
    /// When a server or a tool does not exist, or a server is unreachable that the workflow cannot do
    /// without. A tool that is not listed may exist, so it is only warned of.
    pub fn check_tools(self, known: &dyn KnownTools) -> Result<Self, CheckError> {
        let workflow = self.workflow();
        check_servers(workflow, known)?;
        let unavailable = unavailable(workflow, known)?;
        let (mut tools, mut problems) = (BTreeMap::new(), Vec::new());
        let mut seen = BTreeSet::new();
        for site in workflow.calls().filter(|site| seen.insert(&site.call.tool)) {
            match known.facts(&site.call.tool) {
                Some(facts) => {
                    tools.insert(site.call.tool.clone(), facts);
                }
                None => problems.extend(unlisted(&site, known)),
            }
        }
        if problems.iter().any(Diagnostic::is_error) {
            let file = workflow.source.clone();
            return Err(WorkflowError { file, diagnostics: problems }.into());
        }
        Ok(Self { tools, tool_warnings: problems, unavailable, ..self })
    }
}

fn check_servers(workflow: &Workflow, known: &dyn KnownTools) -> Result<(), CheckError> {
    let Some(servers) = known.servers() else { return Ok(()) };
    let unknown = workflow.calls().filter(|site| !servers.contains(&site.call.tool.server));
    let problems = unknown.map(|CallSite { call, .. }| {
        let server = call.tool.server.as_str();
        let help = suggest::help(server, servers.iter().map(String::as_str));
        let message = format!("there is no server `{server}`");
        Diagnostic::error(Code::UnknownName, &call.span, message).with_help(help)
    });
    let diagnostics: Vec<Diagnostic> = problems.collect();
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(CheckError::UnknownServers(WorkflowError { file: workflow.source.clone(), diagnostics }))
}

/// The unreachable servers that only tolerated calls need.
fn unavailable(
    workflow: &Workflow,
    known: &dyn KnownTools,
) -> Result<Vec<UnavailableServer>, CheckError> {
    let mut tolerated = Vec::new();
    let needed_servers = workflow.servers();
    let all = || needed_servers.iter().map(|name| (*name).to_owned()).collect();
    for server in known.servers().unwrap_or_else(all) {
        let ServerTools::Unavailable { reason, kind } = known.tools_of(&server) else { continue };
        let calls = || workflow.calls().filter(|site| site.call.tool.server == server);
        let needed = calls().find(|site| !site.is_tolerated);
        let is_needed = needed.is_some();
        let Some(site) = needed.or_else(|| calls().next()) else { continue };
        let step = site.step.id.clone();
        let server = UnavailableServer { server, step, reason, kind };
        if is_needed {
            return Err(CheckError::Unavailable(server));
        }
        tolerated.push(server);
    }
    Ok(tolerated)
}

/// What to say of a tool that its server does not list.
fn unlisted(site: &CallSite<'_>, known: &dyn KnownTools) -> Option<Diagnostic> {
    let (server, tool) = (&site.call.tool.server, &site.call.tool.tool);
    let message = format!("server `{server}` lists no tool `{tool}`");
    let (problem, names) = match known.tools_of(server) {
        ServerTools::All(names) => {
            (Diagnostic::error(Code::UnknownMember, &site.call.span, message), names)
        }
        ServerTools::Listed(names) => {
            (Diagnostic::warning(Code::UnknownMember, &site.call.span, message), names)
        }
        ServerTools::Unavailable { .. } | ServerTools::Unknown => return None,
    };
    Some(problem.with_help(suggest::help(tool, names.iter().map(String::as_str))))
}
