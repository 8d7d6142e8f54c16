//! Messages: post, reply, read a channel, read a thread.

use super::super::{ApiError, Page};
use super::quota::Request;
use super::refusal::{is_archived, refused, thread_not_found, unknown_destination};
use super::text::escaped;
use super::ts::micros;
use super::{Api, Channel, ChannelKind, Message, Paging, Slack, fresh_id};

/// The longest text that Slack takes, in characters.
const TEXT_MAX: usize = 40_000;

/// A message to post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMessage {
    /// Id of a channel, name of a public one with or without `#`, or id of a user for a direct
    /// message.
    pub channel: String,
    /// The text.
    pub text: String,
    /// `ts` of the message that it replies to.
    pub thread_ts: Option<String>,
}

/// A message that was posted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Posted {
    /// Id of the channel, also when it was named by its name.
    pub channel: String,
    /// The message as it is stored.
    pub message: Message,
}

/// Which part of a history is wanted. The ends are a `ts` or whole seconds; by default they do not
/// belong to the range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryRange {
    /// Where it starts; the beginning when not given.
    pub oldest: Option<String>,
    /// Where it ends; the present when not given.
    pub latest: Option<String>,
    /// Whether messages right at an end belong to it.
    pub inclusive: bool,
}

impl Slack {
    /// Posts a message, or a reply when `thread_ts` is given; a reply to a reply joins the same
    /// thread.
    ///
    /// # Errors
    ///
    /// `channel_not_found`, `not_in_channel`, `is_archived`, `no_text`, `msg_too_long`,
    /// `thread_not_found`, `ratelimited`.
    pub fn post_message(&mut self, api: &mut Api<'_>, new: NewMessage) -> Result<Posted, ApiError> {
        let destination = self.destination(&new.channel);
        if let Some(Destination::Channel(id) | Destination::User(id)) = &destination {
            Request::PostMessage(id).spend(api)?;
        }
        check_text(&new.text)?;
        let id = match destination.ok_or_else(|| unknown_destination(&new.channel))? {
            Destination::Channel(id) => id,
            Destination::User(id) => self.open_conversation(api, id),
        };
        let channel = self.joined(&id)?;
        if channel.is_archived {
            return Err(is_archived(&channel.name));
        }
        let parent = new.thread_ts.map(|ts| channel.thread_of(&ts)).transpose()?;

        let message = Message {
            ts: self.next_ts(api.clock),
            user: self.viewer.clone(),
            text: escaped(&new.text),
            thread_ts: parent,
            ..Message::default()
        };
        self.joined_mut(&id)?.add(message.clone());
        Ok(Posted { channel: id, message })
    }

    /// The messages of a channel without replies, newest first.
    ///
    /// # Errors
    ///
    /// `channel_not_found` (also for a name), `not_in_channel`, `invalid_cursor`, `invalid_limit`,
    /// `invalid_ts_oldest`, `invalid_ts_latest`, `ratelimited`.
    pub fn history(
        &self,
        api: &mut Api<'_>,
        channel: &str,
        range: &HistoryRange,
        paging: Paging<'_>,
    ) -> Result<Page<&Message>, ApiError> {
        Request::History.spend(api)?;
        let channel = self.joined(channel)?;
        let range = range.read()?;
        let shown = channel.messages.iter().rev().filter(|message| {
            !message.is_reply() && micros(&message.ts).is_some_and(|at| range.contains(&at))
        });
        paging.page_of(shown.collect(), |message| &message.ts)
    }

    /// A thread: its first message, then the replies, oldest first. A reply's `ts` finds
    /// its thread too.
    ///
    /// # Errors
    ///
    /// `channel_not_found` (also for a name), `not_in_channel`, `thread_not_found`,
    /// `invalid_cursor`, `invalid_limit`, `ratelimited`.
    pub fn replies(
        &self,
        api: &mut Api<'_>,
        channel: &str,
        ts: &str,
        paging: Paging<'_>,
    ) -> Result<Page<&Message>, ApiError> {
        Request::Replies.spend(api)?;
        let channel = self.joined(channel)?;
        let parent = channel.thread_of(ts)?;
        let in_thread = channel.messages.iter().filter(|message| {
            message.ts == parent || message.thread_ts.as_deref() == Some(parent.as_str())
        });
        paging.page_of(in_thread.collect(), |message| &message.ts)
    }

