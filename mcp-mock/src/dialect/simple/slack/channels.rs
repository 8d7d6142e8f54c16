//! Channels: list them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageArguments, cursor, limit, next_cursor, ok};
use crate::dialect::schema::{boolean, choice, integer, list, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::slack::{Channel, ChannelFilter, ChannelKind, Slack};

pub(super) fn list_channels() -> CatalogTool<Slack> {
    let kind = choice(&["public_channel", "private_channel", "im"], "A kind of channel.");
    CatalogTool::new(
        "list_channels",
        "List channels. Private ones show only to their members.",
        list_some,
    )
    .effect(Effect::Read)
    .input(&object([
        optional("types", list(kind, "Kinds to list; public channels if not given.")),
        optional("exclude_archived", boolean("Whether to leave archived channels out.")),
        limit(),
        cursor(),
    ]))
    .output(&object([
        ok(),
        required("channels", list(channel_schema(), "This page, oldest first.")),
        next_cursor(),
    ]))
}

#[derive(Deserialize)]
struct ListChannels {
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    exclude_archived: bool,
    #[serde(flatten)]
    page: PageArguments,
}

fn list_some(mut call: Call<'_, Slack>) -> Outcome {
    let ListChannels { types, exclude_archived, page } = call.read()?;
    let kind = |name: &String| match name.as_str() {
        "im" => ChannelKind::Direct,
        "private_channel" => ChannelKind::Private,
        _ => ChannelKind::Public,
    };
    let filter = ChannelFilter { kinds: types.iter().map(kind).collect(), exclude_archived };
    let page = call.service.list_channels(&mut call.api, &filter, page.paging())?;
    let viewer = &call.service.viewer;
    Ok(Answer::Json(json!({
        "ok": true,
        "channels": page.items.iter().map(|it| channel(it, viewer)).collect::<Vec<_>>(),
        "next_cursor": page.next.unwrap_or_default(),
    })))
}

fn channel_schema() -> Value {
    object([
        required("id", text("Its id.")),
        required("name", text("Its name without `#`.")),
        required("is_private", boolean("Whether only its members see it.")),
        required("is_archived", boolean("Whether it takes no more messages.")),
        required("is_member", boolean("Whether the caller is a member.")),
        required("topic", text("What is being talked about.")),
        required("purpose", text("What it is for.")),
        required("num_members", integer("How many members it has.")),
        required("created", integer("When it was created, in seconds since 1970.")),
    ])
}

fn channel(channel: &Channel, viewer: &String) -> Value {
    json!({
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.kind != ChannelKind::Public,
        "is_archived": channel.is_archived,
        "is_member": channel.members.contains(viewer),
        "topic": channel.topic,
        "purpose": channel.purpose,
        "num_members": channel.members.len(),
        "created": channel.created,
    })
}
