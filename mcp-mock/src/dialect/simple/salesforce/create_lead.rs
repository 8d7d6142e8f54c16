//! `create_lead`: a new lead.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "create_lead",
        aliases: &[],
        description: "Make a lead. Salesforce wants a last name: without one, the part of the \
                      address before the @ is taken.",
        effect: Effect::Add,
        input: object([
            required("email", text("Address of the person")),
            required("company", text("Company")),
            optional("last_name", text("Last name")),
            optional("first_name", text("First name")),
            optional("phone", text("Phone number")),
            optional("title", text("What the person does")),
            optional("notes", text("Notes")),
            optional("source", text("Where the lead came from, such as `Web`; any text is taken")),
        ]),
        output: object([
            required("id", text("Id with 18 characters")),
            required("last_name", text("Last name, given or taken from the address")),
            required("status", text("Status of a new lead")),
        ]),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let mut fields = render::fields(arguments, &render::LEAD);
    if arguments.text("last_name").trim().is_empty() {
        let email = arguments.text("email");
        let local = email.split_once('@').map_or(email, |(local, _)| local);
        fields.insert("LastName".to_owned(), Value::from(local));
    }
    let lead = salesforce.create(env, "Lead", &fields)?;
    Ok(json!({ "id": lead.id, "last_name": lead.text("LastName"), "status": lead.text("Status") }))
}