    /// Where a post to this channel or user goes.
    fn destination(&self, named: &str) -> Option<Destination> {
        let name = named.strip_prefix('#').unwrap_or(named);
        let by_id = self.channels.iter().find(|channel| channel.id == named);
        let by_name = || {
            let mut public =
                self.channels.iter().filter(|channel| channel.kind == ChannelKind::Public);
            public.find(|channel| channel.is_named(name))
        };
        if let Some(channel) = by_id.or_else(by_name) {
            return Some(Destination::Channel(channel.id.clone()));
        }
        let user = self.users.iter().find(|user| user.id == named && !user.deleted);
        user.map(|user| Destination::User(user.id.clone()))
    }

    /// The id of the direct conversation with a user.
    fn open_conversation(&mut self, api: &mut Api<'_>, user: String) -> String {
        let members = vec![self.viewer.clone(), user];
        let open = self
            .channels
            .iter()
            .find(|channel| channel.kind == ChannelKind::Direct && channel.members == members);
        if let Some(channel) = open {
            return channel.id.clone();
        }
        let channel = Channel {
            id: fresh_id(api.ids, 'D'),
            kind: ChannelKind::Direct,
            creator: self.viewer.clone(),
            created: api.clock.now().as_second(),
            members,
            ..Channel::default()
        };
        let id = channel.id.clone();
        self.channels.push(channel);
        id
    }
}

/// Where a message goes, by id.
enum Destination {
    Channel(String),
    User(String),
}

impl Channel {
    /// The `ts` of the first message of the thread that a message is in.
    fn thread_of(&self, ts: &str) -> Result<String, ApiError> {
        let message = self.message(ts).ok_or_else(|| thread_not_found(ts))?;
        Ok(message.thread_ts.clone().unwrap_or_else(|| message.ts.clone()))
    }

    /// Stores a message and, for a reply, counts it on the first message of its thread.
    pub(super) fn add(&mut self, message: Message) {
        let parent = message.thread_ts.as_ref();
        if let Some(parent) =
            parent.and_then(|ts| self.messages.iter_mut().find(|other| other.ts == *ts))
        {
            parent.thread_ts = Some(parent.ts.clone());
            parent.reply_count = parent.reply_count.saturating_add(1);
            parent.latest_reply = Some(message.ts.clone());
            if !parent.reply_users.contains(&message.user) {
                parent.reply_users.push(message.user.clone());
            }
        }
        self.messages.push(message);
    }
}

impl HistoryRange {
    fn read(&self) -> Result<std::ops::Range<u64>, ApiError> {
        let end = |ts: &Option<String>, code: &str| {
            let at = ts
                .as_deref()
                .map(|ts| micros(ts).ok_or_else(|| refused(code, format!("`{ts}` is not a time"))));
            at.transpose()
        };
        let (oldest, latest) =
            (end(&self.oldest, "invalid_ts_oldest")?, end(&self.latest, "invalid_ts_latest")?);
        let start = oldest.map_or(0, |at| if self.inclusive { at } else { at.saturating_add(1) });
        let stop =
            latest.map_or(u64::MAX, |at| if self.inclusive { at.saturating_add(1) } else { at });
        Ok(start..stop)
    }
}

