//! `get_message`: one message by id.

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
        name: "get_message",
        aliases: &[],
        description: "Read one message with its text and labels. It stays unread.",
        effect: Effect::Read,
        input: object([required("id", text("Id of the message"))]),
        output: render::message_schema(),
        run,
    }
}

fn run(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    render::message_by_id(gmail, arguments.text("id"))
}
