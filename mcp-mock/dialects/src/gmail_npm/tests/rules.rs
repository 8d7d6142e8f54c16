//! Rules of Gmail's API that the tools show.

use mcp_client::Client;
use mcp_core::Delivery;
use mcp_core::protocol::ProtocolVersion;
use serde_json::{Value, json};

use super::{call, demo};
use mcp_mock::world::State;
use mcp_mock::{Fault, World, tool};

/// Sends a message with these arguments besides the usual ones, and gives its id.
fn sent(state: &mut State, more: &Value) -> String {
    let mut mail = json!({ "to": ["a@b.example"], "subject": "s", "body": "b" });
    mail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = call(state, "send_email", mail);
    answer.strip_prefix("Email sent successfully with ID: ").unwrap().to_owned()
}

fn search(state: &mut State, query: &str) -> String {
    call(state, "search_emails", json!({ "query": query }))
}

/// The thread that reading a message tells.
fn thread(state: &mut State, id: &str) -> String {
    let read = call(state, "read_email", json!({ "messageId": id }));
    let line = read.lines().next().unwrap();
    line.strip_prefix("Thread ID: ").unwrap().to_owned()
}

#[test]
fn id_is_sixteen_hex_digits_and_names_the_new_thread() {
    let mut state = demo();

    let id = sent(&mut state, &json!({}));

    assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    assert_eq!(thread(&mut state, &id), id);
}

#[test]
fn reply_joins_a_thread_only_with_its_subject_and_a_reply_header() {
    let mut state = demo();
    let first = sent(&mut state, &json!({ "subject": "Plan" }));
    let header = state.gmail.message(&first).unwrap().message_id.clone();
    let mut joined = |subject: &str, header: &str| {
        let reply = json!({ "subject": subject, "threadId": first, "inReplyTo": header });
        let id = sent(&mut state, &reply);
        thread(&mut state, &id) == first
    };

    assert!(joined("Re: Plan", &header));
    assert!(!joined("Another plan", &header));
    assert!(!joined("Re: Plan", "<nobody@mail.example>"));
}

#[test]
fn thread_that_is_not_there_cannot_be_joined() {
    let mut state = demo();
    let mail = json!({ "to": ["a@b.example"], "subject": "s", "body": "b", "threadId": "abc" });

    let refused = call(&mut state, "send_email", mail);

    assert_eq!(refused, "Error: Requested entity was not found.");
}

#[test]
fn mail_to_oneself_is_sent_and_arrives_unread() {
    let mut state = demo();
    let own = state.gmail.address.clone();

    let to_others = sent(&mut state, &json!({}));
    let to_oneself = sent(&mut state, &json!({ "cc": [own] }));

    let found = search(&mut state, "in:sent in:inbox is:unread");
    assert!(found.contains(&to_oneself) && !found.contains(&to_others), "{found}");
}

#[test]
fn archiving_takes_inbox_off_and_the_message_stays() {
    let mut state = demo();
    let id = state.gmail.inbox()[0].id.clone();

    let archive = json!({ "messageId": id, "removeLabelIds": ["INBOX"] });
    call(&mut state, "modify_email", archive);

    assert!(!search(&mut state, "in:inbox").contains(&id));
    assert!(search(&mut state, "").contains(&id));
}

#[test]
fn label_that_there_is_not_or_that_only_the_system_sets_is_named() {
    let mut state = demo();
    let before = state.clone();
    let id = state.gmail.inbox()[0].id.clone();

    for label in ["Label_9", "SENT", "DRAFT", "CHAT"] {
        let change = json!({ "messageId": id, "addLabelIds": [label] });
        let refused = call(&mut state, "modify_email", change);
        assert_eq!(refused, format!("Error: Invalid label: {label}"));
    }
    assert_eq!(state, before);
}

#[test]
fn labels_are_numbered_and_their_names_unique_in_whatever_case() {
    let mut state = demo();

    let made = call(&mut state, "create_label", json!({ "name": "Leads/Hot" }));
    let again = call(&mut state, "create_label", json!({ "name": "leads/hot" }));
    let renamed = json!({ "id": "Label_3", "name": "NEWSLETTER" });
    let renamed = call(&mut state, "update_label", renamed);

    assert!(made.contains("\nID: Label_3\n"), "{made}");
    let taken = "Label name exists or conflicts";
    assert_eq!(again, format!("Error: Failed to create label: {taken}"));
    assert_eq!(renamed, format!("Error: Failed to update label: {taken}"));
}

#[test]
fn spam_and_trash_are_searched_only_by_name() {
    let mut state = demo();
    let trashed = state.gmail.inbox()[0].id.clone();
    let trash = json!({ "messageId": trashed, "addLabelIds": ["TRASH"] });
    call(&mut state, "modify_email", trash);
    let spam = "Subject: You have won";

    let everything = search(&mut state, "");

    assert!(!everything.contains(&trashed) && !everything.contains(spam), "{everything}");
    assert!(search(&mut state, "in:trash").contains(&trashed));
    assert!(search(&mut state, "in:spam").contains(spam));
    let anywhere = search(&mut state, "in:anywhere");
    assert!(anywhere.contains(&trashed) && anywhere.contains(spam), "{anywhere}");
}

#[test]
fn search_shows_ten_messages_unless_told_otherwise() {
    let mut state = State::empty(1);
    for _ in 0..12 {
        sent(&mut state, &json!({}));
    }
    let mut count =
        |arguments: Value| call(&mut state, "search_emails", arguments).matches("ID: ").count();

    assert_eq!(count(json!({ "query": "" })), 10);
    assert_eq!(count(json!({ "query": "", "maxResults": 0 })), 10);
    assert_eq!(count(json!({ "query": "", "maxResults": 11 })), 11);
}

#[tokio::test(start_paused = true)]
async fn mail_whose_answer_is_lost_was_sent_once() {
    let world = World::new(1);
    let gmail = world.gmail().in_dialect(crate::gmail_npm::dialect());
    gmail.on(tool("send_email")).times(1).fault(Fault::LoseAnswer);
    let client = Client::connect(gmail.transport()).await.unwrap();
    let before = world.state().gmail.sent().len();

    let mail = json!({ "to": ["a@b.example"], "subject": "s", "body": "b" });
    let lost = client.call_raw("send_email", mail).await.unwrap_err();

    assert_eq!(lost.delivery(), Delivery::Unknown);
    assert_eq!(world.state().gmail.sent().len(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn client_of_today_copes_with_the_old_revision_and_sees_failures_as_successes() {
    let gmail = World::new(1).gmail().in_dialect(crate::gmail_npm::dialect());
    let client = Client::connect(gmail.transport()).await.unwrap();

    let listed = client.list_tools().await.unwrap();
    let failed = client.call_raw("read_email", json!({ "messageId": "0" })).await.unwrap();

    assert_eq!((client.version(), listed.entries.len()), (ProtocolVersion::V2024_11_05, 19));
    assert!(listed.entries.iter().all(|tool| tool.annotations.is_none()));
    let words = "Error: Requested entity was not found.";
    assert_eq!((failed.is_error(), failed.content[0].as_text()), (false, Some(words)));
}
