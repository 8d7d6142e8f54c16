//! What the mailbox stores.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file::File;
use super::filters::Filter;

/// Characters of a preview; the vendor's is of about this length.
const PREVIEW_CHARS_MAX: usize = 200;

/// The mailbox of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gmail {
    /// The address of the owner; mail is sent from here.
    pub address: String,
    /// Every message in the order of arrival, also those in Trash and Spam.
    pub messages: Vec<Message>,
    /// The labels that the owner made.
    pub labels: Vec<Label>,
    /// Which messages are drafts, and under which draft id.
    pub drafts: Vec<Draft>,
    /// What happens to mail as it arrives, oldest rule first.
    #[serde(default)]
    pub filters: Vec<Filter>,
    /// The disk of the world: files that can be attached, and attachments that were saved.
    #[serde(default)]
    pub files: Vec<File>,
    /// Whether the login has the full mail scope, without which nothing is deleted for good.
    pub may_delete: bool,
    /// The last history id; it grows with every change.
    pub history: u64,
}

impl Gmail {
    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// What was sent from this mailbox, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<&Message> {
        self.labelled("SENT")
    }

    /// What lies in the inbox, oldest first.
    #[must_use]
    pub fn inbox(&self) -> Vec<&Message> {
        self.labelled("INBOX")
    }

    fn labelled(&self, label: &str) -> Vec<&Message> {
        self.messages.iter().filter(|message| message.labels.contains(label)).collect()
    }
}

impl Default for Gmail {
    /// The empty mailbox of `me@company.example`, with a login that may not delete.
    fn default() -> Self {
        Self {
            address: "me@company.example".to_owned(),
            messages: Vec::new(),
            labels: Vec::new(),
            drafts: Vec::new(),
            filters: Vec::new(),
            files: Vec::new(),
            may_delete: false,
            history: 0,
        }
    }
}

/// One message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Sixteen hexadecimal digits.
    pub id: String,
    /// The id of the first message of its thread.
    pub thread_id: String,
    /// The `Message-ID` header; not the same as `id`.
    pub message_id: String,
    /// The sender, with or without a display name.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy unseen.
    pub bcc: Vec<String>,
    /// The mailing list that it came through, as its `List-ID` header names it; empty when it came directly.
    #[serde(default)]
    pub list: String,
    /// The subject.
    pub subject: String,
    /// The body as plain text; empty when the message has HTML only.
    pub body: String,
    /// The same as HTML; empty when the message has none.
    #[serde(default)]
    pub html: String,
    /// When it arrived.
    pub date: Timestamp,
    /// Ids of its labels.
    pub labels: BTreeSet<String>,
    /// What is attached.
    pub attachments: Vec<File>,
    /// Its place in the order of arrival.
    pub sequence: u64,
    /// The history id of its last change.
    pub history_id: u64,
}

impl Message {
    /// The beginning of the body on one line.
    #[must_use]
    pub fn preview(&self) -> String {
        let text = if self.body.is_empty() { &self.html } else { &self.body };
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(PREVIEW_CHARS_MAX).collect()
    }

    /// The preview as the vendor's API gives it: escaped for HTML.
    #[must_use]
    pub fn snippet(&self) -> String {
        let mut escaped = String::new();
        for character in self.preview().chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
        escaped
    }
}

/// A label that the owner made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// `Label_1`, `Label_2` and so on.
    pub id: String,
    /// What the owner reads; `/` nests.
    pub name: String,
    /// Whether it shows beside messages.
    #[serde(default)]
    pub message_list_visibility: MessageListVisibility,
    /// Whether it shows in the list of labels.
    #[serde(default)]
    pub label_list_visibility: LabelListVisibility,
}

/// Whether a label shows beside messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageListVisibility {
    /// It does not.
    Hide,
    /// It does.
    #[default]
    Show,
}

/// Whether a label shows in the list of labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LabelListVisibility {
    /// It does not.
    LabelHide,
    /// It does.
    #[default]
    LabelShow,
    /// It does while messages with it are unread.
    LabelShowIfUnread,
}

/// A message that was not sent yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The id of the draft, which is not the id of its message.
    pub id: String,
    /// The id of its message.
    pub message_id: String,
}

#[cfg(test)]
mod tests {
    use super::Message;

    #[test]
    fn a_snippet_is_one_line_escaped_for_html() {
        let message = Message { body: "Tom & \"Ann\"\n  <x>".to_owned(), ..Message::default() };

        assert_eq!(message.preview(), "Tom & \"Ann\" <x>");
        assert_eq!(message.snippet(), "Tom &amp; &quot;Ann&quot; &lt;x&gt;");
    }
}
