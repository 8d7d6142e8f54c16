//! The eight tools: one request to Slack's API each, with the limits that the servers put on it.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::slack::{
    ChannelFilter, ChannelKind, HistoryRange, NewMessage, Paging, Slack,
};
use serde::Deserialize;
use serde_json::Value;

use super::body;

/// Channels and users that the servers ask for at most.
const PAGE_MAX: i64 = 200;
/// Slack's own default for a thread; the servers cannot ask for more or less.
const REPLIES_DEFAULT: i64 = 1_000;

#[derive(Deserialize)]
struct ListPage {
    #[serde(default = "ListPage::limit")]
    limit: Value,
    #[serde(default)]
    cursor: Value,
}

impl ListPage {
    /// What the servers ask for when the caller does not say.
    fn limit() -> Value {
        Value::from(100)
    }

    /// A cursor that is no string reaches Slack, which did not give it out.
    fn cursor(&self) -> String {
        match &self.cursor {
            Value::Null => String::new(),
            Value::String(cursor) => cursor.clone(),
            other => other.to_string(),
        }
    }
}

/// Public channels that are not archived.
pub(crate) fn list_public_channels(call: Call<'_, Slack>) -> Outcome {
    list_channels(call, vec![ChannelKind::Public])
}

/// Public channels, and private ones of the caller, that are not archived.
pub(crate) fn list_own_channels(call: Call<'_, Slack>) -> Outcome {
    list_channels(call, vec![ChannelKind::Public, ChannelKind::Private])
}

fn list_channels(mut call: Call<'_, Slack>, kinds: Vec<ChannelKind>) -> Outcome {
    let page: ListPage = call.read()?;
    let (limit, cursor) = (whole(&page.limit).min(PAGE_MAX), page.cursor());
    let filter = ChannelFilter { kinds, exclude_archived: true };
    let paging = Paging { limit, cursor: &cursor };
    let page = call.service.list_channels(&mut call.api, &filter, paging)?;
    Ok(Answer::Json(body::channels(call.service, page)))
}

pub(crate) fn get_users(mut call: Call<'_, Slack>) -> Outcome {
    let page: ListPage = call.read()?;
    let (limit, cursor) = (whole(&page.limit).min(PAGE_MAX), page.cursor());
    let page = call.service.list_users(&mut call.api, Paging { limit, cursor: &cursor })?;
    Ok(Answer::Json(body::users(call.service, page, call.api.clock.now().as_second())))
}

#[derive(Deserialize)]
struct UserId {
    user_id: String,
}

pub(crate) fn get_user_profile(mut call: Call<'_, Slack>) -> Outcome {
    let UserId { user_id } = call.read()?;
    let user = call.service.user_profile(&mut call.api, &user_id)?;
    Ok(Answer::Json(body::user_profile(user)))
}

#[derive(Deserialize)]
struct Post {
    channel_id: String,
    text: String,
    thread_ts: Option<String>,
}

pub(crate) fn post_message(mut call: Call<'_, Slack>) -> Outcome {
    let new: Post = call.read()?;
    post(call, Post { thread_ts: None, ..new })
}

pub(crate) fn reply_to_thread(mut call: Call<'_, Slack>) -> Outcome {
    let reply = call.read()?;
    post(call, reply)
}

fn post(mut call: Call<'_, Slack>, new: Post) -> Outcome {
    let Post { channel_id: channel, text, thread_ts } = new;
    let new = NewMessage { channel, text, thread_ts };
    let posted = call.service.post_message(&mut call.api, new)?;
    Ok(Answer::Json(body::posted(call.service, &posted)))
}

#[derive(Deserialize)]
struct ReactionTo {
    channel_id: String,
    timestamp: String,
    reaction: String,
}

pub(crate) fn add_reaction(mut call: Call<'_, Slack>) -> Outcome {
    let ReactionTo { channel_id, timestamp, reaction } = call.read()?;
    call.service.add_reaction(&mut call.api, &channel_id, &timestamp, &reaction)?;
    Ok(Answer::Json(body::reacted()))
}

#[derive(Deserialize)]
struct History {
    channel_id: String,
    #[serde(default = "History::limit")]
    limit: Value,
}

impl History {
    /// What the servers ask for when the caller does not say.
    fn limit() -> Value {
        Value::from(10)
    }
}

pub(crate) fn get_channel_history(mut call: Call<'_, Slack>) -> Outcome {
    let History { channel_id, limit } = call.read()?;
    let paging = Paging { limit: whole(&limit), cursor: "" };
    let range = HistoryRange::default();
    let page = call.service.history(&mut call.api, &channel_id, &range, paging)?;
    Ok(Answer::Json(body::history(call.service, page)))
}

#[derive(Deserialize)]
struct Thread {
    channel_id: String,
    thread_ts: String,
}

pub(crate) fn get_thread_replies(mut call: Call<'_, Slack>) -> Outcome {
    let Thread { channel_id, thread_ts } = call.read()?;
    let paging = Paging { limit: REPLIES_DEFAULT, cursor: "" };
    let page = call.service.replies(&mut call.api, &channel_id, &thread_ts, paging)?;
    Ok(Answer::Json(body::replies(call.service, page)))
}

/// How much is wanted. Null and what is no integer reach Slack, which takes them for a limit out of bounds.
fn whole(limit: &Value) -> i64 {
    limit.as_i64().unwrap_or(0)
}
