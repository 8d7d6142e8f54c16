//! `create_draft`: keeps a message without sending it.

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
        name: "create_draft",
        aliases: &[],
        description: "Keep a message as a draft. It may lack recipients.",
        effect: Effect::Add,
        input: object([
            optional("to", render::addresses_schema("Recipients")),
            optional("subject", text("Subject, one line")),
            optional("body", text("Text of the message")),
            optional("cc", render::addresses_schema("Who gets a copy")),
        ]),
        output: object([
            required("id", text("Id of the draft")),
            required("message_id", text("Id of the message in it")),
        ]),
        run,
    }
}

fn run(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let draft = gmail.create_draft(env, render::outgoing(arguments))?;
    Ok(json!({ "id": draft.id, "message_id": draft.message_id }))
}
