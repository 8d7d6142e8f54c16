//! `salesforce_dml_records`: records by the collection endpoint, each for itself.

use serde_json::{Map, Value};

use super::arguments::{given, is_truthy, written};
use super::query::object;
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{Outcome, Salesforce};
use mcp_mock::world::Env;

/// Members of a record that are no fields: the server's client takes them out.
const NO_FIELDS: [&str; 2] = ["attributes", "type"];

pub(super) fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (operation, object) =
        (given(arguments, "operation").unwrap_or_default(), object(arguments));
    let mut records = records(arguments);
    let outcomes = match operation.as_str() {
        "insert" => {
            records.iter_mut().for_each(|record| drop(record.remove("Id")));
            salesforce.create_many(env, &object, &records)?
        }
        "update" => {
            require(&records, "Id", "Record id is not found in record.")?;
            salesforce.update_many(env, &object, &records)?
        }
        "delete" => {
            let id = |record: &Map<String, Value>| record.get("Id").map(written);
            let ids =
                records.iter().map(|record| id(record).unwrap_or_else(|| "undefined".to_owned()));
            salesforce.delete_many(env, &ids.collect::<Vec<_>>())?
        }
        "upsert" => {
            let key = given(arguments, "externalIdField");
            let key =
                key.ok_or_else(|| thrown("externalIdField is required for upsert operations"))?;
            require(&records, &key, "External ID is not found in record.")?;
            salesforce.upsert_many(env, (&object, &key), &records)?
        }
        other => return Err(thrown(format!("Unsupported operation: {other}"))),
    };
    let words = report(&operation, &outcomes);
    let has_failures = outcomes.iter().any(Result::is_err);
    Ok(if has_failures { Answer::Failures(words) } else { Answer::Text(words) })
}

fn records(arguments: &Arguments) -> Vec<Map<String, Value>> {
    let items = arguments.value("records").and_then(Value::as_array).into_iter().flatten();
    let record = |item: &Value| {
        let mut record = item.as_object().cloned().unwrap_or_default();
        record.retain(|name, _| !NO_FIELDS.contains(&name.as_str()));
        record
    };
    items.map(record).collect()
}

fn require(records: &[Map<String, Value>], name: &str, message: &str) -> Result<(), ApiError> {
    let all = records.iter().all(|record| is_truthy(record.get(name)));
    if all { Ok(()) } else { Err(thrown(message)) }
}

/// An error of the server's client, before anything was sent.
fn thrown(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "client", message)
}

fn report(operation: &str, outcomes: &[Outcome]) -> String {
    let failed = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let mut text = format!(
        "{} operation completed.\nProcessed {} records:\n- Successful: {}\n- Failed: {failed}\n\n",
        operation.to_uppercase(),
        outcomes.len(),
        outcomes.len() - failed,
    );
    if failed > 0 {
        text.push_str("Errors:\n");
    }
    for (place, outcome) in outcomes.iter().enumerate() {
        let Err(error) = outcome else { continue };
        text.push_str(&format!(
            "Record {}:\n  - {} [{}]{}\n",
            place + 1,
            error.message,
            error.code,
            named_fields(error)
        ));
    }
    text
}

fn named_fields(error: &ApiError) -> String {
    let fields = error.details.as_ref().and_then(|details| details.get("fields"));
    let names: Vec<_> =
        fields.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() { String::new() } else { format!("\n    Fields: {}", names.join(", ")) }
}