fn check_text(text: &str) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(refused("no_text", "the message has no text"));
    }
    let length = text.chars().count();
    if length > TEXT_MAX {
        let message = format!("the text has {length} characters, {TEXT_MAX} are allowed");
        return Err(refused("msg_too_long", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{id_of, message, workspace};
    use super::*;
    use crate::world::ServiceState;

    #[track_caller]
    fn check_refused(new: NewMessage, code: &str) {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let before = slack.clone();

        let error = slack.post_message(&mut api, new).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (200, code));
        assert_eq!(*slack, before);
    }

    fn reply(channel: &str, ts: &str) -> NewMessage {
        NewMessage { thread_ts: Some(ts.to_owned()), ..message(channel, "reply") }
    }

    fn texts(page: &Page<&Message>) -> Vec<String> {
        page.items.iter().map(|message| message.text.clone()).collect()
    }

    #[test]
    fn posting_takes_an_id_or_a_name_and_answers_the_id() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let id = id_of(slack, "general");

        for channel in ["#general", "general", &id] {
            let posted = slack.post_message(&mut api, message(channel, "hi")).unwrap();
            assert_eq!(posted.channel, id);
        }

        assert_eq!(slack.messages("general").len(), 3);
    }

    #[test]
    fn history_by_name_is_not_found() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        slack.post_message(&mut api, message("#general", "hi")).unwrap();

        for channel in ["#general", "general"] {
            let error =
                slack.history(&mut api, channel, &HistoryRange::default(), Paging::default());
            assert_eq!(error.unwrap_err().code, "channel_not_found");
        }
    }

    #[test]
    fn refused_posts_leave_no_trace() {
        check_refused(message("#nowhere", "x"), "channel_not_found");
        check_refused(message("#board", "x"), "channel_not_found");
        check_refused(message("#random", "x"), "not_in_channel");
        check_refused(message("#old", "x"), "is_archived");
        check_refused(message("#general", " \n"), "no_text");
        check_refused(message("#general", &"x".repeat(40_001)), "msg_too_long");
        check_refused(reply("#general", "1.000000"), "thread_not_found");
    }

    #[test]
    fn longest_text_is_accepted() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);

        let posted = slack.post_message(&mut api, message("#general", &"é".repeat(40_000)));

        assert!(posted.is_ok());
    }

    #[test]
    fn text_is_stored_escaped() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);

        let posted = slack.post_message(&mut api, message("#general", "a < b & <@U1>")).unwrap();

        assert_eq!(posted.message.text, "a &lt; b &amp; <@U1>");
    }

    #[test]
    fn user_id_opens_one_direct_conversation() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let ada = slack.user("ada").unwrap().id.clone();

        let one = slack.post_message(&mut api, message(&ada, "hello")).unwrap();
        let other = slack.post_message(&mut api, message(&ada, "again")).unwrap();

        assert!(one.channel.starts_with('D'));
        assert_eq!(one.channel, other.channel);
    }

    #[test]
    fn reply_to_a_reply_joins_the_thread() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let parent =
            slack.post_message(&mut api, message("#general", "parent")).unwrap().message.ts;
        let first = slack.post_message(&mut api, reply("#general", &parent)).unwrap().message.ts;

        let second = slack.post_message(&mut api, reply("#general", &first)).unwrap().message;

        assert_eq!(second.thread_ts.as_ref(), Some(&parent));
        let stored = slack.channel("general").unwrap().message(&parent).unwrap();
        assert_eq!((stored.reply_count, stored.reply_users.len()), (2, 1));
        assert_eq!(stored.latest_reply.as_ref(), Some(&second.ts));
        assert_eq!(stored.thread_ts.as_ref(), Some(&parent));
    }

    #[test]
    fn replies_are_in_the_thread_and_not_in_the_history() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let parent = slack.post_message(&mut api, message("#general", "parent")).unwrap();
        slack.post_message(&mut api, reply("#general", &parent.message.ts)).unwrap();
        slack.post_message(&mut api, message("#general", "next")).unwrap();
        let id = parent.channel;

        let history =
            slack.history(&mut api, &id, &HistoryRange::default(), Paging::default()).unwrap();
        let thread = slack.replies(&mut api, &id, &parent.message.ts, Paging::default()).unwrap();

        assert_eq!(texts(&history), ["next", "parent"]);
        assert_eq!(texts(&thread), ["parent", "reply"]);
    }

    #[test]
    fn range_leaves_its_ends_out_unless_inclusive() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let mut posted = Vec::new();
        for text in ["one", "two", "three"] {
            posted.push(slack.post_message(&mut api, message("#general", text)).unwrap());
        }
        let id = id_of(slack, "general");
        let range = |inclusive| HistoryRange {
            oldest: Some(posted[0].message.ts.clone()),
            latest: Some(posted[2].message.ts.clone()),
            inclusive,
        };

        let open = slack.history(&mut api, &id, &range(false), Paging::default()).unwrap();
        let closed = slack.history(&mut api, &id, &range(true), Paging::default()).unwrap();

        assert_eq!(texts(&open), ["two"]);
        assert_eq!(texts(&closed), ["three", "two", "one"]);
    }

    #[test]
    fn page_is_not_shifted_by_a_new_message() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        for text in ["one", "two", "three"] {
            slack.post_message(&mut api, message("#general", text)).unwrap();
        }
        let (id, all) = (id_of(slack, "general"), HistoryRange::default());
        let first = slack
            .history(&mut api, &id, &all, Paging { limit: 2, cursor: "" })
            .unwrap()
            .next
            .unwrap();
        slack.post_message(&mut api, message("#general", "four")).unwrap();

        let second =
            slack.history(&mut api, &id, &all, Paging { limit: 2, cursor: &first }).unwrap();

        assert_eq!((texts(&second), second.next), (vec!["one".to_owned()], None));
    }
}
