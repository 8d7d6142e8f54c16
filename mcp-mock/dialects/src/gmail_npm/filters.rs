//! Tools for filters.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Filter, Gmail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

#[derive(Deserialize)]
struct NewFilter {
    criteria: Value,
    action: Value,
}

pub(super) fn create_filter(mut call: Call<'_, Gmail>) -> Outcome {
    let NewFilter { criteria, action } = call.read()?;
    let criteria = read(criteria, "criteria")?;
    let action = read(action, "action")?;
    let filter = call.service.create_filter(&mut call.api, criteria, action)?;
    Ok(Answer::Text(format!("Filter created successfully:\n{}", described(filter))))
}

pub(super) fn list_filters(mut call: Call<'_, Gmail>) -> Outcome {
    let filters = call.service.list_filters(&mut call.api)?;
    if filters.is_empty() {
        return Ok(Answer::Text("No filters found.".to_owned()));
    }
    let entry = |filter: &Filter| format!("{}\n", described(filter));
    let entries: Vec<_> = filters.iter().map(entry).collect();
    let list = format!("Found {} filters:\n\n{}", entries.len(), entries.join("\n"));
    Ok(Answer::Text(list))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    filter_id: String,
}

pub(super) fn get_filter(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { filter_id: id } = call.read()?;
    let found = call.service.get_filter(&mut call.api, &id);
    let filter = found.map_err(|error| renamed_not_found(&id, error))?;
    Ok(Answer::Text(format!("Filter details:\n{}", described(filter))))
}

pub(super) fn delete_filter(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { filter_id: id } = call.read()?;
    let deleted = call.service.delete_filter(&mut call.api, &id);
    deleted.map_err(|error| renamed_not_found(&id, error))?;
    Ok(Answer::Text(format!("Filter \"{id}\" deleted successfully.")))
}

/// An argument as the API reads it; what fits the tool's schema may still be no value to Google, such as half
/// a byte.
fn read<T: DeserializeOwned>(argument: Value, name: &str) -> Result<T, ApiError> {
    serde_json::from_value(argument).map_err(|error| {
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
fn renamed_not_found(id: &str, error: ApiError) -> ApiError {
    if error.status != 404 {
        return error;
    }
    ApiError { message: format!("Filter with ID \"{id}\" not found."), ..error }
}
