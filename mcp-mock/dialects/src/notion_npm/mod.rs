//! `npm-2.5.2`: Notion's own package, a thin layer that turns tools into requests to the API.
//!
//! It checks nothing: a missing id of the path is sent as the string `undefined`, unknown arguments
//! are passed on, and strings that look like JSON are read as JSON, since many clients encode objects twice.
//! Both bodies and refusals of the API are the text of a success; only `status` tells them apart.
//!
//! Of the recorded catalogue, which repeats nine definitions in each of its 24 tools, `tools.json` keeps
//! those that a tool refers to. What the API would heed and this world does not have is a JSON-RPC error
//! that names it.

mod blocks;
mod comments;
mod markdown;
mod pages;
mod render;
mod request;
mod search;
mod sources;
mod users;
mod values;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ProtocolVersion, Tool};
use serde_json::{Map, Value, json};

use super::{Answer, Facts, Operation, ServerBehavior, text};
use mcp_mock::dialect::{Dialect, Provenance, Reply};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::Notion;

static FACTS: Facts = Facts {
    name: "npm-2.5.2",
    provenance: Provenance::Recorded {
        source: "npm @notionhq/notion-mcp-server 2.5.2 (MIT)",
        date: "2026-11-22",
    },
    cases: &[1, 3, 4, 5, 8],
    server: ("Notion API", "1.0.0"),
    revision: ProtocolVersion::V2025_06_18,
    capabilities: r#"{"tools":{}}"#,
    tools: include_str!("tools.json"),
};

const OPERATIONS: &[(&str, Operation<Notion>)] = &[
    ("API-get-user", users::get),
    ("API-get-users", users::list),
    ("API-get-self", users::bot),
    ("API-post-search", search::run),
    ("API-get-block-children", blocks::children),
    ("API-patch-block-children", blocks::append),
    ("API-retrieve-a-block", blocks::get),
    ("API-update-a-block", blocks::update),
    ("API-delete-a-block", blocks::delete),
    ("API-retrieve-a-page", pages::get),
    ("API-patch-page", pages::update),
    ("API-post-page", pages::create),
    ("API-move-page", pages::relocate),
    ("API-retrieve-a-page-property", pages::property),
    ("API-retrieve-a-comment", comments::list),
    ("API-create-a-comment", comments::create),
    ("API-query-data-source", sources::query),
    ("API-retrieve-a-data-source", sources::get),
    ("API-create-a-data-source", sources::create),
    ("API-update-a-data-source", sources::update),
    ("API-list-data-source-templates", sources::templates),
    ("API-retrieve-a-database", sources::database),
    ("API-retrieve-page-markdown", markdown::get),
    ("API-update-page-markdown", markdown::update),
];

/// Members of the details of a refusal that the API shows; others are hints for the `simple` dialect.
const SHOWN_DETAILS: [&str; 2] = ["error_type", "rate_limit_reason"];

/// Most bytes of a request body; the API's.
const BODY_BYTES_MAX: usize = 500_000;

/// The dialect.
pub(crate) fn dialect() -> Box<dyn Dialect> {
    FACTS.dialect(Npm, OPERATIONS)
}

#[derive(Debug)]
struct Npm;

impl ServerBehavior for Npm {
    fn check(
        &self,
        _: &str,
        _: &Value,
        arguments: Option<Map<String, Value>>,
    ) -> Result<Map<String, Value>, Reply> {
        let arguments = arguments.unwrap_or_default();
        if !fits(&arguments) {
            let message = "body failed validation: a request body has at most 500 KB.";
            return Err(self.refuse("", &ApiError::new(400, "validation_error", message)));
        }
        Ok(arguments.into_iter().map(|(name, value)| (name, request::unwrapped(value))).collect())
    }

    fn unknown_tool(&self, name: &str, _: &[Tool]) -> Reply {
        Err(RpcError::new(code::INTERNAL_ERROR, format!("Method {name} not found")))
    }

    fn refuse(&self, _: &str, error: &ApiError) -> Reply {
        let mut body = json!({
            "status": error.status,
            "object": "error",
            "code": error.code,
            "message": error.message,
            "request_id": render::uuid_of(&format!("{} {}", error.code, error.message)),
        });
        let details = error.details.as_ref();
        if let Some(details) =
            details.filter(|details| SHOWN_DETAILS.iter().any(|name| details.get(name).is_some()))
        {
            body["additional_data"] = details.clone();
            if let Some(data) = body["additional_data"].as_object_mut() {
                // It comes in a header, which this server does not look at.
                data.remove("retry_after");
            }
        }
        Ok(text(body.to_string()))
    }

    fn answer(&self, _: &str, answer: &Answer) -> CallToolResult {
        match answer {
            Answer::Json(body) => {
                let mut body = body.clone();
                // The same for the same answer, so that a world with the same seed says the same.
                body["request_id"] = json!(render::uuid_of(&body.to_string()));
                text(body.to_string())
            }
            Answer::Blocks(blocks) => CallToolResult::blocks(blocks.clone()),
            Answer::Text(words) | Answer::Failures(words) => text(words),
        }
    }
}

/// Whether the body of a request is not too long for the API.
fn fits(arguments: &Map<String, Value>) -> bool {
    serde_json::to_string(arguments).is_ok_and(|body| body.len() <= BODY_BYTES_MAX)
}

#[cfg(test)]
mod tests;
