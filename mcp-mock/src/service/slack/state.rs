//! What a workspace stores: plain records, in the order in which they came to be.

use serde::{Deserialize, Serialize};

/// A channel or a direct conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Channel {
    /// The channel's id: `C…`, or `D…` for a direct conversation.
    pub id: String,
    /// The name without `#`; empty for a direct conversation.
    pub name: String,
    /// Which users can see the channel.
    pub kind: ChannelKind,
    /// Whether the channel takes no more messages.
    pub is_archived: bool,
    /// The current topic; may be empty.
    pub topic: String,
    /// What the channel is for; may be empty.
    pub purpose: String,
    /// Id of the user who created the channel.
    pub creator: String,
    /// The time of creation, in seconds since 1970.
    pub created: i64,
    /// Ids of the members.
    pub members: Vec<String>,
    /// Messages and replies, oldest first.
    pub messages: Vec<Message>,
}

impl Channel {
    /// The message or reply with this `ts`.
    #[must_use]
    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts)
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        !self.name.is_empty() && self.name == name
    }
}

/// Which users can see a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// The two members of a direct conversation.
    Direct,
    /// The members only.
    Private,
    /// All users of the workspace.
    #[default]
    Public,
}

/// A message or a reply in a thread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Identifies the message in its channel: seconds and microseconds since 1970. Strings sort as times do.
    pub ts: String,
    /// Id of the user who posted the message.
    pub user: String,
    /// The text, escaped as Slack stores it.
    pub text: String,
    /// `ts` of the first message of the thread, which has its own `ts` here.
    pub thread_ts: Option<String>,
    /// The number of replies in the thread.
    pub reply_count: u64,
    /// Ids of the users who replied, in the order of their first replies.
    pub reply_users: Vec<String>,
    /// `ts` of the newest reply.
    pub latest_reply: Option<String>,
    /// Reactions, in the order in which each appeared.
    pub reactions: Vec<Reaction>,
}

impl Message {
    /// Whether the message is a reply in a thread, which the history of a channel leaves out.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.thread_ts.as_ref().is_some_and(|parent| *parent != self.ts)
    }
}

/// An emoji and the users who reacted with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reaction {
    /// Name of the emoji, without colons.
    pub name: String,
    /// Ids of the users who reacted with the emoji.
    pub users: Vec<String>,
}

/// A person or a bot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The user's id, `U…`.
    pub id: String,
    /// The short name, as in `@ada`.
    pub name: String,
    /// First and last name.
    pub real_name: String,
    /// The name shown beside messages; may be empty.
    pub display_name: String,
    /// The mail address; bots have none.
    pub email: Option<String>,
    /// The job title; may be empty.
    pub title: String,
    /// Whether the account was closed; it stays in the list.
    pub deleted: bool,
    /// Whether the user is a program.
    pub is_bot: bool,
    /// Whether the user may administer the workspace.
    pub is_admin: bool,
}
