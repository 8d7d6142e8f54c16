//! `delete_record`: moves a record into the recycle bin.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::{Salesforce, long_id};
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "delete_record",
        aliases: &[],
        description: "Delete a record.",
        effect: Effect::Replace,
        input: object([
            required("object", text("API name of the object, such as `Lead`")),
            required("id", text("Id with 15 or 18 characters")),
        ]),
        output: object([
            required("id", text("Id with 18 characters")),
            required("deleted", boolean("True")),
        ]),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let id = arguments.text("id");
    salesforce.delete(env, arguments.text("object"), id)?;
    Ok(json!({ "id": long_id(id), "deleted": true }))
}
