//! `update_lead`: new values for a lead.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{nullable, number, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "update_lead",
        aliases: &[],
        description: "Change fields of a lead; those that are left out stay, null empties one.",
        effect: Effect::Replace,
        input: object([
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
        ]),
        output: render::lead_schema(),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let id = arguments.text("id");
    let fields = render::fields(arguments, &render::LEAD);
    salesforce.update(env, ("Lead", id), &fields)?;
    render::lead_by_id(salesforce, id)
}
