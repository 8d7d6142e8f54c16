//! `create_opportunity`: a new opportunity.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{number, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

const FIELDS: [(&str, &str); 5] = [
    ("name", "Name"),
    ("stage", "StageName"),
    ("close_date", "CloseDate"),
    ("amount", "Amount"),
    ("account_id", "AccountId"),
];

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "create_opportunity",
        aliases: &[],
        description: "Make an opportunity.",
        effect: Effect::Add,
        input: object([
            required("name", text("Name of the deal")),
            required("stage", text("Stage, such as `Prospecting` or `Closed Won`")),
            required("close_date", text("Day by which it should close, such as 2026-03-31")),
            optional("amount", number("What it is worth")),
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
    let made = salesforce.create(env, "Opportunity", &render::fields(arguments, &FIELDS))?;
    Ok(json!({ "id": made.id }))
}
