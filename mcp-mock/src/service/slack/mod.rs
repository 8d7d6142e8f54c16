//! Slack: one workspace with channels, messages, threads, reactions and users.
//!
//! Operations are shaped like the Web API and keep its rules: a message is named by its `ts`, names
//! of channels are accepted only when posting, replies live in threads, texts are stored escaped.
//! Every refusal has status 200, because Slack answers `{"ok":false}` that way; the code is the
//! vendor's `error`. Files, blocks and edits are not modelled.

mod channels;
mod cursor;
mod messages;
mod quota;
mod reactions;
pub(crate) mod refusal;
mod seed;
mod state;
mod text;
mod ts;
mod users;

pub use channels::ChannelFilter;
pub use cursor::Paging;
pub use messages::{HistoryRange, NewMessage, Posted};
pub use seed::{ChannelSeed, MessageSeed, SlackSeed, UserSeed};
pub use state::{Channel, ChannelKind, Message, Reaction, User};

use serde::{Deserialize, Serialize};

use super::ApiError;
use crate::world::Ids;

/// What operations of Slack take from their world.
pub type Api<'w> = super::Api<'w, Slack>;

/// Id of the user that every workspace has and no channel lists as a member.
const SLACKBOT: &str = "USLACKBOT";

/// Everything that one workspace stores, and who is calling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slack {
    /// Id of the workspace.
    pub team: String,
    /// Id of the user whose token is used, a bot.
    pub viewer: String,
    /// Channels and direct conversations, oldest first.
    pub channels: Vec<Channel>,
    /// Everybody, deleted users and bots too, oldest first.
    pub users: Vec<User>,
    /// The newest `ts` that was given, in microseconds.
    last_ts: u64,
}

impl Default for Slack {
    /// A workspace without channels in which only the calling bot and slackbot live.
    fn default() -> Self {
        let user = |id: &str, name: &str, real_name: &str| User {
            id: id.to_owned(),
            name: name.to_owned(),
            real_name: real_name.to_owned(),
            ..User::default()
        };
        // Slack does not count slackbot as a bot.
        let slackbot = user(SLACKBOT, "slackbot", "Slackbot");
        let viewer = User { is_bot: true, ..user("U0MOCKBOT1", "mockbot", "Mock Bot") };
        Self {
            team: "T0MOCK0001".to_owned(),
            viewer: viewer.id.clone(),
            channels: Vec::new(),
            users: vec![slackbot, viewer],
            last_ts: 0,
        }
    }
}

impl Slack {
    /// The channel with this id or name; a `#` in front of the name is fine.
    #[must_use]
    pub fn channel(&self, name_or_id: &str) -> Option<&Channel> {
        let name = name_or_id.strip_prefix('#').unwrap_or(name_or_id);
        let by_id = self.channels.iter().find(|channel| channel.id == name_or_id);
        by_id.or_else(|| self.channels.iter().find(|channel| channel.is_named(name)))
    }

    /// The messages of a channel with their replies, oldest first; none when it does not exist.
    #[must_use]
    pub fn messages(&self, name_or_id: &str) -> Vec<&Message> {
        self.channel(name_or_id).map(|found| found.messages.iter().collect()).unwrap_or_default()
    }

    /// The user with this id or name.
    #[must_use]
    pub fn user(&self, name_or_id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == name_or_id || user.name == name_or_id)
    }

    /// A channel by its id, as all methods but posting want it, that the viewer may look into.
    fn joined(&self, id: &str) -> Result<&Channel, ApiError> {
        let channel = self.channels.iter().find(|channel| channel.id == id);
        let channel = channel.ok_or_else(|| refusal::channel_not_found(id))?;
        self.check_membership(channel)?;
        Ok(channel)
    }

    fn joined_mut(&mut self, id: &str) -> Result<&mut Channel, ApiError> {
        self.joined(id)?;
        let channel = self.channels.iter_mut().find(|channel| channel.id == id);
        channel.ok_or_else(|| refusal::channel_not_found(id))
    }

    /// A private channel hides from strangers; a public one says that they are not in it.
    fn check_membership(&self, channel: &Channel) -> Result<(), ApiError> {
        if channel.members.contains(&self.viewer) {
            return Ok(());
        }
        Err(match channel.kind {
            ChannelKind::Public => refusal::not_in_channel(&channel.name),
            ChannelKind::Direct | ChannelKind::Private => refusal::channel_not_found(&channel.id),
        })
    }
}

