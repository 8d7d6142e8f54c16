//! The eight tools: one request to Slack's API each, with the limits that the servers put on it.

use serde_json::Value;

use super::super::Answer;
use super::body;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::slack::{
    ChannelFilter, ChannelKind, HistoryRange, NewMessage, Paging, Slack,
};
use mcp_mock::world::Env;

type Outcome = Result<Answer, ApiError>;

/// Channels and users that the servers ask for when the caller does not say, and at most.
const PAGE_DEFAULT: i64 = 100;
const PAGE_MAX: i64 = 200;
/// Messages of a channel that the servers ask for when the caller does not say.
const HISTORY_DEFAULT: i64 = 10;
/// Slack's own default for a thread; the servers cannot ask for more or less.
const REPLIES_DEFAULT: i64 = 1_000;

/// Public channels that are not archived.
pub(in super::super) fn list_public_channels(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    list_channels(slack, arguments, vec![ChannelKind::Public])
}

/// Public channels, and private ones of the caller, that are not archived.
pub(in super::super) fn list_own_channels(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    list_channels(slack, arguments, vec![ChannelKind::Public, ChannelKind::Private])
}

pub(in super::super) fn post_message(
    slack: &mut Slack,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    post(slack, env, arguments, None)
}

pub(in super::super) fn reply_to_thread(
    slack: &mut Slack,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    post(slack, env, arguments, Some(arguments.text("thread_ts").to_owned()))
}

pub(in super::super) fn add_reaction(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (channel, timestamp) = (arguments.text("channel_id"), arguments.text("timestamp"));
    slack.add_reaction(channel, timestamp, arguments.text("reaction"))?;
    Ok(Answer::Json(body::reacted()))
}

pub(in super::super) fn get_channel_history(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let paging = Paging { limit: limit(arguments, HISTORY_DEFAULT)?, cursor: "" };
    let cut = slack.history(arguments.text("channel_id"), &HistoryRange::default(), paging)?;
    Ok(Answer::Json(body::history(slack, &cut)))
}

pub(in super::super) fn get_thread_replies(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let paging = Paging { limit: REPLIES_DEFAULT, cursor: "" };
    let cut = slack.replies(arguments.text("channel_id"), arguments.text("thread_ts"), paging)?;
    let parent = cut.items.first().copied();
    Ok(Answer::Json(body::replies(slack, &cut, parent)))
}

pub(in super::super) fn get_users(
    slack: &mut Slack,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let cut = slack.list_users(paging(arguments)?)?;
    Ok(Answer::Json(body::users(slack, &cut, env.clock.now().as_second())))
}

pub(in super::super) fn get_user_profile(
    slack: &mut Slack,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let user = slack.user_profile(arguments.text("user_id"))?;
    Ok(Answer::Json(body::user_profile(user)))
}

fn list_channels(slack: &Slack, arguments: &Arguments, kinds: Vec<ChannelKind>) -> Outcome {
    let filter = ChannelFilter { kinds, exclude_archived: true };
    let cut = slack.list_channels(&filter, paging(arguments)?)?;
    Ok(Answer::Json(body::channels(slack, &cut)))
}

fn post(
    slack: &mut Slack,
    env: &mut Env,
    arguments: &Arguments,
    thread_ts: Option<String>,
) -> Outcome {
    let channel = arguments.text("channel_id").to_owned();
    let text = arguments.text("text").to_owned();
    let posted = slack.post_message(env, NewMessage { channel, text, thread_ts })?;
    Ok(Answer::Json(body::posted(slack, &posted)))
}

fn paging(arguments: &Arguments) -> Result<Paging<'_>, ApiError> {
    let limit = limit(arguments, PAGE_DEFAULT)?.min(PAGE_MAX);
    let cursor = match arguments.value("cursor") {
        None => "",
        Some(Value::String(cursor)) => cursor,
        Some(other) => return Err(refused("invalid_cursor", format!("cursor {other} is no text"))),
    };
    Ok(Paging { limit, cursor })
}

/// How much is wanted. Only a limit that is not given has a default: null and what is no whole number
/// reach Slack.
fn limit(arguments: &Arguments, usual: i64) -> Result<i64, ApiError> {
    let Some(given) = arguments.given("limit") else { return Ok(usual) };
    let is_whole = given.as_f64().is_some_and(|limit| limit.fract() == 0.0);
    arguments
        .integer("limit")
        .filter(|_| is_whole)
        .ok_or_else(|| refused("invalid_limit", format!("limit {given} is no whole number")))
}

fn refused(code: &str, message: String) -> ApiError {
    ApiError::new(200, code, message)
}
