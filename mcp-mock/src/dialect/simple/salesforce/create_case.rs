//! `create_case`: a new case.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

const FIELDS: [(&str, &str); 6] = [
    ("subject", "Subject"),
    ("description", "Description"),
    ("priority", "Priority"),
    ("origin", "Origin"),
    ("status", "Status"),
    ("contact_id", "ContactId"),
];

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "create_case",
        aliases: &[],
        description: "Make a case for the service team.",
        effect: Effect::Add,
        input: object([
            required("subject", text("What it is about, 255 characters at most")),
            optional("description", text("What happened")),
            optional("priority", text("High, Medium or Low; Medium when left out")),
            optional("origin", text("Phone, Email or Web")),
            optional("status", text("New, Working, Escalated or Closed; New when left out")),
            optional("contact_id", text("Id of the contact who asks")),
        ]),
        output: object([
            required("id", text("Id with 18 characters")),
            required("case_number", text("Eight digits, counted up without gaps")),
        ]),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let case = salesforce.create(env, "Case", &render::fields(arguments, &FIELDS))?;
    Ok(json!({ "id": case.id, "case_number": case.text("CaseNumber") }))
}
