//! Bodies of Slack's Web API, as complete as the state allows.

use serde_json::{Value, json};

use mcp_mock::service::Page;
use mcp_mock::service::slack::{Channel, ChannelKind, Message, Posted, Slack, User};

/// Slack warns every caller that sends JSON without naming its character set, which these servers do.
const MISSING_CHARSET: &str = "missing_charset";

/// The body of `conversations.list`.
pub(super) fn channels(slack: &Slack, page: Page<&Channel>) -> Value {
    let channels: Vec<_> = page.items.iter().map(|item| channel(slack, item)).collect();
    json!({
        "ok": true,
        "channels": channels,
        "response_metadata": { "next_cursor": page.next.unwrap_or_default() },
    })
}

/// The body of `chat.postMessage`.
pub(super) fn posted(slack: &Slack, posted: &Posted) -> Value {
    json!({
        "ok": true,
        "channel": posted.channel,
        "ts": posted.message.ts,
        "message": message(slack, &posted.message, None),
        "warning": MISSING_CHARSET,
        "response_metadata": { "warnings": [MISSING_CHARSET] },
    })
}

/// The body of `reactions.add`.
pub(super) fn reacted() -> Value {
    json!({
        "ok": true,
        "warning": MISSING_CHARSET,
        "response_metadata": { "warnings": [MISSING_CHARSET] },
    })
}

/// The body of `conversations.history`.
pub(super) fn history(slack: &Slack, page: Page<&Message>) -> Value {
    let mut body = json!({
        "ok": true,
        "messages": page.items.iter().map(|item| message(slack, item, None)).collect::<Vec<_>>(),
        "pin_count": 0,
        "channel_actions_ts": null,
        "channel_actions_count": 0,
    });
    add_more(&mut body, page.next);
    body
}

/// The body of `conversations.replies`; the first message is that of the thread.
pub(super) fn replies(slack: &Slack, page: Page<&Message>) -> Value {
    let parent = page.items.first().copied();
    let messages: Vec<_> = page.items.iter().map(|item| message(slack, item, parent)).collect();
    let mut body = json!({ "ok": true, "messages": messages });
    add_more(&mut body, page.next);
    body
}

/// The body of `users.list`.
pub(super) fn users(slack: &Slack, page: Page<&User>, now: i64) -> Value {
    json!({
        "ok": true,
        "members": page.items.iter().map(|item| member(slack, item)).collect::<Vec<_>>(),
        "cache_ts": now,
        "response_metadata": { "next_cursor": page.next.unwrap_or_default() },
    })
}

/// The body of `users.profile.get`.
pub(super) fn user_profile(user: &User) -> Value {
    json!({ "ok": true, "profile": profile(user) })
}

/// Whether there is more; the cursor is there only then.
fn add_more(body: &mut Value, next: Option<String>) {
    body["has_more"] = json!(next.is_some());
    if let Some(next) = next {
        body["response_metadata"] = json!({ "next_cursor": next });
    }
}

fn channel(slack: &Slack, channel: &Channel) -> Value {
    let about = |text: &str| {
        let (creator, at) =
            if text.is_empty() { ("", 0) } else { (&*channel.creator, channel.created) };
        json!({ "value": text, "creator": creator, "last_set": at })
    };
    json!({
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "previous_names": [],
        "is_channel": true,
        "is_group": false,
        "is_im": false,
        "is_mpim": false,
        "is_private": channel.kind != ChannelKind::Public,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_member": channel.members.contains(&slack.viewer),
        "is_shared": false,
        "is_ext_shared": false,
        "is_org_shared": false,
        "is_pending_ext_shared": false,
        "context_team_id": slack.team,
        "shared_team_ids": [slack.team],
        "creator": channel.creator,
        "created": channel.created,
        "updated": channel.created.saturating_mul(1_000),
        "topic": about(&channel.topic),
        "purpose": about(&channel.purpose),
        "num_members": channel.members.len(),
        "unlinked": 0,
    })
}

/// A message; `parent` is the first one of its thread, when the body shows a thread.
fn message(slack: &Slack, message: &Message, parent: Option<&Message>) -> Value {
    let mut body = json!({
        "type": "message",
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "team": slack.team,
    });
    if slack.user(&message.user).is_some_and(|user| user.is_bot) {
        // A bot posts under ids of its own beside that of its user; here they differ in their letter.
        let rest = message.user.get(1..).unwrap_or_default();
        body["bot_id"] = json!(format!("B{rest}"));
        body["app_id"] = json!(format!("A{rest}"));
    }
    if let Some(thread_ts) = &message.thread_ts {
        body["thread_ts"] = json!(thread_ts);
    }
    if let Some(parent) = parent.filter(|_| message.is_reply()) {
        body["parent_user_id"] = json!(parent.user);
    }
    if let Some(latest_reply) = &message.latest_reply {
        body["reply_count"] = json!(message.reply_count);
        body["reply_users"] = json!(message.reply_users);
        body["reply_users_count"] = json!(message.reply_users.len());
        body["latest_reply"] = json!(latest_reply);
        body["is_locked"] = json!(false);
        body["subscribed"] = json!(false);
    }
    if !message.reactions.is_empty() {
        let reactions = message.reactions.iter().map(|reaction| {
            json!({ "name": reaction.name, "users": reaction.users, "count": reaction.users.len() })
        });
        body["reactions"] = reactions.collect();
    }
    body
}

fn member(slack: &Slack, user: &User) -> Value {
    let mut body = json!({
        "id": user.id,
        "team_id": slack.team,
        "name": user.name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": false,
        "updated": 0,
        "profile": profile(user),
    });
    if !user.deleted {
        body["real_name"] = json!(user.real_name);
        body["tz"] = json!("Etc/UTC");
        body["tz_label"] = json!("Coordinated Universal Time");
        body["tz_offset"] = json!(0);
        body["is_admin"] = json!(user.is_admin);
        for role in ["is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted"] {
            body[role] = json!(false);
        }
    }
    body
}

fn profile(user: &User) -> Value {
    let mut names = user.real_name.splitn(2, ' ');
    let mut body = json!({
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "first_name": names.next().unwrap_or_default(),
        "last_name": names.next().unwrap_or_default(),
        "title": user.title,
        "phone": "",
        "skype": "",
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "fields": {},
    });
    if let Some(email) = &user.email {
        body["email"] = json!(email);
    }
    body
}
