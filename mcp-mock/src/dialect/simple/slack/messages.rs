//! Messages: post, reply and react, read a channel and a thread.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageArguments, cursor, limit, next_cursor, ok};
use crate::dialect::schema::{
    Field, boolean, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::Page;
use crate::service::slack::{HistoryRange, Message, NewMessage, Posted, Reaction, Slack};

pub(super) fn post_message() -> CatalogTool<Slack> {
    CatalogTool::new("post_message", "Post a message to a channel, or to a user directly.", post)
        .also(&["send_message"])
        .effect(Effect::Add)
        .input(&object([
            required("channel", text("Id of a channel, `#name` of a public one, or id of a user.")),
            required("text", text("The text; 40000 characters at most.")),
            optional("thread_ts", text("`ts` of the message to reply to.")),
        ]))
        .output(&posted_schema())
}

pub(super) fn reply_to_thread() -> CatalogTool<Slack> {
    CatalogTool::new(
        "reply_to_thread",
        "Reply to a message in its thread; a reply to a reply joins the same thread.",
        post,
    )
    .effect(Effect::Add)
    .input(&object([
        required("channel", text("Id of the channel, or `#name` of a public one.")),
        required("thread_ts", text("`ts` of the message to reply to.")),
        required("text", text("The text; 40000 characters at most.")),
    ]))
    .output(&posted_schema())
}

pub(super) fn add_reaction() -> CatalogTool<Slack> {
    CatalogTool::new(
        "add_reaction",
        "React to a message with an emoji. The same emoji twice is refused.",
        react,
    )
    .effect(Effect::Set)
    .input(&object([
        channel_id(),
        required("timestamp", text("`ts` of the message.")),
        required("reaction", text("Name of the emoji, without colons.")),
    ]))
    .output(&object([ok()]))
}

pub(super) fn get_channel_history() -> CatalogTool<Slack> {
    CatalogTool::new(
        "get_channel_history",
        "Read the messages of a channel, newest first. Replies are in their threads.",
        read_channel,
    )
    .effect(Effect::Read)
    .input(&object([
        channel_id(),
        optional("oldest", text("Only messages after this `ts`.")),
        optional("latest", text("Only messages before this `ts`.")),
        optional("inclusive", boolean("Whether the messages at both ends belong to the range.")),
        limit(),
        cursor(),
    ]))
    .output(&messages_schema("This page, newest first."))
}

pub(super) fn get_thread_replies() -> CatalogTool<Slack> {
    CatalogTool::new(
        "get_thread_replies",
        "Read a thread: the message that it hangs on, then the replies, oldest first.",
        read_thread,
    )
    .effect(Effect::Read)
    .input(&object([
        channel_id(),
        required("thread_ts", text("`ts` of the message that the thread hangs on.")),
        limit(),
        cursor(),
    ]))
    .output(&messages_schema("This page, oldest first."))
}

#[derive(Deserialize)]
struct PostMessage {
    channel: String,
    text: String,
    thread_ts: Option<String>,
}

fn post(mut call: Call<'_, Slack>) -> Outcome {
    let PostMessage { channel, text, thread_ts } = call.read()?;
    let new = NewMessage { channel, text, thread_ts };
    let Posted { channel, message } = call.service.post_message(&mut call.api, new)?;
    Ok(Answer::Json(json!({
        "ok": true,
        "channel": channel,
        "ts": message.ts,
        "message": message_body(&message),
    })))
}

#[derive(Deserialize)]
struct AddReaction {
    channel: String,
    timestamp: String,
    reaction: String,
}

fn react(mut call: Call<'_, Slack>) -> Outcome {
    let AddReaction { channel, timestamp, reaction } = call.read()?;
    call.service.add_reaction(&mut call.api, &channel, &timestamp, &reaction)?;
    Ok(Answer::Json(json!({ "ok": true })))
}

#[derive(Deserialize)]
struct GetChannelHistory {
    channel: String,
    oldest: Option<String>,
    latest: Option<String>,
    #[serde(default)]
    inclusive: bool,
    #[serde(flatten)]
    page: PageArguments,
}

fn read_channel(mut call: Call<'_, Slack>) -> Outcome {
    let GetChannelHistory { channel, oldest, latest, inclusive, page } = call.read()?;
    let range = HistoryRange { oldest, latest, inclusive };
    let page = call.service.history(&mut call.api, &channel, &range, page.paging())?;
    Ok(Answer::Json(messages_body(page)))
}

#[derive(Deserialize)]
struct GetThreadReplies {
    channel: String,
    thread_ts: String,
    #[serde(flatten)]
    page: PageArguments,
}

fn read_thread(mut call: Call<'_, Slack>) -> Outcome {
    let GetThreadReplies { channel, thread_ts, page } = call.read()?;
    let page = call.service.replies(&mut call.api, &channel, &thread_ts, page.paging())?;
    Ok(Answer::Json(messages_body(page)))
}

fn channel_id() -> Field {
    required("channel", text("Id of the channel; a name is not accepted here."))
}

fn posted_schema() -> Value {
    object([
        ok(),
        required("channel", text("Id of the channel.")),
        required("ts", text("Names the message within its channel.")),
        required("message", message_schema()),
    ])
}

fn messages_schema(order: &str) -> Value {
    object([
        ok(),
        required("messages", list(message_schema(), order)),
        required("has_more", boolean("Whether there is another page.")),
        next_cursor(),
    ])
}

fn messages_body(page: Page<&Message>) -> Value {
    json!({
        "ok": true,
        "messages": page.items.into_iter().map(message_body).collect::<Vec<_>>(),
        "has_more": page.next.is_some(),
        "next_cursor": page.next.unwrap_or_default(),
    })
}

fn message_schema() -> Value {
    let reaction = object([
        required("name", text("Name of the emoji, without colons.")),
        required("count", integer("How many reacted with it.")),
        required("users", list(text("Id of a user."), "Who reacted with it.")),
    ]);
    object([
        required("ts", text("Names the message within its channel.")),
        required("user", text("Id of who posted it.")),
        required("text", text("The text, with `&`, `<` and `>` escaped.")),
        required("thread_ts", nullable(text("`ts` of the message that its thread hangs on."))),
        required("reply_count", integer("How many replies it has.")),
        required("latest_reply", nullable(text("`ts` of the newest reply."))),
        required("reactions", list(reaction, "Its reactions.")),
    ])
}

fn message_body(message: &Message) -> Value {
    let reaction = |Reaction { name, users }: &Reaction| json!({ "name": name, "count": users.len(), "users": users });
    json!({
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "thread_ts": message.thread_ts,
        "reply_count": message.reply_count,
        "latest_reply": message.latest_reply,
        "reactions": message.reactions.iter().map(reaction).collect::<Vec<_>>(),
    })
}
