//! What a workspace stores: plain records, in the order in which they came to be.

use serde::{Deserialize, Serialize};

/// A channel or a direct conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Channel {
    /// Its id.
    pub id: String,
    /// Its name without `#`; a direct conversation has none.
    pub name: String,
    /// Who can see it.
    pub kind: ChannelKind,
    /// Whether it takes no more messages.
    pub is_archived: bool,
    /// What is being talked about.
    pub topic: String,
    /// What it is for.
    pub purpose: String,
    /// Id of who created it.
    pub creator: String,
    /// When it was created, in seconds since 1970.
    pub created: i64,
    /// Ids of its members.
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

/// Who can see a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Two users only.
    Direct,
    /// Its members only.
    Private,
    /// Everybody.
    #[default]
    Public,
}

/// A message or a reply in a thread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Names the message: seconds and microseconds since 1970. Compare it as text.
    pub ts: String,
    /// Id of who posted it.
    pub user: String,
    /// The text, escaped as Slack stores it.
    pub text: String,
    /// `ts` of the message that the thread hangs on; that message has its own `ts` here.
    pub thread_ts: Option<String>,
    /// How many replies the thread has.
    pub reply_count: u64,
    /// Ids of who replied, in the order of their first reply.
    pub reply_users: Vec<String>,
    /// `ts` of the newest reply.
    pub latest_reply: Option<String>,
    /// Reactions, in the order in which each appeared.
    pub reactions: Vec<Reaction>,
}

impl Message {
    /// Whether it is a reply in a thread, and so not shown in the history.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.thread_ts.as_ref().is_some_and(|parent| *parent != self.ts)
    }
}

/// An emoji and who reacted with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reaction {
    /// Name of the emoji, without colons.
    pub name: String,
    /// Ids of who reacted with it.
    pub users: Vec<String>,
}

/// A person or a bot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub id: String,
    /// The handle.
    pub name: String,
    /// The whole name.
    pub real_name: String,
    /// The name shown beside messages; may be empty.
    pub display_name: String,
    /// The address; bots have none.
    pub email: Option<String>,
    /// What the person does.
    pub title: String,
    /// Whether the account was closed; it stays in the list.
    pub deleted: bool,
    /// Whether it is a program.
    pub is_bot: bool,
    /// Whether it may administer the workspace.
    pub is_admin: bool,
}
