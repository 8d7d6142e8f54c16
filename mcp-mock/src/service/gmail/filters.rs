//! Filters: what happens to mail as it arrives.
//!
//! They are held against mail to oneself only, since nothing else arrives while a world is running.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Api;
use super::query::Query;
use super::quota::Quota;
use super::refusal::{invalid, not_found};
use super::state::{Gmail, Message};
use crate::service::ApiError;

/// Most filters of one mailbox, as the vendor has it.
const FILTERS_MAX: usize = 1_000;

/// A rule for arriving mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Its id.
    pub id: String,
    /// Which mail it is for.
    pub criteria: Criteria,
    /// What it does to it.
    pub action: FilterAction,
}

/// Which mail a filter is for; all that is given must be true of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Criteria {
    /// Sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Words of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// A search that must find the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// A search that must not find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negated_query: Option<String>,
    /// Whether it has attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_attachment: Option<bool>,
    /// Whether chats are left out; there are none here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_chats: Option<bool>,
    /// Bytes to compare the size with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// `larger`, `smaller` or `unspecified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_comparison: Option<String>,
}

/// What a filter does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilterAction {
    /// Ids of labels to put on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_label_ids: Vec<String>,
    /// Ids of labels to take off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_label_ids: Vec<String>,
    /// Address to forward to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward: Option<String>,
}

impl Gmail {
    /// Makes a filter. It is for mail that arrives from then on.
    ///
    /// # Errors
    /// 400 without a criterion or an action, with a search that cannot be read, an unknown label, an address
    /// to forward to (none is confirmed), a filter that is there already, or too many.
    pub fn create_filter(
        &mut self,
        api: &mut Api<'_>,
        criteria: Criteria,
        action: FilterAction,
    ) -> Result<&Filter, ApiError> {
        Quota::FilterWrite.spend(api)?;
        if criteria == Criteria::default() {
            return Err(invalid("Filter doesn't have any criteria"));
        }
        if action.forward.is_some() {
            return Err(invalid("Unrecognized forwarding address"));
        }
        if action == FilterAction::default() {
            return Err(invalid("Filter doesn't have any actions"));
        }
        let labels = || action.add_label_ids.iter().chain(&action.remove_label_ids);
        if let Some(unknown) = labels().find(|label| !self.has_label(label)) {
            return Err(invalid(format!("Invalid label: {unknown}")));
        }
        criteria.query(api.clock.now())?;
        let same = |known: &Filter| known.criteria == criteria && known.action == action;
        if self.filters.iter().any(same) {
            return Err(invalid("Filter already exists"));
        }
        if self.filters.len() >= FILTERS_MAX {
            return Err(invalid("Too many filters"));
        }
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let id = format!("ANe1Bm{}", api.ids.text(letters, 26));
        let place = self.filters.len();
        self.filters.push(Filter { id, criteria, action });
        Ok(&self.filters[place])
    }

    /// The filter with this id.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn get_filter(&self, api: &mut Api<'_>, id: &str) -> Result<&Filter, ApiError> {
        Quota::FilterGet.spend(api)?;
        self.filters.iter().find(|filter| filter.id == id).ok_or_else(not_found)
    }

    /// All filters.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_filters(&self, api: &mut Api<'_>) -> Result<&[Filter], ApiError> {
        Quota::FilterList.spend(api)?;
        Ok(&self.filters)
    }

    /// Deletes a filter; what it did stays.
    ///
    /// # Errors
    /// 404 when there is none.
    pub fn delete_filter(&mut self, api: &mut Api<'_>, id: &str) -> Result<(), ApiError> {
        Quota::FilterWrite.spend(api)?;
        let place = self.filters.iter().position(|filter| filter.id == id).ok_or_else(not_found)?;
        self.filters.remove(place);
        Ok(())
    }

    /// Does to an arriving message what the filters say.
    pub(super) fn sort_in(&self, now: Timestamp, message: &mut Message) {
        let arrived = message.clone();
        let fits = |filter: &&Filter| {
            filter.criteria.query(now).is_ok_and(|query| query.matches(self, &arrived))
        };
        for filter in self.filters.iter().filter(fits) {
            message.labels.extend(filter.action.add_label_ids.iter().cloned());
            message.labels.retain(|label| !filter.action.remove_label_ids.contains(label));
        }
    }
}

impl Criteria {
    /// The search that finds what the filter is for.
    fn query(&self, now: Timestamp) -> Result<Query, ApiError> {
        let mut terms = Vec::new();
        let texts = [("from:", &self.from), ("to:", &self.to), ("subject:", &self.subject)];
        for (operator, text) in texts {
            terms.extend(text.iter().map(|text| format!("{operator}({text})")));
        }
        terms.extend(self.query.iter().map(|query| format!("({query})")));
        terms.extend(self.negated_query.iter().map(|query| format!("-({query})")));
        if let Some(has_attachment) = self.has_attachment {
            let not = if has_attachment { "" } else { "-" };
            terms.push(format!("{not}has:attachment"));
        }
        if let Some(size) = self.size
            && let Some(comparison @ ("larger" | "smaller")) = self.size_comparison.as_deref()
        {
            terms.push(format!("{comparison}:{size}"));
        }
        Query::parse(&terms.join(" "), now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outgoing;
    use super::*;
    use crate::world::{ServiceState, State};

    fn subject(text: &str) -> Criteria {
        Criteria { subject: Some(text.to_owned()), ..Criteria::default() }
    }

    fn archive() -> FilterAction {
        FilterAction { remove_label_ids: vec!["INBOX".to_owned()], ..FilterAction::default() }
    }

    #[test]
    fn filter_sorts_mail_as_it_arrives() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        let negated = Criteria { negated_query: Some("urgent".to_owned()), ..subject("report") };
        gmail.create_filter(&mut api, negated, archive()).unwrap();
        let to = vec![gmail.address.clone()];

        for subject in ["Weekly report", "Lunch", "Urgent report"] {
            let mail =
                Outgoing { to: to.clone(), subject: subject.to_owned(), ..Outgoing::default() };
            gmail.send(&mut api, mail).unwrap();
        }

        let inbox: Vec<_> = gmail.inbox().iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(inbox, ["Lunch", "Urgent report"]);
    }

    #[test]
    fn filter_is_gone_once_deleted() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        let id = gmail.create_filter(&mut api, subject("x"), archive()).unwrap().id.clone();

        gmail.delete_filter(&mut api, &id).unwrap();

        assert_eq!(gmail.get_filter(&mut api, &id).unwrap_err().status, 404);
        assert_eq!(gmail.delete_filter(&mut api, &id).unwrap_err().status, 404);
    }

    #[test]
    fn senseless_filters_are_refused() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);
        gmail.create_filter(&mut api, subject("x"), archive()).unwrap();
        let label = FilterAction { add_label_ids: vec!["Label_9".to_owned()], ..archive() };
        let forward = FilterAction { forward: Some("a@b.example".to_owned()), ..archive() };
        let cases = [
            (Criteria::default(), archive(), "Filter doesn't have any criteria"),
            (subject("y"), FilterAction::default(), "Filter doesn't have any actions"),
            (subject("y"), label, "Invalid label: Label_9"),
            (subject("y"), forward, "Unrecognized forwarding address"),
            (subject("x"), archive(), "Filter already exists"),
        ];

        for (criteria, action, expected) in cases {
            let refused = gmail.create_filter(&mut api, criteria, action).unwrap_err();
            assert_eq!((refused.status, refused.message.as_str()), (400, expected));
        }
        assert_eq!(gmail.filters.len(), 1);
    }
}
