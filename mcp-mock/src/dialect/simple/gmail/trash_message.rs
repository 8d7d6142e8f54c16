//! `trash_message`: moves a message to the Trash.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::Gmail;
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    Tool {
        name: "trash_message",
        aliases: &[],
        description: "Move a message to the Trash, from where it can be taken back.",
        effect: Effect::Replace,
        input: object([required("id", text("Id of the message"))]),
        output: render::message_schema(),
        run,
    }
}

fn run(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = arguments.text("id");
    gmail.trash(id)?;
    render::message_by_id(gmail, id)
}
