//! Messages: sending, reading, listing, trashing.

use std::collections::BTreeSet;

use super::Api;
use super::address::email_of;
use super::file::File;
use super::query::Query;
use super::quota::Quota;
use super::refusal::{insufficient_scope, invalid, not_found};
use super::state::{Gmail, Message};
use crate::service::{ApiError, Page};
use crate::world::Ids;

/// Messages a page when the request does not say.
const PAGE_SIZE_DEFAULT: usize = 100;
/// The vendor's largest page; larger wishes are cut down to it.
const PAGE_SIZE_MAX: usize = 500;
/// The vendor's most recipients of one message.
const RECIPIENTS_MAX: usize = 500;

/// A message to send or to keep as a draft.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outgoing {
    /// The recipients.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy unseen.
    pub bcc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body as plain text.
    pub body: String,
    /// The same as HTML; empty when there is none.
    pub html: String,
    /// What is attached.
    pub attachments: Vec<File>,
    /// The thread to join; it takes a matching subject and `in_reply_to` as well.
    pub thread_id: Option<String>,
    /// The `Message-ID` header of the message that this one answers.
    pub in_reply_to: Option<String>,
}

/// Which messages to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListRequest {
    /// What to search for, in Gmail's search language; everything when empty.
    pub query: String,
    /// Messages a page: 100 when not given, 500 at most.
    pub max_results: Option<usize>,
    /// Where to go on, from the page before.
    pub page_token: Option<String>,
    /// Also look in Spam and Trash.
    pub include_spam_trash: bool,
}

/// A part of a list of messages, newest first. A list has ids alone, so that each message is read by a request
/// of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageList {
    /// The ids of the messages.
    pub page: Page<String>,
    /// How many messages the whole list has.
    pub result_size_estimate: usize,
}

impl Gmail {
    /// Sends a message. It is labelled `SENT`; mail to oneself also arrives, past the filters.
    ///
    /// # Errors
    /// 400 without a recipient, with an address that is none, or with a line break in the subject;
    /// 404 when the thread to join is not there.
    pub fn send(&mut self, api: &mut Api<'_>, outgoing: Outgoing) -> Result<&Message, ApiError> {
        Quota::MessageSend.spend(api)?;
        outgoing.check()?;
        if outgoing.recipients().next().is_none() {
            return Err(invalid("Recipient address required"));
        }
        let own = |email: &str| email.eq_ignore_ascii_case(&self.address);
        let arrives = outgoing.recipients().filter_map(|(_, address)| email_of(address)).any(own);
        let thread = self.thread_to_join(&outgoing)?;
        let mut message = Message {
            from: self.address.clone(),
            thread_id: thread.unwrap_or_default(),
            labels: ["SENT".to_owned()].into(),
            date: api.clock.now(),
            ..outgoing.into_message()
        };
        if arrives {
            message.labels.extend(["INBOX", "UNREAD"].map(str::to_owned));
            self.sort_in(api.clock.now(), &mut message);
        }
        Ok(self.deliver(api.ids, message))
    }

    /// Reads a message. Its labels stay as they are: reading by API marks nothing as read.
    ///
    /// # Errors
    /// 400 when the id is not hexadecimal, 404 when there is no such message.
    pub fn get(&self, api: &mut Api<'_>, id: &str) -> Result<&Message, ApiError> {
        Quota::MessageGet.spend(api)?;
        self.find(id)
    }

