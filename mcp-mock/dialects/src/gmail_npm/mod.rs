//! Gmail as `@gongrzhe/server-gmail-autoauth-mcp` 1.1.11 shows it.
//!
//! Answers are English sentences, and so are failures: every one, whatever its cause, is a result that
//! begins with `Error: `, or with `Failed to download attachment: `, and is not marked as an error.
//!
//! The server reads files to attach from its disk and saves attachments to it. Here the disk is that of the
//! world, so that a test harms nothing and can look at what was saved.

mod batches;
mod filters;
mod labels;
mod mail;
mod templates;

use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value};

use super::{Answer, Facts, Operation, ServerBehavior, indented, text, zod};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::Gmail;

const FACTS: Facts = Facts {
    name: "npm-1.1.11",
    provenance: Provenance::Recorded {
        source: "@gongrzhe/server-gmail-autoauth-mcp 1.1.11 (ISC)",
        date: "2026-11-22",
    },
    cases: &[1, 4, 5, 8, 10],
    server: ("gmail", "1.0.0"),
    revision: ProtocolVersion::V2024_11_05,
    capabilities: r#"{ "tools": {} }"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<Gmail>)] = &[
    ("send_email", mail::send_email),
    ("draft_email", mail::draft_email),
    ("read_email", mail::read_email),
    ("search_emails", mail::search_emails),
    ("modify_email", mail::modify_email),
    ("delete_email", mail::delete_email),
    ("list_email_labels", labels::list_email_labels),
    ("batch_modify_emails", batches::batch_modify_emails),
    ("batch_delete_emails", batches::batch_delete_emails),
    ("create_label", labels::create_label),
    ("update_label", labels::update_label),
    ("delete_label", labels::delete_label),
    ("get_or_create_label", labels::get_or_create_label),
    ("create_filter", filters::create_filter),
    ("list_filters", filters::list_filters),
    ("get_filter", filters::get_filter),
    ("delete_filter", filters::delete_filter),
    ("create_filter_from_template", templates::create_filter_from_template),
    ("download_attachment", mail::download_attachment),
];

pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Npm, OPERATIONS)
}

#[derive(Debug)]
struct Npm;

impl ServerBehavior for Npm {
    fn check(
        &self,
        tool: &str,
        schema: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        if matches!(tool, "list_email_labels" | "list_filters") {
            return Ok(Map::new());
        }
        zod::parse(schema, arguments).map_err(|issues| Ok(failed(&issues)))
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Ok(failed(&format!("Unknown tool: {name}")))
    }

    fn refuse(&self, tool: &str, error: &ApiError) -> Reply {
        if tool == "download_attachment" {
            return Ok(text(format!("Failed to download attachment: {}", error.message)));
        }
        Ok(failed(&format!("{}{}", lead_in(tool, error.status), error.message)))
    }

    fn refuse_in_words(&self, _: &str, words: &str) -> Reply {
        Ok(failed(words))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        match answer {
            Answer::Json(body) => text(indented(body)),
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(words) | Answer::Failures(words) => text(words.as_str()),
        }
    }
}

fn failed(words: &str) -> CallToolResult {
    text(format!("Error: {words}"))
}

/// What the server puts in front of Google's words. For an id that is not there it has words of its own.
fn lead_in(tool: &str, status: u16) -> &'static str {
    match (tool, status) {
        ("create_filter" | "create_filter_from_template", 400) => {
            "Invalid filter criteria or action: "
        }
        ("create_filter" | "create_filter_from_template", _) => "Failed to create filter: ",
        ("create_label", _) => "Failed to create label: ",
        ("get_or_create_label", _) => "Failed to get or create label: Failed to create label: ",
        ("list_email_labels", _) => "Failed to list labels: ",
        ("list_filters", _) => "Failed to list filters: ",
        (_, 404) => "",
        ("delete_filter", _) => "Failed to delete filter: ",
        ("delete_label", _) => "Failed to delete label: ",
        ("get_filter", _) => "Failed to get filter: ",
        ("update_label", _) => "Failed to update label: ",
        _ => "",
    }
}

#[cfg(test)]
mod tests;
