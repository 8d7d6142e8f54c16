//! `salesforce_search_all`: words in several objects at once.

use serde_json::Value;

use super::arguments::{given, is_truthy, list, written};
use super::not_backed;
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{Returning, Salesforce, SearchFields};
use mcp_mock::world::Env;

/// Clauses that the server writes and that the org of this world has nothing for. Others than the vendor's
/// the server leaves out.
const UNKNOWN_CLAUSES: [&str; 5] =
    ["DATA CATEGORY", "DIVISION", "NETWORK", "PRICEBOOKID", "SECURITY_ENFORCED"];

pub(super) fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let term = given(arguments, "searchTerm").unwrap_or_default();
    if term.trim().is_empty() {
        return Err(ApiError::new(400, "client", "Search term cannot be empty"));
    }
    let objects = arguments.value("objects").and_then(Value::as_array);
    let parts = objects.into_iter().flatten().map(part).collect::<Result<Vec<_>, _>>()?;
    check_flags(arguments)?;
    let rows = salesforce.search(env, (&term, fields(arguments)?), &parts)?;
    let clauses = arguments.value("withClauses").and_then(Value::as_array);
    let asks = |kind: &str| {
        clauses.into_iter().flatten().any(|clause| clause.get("type") == Some(&Value::from(kind)))
    };
    let extra = extra_lines(asks("METADATA"), asks("SNIPPET"));
    let blocks: Vec<_> = parts.iter().map(|part| block(part, &rows, &extra)).collect();
    Ok(Answer::Text(format!("Search Results:{}", blocks.join("\n"))))
}

/// The server writes these such that no org understands them, or they speak of what this org lacks.
fn check_flags(arguments: &Arguments) -> Result<(), ApiError> {
    for name in ["updateable", "viewable"] {
        if is_truthy(arguments.value(name)) {
            return Err(not_backed(name, "the server writes a second RETURNING for it"));
        }
    }
    let clauses = arguments.value("withClauses").and_then(Value::as_array);
    for clause in clauses.into_iter().flatten() {
        let kind = clause.get("type").map(written).unwrap_or_default();
        if UNKNOWN_CLAUSES.contains(&kind.as_str()) {
            let what = format!("the org of this world knows nothing of {kind}");
            return Err(not_backed("withClauses", &what));
        }
    }
    Ok(())
}

fn part(json: &Value) -> Result<Returning, ApiError> {
    let clause = |name: &str| json.get(name).filter(|value| is_truthy(Some(value))).map(written);
    let limit = clause("limit").map(|limit| limit.parse().map_err(|_| malformed(&limit)));
    Ok(Returning {
        object: clause("name").unwrap_or_default(),
        fields: list(json.get("fields")),
        condition: clause("where"),
        order: clause("orderBy"),
        limit: limit.transpose()?,
    })
}

fn fields(arguments: &Arguments) -> Result<SearchFields, ApiError> {
    // The server fills in what is left out, and nothing else.
    match arguments.given("searchIn").map(written).as_deref() {
        None | Some("ALL FIELDS") => Ok(SearchFields::All),
        Some("EMAIL FIELDS") => Ok(SearchFields::Email),
        Some("NAME FIELDS") => Ok(SearchFields::Name),
        Some("PHONE FIELDS") => Ok(SearchFields::Phone),
        Some("SIDEBAR FIELDS") => Ok(SearchFields::Sidebar),
        Some(other) => Err(malformed(other)),
    }
}

fn malformed(token: &str) -> ApiError {
    ApiError::new(400, "MALFORMED_SEARCH", format!("unexpected token: '{token}'"))
}

/// What follows each record when a clause asks for it; the org gives neither times nor snippets.
fn extra_lines(metadata: bool, snippets: bool) -> String {
    let mut lines = String::new();
    if metadata {
        lines.push_str("    Metadata:\n      Last Modified: undefined\n");
    }
    if snippets {
        lines.push_str("    Snippets:\n      None\n");
    }
    lines
}

fn block(part: &Returning, rows: &[Value], extra: &str) -> String {
    let is_of = |row: &&Value| row.pointer("/attributes/type") == Some(&Value::from(&*part.object));
    let rows: Vec<_> = rows.iter().filter(is_of).collect();
    let mut text = format!("\n{} ({} records found):\n", part.object, rows.len());
    for (place, row) in rows.into_iter().enumerate() {
        // Names are looked up with their case, as the row has them.
        let value = |name: &str| row.get(name).map_or_else(|| "null".to_owned(), written);
        let lines = part.fields.iter().map(|name| format!("    {name}: {}\n", value(name)));
        let lines: String = lines.collect();
        text.push_str(&format!("  Record {}:\n{lines}{extra}", place + 1));
    }
    text
}
