//! `create_label`: makes a label.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::Gmail;
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    Tool {
        name: "create_label",
        aliases: &[],
        description: "Make a label. A name that is taken, in whatever case, is refused.",
        effect: Effect::Add,
        input: object([required("name", text("Name of the label; `/` nests"))]),
        output: object([
            required("id", text("Id of the label")),
            required("name", text("Name of the label")),
        ]),
        run,
    }
}

fn run(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let label = gmail.create_label(arguments.text("name"))?;
    Ok(json!({ "id": label.id, "name": label.name }))
}
