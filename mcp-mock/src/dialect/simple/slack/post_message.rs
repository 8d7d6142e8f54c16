//! `post_message`: posts to a channel, a thread or a user.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::{NewMessage, Slack};
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "post_message",
        aliases: &["send_message"],
        description: "Post a message to a channel, or to a user directly.",
        effect: Effect::Add,
        input: object([
            required("channel", text("Id of a channel, `#name` of a public one, or id of a user.")),
            required("text", text("The text; 40000 characters at most.")),
            optional("thread_ts", text("`ts` of the message to reply to.")),
        ]),
        output: render::posted_schema(),
        run,
    }
}

fn run(slack: &mut Slack, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let new = NewMessage {
        channel: arguments.text("channel").to_owned(),
        text: arguments.text("text").to_owned(),
        thread_ts: arguments.optional_text("thread_ts").map(str::to_owned),
    };
    let posted = slack.post_message(env, new)?;
    Ok(render::posted(&posted))
}
