//! What a workspace holds at the start, written for people.

use serde::Deserialize;

use super::super::ApiError;
use super::refusal::refused;
use super::text::escaped;
use super::{Api, Channel, ChannelKind, Message, Reaction, SLACKBOT, Slack, User, fresh_id};
use crate::world::{Clock, Ids};

/// Slack's limit for the name of a channel.
const CHANNEL_NAME_MAX: usize = 80;

/// The start of a workspace. Everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SlackSeed {
    /// Users besides slackbot and the calling bot.
    pub users: Vec<UserSeed>,
    /// Channels, oldest first.
    pub channels: Vec<ChannelSeed>,
}

/// A user.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct UserSeed {
    /// The id; a fresh one when not given.
    pub id: Option<String>,
    /// The handle.
    pub name: String,
    /// The whole name; the handle when not given.
    pub real_name: Option<String>,
    /// The name shown beside messages.
    pub display_name: String,
    /// The address.
    pub email: Option<String>,
    /// What the person does.
    pub title: String,
    /// Whether the account was closed.
    pub deleted: bool,
    /// Whether it is a program.
    pub is_bot: bool,
    /// Whether it may administer the workspace.
    pub is_admin: bool,
}

/// A channel, of which all users that are not deleted are members.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ChannelSeed {
    /// The id; a fresh one when not given.
    pub id: Option<String>,
    /// Its name, with or without `#`.
    pub name: String,
    /// What is being talked about.
    pub topic: String,
    /// What it is for.
    pub purpose: String,
    /// Whether only its members see it.
    pub private: bool,
    /// Whether it takes no more messages.
    pub archived: bool,
    /// Whether the calling bot is a member; it is unless this says no.
    pub joined: bool,
    /// Messages, oldest first.
    pub messages: Vec<MessageSeed>,
}

impl Default for ChannelSeed {
    /// A public channel that the bot has joined.
    fn default() -> Self {
        Self {
            id: None,
            name: String::new(),
            topic: String::new(),
            purpose: String::new(),
            private: false,
            archived: false,
            joined: true,
            messages: Vec::new(),
        }
    }
}

/// A message.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MessageSeed {
    /// Handle or id of who posted it; the calling bot when not given.
    pub user: Option<String>,
    /// The text.
    pub text: String,
    /// Names of the emoji that the poster put on it.
    pub reactions: Vec<String>,
    /// Replies in its thread, oldest first.
    pub replies: Vec<Self>,
}

impl Slack {
    /// Adds what the seed describes.
    ///
    /// # Errors
    ///
    /// `name_taken` or `invalid_name` for a channel, `user_not_found` for an unknown poster.
    pub fn apply_seed(&mut self, api: &mut Api<'_>, seed: SlackSeed) -> Result<(), ApiError> {
        for user in seed.users {
            self.seed_user(api.ids, user);
        }
        for channel in seed.channels {
            self.seed_channel(api, channel)?;
        }
        Ok(())
    }

    fn seed_user(&mut self, ids: &mut Ids, seed: UserSeed) {
        self.users.push(User {
            id: seed.id.unwrap_or_else(|| fresh_id(ids, 'U')),
            real_name: seed.real_name.unwrap_or_else(|| seed.name.clone()),
            name: seed.name,
            display_name: seed.display_name,
            email: seed.email,
            title: seed.title,
            deleted: seed.deleted,
            is_bot: seed.is_bot,
            is_admin: seed.is_admin,
        });
    }

