//! Whether a message is what a search asks for.

use super::query::{Part, Query, Term, normal_label, words};
use super::state::{Gmail, Message};

/// Places that a search leaves out unless it names them.
const HIDDEN: [&str; 2] = ["SPAM", "TRASH"];

impl Query {
    /// Whether the search looks where the message lies: in Spam and Trash only when it says so.
    pub(super) fn looks_into(&self, message: &Message) -> bool {
        let named = |place: &str| self.terms.iter().any(|term| names_place(term, place));
        HIDDEN.iter().all(|place| !message.labels.contains(*place) || named(place))
    }

    /// Whether the message meets every term.
    pub(super) fn matches(&self, gmail: &Gmail, message: &Message) -> bool {
        self.terms.iter().all(|term| meets(term, gmail, message))
    }
}

fn names_place(term: &Term, place: &str) -> bool {
    match term {
        Term::All(terms) | Term::Any(terms) => terms.iter().any(|term| names_place(term, place)),
        Term::Anywhere => true,
        Term::Label(label) => label.eq_ignore_ascii_case(place),
        _ => false,
    }
}

fn meets(term: &Term, gmail: &Gmail, message: &Message) -> bool {
    match term {
        Term::All(terms) => terms.iter().all(|term| meets(term, gmail, message)),
        Term::Any(terms) => terms.iter().any(|term| meets(term, gmail, message)),
        Term::Anywhere => true,
        Term::Attachment => !message.attachments.is_empty(),
        Term::From(time) => message.date >= *time,
        Term::Label(label) => has_label(label, gmail, message),
        Term::Larger(bytes) => size(message) > *bytes,
        Term::MessageId(id) => message.message_id.trim_matches(['<', '>']) == id,
        Term::Not(term) => !meets(term, gmail, message),
        Term::Smaller(bytes) => size(message) < *bytes,
        Term::Until(time) => message.date < *time,
        Term::Words(part, wanted) => texts(*part, message).any(|text| has_row(text, wanted)),
    }
}

/// The strings of a part; a phrase must stand in one of them.
fn texts(part: Part, message: &Message) -> impl Iterator<Item = &String> {
    let files = message
        .attachments
        .iter()
        .map(|file| &file.name)
        .filter(move |_| matches!(part, Part::Any | Part::Filename));
    let wants = move |parts: &[Part]| part == Part::Any || parts.contains(&part);
    let lists: [(&[Part], &[String]); 7] = [
        (&[Part::From], std::slice::from_ref(&message.from)),
        (&[Part::Subject], std::slice::from_ref(&message.subject)),
        (&[Part::To, Part::Recipients], &message.to),
        (&[Part::Cc, Part::Recipients], &message.cc),
        (&[Part::Bcc, Part::Recipients], &message.bcc),
        (&[], std::slice::from_ref(&message.body)),
        (&[], std::slice::from_ref(&message.html)),
    ];
    let texts = lists.into_iter().filter(move |(parts, _)| wants(parts));
    let list = (part == Part::List).then_some(&message.list);
    texts.flat_map(|(_, texts)| texts).chain(files).chain(list)
}

/// Whole words only: `custom` does not find `customer`.
fn has_row(text: &str, wanted: &[String]) -> bool {
    !wanted.is_empty() && words(text).windows(wanted.len()).any(|row| row == wanted)
}

fn has_label(wanted: &str, gmail: &Gmail, message: &Message) -> bool {
    let named = |id: &String| {
        let label = gmail.labels.iter().find(|label| label.id == *id);
        label.is_some_and(|label| normal_label(&label.name) == wanted)
    };
    message.labels.iter().any(|id| normal_label(id) == wanted || named(id))
}

fn size(message: &Message) -> u64 {
    let texts = message.subject.len() + message.body.len() + message.html.len();
    message.attachments.iter().fold(texts as u64, |size, file| size.saturating_add(file.size()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::LabelSettings;
    use super::*;

    /// Whether a search finds the one message that these tests look at.
    #[track_caller]
    fn check(query: &str, found: bool) {
        let mut gmail = Gmail::default();
        gmail.add_label(&LabelSettings::named("Big Customers")).unwrap();
        let message = Message {
            from: "Ann Lee <ann@acme.example>".to_owned(),
            to: vec!["me@company.example".to_owned()],
            cc: vec!["carol@acme.example".to_owned()],
            bcc: vec!["dave@acme.example".to_owned()],
            message_id: "<m1@mail.example>".to_owned(),
            subject: "Cannot access dashboard".to_owned(),
            body: "The new dashboard answers 404.".to_owned(),
            date: "2026-01-03T12:00:00Z".parse().unwrap(),
            labels: ["CATEGORY_UPDATES", "INBOX", "UNREAD", "Label_1"].map(str::to_owned).into(),
            attachments: vec!["screen.png".into()],
            list: "Support <support.lists.example>".to_owned(),
            ..Message::default()
        };
        let now: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();

        let query_read = Query::parse(query, now).unwrap();

        assert_eq!(query_read.matches(&gmail, &message), found, "{query}");
    }

    #[test]
    fn operators_look_at_their_part() {
        check("from:ann", true);
        check("from:acme.example", true);
        check("from:ann@acme.example", true);
        check("from:me", false);
        check("to:me@company.example", true);
        check("subject:dashboard", true);
        check("subject:404", false);
        check("subject:(dashboard access)", true);
        check("subject:(dashboard 404)", false);
        check("cc:carol", true);
        check("cc:ann", false);
        check("bcc:dave", true);
        check("deliveredto:carol", true);
        check("deliveredto:ann", false);
        check("rfc822msgid:<m1@mail.example>", true);
        check("rfc822msgid:m2@mail.example", false);
        check("filename:png", true);
        check("has:attachment", true);
        check("list:support@lists.example", true);
        check("list:lists.example", true);
        check("list:acme.example", false);
        check("lists", false);
    }

    #[test]
    fn labels_are_found_by_id_and_by_name() {
        check("in:inbox is:unread", true);
        check("label:big-customers", true);
        check("label:Label_1", true);
        check("label:nowhere", false);
        check("is:starred", false);
        check("is:read", false);
        check("category:updates", true);
        check("category:primary", false);
        check("in:anywhere", true);
    }

    #[test]
    fn dates_are_compared_with_the_clock_of_the_world() {
        check("after:2026/01/03", true);
        check("after:2026/01/04", false);
        check("before:2026-01-04", true);
        check("before:2026-01-03", false);
        check("newer:2026/01/03", true);
        check("older:2026/01/03", false);
        check("older_than:1d", true);
        check("newer_than:1y", true);
        check("older_than:2d", false);
        check("newer_than:2d", true);
        check("newer_than:1m", true);
        check("after:1767440000", true);
    }

    #[test]
    fn size_counts_texts_and_attachments() {
        check("size:40", true);
        check("larger:40", true);
        check("smaller:40", false);
        check("larger:1k", false);
        check("smaller:1k", true);
    }

    #[test]
    fn only_whole_words_are_found() {
        check("dashboard", true);
        check("DASHBOARD", true);
        check("dash", false);
    }

    #[test]
    fn terms_combine() {
        check("from:bob OR from:ann", true);
        check("{from:bob subject:dashboard}", true);
        check("from:ann -subject:dashboard", false);
        check("-from:bob", true);
        check("\"new dashboard\"", true);
        check("\"dashboard new\"", false);
        check("(from:bob OR is:unread) 404", true);
    }
}
