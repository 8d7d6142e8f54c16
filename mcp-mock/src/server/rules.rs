//! Rules from a file, set on the servers that they are about.

use super::MockServer;
use crate::dialect::unknown_tool;
use crate::script::{Rules, RulesError};
use crate::service::ServiceName;

impl MockServer {
    /// Adds rules from a file after the existing ones.
    ///
    /// # Errors
    ///
    /// When a rule is about a tool that this server does not have; then none is added. Rules for other
    /// services are left out.
    pub fn add_rules(&self, rules: &Rules) -> Result<(), RulesError> {
        add_rules(std::slice::from_ref(self), rules)
    }
}

/// Adds each rule to the servers that it is about: none when one is about a tool that no server has.
pub fn add_rules(servers: &[MockServer], rules: &Rules) -> Result<(), RulesError> {
    let mut added = Vec::new();
    for (index, entry) in rules.rules.iter().enumerate() {
        match servers_matching(servers, entry.service(), entry.on.tool.as_deref()) {
            Ok(servers) => added.push((servers, entry)),
            Err(message) => {
                let place = format!("/rules/{index}/on/tool");
                return Err(RulesError::UnknownTool { place, message });
            }
        }
    }
    for (servers, entry) in added {
        servers.iter().for_each(|server| server.add_rule(entry.to_rule()));
    }
    Ok(())
}

/// The servers of that service that have the tool: all when neither is named. An error says that none
/// has it, in the words of the server that has one with a name like it.
pub fn servers_matching<'a>(
    servers: &'a [MockServer],
    service: Option<ServiceName>,
    tool: Option<&str>,
) -> Result<Vec<&'a MockServer>, String> {
    let of_service = |server: &&MockServer| service.is_none_or(|name| server.core.service == name);
    let meant: Vec<_> = servers.iter().filter(of_service).collect();
    let Some(tool) = tool else { return Ok(meant) };
    let has_tool = |server: &&MockServer| server.dialect().listed_name(tool).is_some();
    let having: Vec<_> = meant.iter().copied().filter(has_tool).collect();
    if !having.is_empty() || meant.is_empty() {
        return Ok(having);
    }
    let told = meant.iter().map(|server| unknown_tool(tool, server.name(), server.tools()));
    // The shortest is one without a guess, so that the longest is of most help.
    Err(told.max_by_key(String::len).unwrap_or_default())
}
