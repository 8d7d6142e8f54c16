//! `get_latest`: the newest message.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{nullable, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::{Gmail, ListRequest};
use crate::world::Env;

/// Mail that came in; without it, the newest message would often be one's own.
const QUERY_DEFAULT: &str = "in:inbox";

pub(super) fn tool() -> Tool<Gmail> {
    Tool {
        name: "get_latest",
        aliases: &[],
        description: "Read the newest message of the inbox, or the newest that a search finds. \
                      It stays unread.",
        effect: Effect::Read,
        input: object([optional("query", text("Gmail search; `in:inbox` when left out"))]),
        output: object([required("message", nullable(render::message_schema()))]),
        run,
    }
}

fn run(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let query = arguments.optional_text("query").unwrap_or(QUERY_DEFAULT).to_owned();
    let request = ListRequest { query, max_results: Some(1), ..ListRequest::default() };
    let page = gmail.list(env, &request)?;
    let message = page.messages.first().map(|message| render::message(gmail, message));
    Ok(json!({ "message": message }))
}