/// An id such as `C08K3QZ7M1D`: a letter for its kind, a zero and nine letters or digits.
fn fresh_id(ids: &mut Ids, kind: char) -> String {
    let rest = ids.text(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 9);
    format!("{kind}0{rest}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::world::{ServiceState, State};

    pub(super) fn seeded(seed: serde_json::Value) -> State {
        let mut state = State::empty(1);
        let (slack, mut api) = Slack::open(&mut state);
        slack.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();
        state
    }

    /// `#general` and `#support` with the bot, `#random` without it, `#old` archived, `#board`
    /// private.
    pub(super) fn workspace() -> State {
        seeded(json!({
            "users": [{ "name": "ada", "email": "ada@company.example" }, { "name": "bob", "deleted": true }],
            "channels": [
                { "name": "general" }, { "name": "support" }, { "name": "random", "joined": false },
                { "name": "old", "archived": true }, { "name": "board", "private": true, "joined": false },
            ],
        }))
    }

    pub(super) fn id_of(slack: &Slack, name: &str) -> String {
        slack.channel(name).unwrap().id.clone()
    }

    pub(super) fn message(channel: &str, text: &str) -> NewMessage {
        NewMessage { channel: channel.to_owned(), text: text.to_owned(), ..NewMessage::default() }
    }

    #[test]
    fn state_survives_a_snapshot() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        slack.post_message(&mut api, message("#general", "hello")).unwrap();

        let text = serde_json::to_string(slack).unwrap();

        assert_eq!(&serde_json::from_str::<Slack>(&text).unwrap(), slack);
    }

    #[test]
    fn channels_and_users_are_found_by_name_and_id() {
        let State { slack, .. } = workspace();
        let id = id_of(&slack, "general");

        assert_eq!(slack.channel("#general"), slack.channel(&id));
        assert_eq!(slack.user("ada").map(|user| slack.user(&user.id)), Some(slack.user("ada")));
    }

    proptest! {
        #[test]
        fn ts_rises_strictly_in_the_workspace(moves in prop::collection::vec((any::<bool>(), 0_u64..3), 1..40)) {
            let mut state = workspace();

            let mut all = Vec::new();
            for (in_general, seconds) in moves {
                state.advance(std::time::Duration::from_secs(seconds));
                let (slack, mut api) = Slack::open(&mut state);
                let channel = if in_general { "#general" } else { "#support" };
                all.push(slack.post_message(&mut api, message(channel, "x")).unwrap().message.ts);
            }

            prop_assert!(all.is_sorted_by(|one, other| one < other));
        }

        #[test]
        fn pages_of_a_history_are_complete_and_free_of_duplicates(count in 0_usize..40, limit in 1_i64..15) {
            let mut state = workspace();
            let (slack, mut api) = Slack::open(&mut state);
            for index in 0..count {
                slack.post_message(&mut api, message("general", &index.to_string())).unwrap();
            }
            let id = id_of(slack, "general");

            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let paging = Paging { limit, cursor: &cursor };
                let page = slack.history(&mut api, &id, &HistoryRange::default(), paging).unwrap();
                seen.extend(page.items.iter().map(|message| message.text.clone()));
                let Some(next) = page.next else { break };
                cursor = next;
            }

            let expected: Vec<String> = (0..count).rev().map(|index| index.to_string()).collect();
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn pages_of_users_are_complete_and_free_of_duplicates(limit in 1_i64..8) {
            let mut state = workspace();
            let (slack, mut api) = Slack::open(&mut state);

            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = slack.list_users(&mut api, Paging { limit, cursor: &cursor }).unwrap();
                seen.extend(page.items.iter().map(|user| user.id.clone()));
                let Some(next) = page.next else { break };
                cursor = next;
            }

            let expected: Vec<String> = slack.users.iter().map(|user| user.id.clone()).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
