//! Records of all objects: new ones under short names, others as the API has them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::fields::{named_by_api, named_shortly};
use crate::dialect::schema::{
    any_object, boolean, integer, list, nullable, number, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::ApiError;
use crate::service::salesforce::{Field, RecordRef, Salesforce, long_id};

pub(super) fn create_case() -> CatalogTool<Salesforce> {
    let description = "Make a case for the service team.";
    let run = |call: Call<'_, Salesforce>| create(call, "Case", &case_schema());
    CatalogTool::new("create_case", description, run)
        .input(&object([
            required("subject", text("What it is about, 255 characters at most")),
            optional("description", text("What happened")),
            optional("priority", text("High, Medium or Low; Medium when left out")),
            optional("origin", text("Phone, Email or Web")),
            optional("status", text("New, Working, Escalated or Closed; New when left out")),
            optional("contact_id", text("Id of the contact who asks")),
        ]))
        .output(&case_schema())
        .effect(Effect::Add)
}

pub(super) fn create_contact() -> CatalogTool<Salesforce> {
    let description = "Make a contact, with an account or without.";
    let run = |call: Call<'_, Salesforce>| create(call, "Contact", &id_schema());
    CatalogTool::new("create_contact", description, run)
        .input(&object([
            required("last_name", text("Last name")),
            optional("first_name", text("First name")),
            optional("email", text("Address")),
            optional("phone", text("Phone number")),
            optional("title", text("What the person does")),
            optional("account_id", text("Id of the account")),
        ]))
        .output(&id_schema())
        .effect(Effect::Add)
}

pub(super) fn create_opportunity() -> CatalogTool<Salesforce> {
    let run = |call: Call<'_, Salesforce>| create(call, "Opportunity", &id_schema());
    CatalogTool::new("create_opportunity", "Make an opportunity.", run)
        .input(&object([
            required("name", text("Name of the deal")),
            required("stage", text("Stage, such as `Prospecting` or `Closed Won`")),
            required("close_date", text("Day by which it should close, such as 2026-03-31")),
            optional("amount", number("What it is worth")),
            optional("account_id", text("Id of the account")),
        ]))
        .output(&id_schema())
        .effect(Effect::Add)
}

fn case_schema() -> Value {
    object([
        required("id", text("Id with 18 characters")),
        required("case_number", text("Eight digits, counted up without gaps")),
    ])
}

fn id_schema() -> Value {
    object([required("id", text("Id with 18 characters"))])
}

/// Makes a record of the arguments, and shows of it what the schema declares.
fn create(mut call: Call<'_, Salesforce>, object: &str, schema: &Value) -> Outcome {
    let fields = named_by_api(call.read()?)?;
    let made = call.service.create(&mut call.api, object, &fields)?;
    Ok(Answer::Json(named_shortly(made, schema)))
}

#[derive(Deserialize)]
struct ByObjectAndId {
    object: String,
    id: String,
}

pub(super) fn get_record() -> CatalogTool<Salesforce> {
    let description = "Read every field of a record. Fields that are not set are null.";
    CatalogTool::new("get_record", description, get)
        .input(&object([
            required("object", text("API name of the object, such as `Case`")),
            required("id", text("Id with 15 or 18 characters")),
        ]))
        .output(&object([
            required("object", text("API name of the object")),
            required("id", text("Id with 18 characters")),
            required("fields", any_object("Values by the API name of the field")),
        ]))
        .effect(Effect::Read)
}

fn get(mut call: Call<'_, Salesforce>) -> Outcome {
    let ByObjectAndId { object, id } = call.read()?;
    let record = call.service.get(&mut call.api, RecordRef { object: &object, id: &id })?;
    let fields = call.service.values(record);
    Ok(Answer::Json(json!({ "object": record.object, "id": record.id, "fields": fields })))
}

pub(super) fn delete_record() -> CatalogTool<Salesforce> {
    CatalogTool::new("delete_record", "Delete a record.", delete)
        .input(&object([
            required("object", text("API name of the object, such as `Lead`")),
            required("id", text("Id with 15 or 18 characters")),
        ]))
        .output(&object([
            required("id", text("Id with 18 characters")),
            required("deleted", boolean("True")),
        ]))
        .effect(Effect::Replace)
}

fn delete(mut call: Call<'_, Salesforce>) -> Outcome {
    let ByObjectAndId { object, id } = call.read()?;
    call.service.delete(&mut call.api, RecordRef { object: &object, id: &id })?;
    Ok(Answer::Json(json!({ "id": long_id(&id), "deleted": true })))
}

pub(super) fn describe_object() -> CatalogTool<Salesforce> {
    let field = object([
        required("name", text("API name")),
        required("label", text("What people read")),
        required("type", text("Type of its values, such as `picklist`")),
        required("required", boolean("Whether a record cannot be without it")),
        required("read_only", boolean("Whether only the system writes it")),
        required("values", list(text("Value"), "Values of a picklist, objects of a reference")),
    ]);
    let description = "Read which fields an object has and what they take.";
    CatalogTool::new("describe_object", description, describe)
        .input(&object([required("object", text("API name of the object, such as `Lead`"))]))
        .output(&object([
            required("name", text("API name")),
            required("prefix", text("First three characters of its ids")),
            required("fields", list(field, "Fields, those of every object first")),
        ]))
        .effect(Effect::Read)
}

#[derive(Deserialize)]
struct ByObject {
    object: String,
}

fn describe(mut call: Call<'_, Salesforce>) -> Outcome {
    let ByObject { object } = call.read()?;
    let rule = call.service.describe(&mut call.api, &object)?;
    let field = |field: &Field<'_>| {
        json!({
            "name": field.name,
            "label": field.label(),
            "type": field.kind.name(),
            "required": field.required,
            "read_only": field.read_only,
            "values": field.values.names(),
        })
    };
    let fields: Value = call.service.fields(rule).iter().map(field).collect();
    Ok(Answer::Json(json!({ "name": rule.name, "prefix": rule.prefix, "fields": fields })))
}

pub(super) fn query() -> CatalogTool<Salesforce> {
    let description = "Run a SOQL query on one object: SELECT fields or COUNT(), FROM, WHERE, ORDER \
                       BY, LIMIT, OFFSET. An answer has 2000 records at most.";
    CatalogTool::new("query", description, select)
        .input(&object([
            required("soql", text("The query, such as `SELECT Id FROM Lead WHERE Rating = 'Hot'`")),
            optional("cursor", text("`next_cursor` of the answer before, for the same query")),
        ]))
        .output(&object([
            required("total_size", integer("How many records there are in all")),
            required("done", boolean("Whether these are the last ones")),
            required("records", list(any_object("The chosen fields"), "Records, in order")),
            required("next_cursor", nullable(text("Where to go on; null when done"))),
        ]))
        .effect(Effect::Read)
}

#[derive(Deserialize)]
struct Query {
    soql: String,
    cursor: Option<String>,
}

fn select(mut call: Call<'_, Salesforce>) -> Outcome {
    let Query { soql, cursor } = call.read()?;
    let first = match cursor {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| ApiError::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))?,
    };
    let result = call.service.query(&mut call.api, &soql, first)?;
    Ok(Answer::Json(json!({
        "total_size": result.total_size,
        "done": result.next.is_none(),
        "records": result.records,
        "next_cursor": result.next.map(|next| next.to_string()),
    })))
}
