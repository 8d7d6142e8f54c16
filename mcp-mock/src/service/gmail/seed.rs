//! What a mailbox holds before a test begins, as people write it down.

use jiff::Timestamp;
use serde::Deserialize;

use super::address::{email_of, split_addresses};
use super::file::File;
use super::refusal::invalid;
use super::state::{Gmail, Message};
use super::{Api, LabelSettings};
use crate::service::ApiError;

/// The mail that is there from the start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GmailSeed {
    /// The address of the owner; `me@company.example` when left out.
    pub address: Option<String>,
    /// Labels that exist even when no message has them.
    pub labels: Vec<String>,
    /// Messages in the order of arrival.
    pub messages: Vec<MessageSeed>,
    /// Files that can be attached, written like `attachments`; the `name` of each is its path.
    pub files: Vec<File>,
    /// Whether the login has the full mail scope.
    pub may_delete: bool,
}

/// A message. What is left out is filled in: `to` with the owner, `date` with the time of the world,
/// `labels` with `INBOX` and `UNREAD`, or `SENT` when it comes from the owner.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageSeed {
    /// The sender; the owner when left out.
    pub from: Option<String>,
    /// The recipients.
    pub to: Texts,
    /// Who gets a copy.
    pub cc: Texts,
    /// The mailing list that it came through, such as `dev.lists.example`.
    pub list: String,
    /// The subject.
    pub subject: String,
    /// The body as plain text.
    pub body: String,
    /// When it arrived, RFC 3339.
    pub date: Option<Timestamp>,
    /// Labels by id or name; unknown ones are made.
    pub labels: Option<Vec<String>>,
    /// What is attached: names, or files with `name`, their content as `text` or `base64`, and `media_type`
    /// where the name does not tell it. One without content may have a `size`, and cannot be downloaded.
    pub attachments: Vec<File>,
    /// Place of an earlier message of this seed, from 0, whose thread this one joins.
    pub in_thread_of: Option<usize>,
}

/// One string, with commas between addresses, or an array of strings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// An array.
    Many(Vec<String>),
    /// One string.
    One(String),
}

impl Gmail {
    /// Adds what a seed describes. Free.
    ///
    /// # Errors
    /// 400 when an address is none or a thread names no earlier message; label errors as
    /// [`create_label`](Self::create_label).
    pub fn apply_seed(&mut self, api: &mut Api<'_>, seed: GmailSeed) -> Result<(), ApiError> {
        if let Some(address) = seed.address {
            self.address = address;
        }
        self.may_delete |= seed.may_delete;
        self.files.extend(seed.files);
        for name in &seed.labels {
            self.label_for(name)?;
        }
        let mut threads = Vec::new();
        for message in seed.messages {
            let thread_id = match message.in_thread_of {
                Some(place) => threads.get(place).cloned().ok_or_else(|| {
                    invalid(format!("`in_thread_of` is {place}: there is no earlier message there"))
                })?,
                None => String::new(),
            };
            let message = self.message_of(message, thread_id, api.clock.now())?;
            threads.push(self.deliver(api.ids, message).thread_id.clone());
        }
        Ok(())
    }

    fn message_of(
        &mut self,
        seed: MessageSeed,
        thread_id: String,
        now: Timestamp,
    ) -> Result<Message, ApiError> {
        let from = seed.from.unwrap_or_else(|| self.address.clone());
        let own = email_of(&from).is_some_and(|email| email.eq_ignore_ascii_case(&self.address));
        let usual = if own { vec!["SENT"] } else { vec!["INBOX", "UNREAD"] };
        let names = seed.labels.unwrap_or_else(|| usual.into_iter().map(str::to_owned).collect());
        let labels = names.iter().map(|name| self.label_for(name)).collect::<Result<_, _>>()?;
        let mut to = seed.to.into_list();
        if to.is_empty() {
            to.push(self.address.clone());
        }
        let cc = seed.cc.into_list();
        if let Some(bad) = to.iter().chain(&cc).chain([&from]).find(|text| email_of(text).is_none())
        {
            return Err(invalid(format!("`{bad}` is not an address")));
        }
        let date = seed.date.unwrap_or(now);
        let (subject, body, attachments) = (seed.subject, seed.body, seed.attachments);
        let message =
            Message { thread_id, from, to, cc, subject, body, date, ..Message::default() };
        Ok(Message { labels, attachments, list: seed.list, ..message })
    }

    /// The id of a label by id or name; a new one when there is none.
    fn label_for(&mut self, name: &str) -> Result<String, ApiError> {
        match self.label_id(name) {
            Some(id) => Ok(id),
            None => self.add_label(&LabelSettings::named(name)).map(|label| label.id.clone()),
        }
    }
}

impl Texts {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::Many(texts) => texts,
            Self::One(text) => split_addresses(&text),
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::{Clock, ServiceState, State};

    fn seeded(seed: serde_json::Value) -> Result<Gmail, ApiError> {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        gmail.apply_seed(&mut api, serde_json::from_value(seed).unwrap())?;
        Ok(state.gmail)
    }

    #[test]
    fn what_a_seed_leaves_out_is_filled_in() {
        let gmail = seeded(json!({ "messages": [{ "from": "ann@acme.example" }, {}] })).unwrap();

        let received = &gmail.messages[0];
        assert_eq!(received.to, ["me@company.example"]);
        assert_eq!(received.date, Clock::default().now());
        assert_eq!(gmail.inbox().len(), 1);
        assert_eq!(gmail.sent().len(), 1);
    }

    #[test]
    fn a_seed_makes_the_labels_that_it_uses() {
        let seed =
            json!({ "messages": [{ "labels": ["Sales", "INBOX"] }, { "labels": ["sales"] }] });

        let gmail = seeded(seed).unwrap();

        assert_eq!(gmail.labels.len(), 1);
        assert!(gmail.messages[1].labels.contains("Label_1"));
    }

    #[test]
    fn a_message_joins_the_thread_of_an_earlier_one() {
        let gmail = seeded(json!({ "messages": [{}, { "in_thread_of": 0 }] })).unwrap();

        assert_eq!(gmail.messages[1].thread_id, gmail.messages[0].id);
        assert!(seeded(json!({ "messages": [{ "in_thread_of": 0 }] })).is_err());
    }
}
