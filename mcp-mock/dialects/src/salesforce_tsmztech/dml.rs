//! `salesforce_dml_records`: records by the collection endpoint, each for itself.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{FieldRef, Outcome as RecordOutcome, Salesforce};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::arguments::{Loose, is_truthy, written};

/// Members of a record that are no fields: the server's client takes them out.
const NO_FIELDS: [&str; 2] = ["attributes", "type"];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Dml {
    operation: Loose,
    object_name: Loose,
    records: Loose,
    external_id_field: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let dml: Dml = call.read()?;
    let (operation, object) = (dml.operation.text(), dml.object_name.text());
    let mut records: Vec<_> = dml.records.items().iter().map(record).collect();
    let Call { service: salesforce, mut api, .. } = call;
    let outcomes = match operation.as_str() {
        "insert" => {
            records.iter_mut().for_each(|record| drop(record.remove("Id")));
            salesforce.create_many(&mut api, &object, &records)?
        }
        "update" => {
            require(&records, "Id", "Record id is not found in record.")?;
            salesforce.update_many(&mut api, &object, &records)?
        }
        "delete" => {
            let id = |record: &Map<String, Value>| record.get("Id").map(written);
            let ids =
                records.iter().map(|record| id(record).unwrap_or_else(|| "undefined".to_owned()));
            salesforce.delete_many(&mut api, &ids.collect::<Vec<_>>())?
        }
        "upsert" => {
            let missing = || thrown("externalIdField is required for upsert operations");
            let key = dml.external_id_field.written().ok_or_else(missing)?;
            require(&records, &key, "External ID is not found in record.")?;
            let key = FieldRef { object: &object, name: &key };
            salesforce.upsert_many(&mut api, key, &records)?
        }
        other => return Err(thrown(&format!("Unsupported operation: {other}"))),
    };
    let words = report(&operation, &outcomes);
    let has_failures = outcomes.iter().any(Result::is_err);
    Ok(if has_failures { Answer::Failures(words) } else { Answer::Text(words) })
}

fn record(item: &Value) -> Map<String, Value> {
    let mut record = item.as_object().cloned().unwrap_or_default();
    record.retain(|name, _| !NO_FIELDS.contains(&name.as_str()));
    record
}

fn require(records: &[Map<String, Value>], name: &str, message: &str) -> Result<(), Refusal> {
    let all = records.iter().all(|record| is_truthy(record.get(name)));
    if all { Ok(()) } else { Err(thrown(message)) }
}

/// An error of the server's client, before anything was sent.
fn thrown(message: &str) -> Refusal {
    Refusal::Server(format!("Error: {message}"))
}

fn report(operation: &str, outcomes: &[RecordOutcome]) -> String {
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
