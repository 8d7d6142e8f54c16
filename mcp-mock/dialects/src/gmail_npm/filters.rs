//! Tools for filters.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Filter, Gmail};
use mcp_mock::world::Env;

type Outcome = Result<Answer, ApiError>;

/// Criteria and actions in the order in which the server shows them.
const ORDER: [&str; 12] = [
    "from",
    "to",
    "subject",
    "query",
    "negatedQuery",
    "hasAttachment",
    "excludeChats",
    "size",
    "sizeComparison",
    "addLabelIds",
    "removeLabelIds",
    "forward",
];

pub(super) fn create_filter(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Outcome {
    let criteria = read(arguments, "criteria")?;
    let action = read(arguments, "action")?;
    let filter = gmail.create_filter(env, criteria, action)?;
    Ok(Answer::Text(format!("Filter created successfully:\n{}", described(filter))))
}

pub(super) fn list_filters(gmail: &mut Gmail, _: &mut Env, _: &Arguments) -> Outcome {
    if gmail.filters.is_empty() {
        return Ok(Answer::Text("No filters found.".to_owned()));
    }
    let entry = |filter: &Filter| format!("{}\n", described(filter));
    let entries: Vec<_> = gmail.filters.iter().map(entry).collect();
    let list = format!("Found {} filters:\n\n{}", entries.len(), entries.join("\n"));
    Ok(Answer::Text(list))
}

pub(super) fn get_filter(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("filterId");
    let filter = gmail.filter(id).map_err(|error| not_there(id, error))?;
    Ok(Answer::Text(format!("Filter details:\n{}", described(filter))))
}

pub(super) fn delete_filter(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("filterId");
    gmail.delete_filter(id).map_err(|error| not_there(id, error))?;
    Ok(Answer::Text(format!("Filter \"{id}\" deleted successfully.")))
}

/// An argument as the API reads it; what fits the tool's schema may still be no value to Google, such as half
/// a byte.
fn read<T: DeserializeOwned>(arguments: &Arguments, name: &str) -> Result<T, ApiError> {
    serde_json::from_value(Value::Object(arguments.object(name))).map_err(|error| {
        ApiError::new(400, "invalidArgument", format!("Invalid value at 'filter.{name}': {error}"))
    })
}

fn described(filter: &Filter) -> String {
    format!(
        "ID: {}\nCriteria: {}\nActions: {}",
        filter.id,
        entries(&filter.criteria),
        entries(&filter.action)
    )
}

fn entries(part: &impl Serialize) -> String {
    let members = serde_json::to_value(part).unwrap_or_default();
    let entry = |name: &&str| Some(format!("{name}: {}", written(members.get(*name)?)));
    ORDER.iter().filter_map(entry).collect::<Vec<_>>().join(", ")
}

fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The server's own words for an id that Google does not find.
fn not_there(id: &str, error: ApiError) -> ApiError {
    if error.status != 404 {
        return error;
    }
    ApiError { message: format!("Filter with ID \"{id}\" not found."), ..error }
}
