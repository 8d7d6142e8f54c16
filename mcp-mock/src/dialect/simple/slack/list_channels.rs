//! `list_channels`: channels of the workspace.

use serde_json::{Value, json};

use super::arguments::{cursor, limit, read_paging};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, choice, list, object, optional, required};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::{ChannelFilter, ChannelKind, Slack};
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    let kind = choice(&["public_channel", "private_channel", "im"], "A kind of channel.");
    Tool {
        name: "list_channels",
        aliases: &[],
        description: "List channels. Private ones show only to their members.",
        effect: Effect::Read,
        input: object([
            optional("types", list(kind, "Kinds to list; public channels if not given.")),
            optional("exclude_archived", boolean("Whether to leave archived channels out.")),
            limit(),
            cursor(),
        ]),
        output: object([
            render::ok(),
            required("channels", list(render::channel_schema(), "This page, oldest first.")),
            render::next_cursor(),
        ]),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let kind = |name: String| match name.as_str() {
        "im" => ChannelKind::Direct,
        "private_channel" => ChannelKind::Private,
        _ => ChannelKind::Public,
    };
    let filter = ChannelFilter {
        kinds: arguments.texts("types").into_iter().map(kind).collect(),
        exclude_archived: arguments.boolean("exclude_archived").unwrap_or_default(),
    };
    let cut = slack.list_channels(&filter, read_paging(arguments))?;
    let channels: Vec<_> =
        cut.items.iter().map(|channel| render::channel(channel, &slack.viewer)).collect();
    Ok(json!({ "ok": true, "channels": channels, "next_cursor": cut.next_cursor }))
}
