//! Labels: the fixed ones of the system and those that the owner makes.

use serde::Deserialize;

use super::Api;
use super::quota::Quota;
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

/// Name of a label, and where it shows. What is left out stays as it is, or as the vendor has it by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSettings {
    /// What the owner reads.
    pub name: Option<String>,
    /// Whether it shows beside messages.
    pub message_list_visibility: Option<MessageListVisibility>,
    /// Whether it shows in the list of labels.
    pub label_list_visibility: Option<LabelListVisibility>,
}

impl LabelSettings {
    /// A name, and the rest as the vendor has it.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

impl Gmail {
    /// The label with this id, of the owner or of the system.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn get_label(&self, api: &mut Api<'_>, id: &str) -> Result<Label, ApiError> {
        Quota::LabelGet.spend(api)?;
        let system = || Label { id: id.to_owned(), name: id.to_owned(), ..Label::default() };
        let own = self.labels.iter().find(|label| label.id == id).cloned();
        own.or_else(|| SYSTEM_LABELS.contains(&id).then(system)).ok_or_else(not_found)
    }

    /// The labels that the owner made; the others are [`SYSTEM_LABELS`].
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_labels(&self, api: &mut Api<'_>) -> Result<&[Label], ApiError> {
        Quota::LabelList.spend(api)?;
        Ok(&self.labels)
    }

    /// Makes a label.
    ///
    /// # Errors
    /// 409 when the name is taken, in whatever case; 400 when it is empty, too long or reserved.
    pub fn create_label(
        &mut self,
        api: &mut Api<'_>,
        settings: &LabelSettings,
    ) -> Result<&Label, ApiError> {
        Quota::LabelWrite.spend(api)?;
        self.add_label(settings)
    }

    /// Makes a label without asking the API.
    pub(super) fn add_label(&mut self, settings: &LabelSettings) -> Result<&Label, ApiError> {
        let name = self.free_name(settings.name.as_deref().unwrap_or_default(), "")?;
        let number = |label: &Label| label.id.strip_prefix("Label_")?.parse::<u64>().ok();
        let last = self.labels.iter().filter_map(number).max().unwrap_or_default();
        let place = self.labels.len();
        let id = format!("Label_{}", last.saturating_add(1));
        self.labels.push(Label {
            id,
            name,
            message_list_visibility: settings.message_list_visibility.unwrap_or_default(),
            label_list_visibility: settings.label_list_visibility.unwrap_or_default(),
        });
        Ok(&self.labels[place])
    }

    /// Changes the name of a label that the owner made, and where it shows.
    ///
    /// # Errors
    /// 404 when there is no such label, 400 when it is one of the system; else as
    /// [`create_label`](Self::create_label).
    pub fn update_label(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        settings: &LabelSettings,
    ) -> Result<&Label, ApiError> {
        Quota::LabelWrite.spend(api)?;
        let place = self.own_label(id)?;
        let name = settings.name.as_ref().map(|name| self.free_name(name, id)).transpose()?;
        let label = &mut self.labels[place];
        if let Some(name) = name {
            label.name = name;
        }
        label.message_list_visibility =
            settings.message_list_visibility.unwrap_or(label.message_list_visibility);
        label.label_list_visibility =
            settings.label_list_visibility.unwrap_or(label.label_list_visibility);
        Ok(label)
    }

    /// Deletes a label that the owner made, and takes it off every message.
    ///
    /// # Errors
    /// 404 when there is no such label, 400 when it is one of the system.
    pub fn delete_label(&mut self, api: &mut Api<'_>, id: &str) -> Result<Label, ApiError> {
        Quota::LabelWrite.spend(api)?;
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
    pub fn modify(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        change: &LabelChange,
    ) -> Result<&Message, ApiError> {
        Quota::MessageModify.spend(api)?;
        self.find(id)?;
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

    /// The id of the label with this id or, in whatever case, this name. Free.
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

    /// The index of a label of the owner.
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
    use crate::world::{ServiceState, State};

    /// A mailbox with one message, and its id.
    fn mailbox() -> (State, String) {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        let to = vec![gmail.address.clone()];
        let id = gmail.send(&mut api, Outgoing { to, ..Outgoing::default() }).unwrap().id.clone();
        (state, id)
    }

    #[test]
    fn a_label_name_that_is_taken_clashes() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        gmail.create_label(&mut api, &LabelSettings::named("Customers/Big")).unwrap();

        let refused =
            gmail.create_label(&mut api, &LabelSettings::named("customers/big")).unwrap_err();

        assert_eq!(refused.status, 409);
        assert_eq!(refused.message, "Label name exists or conflicts");
    }

    #[test]
    fn system_names_are_reserved() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.create_label(&mut api, &LabelSettings::named("inbox")).unwrap_err();

        assert_eq!(refused.status, 400);
    }

