//! `list_messages`: a page of messages.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{integer, list, nullable, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::Gmail;
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    let messages = list(render::summary_schema(), "Messages without their text, newest first");
    Tool {
        name: "list_messages",
        aliases: &[],
        description: "List messages page by page, newest first. Spam and Trash are left out unless \
                      the search names them.",
        effect: Effect::Read,
        input: object([
            optional("query", text("Gmail search, such as `from:ann is:unread`")),
            optional("limit", integer("Messages a page: 100 when left out, 500 at most")),
            optional("cursor", text("`next_cursor` of the page before")),
        ]),
        output: object([
            required("messages", messages),
            required("next_cursor", nullable(text("Where to go on; null on the last page"))),
        ]),
        run,
    }
}

fn run(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let page = render::page(gmail, env, arguments)?;
    let messages: Value = page.messages.into_iter().map(render::summary).collect();
    Ok(json!({ "messages": messages, "next_cursor": page.next_page_token }))
}