    /// Lists the ids of messages, newest first.
    ///
    /// # Errors
    /// 400 when the query or the page token cannot be read.
    pub fn list(&self, api: &mut Api<'_>, request: &ListRequest) -> Result<MessageList, ApiError> {
        Quota::MessageList.spend(api)?;
        let query = Query::parse(&request.query, api.clock.now())?;
        let after = request.page_token.as_deref().map(read_token).transpose()?;
        let size = request.max_results.unwrap_or(PAGE_SIZE_DEFAULT).clamp(1, PAGE_SIZE_MAX);

        let mut found: Vec<_> = self
            .messages
            .iter()
            .filter(|message| request.include_spam_trash || query.looks_into(message))
            .filter(|message| query.matches(self, message))
            .collect();
        found.sort_by_key(|message| std::cmp::Reverse(position(message)));
        let result_size_estimate = found.len();
        if let Some(after) = after {
            found.retain(|message| position(message) < after);
        }
        let more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|last| token(last));
        let items = found.into_iter().map(|message| message.id.clone()).collect();
        Ok(MessageList { page: Page { items, next }, result_size_estimate })
    }

    /// Moves a message to the Trash.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn trash(&mut self, api: &mut Api<'_>, id: &str) -> Result<&Message, ApiError> {
        Quota::MessageTrash.spend(api)?;
        self.relabel(id, |labels| {
            labels.remove("INBOX");
            labels.insert("TRASH".to_owned());
        })
    }

    /// Takes a message out of the Trash; it does not go back to the inbox.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn untrash(&mut self, api: &mut Api<'_>, id: &str) -> Result<&Message, ApiError> {
        Quota::MessageTrash.spend(api)?;
        self.relabel(id, |labels| {
            labels.remove("TRASH");
        })
    }

    /// Deletes a message for good.
    ///
    /// # Errors
    /// 403 unless the login has the full mail scope; else as [`get`](Self::get).
    pub fn delete(&mut self, api: &mut Api<'_>, id: &str) -> Result<(), ApiError> {
        Quota::MessageDelete.spend(api)?;
        if !self.may_delete {
            return Err(insufficient_scope());
        }
        self.find(id)?;
        self.messages.retain(|message| message.id != id);
        self.drafts.retain(|draft| draft.message_id != id);
        self.history += 1;
        Ok(())
    }

    /// The message with this id, without asking the API.
    pub(super) fn find(&self, id: &str) -> Result<&Message, ApiError> {
        check_id(id)?;
        self.message(id).ok_or_else(not_found)
    }

    /// Changes the labels of a message and gives it a new history id.
    pub(super) fn relabel(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut BTreeSet<String>),
    ) -> Result<&Message, ApiError> {
        check_id(id)?;
        let found = self.messages.iter_mut().find(|message| message.id == id);
        let message = found.ok_or_else(not_found)?;
        let before = message.labels.clone();
        change(&mut message.labels);
        if message.labels != before {
            self.history += 1;
            message.history_id = self.history;
        }
        Ok(message)
    }

    /// Puts a message into the mailbox, with ids of its own. An empty thread id starts a thread.
    pub(super) fn deliver(&mut self, ids: &mut Ids, mut message: Message) -> &Message {
        self.history += 1;
        message.id = ids.hex(16);
        message.message_id = format!("<{}@mail.gmail.example>", ids.hex(24));
        message.sequence = self.history;
        message.history_id = self.history;
        if message.thread_id.is_empty() {
            message.thread_id.clone_from(&message.id);
        }
        let place = self.messages.len();
        self.messages.push(message);
        &self.messages[place]
    }

    /// The thread that a message joins: the one it names, if subject and reply header agree.
    pub(super) fn thread_to_join(&self, outgoing: &Outgoing) -> Result<Option<String>, ApiError> {
        let Some(thread_id) = &outgoing.thread_id else { return Ok(None) };
        check_id(thread_id)?;
        let mut thread = self.messages.iter().filter(|message| message.thread_id == *thread_id);
        let first = thread.next().ok_or_else(not_found)?;
        let answered =
            |message: &Message| Some(&message.message_id) == outgoing.in_reply_to.as_ref();
        let agrees = bare_subject(&first.subject) == bare_subject(&outgoing.subject)
            && (answered(first) || thread.any(answered));
        Ok(agrees.then(|| thread_id.clone()))
    }
}

impl Outgoing {
    /// Every recipient with the header that names it.
    fn recipients(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let headers = [("To", &self.to), ("Cc", &self.cc), ("Bcc", &self.bcc)];
        headers.into_iter().flat_map(|(header, list)| list.iter().map(move |one| (header, one)))
    }

    pub(super) fn check(&self) -> Result<(), ApiError> {
        if self.recipients().count() > RECIPIENTS_MAX {
            return Err(invalid(format!("Too many recipients: at most {RECIPIENTS_MAX}")));
        }
        for (header, address) in self.recipients() {
            if email_of(address).is_none() {
                return Err(invalid(format!("Invalid {header} header: `{address}`")));
            }
        }
        if self.subject.contains(['\r', '\n']) {
            return Err(invalid("Invalid Subject header: it has a line break"));
        }
        Ok(())
    }