    fn seed_channel(&mut self, api: &mut Api<'_>, seed: ChannelSeed) -> Result<(), ApiError> {
        let name = seed.name.strip_prefix('#').unwrap_or(&seed.name).to_owned();
        if !is_channel_name(&name) {
            return Err(refused("invalid_name", format!("`{name}` is not a name for a channel")));
        }
        if self.channels.iter().any(|channel| channel.is_named(&name)) {
            return Err(refused("name_taken", format!("there is a channel `#{name}` already")));
        }
        let is_member = |user: &&User| {
            !user.deleted && user.id != SLACKBOT && (seed.joined || user.id != self.viewer)
        };
        let mut channel = Channel {
            id: seed.id.unwrap_or_else(|| fresh_id(api.ids, 'C')),
            name,
            kind: if seed.private { ChannelKind::Private } else { ChannelKind::Public },
            is_archived: seed.archived,
            topic: seed.topic,
            purpose: seed.purpose,
            creator: self.viewer.clone(),
            created: api.clock.now().as_second(),
            members: self.users.iter().filter(is_member).map(|user| user.id.clone()).collect(),
            messages: Vec::new(),
        };
        for mut message in seed.messages {
            let replies = std::mem::take(&mut message.replies);
            let parent = self.seeded_message(api.clock, message, None)?;
            let ts = parent.ts.clone();
            channel.add(parent);
            for reply in replies {
                channel.add(self.seeded_message(api.clock, reply, Some(&ts))?);
            }
        }
        self.channels.push(channel);
        Ok(())
    }

    fn seeded_message(
        &mut self,
        clock: &Clock,
        seed: MessageSeed,
        parent: Option<&str>,
    ) -> Result<Message, ApiError> {
        let poster = seed.user.as_deref().unwrap_or(&self.viewer);
        let unknown = || refused("user_not_found", format!("user `{poster}` was not found"));
        let user = self.user(poster).ok_or_else(unknown)?.id.clone();
        let reaction = |name| Reaction { name, users: vec![user.clone()] };
        let reactions = seed.reactions.into_iter().map(reaction).collect();
        Ok(Message {
            ts: self.next_ts(clock),
            text: escaped(&seed.text),
            thread_ts: parent.map(str::to_owned),
            reactions,
            user,
            ..Message::default()
        })
    }
}

fn is_channel_name(name: &str) -> bool {
    let is_letter = |letter: char| {
        letter == '-' || letter == '_' || (letter.is_alphanumeric() && !letter.is_uppercase())
    };
    !name.is_empty() && name.chars().count() <= CHANNEL_NAME_MAX && name.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::seeded;
    use super::*;
    use crate::world::{ServiceState, State};

    #[test]
    fn demo_seed_fits_the_tutorial() {
        let text = include_str!("../../../seeds/demo/slack.json");
        let mut state = State::empty(1);
        let (slack, mut api) = Slack::open(&mut state);

        slack.apply_seed(&mut api, serde_json::from_str(text).unwrap()).unwrap();

        for name in
            ["#support", "#general", "#announcements", "#engineering", "#releases", "#sales"]
        {
            let channel = slack.channel(name);
            assert!(channel.is_some_and(|found| found.members.contains(&slack.viewer)), "{name}");
        }
        assert!(slack.users.iter().any(|user| user.deleted));
    }

    #[test]
    fn thread_of_a_seed_is_counted() {
        let State { slack, .. } = seeded(json!({ "channels": [{ "name": "#dev", "messages": [
            { "text": "build?", "replies": [{ "text": "green" }, { "text": "& fast" }] },
        ] }] }));

        let messages = slack.messages("dev");

        assert_eq!((messages.len(), messages[0].reply_count), (3, 2));
        assert_eq!(messages[2].text, "&amp; fast");
    }

    #[test]
    fn bad_seeds_are_refused() {
        let cases = [
            (json!({ "channels": [{ "name": "a" }, { "name": "#a" }] }), "name_taken"),
            (json!({ "channels": [{ "name": "No Name" }] }), "invalid_name"),
            (json!({ "channels": [{ "name": "a".repeat(81) }] }), "invalid_name"),
            (
                json!({ "channels": [{ "name": "a", "messages": [{ "user": "eve", "text": "x" }] }] }),
                "user_not_found",
            ),
        ];

        for (seed, code) in cases {
            let seed = serde_json::from_value(seed).unwrap();
            let mut state = State::empty(1);
            let (slack, mut api) = Slack::open(&mut state);
            let error = slack.apply_seed(&mut api, seed).unwrap_err();
            assert_eq!(error.code, code);
        }
    }

    #[test]
    fn unknown_member_is_refused() {
        let error = serde_json::from_value::<SlackSeed>(json!({ "chanels": [] })).unwrap_err();

        assert!(error.to_string().contains("unknown field `chanels`"));
    }
}
