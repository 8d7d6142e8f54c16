//! Labels: the fixed ones of the system and those that the owner makes.

use super::refusal::{conflict, invalid, not_found};
use super::state::{Gmail, Label, LabelListVisibility, Message, MessageListVisibility};
use crate::service::ApiError;

/// The labels that every mailbox has; id and name are the same.
pub const SYSTEM_LABELS: [&str; 14] = [
    "CATEGORY_FORUMS",
    "CATEGORY_PERSONAL",
    "CATEGORY_PROMOTIONS",
    "CATEGORY_SOCIAL",
    "CATEGORY_UPDATES",
    "CHAT",
    "DRAFT",
    "IMPORTANT",
    "INBOX",
    "SENT",
    "SPAM",
    "STARRED",
    "TRASH",
    "UNREAD",
];

/// Labels that only the system puts on a message and takes off it.
const FIXED_LABELS: [&str; 3] = ["CHAT", "DRAFT", "SENT"];

/// Longest name of a label that the vendor takes.
const NAME_CHARS_MAX: usize = 225;

/// Which labels to put on a message and which to take off, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LabelChange {
    /// Ids to add.
    pub add: Vec<String>,
    /// Ids to remove; wins over `add`.
    pub remove: Vec<String>,
}

impl Gmail {
    /// Makes a label.
    ///
    /// # Errors
    /// 409 when the name is taken, in whatever case; 400 when it is empty, too long or reserved.
    pub fn create_label(&mut self, name: &str) -> Result<&Label, ApiError> {
        let name = self.free_name(name, "")?;
        let number = |label: &Label| label.id.strip_prefix("Label_")?.parse::<u64>().ok();
        let last = self.labels.iter().filter_map(number).max().unwrap_or_default();
        let place = self.labels.len();
        let id = format!("Label_{}", last.saturating_add(1));
        self.labels.push(Label { id, name, ..Label::default() });
        Ok(&self.labels[place])
    }

    /// Renames a label that the owner made.
    ///
    /// # Errors
    /// 404 when there is no such label, 400 when it is one of the system; else as
    /// [`create_label`](Self::create_label).
    pub fn rename_label(&mut self, id: &str, name: &str) -> Result<&Label, ApiError> {
        let place = self.own_label(id)?;
        let name = self.free_name(name, id)?;
        self.labels[place].name = name;
        Ok(&self.labels[place])
    }

    /// Changes where a label of the owner shows; what is not given stays.
    ///
    /// # Errors
    /// 404 when there is no such label, 400 when it is one of the system.
    pub fn show_label(
        &mut self,
        id: &str,
        beside_messages: Option<MessageListVisibility>,
        in_list: Option<LabelListVisibility>,
    ) -> Result<(), ApiError> {
        let place = self.own_label(id)?;
        let label = &mut self.labels[place];
        label.message_list_visibility = beside_messages.unwrap_or(label.message_list_visibility);
        label.label_list_visibility = in_list.unwrap_or(label.label_list_visibility);
        Ok(())
    }

    /// Deletes a label that the owner made, and takes it off every message.
    ///
    /// # Errors
    /// 404 when there is no such label, 400 when it is one of the system.
    pub fn delete_label(&mut self, id: &str) -> Result<Label, ApiError> {
        let label = self.labels.remove(self.own_label(id)?);
        for message in &mut self.messages {
            message.labels.remove(id);
        }
        Ok(label)
    }

    /// Changes the labels of a message. Marking as read is removing `UNREAD`; archiving is removing `INBOX`.
    ///
    /// # Errors
    /// 400 when no label is named, or one is unknown or set by the system only; else as
    /// [`get`](Self::get).
    pub fn modify(&mut self, id: &str, change: &LabelChange) -> Result<&Message, ApiError> {
        self.get(id)?;
        if change.add.is_empty() && change.remove.is_empty() {
            return Err(invalid("No label add or removes specified"));
        }
        for label in change.add.iter().chain(&change.remove) {
            if !self.has_label(label) || FIXED_LABELS.contains(&label.as_str()) {
                return Err(invalid(format!("Invalid label: {label}")));
            }
        }
        self.relabel(id, |labels| {
            labels.extend(change.add.iter().cloned());
            labels.retain(|label| !change.remove.contains(label));
        })
    }

    /// The id of the label with this id or, in whatever case, this name.
    #[must_use]
    pub fn label_id(&self, id_or_name: &str) -> Option<String> {
        let system = SYSTEM_LABELS.iter().find(|label| label.eq_ignore_ascii_case(id_or_name));
        let same = |label: &&Label| {
            label.id == id_or_name || label.name.to_lowercase() == id_or_name.to_lowercase()
        };
        system
            .map(|label| (*label).to_owned())
            .or_else(|| self.labels.iter().find(same).map(|label| label.id.clone()))
    }

