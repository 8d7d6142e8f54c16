//! `search`: messages that a search finds.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::Gmail;
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    let messages = list(render::summary_schema(), "Messages without their text, newest first");
    Tool {
        name: "search",
        aliases: &[],
        description: "Find messages with Gmail's search operators: from: to: subject: label: in: \
                      is: has: after: before: older_than: newer_than:, OR, -word and \"a phrase\". \
                      Whole words are matched.",
        effect: Effect::Read,
        input: object([
            required("query", text("What to look for")),
            optional("limit", integer("Most messages to return: 100 when left out, 500 at most")),
        ]),
        output: object([
            required("messages", messages),
            required("total", integer("How many messages the search finds in all")),
        ]),
        run,
    }
}

fn run(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let page = render::page(gmail, env, arguments)?;
    let messages: Value = page.messages.into_iter().map(render::summary).collect();
    Ok(json!({ "messages": messages, "total": page.result_size_estimate }))
}
