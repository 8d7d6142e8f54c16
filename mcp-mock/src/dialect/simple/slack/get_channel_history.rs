//! `get_channel_history`: messages of a channel without replies.

use serde_json::Value;

use super::arguments::{channel_id, cursor, limit, read_paging};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, object, optional, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::{HistoryRange, Slack};
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "get_channel_history",
        aliases: &[],
        description: "Read the messages of a channel, newest first. Replies are in their threads.",
        effect: Effect::Read,
        input: object([
            channel_id(),
            optional("oldest", text("Only messages after this `ts`.")),
            optional("latest", text("Only messages before this `ts`.")),
            optional(
                "inclusive",
                boolean("Whether the messages at both ends belong to the range."),
            ),
            limit(),
            cursor(),
        ]),
        output: render::messages_schema("This page, newest first."),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let range = HistoryRange {
        oldest: arguments.optional_text("oldest").map(str::to_owned),
        latest: arguments.optional_text("latest").map(str::to_owned),
        inclusive: arguments.boolean("inclusive").unwrap_or_default(),
    };
    let cut = slack.history(arguments.text("channel"), &range, read_paging(arguments))?;
    Ok(render::messages(&cut))
}
