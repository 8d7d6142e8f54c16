//! `salesforce_search_all`: words in several objects at once.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{Returning, Salesforce, Search, SearchFields};
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{Loose, written};
use super::not_backed;

/// What the server puts in front of what went wrong.
pub(super) const LEAD_IN: &str = "Error executing search: ";

/// Clauses that the server writes and that the org of this world has nothing for. Others than the vendor's
/// the server leaves out.
const UNKNOWN_CLAUSES: [&str; 5] =
    ["DATA CATEGORY", "DIVISION", "NETWORK", "PRICEBOOKID", "SECURITY_ENFORCED"];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SearchAll {
    search_term: Loose,
    search_in: Loose,
    objects: Loose,
    with_clauses: Loose,
    updateable: Loose,
    viewable: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: SearchAll = call.read()?;
    let term = wanted.search_term.text();
    if term.trim().is_empty() {
        return Err(Refusal::Server(format!("{LEAD_IN}Search term cannot be empty")));
    }
    let objects = wanted.objects.items().iter();
    let parts = objects.map(part).collect::<Result<Vec<_>, _>>()?;
    check_flags(&wanted)?;
    let search = Search { term: &term, fields: fields(&wanted.search_in)?, returning: &parts };
    let rows = call.service.search(&mut call.api, search)?;
    let asks = |kind: &str| {
        let mut clauses = wanted.with_clauses.items().iter();
        clauses.any(|clause| clause.get("type") == Some(&Value::from(kind)))
    };
    let extra = extra_lines(asks("METADATA"), asks("SNIPPET"));
    let blocks: Vec<_> = parts.iter().map(|part| block(part, &rows, &extra)).collect();
    Ok(Answer::Text(format!("Search Results:{}", blocks.join("\n"))))
}

/// The server writes these such that no org understands them, or they speak of what this org lacks.
fn check_flags(wanted: &SearchAll) -> Result<(), Refusal> {
    for (name, flag) in [("updateable", &wanted.updateable), ("viewable", &wanted.viewable)] {
        if flag.is_truthy() {
            return Err(not_backed(name, "the server writes a second RETURNING for it"));
        }
    }
    for clause in wanted.with_clauses.items() {
        let kind = clause.get("type").map(written).unwrap_or_default();
        if UNKNOWN_CLAUSES.contains(&kind.as_str()) {
            let what = format!("the org of this world knows nothing of {kind}");
            return Err(not_backed("withClauses", &what));
        }
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Part {
    name: Loose,
    fields: Loose,
    r#where: Loose,
    order_by: Loose,
    limit: Loose,
}

fn part(json: &Value) -> Result<Returning, ApiError> {
    // Its members may be of any type, and the arguments were checked to be objects.
    let part = Part::deserialize(json).unwrap_or_default();
    let limit = part.limit.written();
    let limit = limit.map(|limit| limit.parse().map_err(|_| malformed(&limit)));
    Ok(Returning {
        object: part.name.text(),
        fields: part.fields.list(),
        condition: part.r#where.written(),
        order: part.order_by.written(),
        limit: limit.transpose()?,
    })
}

fn fields(search_in: &Loose) -> Result<SearchFields, ApiError> {
    // The server fills in what is left out, and nothing else.
    match search_in.defined().map(written).as_deref() {
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