    #[test]
    fn sent_draft_and_chat_cannot_be_set() {
        let (mut state, id) = mailbox();
        let (gmail, mut api) = Gmail::open(&mut state);

        for label in FIXED_LABELS {
            let change = LabelChange { add: vec![label.to_owned()], remove: Vec::new() };
            let refused = gmail.modify(&mut api, &id, &change).unwrap_err();

            assert_eq!((refused.status, refused.message), (400, format!("Invalid label: {label}")));
        }
    }

    #[test]
    fn an_unknown_label_changes_nothing() {
        let (mut state, id) = mailbox();
        let (gmail, mut api) = Gmail::open(&mut state);
        let before = gmail.clone();
        let add = vec!["STARRED".to_owned(), "Label_9".to_owned()];

        let refused =
            gmail.modify(&mut api, &id, &LabelChange { add, remove: Vec::new() }).unwrap_err();

        assert_eq!(refused.message, "Invalid label: Label_9");
        assert_eq!(*gmail, before);
    }

    #[test]
    fn change_of_nothing_is_refused() {
        let (mut state, id) = mailbox();
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.modify(&mut api, &id, &LabelChange::default()).unwrap_err();

        assert_eq!(refused.message, "No label add or removes specified");
    }

    #[test]
    fn renamed_label_keeps_its_id_and_a_new_one_gets_another() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        for name in ["A", "B"] {
            gmail.create_label(&mut api, &LabelSettings::named(name)).unwrap();
        }

        gmail.delete_label(&mut api, "Label_1").unwrap();
        let renamed = gmail
            .update_label(&mut api, "Label_2", &LabelSettings::named("b"))
            .unwrap()
            .name
            .clone();
        let third = gmail.create_label(&mut api, &LabelSettings::named("C")).unwrap().id.clone();

        assert_eq!((renamed.as_str(), third.as_str()), ("b", "Label_3"));
        assert_eq!(
            gmail.update_label(&mut api, "Label_3", &LabelSettings::named("B")).unwrap_err().status,
            409
        );
        assert_eq!(
            gmail.update_label(&mut api, "Label_9", &LabelSettings::named("X")).unwrap_err().status,
            404
        );
        assert_eq!(gmail.delete_label(&mut api, "INBOX").unwrap_err().status, 400);
    }

    #[test]
    fn deleted_label_leaves_its_messages() {
        let (mut state, id) = mailbox();
        let (gmail, mut api) = Gmail::open(&mut state);
        let label =
            gmail.create_label(&mut api, &LabelSettings::named("Sales")).unwrap().id.clone();
        let change = LabelChange { add: vec![label.clone()], remove: Vec::new() };
        gmail.modify(&mut api, &id, &change).unwrap();

        gmail.delete_label(&mut api, &label).unwrap();

        assert!(!gmail.get(&mut api, &id).unwrap().labels.contains(&label));
    }

    #[test]
    fn removing_unread_marks_as_read() {
        let (mut state, id) = mailbox();
        let (gmail, mut api) = Gmail::open(&mut state);
        let change = LabelChange { add: Vec::new(), remove: vec!["UNREAD".to_owned()] };

        let message = gmail.modify(&mut api, &id, &change).unwrap();

        assert!(!message.labels.contains("UNREAD"));
        assert!(message.labels.contains("INBOX"));
    }
}
