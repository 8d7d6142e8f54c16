//! `create_contact`: a new contact.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

const FIELDS: [(&str, &str); 6] = [
    ("last_name", "LastName"),
    ("first_name", "FirstName"),
    ("email", "Email"),
    ("phone", "Phone"),
    ("title", "Title"),
    ("account_id", "AccountId"),
];

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "create_contact",
        aliases: &[],
        description: "Make a contact, with an account or without.",
        effect: Effect::Add,
        input: object([
            required("last_name", text("Last name")),
            optional("first_name", text("First name")),
            optional("email", text("Address")),
            optional("phone", text("Phone number")),
            optional("title", text("What the person does")),
            optional("account_id", text("Id of the account")),
        ]),
        output: render::id_schema(),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let made = salesforce.create(env, "Contact", &render::fields(arguments, &FIELDS))?;
    Ok(json!({ "id": made.id }))
}
