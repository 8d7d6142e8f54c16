//! Leads, under short names.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::fields::{named_by_api, named_shortly};
use crate::dialect::schema::{nullable, number, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::salesforce::{RecordRef, Salesforce};

pub(super) fn create_lead() -> CatalogTool<Salesforce> {
    let description = "Make a lead. Salesforce wants a last name: without one, the part of the \
                       address before the @ is taken.";
    CatalogTool::new("create_lead", description, create)
        .input(&object([
            required("email", text("Address of the person")),
            required("company", text("Company")),
            optional("last_name", text("Last name")),
            optional("first_name", text("First name")),
            optional("phone", text("Phone number")),
            optional("title", text("What the person does")),
            optional("notes", text("Notes")),
            optional("source", text("Where the lead came from, such as `Web`; any text is taken")),
        ]))
        .output(&created_schema())
        .effect(Effect::Add)
}

fn created_schema() -> Value {
    object([
        required("id", text("Id with 18 characters")),
        required("last_name", text("Last name, given or taken from the address")),
        required("status", text("Status of a new lead")),
    ])
}

fn create(mut call: Call<'_, Salesforce>) -> Outcome {
    let mut fields = named_by_api(call.read()?)?;
    let string = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    if string("LastName").trim().is_empty() {
        let email = string("Email");
        let local = email.split_once('@').map_or(email, |(local, _)| local).to_owned();
        fields.insert("LastName".to_owned(), Value::from(local));
    }
    let lead = call.service.create(&mut call.api, "Lead", &fields)?;
    Ok(Answer::Json(named_shortly(lead, &created_schema())))
}

pub(super) fn get_lead() -> CatalogTool<Salesforce> {
    CatalogTool::new("get_lead", "Read a lead.", get)
        .input(&object([required("id", text("Id with 15 or 18 characters"))]))
        .output(&lead_schema())
        .effect(Effect::Read)
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

fn get(mut call: Call<'_, Salesforce>) -> Outcome {
    let ById { id } = call.read()?;
    let lead = call.service.get(&mut call.api, RecordRef { object: "Lead", id: &id })?;
    Ok(Answer::Json(named_shortly(lead, &lead_schema())))
}

pub(super) fn update_lead() -> CatalogTool<Salesforce> {
    let description = "Change fields of a lead; those that are left out stay, null empties one.";
    CatalogTool::new("update_lead", description, update)
        .input(&object([
            required("id", text("Id with 15 or 18 characters")),
            optional("first_name", nullable(text("First name"))),
            optional("last_name", text("Last name")),
            optional("company", text("Company")),
            optional("email", nullable(text("Address"))),
            optional("phone", nullable(text("Phone number"))),
            optional("title", nullable(text("What the person does"))),
            optional("status", text("How far the lead is, such as `Working - Contacted`")),
            optional("rating", nullable(text("Hot, Warm or Cold; any text is taken"))),
            optional("score", nullable(number("Score"))),
            optional("source", nullable(text("Where the lead came from"))),
            optional("notes", nullable(text("Notes; they replace those that are there"))),
        ]))
        .output(&lead_schema())
        .effect(Effect::Replace)
}

#[derive(Deserialize)]
struct Update {
    id: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

fn update(mut call: Call<'_, Salesforce>) -> Outcome {
    let Update { id, fields } = call.read()?;
    let record = RecordRef { object: "Lead", id: &id };
    let lead = call.service.update(&mut call.api, record, &named_by_api(fields)?)?;
    Ok(Answer::Json(named_shortly(lead, &lead_schema())))
}

fn lead_schema() -> Value {
    object([
        required("id", text("Id with 18 characters")),
        required("name", text("Full name")),
        required("first_name", nullable(text("First name"))),
        required("last_name", text("Last name")),
        required("company", text("Company")),
        required("email", nullable(text("Address"))),
        required("phone", nullable(text("Phone number"))),
        required("title", nullable(text("What the person does"))),
        required("industry", nullable(text("Branch of the company"))),
        required("employees", nullable(number("People at the company"))),
        required("status", nullable(text("How far the lead is"))),
        required("rating", nullable(text("Hot, Warm or Cold"))),
        required("score", nullable(number("Score, kept in the field Score__c"))),
        required("source", nullable(text("Where the lead came from"))),
        required("notes", nullable(text("Notes, kept in the field Description"))),
        required("created_at", text("When it was made")),
    ])
}
