//! `send_message`: sends a message.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::Gmail;
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    Tool {
        name: "send_message",
        aliases: &["send_email"],
        description: "Send a message in plain text from the owner's address.",
        effect: Effect::Add,
        input: object([
            required("to", render::addresses_schema("Recipients")),
            required("subject", text("Subject, one line")),
            required("body", text("Text of the message")),
            optional("cc", render::addresses_schema("Who gets a copy")),
        ]),
        output: object([
            required("id", text("Id of the message")),
            required("thread_id", text("Id of its conversation")),
        ]),
        run,
    }
}

fn run(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let sent = gmail.send(env, render::outgoing(arguments))?;
    Ok(json!({ "id": sent.id, "thread_id": sent.thread_id }))
}