    pub(super) fn into_message(self) -> Message {
        Message {
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            subject: self.subject,
            body: self.body,
            html: self.html,
            attachments: self.attachments,
            ..Message::default()
        }
    }
}

fn check_id(id: &str) -> Result<(), ApiError> {
    let fits = !id.is_empty() && id.len() <= 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(()) } else { Err(invalid("Invalid id value")) }
}

fn bare_subject(subject: &str) -> String {
    let mut bare = subject.trim().to_lowercase();
    while let Some(rest) = bare.strip_prefix("re:").or_else(|| bare.strip_prefix("fwd:")) {
        bare = rest.trim_start().to_owned();
    }
    bare
}

/// Where a message stands in a list; the later, the higher.
fn position(message: &Message) -> (i64, u64) {
    (message.date.as_millisecond(), message.sequence)
}

fn token(message: &Message) -> String {
    let (date, sequence) = position(message);
    format!("{date}.{sequence}")
}

fn read_token(token: &str) -> Result<(i64, u64), ApiError> {
    let parts = token.split_once('.');
    let read =
        parts.and_then(|(date, sequence)| Some((date.parse().ok()?, sequence.parse().ok()?)));
    read.ok_or_else(|| invalid("Invalid pageToken"))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::super::LabelChange;
    use super::*;
    use crate::world::{ServiceState, State};

    fn world() -> State {
        State::empty(1)
    }

    fn mail(to: &str, subject: &str) -> Outgoing {
        Outgoing { to: vec![to.to_owned()], subject: subject.to_owned(), ..Outgoing::default() }
    }

    fn listed(state: &mut State, query: &str) -> Vec<String> {
        let (gmail, mut api) = Gmail::open(state);
        let request = ListRequest { query: query.to_owned(), ..ListRequest::default() };
        let ids = gmail.list(&mut api, &request).unwrap().page.items;
        ids.iter().map(|id| gmail.find(id).unwrap().subject.clone()).collect()
    }

    #[test]
    fn an_id_is_sixteen_hex_digits_and_names_the_new_thread() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let sent = gmail.send(&mut api, mail("ann@example.com", "Hello")).unwrap();

        assert_eq!(sent.id.len(), 16);
        assert!(sent.id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(sent.thread_id, sent.id);
    }

    #[test]
    fn sending_needs_a_recipient() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.send(&mut api, Outgoing::default()).unwrap_err();

        assert_eq!((refused.status, refused.message.as_str()), (400, "Recipient address required"));
    }

    #[test]
    fn mail_to_another_is_only_sent() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        gmail.send(&mut api, mail("ann@example.com", "Hello")).unwrap();

        assert_eq!(gmail.sent()[0].labels, BTreeSet::from(["SENT".to_owned()]));
    }

    #[test]
    fn mail_to_oneself_also_arrives_unread() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let sent = gmail.send(&mut api, mail("Me <ME@company.example>", "Note")).unwrap();

        let labels: Vec<_> = sent.labels.iter().map(String::as_str).collect();
        assert_eq!(labels, ["INBOX", "SENT", "UNREAD"]);
    }

    #[test]
    fn an_invalid_address_is_refused() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.send(&mut api, mail("nobody", "Hello")).unwrap_err();

        assert_eq!(
            (refused.status, refused.message.as_str()),
            (400, "Invalid To header: `nobody`")
        );
    }

    #[test]
    fn a_line_break_in_the_subject_is_refused() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let outgoing = mail("ann@example.com", "Hello\r\nBcc: spy@example.com");

        assert_eq!(gmail.send(&mut api, outgoing).unwrap_err().status, 400);
    }

    #[test]
    fn reading_leaves_a_message_unread() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let id = gmail.send(&mut api, mail("me@company.example", "Note")).unwrap().id.clone();

        gmail.get(&mut api, &id).unwrap();

        assert_eq!(listed(&mut state, "is:unread"), ["Note"]);
    }

    #[test]
    fn an_unknown_id_is_not_found() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.get(&mut api, "00000000deadbeef").unwrap_err();

        assert_eq!(refused.status, 404);
        assert_eq!(refused.message, "Requested entity was not found.");
    }

    #[test]
    fn an_id_that_is_not_hexadecimal_is_invalid() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let refused = gmail.get(&mut api, "nonsense").unwrap_err();

        assert_eq!((refused.status, refused.message.as_str()), (400, "Invalid id value"));
    }

    #[test]
    fn spam_and_trash_are_left_out_unless_asked() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let trashed = gmail.send(&mut api, mail("me@company.example", "Old")).unwrap().id.clone();
        let spam = gmail.send(&mut api, mail("me@company.example", "Win")).unwrap().id.clone();
        gmail.trash(&mut api, &trashed).unwrap();
        let change = LabelChange { add: vec!["SPAM".to_owned()], remove: Vec::new() };
        gmail.modify(&mut api, &spam, &change).unwrap();

        assert!(listed(&mut state, "").is_empty());
        assert_eq!(listed(&mut state, "in:trash"), ["Old"]);
        assert_eq!(listed(&mut state, "in:spam"), ["Win"]);
        assert_eq!(listed(&mut state, "in:anywhere").len(), 2);
        let all = ListRequest { include_spam_trash: true, ..ListRequest::default() };
        let (gmail, mut api) = Gmail::open(&mut state);
        assert_eq!(gmail.list(&mut api, &all).unwrap().page.items.len(), 2);
    }

    #[test]
    fn a_search_that_finds_nothing_is_an_empty_page() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);

        let list = gmail.list(&mut api, &ListRequest::default()).unwrap();

        assert!(list.page.items.is_empty());
        assert_eq!((list.page.next, list.result_size_estimate), (None, 0));
    }

    #[test]
    fn the_newest_message_comes_first_even_within_one_instant() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        gmail.send(&mut api, mail("ann@example.com", "First")).unwrap();
        gmail.send(&mut api, mail("ann@example.com", "Second")).unwrap();

        assert_eq!(listed(&mut state, ""), ["Second", "First"]);
    }

    #[test]
    fn a_thread_is_joined_only_when_subject_and_header_agree() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let first = gmail.send(&mut api, mail("ann@example.com", "Plan")).unwrap().clone();
        let answer = Outgoing {
            thread_id: Some(first.thread_id.clone()),
            in_reply_to: Some(first.message_id.clone()),
            ..mail("ann@example.com", "Re: Plan")
        };
        let stray = Outgoing { in_reply_to: None, ..answer.clone() };

        assert_eq!(gmail.send(&mut api, answer).unwrap().thread_id, first.id);
        assert_ne!(gmail.send(&mut api, stray).unwrap().thread_id, first.id);
    }

    #[test]
    fn deleting_needs_the_full_scope() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let id = gmail.send(&mut api, mail("ann@example.com", "Plan")).unwrap().id.clone();

        assert_eq!(gmail.delete(&mut api, &id).unwrap_err().status, 403);
        gmail.may_delete = true;
        gmail.delete(&mut api, &id).unwrap();

        assert!(gmail.messages.is_empty());
    }

    #[test]
    fn a_page_has_a_hundred_messages_and_at_most_five_hundred() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        for _ in 0..501 {
            gmail.deliver(api.ids, Message::default());
        }
        let mut page = |max_results| {
            let request = ListRequest { max_results, ..ListRequest::default() };
            let list = gmail.list(&mut api, &request).unwrap();
            (list.page.items.len(), list.result_size_estimate)
        };

        assert_eq!((page(None), page(Some(501))), ((100, 501), (500, 501)));
    }

    #[test]
    fn a_strange_page_token_is_refused() {
        let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
        let request = ListRequest { page_token: Some("x".to_owned()), ..ListRequest::default() };

        assert_eq!(gmail.list(&mut api, &request).unwrap_err().message, "Invalid pageToken");
    }

    proptest! {
        #[test]
        fn pages_hold_every_message_once(
            days in prop::collection::vec(0_i64..5, 0..40),
            size in 1_usize..12,
        ) {
            let mut state = world();
        let (gmail, mut api) = Gmail::open(&mut state);
            for day in &days {
                let date = Timestamp::from_second(day * 86_400).unwrap();
                gmail.deliver(api.ids, Message { date, ..Message::default() });
            }

            let mut seen = Vec::new();
            let mut page_token = None;
            loop {
                let request =
                    ListRequest { max_results: Some(size), page_token, ..ListRequest::default() };
                let page = gmail.list(&mut api, &request).unwrap().page;
                seen.extend(page.items);
                page_token = page.next;
                if page_token.is_none() {
                    break;
                }
            }

            prop_assert_eq!(seen.len(), days.len());
            prop_assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), days.len());
        }
    }
}
