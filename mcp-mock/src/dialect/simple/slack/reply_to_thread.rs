//! `reply_to_thread`: posts a reply to a message.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::{NewMessage, Slack};
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "reply_to_thread",
        aliases: &[],
        description: "Reply to a message in its thread; a reply to a reply joins the same thread.",
        effect: Effect::Add,
        input: object([
            required("channel", text("Id of the channel, or `#name` of a public one.")),
            required("thread_ts", text("`ts` of the message to reply to.")),
            required("text", text("The text; 40000 characters at most.")),
        ]),
        output: render::posted_schema(),
        run,
    }
}

fn run(slack: &mut Slack, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewMessage {
        channel: arguments.text("channel").to_owned(),
        text: arguments.text("text").to_owned(),
        thread_ts: Some(arguments.text("thread_ts").to_owned()),
    };
    let posted = slack.post_message(env, new)?;
    Ok(render::posted(&posted))
}
