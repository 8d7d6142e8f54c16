//! How records look in answers, each beside its schema.

use serde_json::{Value, json};

use crate::dialect::schema::{Field, boolean, integer, list, nullable, object, required, text};
use crate::service::slack::{Channel, ChannelKind, Cut, Message, Posted, Reaction, User};

pub(super) fn ok() -> Field {
    required("ok", boolean("Always true; what Slack refuses is an error."))
}

pub(super) fn next_cursor() -> Field {
    required("next_cursor", text("Leads to the next page; empty at the end."))
}

pub(super) fn message_schema() -> Value {
    object([
        required("ts", text("Names the message within its channel.")),
        required("user", text("Id of who posted it.")),
        required("text", text("The text, with `&`, `<` and `>` escaped.")),
        required("thread_ts", nullable(text("`ts` of the message that its thread hangs on."))),
        required("reply_count", integer("How many replies it has.")),
        required("latest_reply", nullable(text("`ts` of the newest reply."))),
        required("reactions", list(reaction_schema(), "Its reactions.")),
    ])
}

pub(super) fn message(message: &Message) -> Value {
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

pub(super) fn posted_schema() -> Value {
    object([
        ok(),
        required("channel", text("Id of the channel.")),
        required("ts", text("Names the message within its channel.")),
        required("message", message_schema()),
    ])
}

pub(super) fn posted(posted: &Posted) -> Value {
    json!({
        "ok": true,
        "channel": posted.channel,
        "ts": posted.message.ts,
        "message": message(&posted.message),
    })
}

pub(super) fn messages_schema(order: &str) -> Value {
    object([
        ok(),
        required("messages", list(message_schema(), order)),
        required("has_more", boolean("Whether there is another page.")),
        next_cursor(),
    ])
}

pub(super) fn messages(cut: &Cut<&Message>) -> Value {
    json!({
        "ok": true,
        "messages": cut.items.iter().map(|item| message(item)).collect::<Vec<_>>(),
        "has_more": !cut.next_cursor.is_empty(),
        "next_cursor": cut.next_cursor,
    })
}

pub(super) fn channel_schema() -> Value {
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

pub(super) fn channel(channel: &Channel, viewer: &str) -> Value {
    json!({
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.kind != ChannelKind::Public,
        "is_archived": channel.is_archived,
        "is_member": channel.members.iter().any(|member| member == viewer),
        "topic": channel.topic,
        "purpose": channel.purpose,
        "num_members": channel.members.len(),
        "created": channel.created,
    })
}

pub(super) fn user_schema() -> Value {
    object([
        required("id", text("The id.")),
        required("name", text("The handle.")),
        required("real_name", text("The whole name.")),
        required("email", nullable(text("The address."))),
        required("deleted", boolean("Whether the account was closed.")),
        required("is_bot", boolean("Whether it is a program.")),
        required("is_admin", boolean("Whether it may administer the workspace.")),
    ])
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "email": user.email,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
    })
}

fn reaction_schema() -> Value {
    object([
        required("name", text("Name of the emoji, without colons.")),
        required("count", integer("How many reacted with it.")),
        required("users", list(text("Id of a user."), "Who reacted with it.")),
    ])
}

fn reaction(reaction: &Reaction) -> Value {
    json!({ "name": reaction.name, "count": reaction.users.len(), "users": reaction.users })
}
