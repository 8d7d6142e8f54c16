//! `add_reaction`: reacts to a message with an emoji.

use serde_json::{Value, json};

use super::arguments::channel_id;
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::Slack;
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "add_reaction",
        aliases: &[],
        description: "React to a message with an emoji. The same emoji twice is refused.",
        effect: Effect::Set,
        input: object([
            channel_id(),
            required("timestamp", text("`ts` of the message.")),
            required("reaction", text("Name of the emoji, without colons.")),
        ]),
        output: object([render::ok()]),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let (channel, ts) = (arguments.text("channel"), arguments.text("timestamp"));
    slack.add_reaction(channel, ts, arguments.text("reaction"))?;
    Ok(json!({ "ok": true }))
}
