//! `tsmztech-0.0.6`: a community server that answers in prose.
//!
//! Arguments are hardly checked: types never, and what is missing only where the server would trip over
//! it. A refused query sets `isError`; records that were refused do not, so that a client has to read
//! the counts. Ids of new records are not told.
//!
//! Objects and fields that a call adds are there for all tools. Apex is stored and read back as it was
//! written: there is no compiler, so nothing is refused for its content, and nothing runs. Running
//! anonymous Apex is therefore listed and not backed. Times are those of `en-US` in UTC.

mod aggregate;
mod apex;
mod arguments;
mod debug_logs;
mod dml;
mod metadata;
mod objects;
mod permissions;
mod query;
mod search;

use jiff::Timestamp;
use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value};

use super::{Answer, Facts, Operation, ServerBehavior, text};
use mcp_mock::dialect::{Dialect, Provenance, Refusal, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::Salesforce;

static FACTS: Facts = Facts {
    name: "tsmztech-0.0.6",
    provenance: Provenance::Recorded {
        source: "npm @tsmztech/mcp-server-salesforce 0.0.6 (MIT)",
        date: "2026-11-22",
    },
    cases: &[3, 5, 10],
    server: ("salesforce-mcp-server", "1.0.0"),
    revision: ProtocolVersion::V2025_06_18,
    capabilities: r#"{"tools":{}}"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<Salesforce>)] = &[
    ("salesforce_search_objects", objects::search),
    ("salesforce_describe_object", objects::describe),
    ("salesforce_query_records", query::run),
    ("salesforce_aggregate_query", aggregate::run),
    ("salesforce_dml_records", dml::run),
    ("salesforce_manage_object", metadata::object),
    ("salesforce_manage_field", metadata::field),
    ("salesforce_manage_field_permissions", permissions::run),
    ("salesforce_search_all", search::run),
    ("salesforce_read_apex", apex::read_class),
    ("salesforce_write_apex", apex::write_class),
    ("salesforce_read_apex_trigger", apex::read_trigger),
    ("salesforce_write_apex_trigger", apex::write_trigger),
    ("salesforce_manage_debug_logs", debug_logs::run),
];

/// Tools that leave `isError` out when all went well.
const WITHOUT_FLAG: [&str; 5] = [
    "salesforce_manage_debug_logs",
    "salesforce_read_apex",
    "salesforce_read_apex_trigger",
    "salesforce_write_apex",
    "salesforce_write_apex_trigger",
];

/// The dialect.
pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Tsmztech, OPERATIONS)
}

#[derive(Debug)]
struct Tsmztech;

impl ServerBehavior for Tsmztech {
    fn without_arguments(&self) -> Option<Reply> {
        Some(failure("Error: Arguments are required"))
    }

    fn check(
        &self,
        tool: &str,
        _: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let arguments = arguments.unwrap_or_default();
        match arguments::lack(tool, &arguments) {
            Some(message) => Err(failure(format!("Error: {message}"))),
            None => Ok(arguments),
        }
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        failure(format!("Unknown tool: {name}"))
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        let lead_in = match tool {
            "salesforce_aggregate_query" => "Error executing aggregate query: ",
            "salesforce_manage_debug_logs" => debug_logs::LEAD_IN,
            "salesforce_manage_field_permissions" => "Error managing field permissions: ",
            "salesforce_query_records" => query::LEAD_IN,
            "salesforce_read_apex" => "Error reading Apex classes: ",
            "salesforce_read_apex_trigger" => "Error reading Apex triggers: ",
            "salesforce_search_all" => search::LEAD_IN,
            "salesforce_write_apex" => "Error writing Apex class: ",
            "salesforce_write_apex_trigger" => "Error writing Apex trigger: ",
            _ => "Error: ",
        };
        failure(format!("{lead_in}{}", error.message))
    }

    fn answer(&self, tool: &str, answer: &Answer) -> CallToolResult {
        let mut result = match answer {
            Answer::Json(body) => text(body.to_string()),
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(prose) | Answer::Failures(prose) => text(prose),
        };
        result.is_error = Some(false).filter(|_| !WITHOUT_FLAG.contains(&tool));
        result
    }
}

/// That a call wants something that this mock does not have.
fn not_backed(argument: &str, what: &str) -> Refusal {
    Refusal::NotModelled(format!(
        "mcp-mock cannot carry out `{argument}`: {what}; leave it out, or let a rule answer in the \
         place of the tool"
    ))
}

/// A time as `toLocaleString` writes it for `en-US` in UTC.
fn locale(time: Timestamp) -> String {
    time.strftime("%-m/%-d/%Y, %-I:%M:%S %p").to_string()
}

fn failure(message: impl Into<String>) -> Reply {
    Ok(text(message).into_error())
}

#[cfg(test)]
mod tests;