    /// Where a label of the owner stands.
    fn own_label(&self, id: &str) -> Result<usize, ApiError> {
        if SYSTEM_LABELS.contains(&id) {
            return Err(invalid("Invalid update request: it is a label of the system"));
        }
        self.labels.iter().position(|label| label.id == id).ok_or_else(not_found)
    }

    /// A name as a label may have it, when no other label than the one with id `except` has it.
    fn free_name(&self, name: &str, except: &str) -> Result<String, ApiError> {
        let name = name.trim();
        let reserved = SYSTEM_LABELS.iter().any(|system| system.eq_ignore_ascii_case(name));
        let length = name.chars().count();
        if reserved || length == 0 || length > NAME_CHARS_MAX || name.chars().any(char::is_control)
        {
            return Err(invalid("Invalid label name"));
        }
        let taken =
            |label: &Label| label.id != except && label.name.to_lowercase() == name.to_lowercase();
        if self.labels.iter().any(taken) {
            return Err(conflict("Label name exists or conflicts"));
        }
        Ok(name.to_owned())
    }

    pub(super) fn has_label(&self, id: &str) -> bool {
        SYSTEM_LABELS.contains(&id) || self.labels.iter().any(|label| label.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outgoing;
    use super::*;
    use crate::world::{Clock, Env, Ids};

    fn mailbox() -> (Gmail, String) {
        let mut env = Env { clock: Clock::default(), ids: Ids::new(1) };
        let mut gmail = Gmail::default();
        let to = vec![gmail.address.clone()];
        let id = gmail.send(&mut env, Outgoing { to, ..Outgoing::default() }).unwrap().id.clone();
        (gmail, id)
    }

    #[test]
    fn a_label_name_that_is_taken_clashes() {
        let mut gmail = Gmail::default();
        gmail.create_label("Customers/Big").unwrap();

        let refused = gmail.create_label("customers/big").unwrap_err();

        assert_eq!(refused.status, 409);
        assert_eq!(refused.message, "Label name exists or conflicts");
    }

    #[test]
    fn system_names_are_reserved() {
        assert_eq!(Gmail::default().create_label("inbox").unwrap_err().status, 400);
    }

    #[test]
    fn sent_draft_and_chat_cannot_be_set() {
        let (mut gmail, id) = mailbox();

        for label in FIXED_LABELS {
            let change = LabelChange { add: vec![label.to_owned()], remove: Vec::new() };
            let refused = gmail.modify(&id, &change).unwrap_err();

            assert_eq!((refused.status, refused.message), (400, format!("Invalid label: {label}")));
        }
    }

    #[test]
    fn an_unknown_label_changes_nothing() {
        let (mut gmail, id) = mailbox();
        let before = gmail.clone();
        let add = vec!["STARRED".to_owned(), "Label_9".to_owned()];

        let refused = gmail.modify(&id, &LabelChange { add, remove: Vec::new() }).unwrap_err();

        assert_eq!(refused.message, "Invalid label: Label_9");
        assert_eq!(gmail, before);
    }

    #[test]
    fn change_of_nothing_is_refused() {
        let (mut gmail, id) = mailbox();

        let refused = gmail.modify(&id, &LabelChange::default()).unwrap_err();

        assert_eq!(refused.message, "No label add or removes specified");
    }

    #[test]
    fn renamed_label_keeps_its_id_and_a_new_one_gets_another() {
        let mut gmail = Gmail::default();
        for name in ["A", "B"] {
            gmail.create_label(name).unwrap();
        }

        gmail.delete_label("Label_1").unwrap();
        let renamed = gmail.rename_label("Label_2", "b").unwrap().name.clone();
        let third = gmail.create_label("C").unwrap().id.clone();

        assert_eq!((renamed.as_str(), third.as_str()), ("b", "Label_3"));
        assert_eq!(gmail.rename_label("Label_3", "B").unwrap_err().status, 409);
        assert_eq!(gmail.rename_label("Label_9", "X").unwrap_err().status, 404);
        assert_eq!(gmail.delete_label("INBOX").unwrap_err().status, 400);
    }

    #[test]
    fn deleted_label_leaves_its_messages() {
        let (mut gmail, id) = mailbox();
        let label = gmail.create_label("Sales").unwrap().id.clone();
        let change = LabelChange { add: vec![label.clone()], remove: Vec::new() };
        gmail.modify(&id, &change).unwrap();

        gmail.delete_label(&label).unwrap();

        assert!(!gmail.get(&id).unwrap().labels.contains(&label));
    }

    #[test]
    fn removing_unread_marks_as_read() {
        let (mut gmail, id) = mailbox();
        let change = LabelChange { add: Vec::new(), remove: vec!["UNREAD".to_owned()] };

        let message = gmail.modify(&id, &change).unwrap();

        assert!(!message.labels.contains("UNREAD"));
        assert!(message.labels.contains("INBOX"));
    }
}
