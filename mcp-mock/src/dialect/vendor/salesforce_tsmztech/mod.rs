//! `tsmztech-0.0.6`: a community server that answers in prose.
//!
//! Arguments are hardly checked: types never, and what is missing only where the server would trip over
//! it. A refused query sets `isError`; records that were refused do not, so that a client has to read
//! the counts. Ids of new records are not told. Apex, metadata, debug logs and permissions are listed and
//! not backed.

mod aggregate;
mod arguments;
mod dml;
mod objects;
mod query;
mod search;

use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value};

use super::{Answer, Facts, Manners, Operation, Vendor, text};
use crate::dialect::{Dialect, Provenance, Reply};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;

static FACTS: Facts = Facts {
    name: "tsmztech-0.0.6",
    provenance: Provenance::Recorded {
        source: "npm @tsmztech/mcp-server-salesforce 0.0.6 (MIT)",
        date: "2026-11-22",
    },
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
    ("salesforce_search_all", search::run),
];

/// The code of a refusal by the server itself, whose words are shown as they are.
const OWN_WORDS: &str = "own_words";

/// The dialect.
pub(crate) fn dialect() -> Box<dyn Dialect> {
    Box::new(Vendor::new(&FACTS, Tsmztech, OPERATIONS))
}

#[derive(Debug)]
struct Tsmztech;

impl Manners for Tsmztech {
    fn check(
        &self,
        tool: &Tool,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let Some(arguments) = arguments else {
            return Err(failure("Error: Arguments are required"));
        };
        match arguments::lack(&tool.name, &arguments) {
            Some(message) => Err(failure(format!("Error: {message}"))),
            None => Ok(arguments),
        }
    }

    fn unknown_tool(&self, name: &str) -> Reply {
        failure(format!("Unknown tool: {name}"))
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        let before = match tool {
            _ if error.code == OWN_WORDS => "",
            "salesforce_aggregate_query" => "Error executing aggregate query: ",
            "salesforce_query_records" => "Error executing query: ",
            "salesforce_search_all" => "Error executing search: ",
            _ => "Error: ",
        };
        failure(format!("{before}{}", error.message))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        let mut result = match answer {
            Answer::Json(body) => text(body.to_string()),
            Answer::Text(prose) => text(prose),
        };
        result.is_error = Some(false);
        result
    }
}

fn failure(message: impl Into<String>) -> Reply {
    Ok(text(message).into_error())
}

#[cfg(test)]
mod tests;
