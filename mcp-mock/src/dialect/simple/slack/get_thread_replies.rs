//! `get_thread_replies`: a message and its replies.

use serde_json::Value;

use super::arguments::{channel_id, cursor, limit, read_paging};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::Slack;
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "get_thread_replies",
        aliases: &[],
        description: "Read a thread: the message that it hangs on, then the replies, oldest first.",
        effect: Effect::Read,
        input: object([
            channel_id(),
            required("thread_ts", text("`ts` of the message that the thread hangs on.")),
            limit(),
            cursor(),
        ]),
        output: render::messages_schema("This page, oldest first."),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let (channel, ts) = (arguments.text("channel"), arguments.text("thread_ts"));
    let cut = slack.replies(channel, ts, read_paging(arguments))?;
    Ok(render::messages(&cut))
}
