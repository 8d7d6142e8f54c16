//! The dialect as a client sees it.

mod attachments;
mod rules;

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::probes::{Probe, shown};
use super::dialect;
use mcp_mock::dialect::simple;
use mcp_mock::service::gmail::{Label, LabelListVisibility, Message, MessageListVisibility};
use mcp_mock::service::{ApiError, ServiceName};
use mcp_mock::world::{Seed, State};

fn demo() -> State {
    let mut state = State::empty(1);
    state.apply_seed(Seed::demo()).unwrap();
    state
}

/// The message of the demo content with this subject.
#[track_caller]
fn with_subject<'s>(state: &'s mut State, subject: &str) -> &'s mut Message {
    state.gmail.messages.iter_mut().find(|message| message.subject == subject).unwrap()
}

/// The words of the only block; no answer of this server is marked as an error.
#[track_caller]
fn call(state: &mut State, tool: &str, arguments: Value) -> String {
    words(&shown(&dialect().call(state, tool, serde_json::from_value(arguments).unwrap()).reply))
}

#[track_caller]
fn words(answer: &Value) -> String {
    assert_eq!(answer.pointer("/result/isError"), None, "{answer}");
    answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn recorded_calls_are_answered_as_recorded() {
    let probes = Probe::all(include_str!("probes.json"));
    assert_eq!(probes.len(), 2);

    for probe in probes {
        let mut answer = probe.replay(&*dialect(), &mut demo());
        if probe.request.name == "search_emails" {
            // It was recorded without a login, which a mailbox here always has.
            let words = "No access, refresh token, API key or refresh handler callback is set.";
            let no_login = ApiError::new(401, "authError", words);
            answer = shown(&dialect().refuse(&probe.request.name, &no_login));
        }

        assert_eq!(answer, probe.response);
    }
}

#[test]
fn message_is_read_as_prose() {
    let mut state = demo();
    let message = with_subject(&mut state, "Interested in the enterprise plan");
    message.id = "19b8d0a1c2e3f405".to_owned();
    message.thread_id.clone_from(&message.id);
    message.attachments = vec!["quote.pdf".into(), "notes".into()];

    let read = call(&mut state, "read_email", json!({ "messageId": "19b8d0a1c2e3f405" }));

    insta::assert_snapshot!(read, @r"
    Thread ID: 19b8d0a1c2e3f405
    Subject: Interested in the enterprise plan
    From: dana.reyes@acme.example
    To: me@company.example
    Date: Mon, 5 Jan 2026 08:45:00 +0000

    Hi,

    we are looking for a tool that connects our services. Could you send us a quote for 200 seats?

    Dana Reyes
    Acme Corp

    Attachments (2):
    - quote.pdf (application/pdf, 0 KB, ID: ANGjdJ_19b8d0a1c2e3f405_0)
    - notes (application/octet-stream, 0 KB, ID: ANGjdJ_19b8d0a1c2e3f405_1)
    ");
}

#[test]
fn search_lists_blocks_and_says_nothing_when_nothing_is_found() {
    let mut state = demo();
    with_subject(&mut state, "Interested in the enterprise plan").id = "a5".to_owned();
    with_subject(&mut state, "Re: Your trial ends next week").id = "a4".to_owned();

    let found = call(&mut state, "search_emails", json!({ "query": "in:inbox", "maxResults": 2 }));
    let nothing = call(&mut state, "search_emails", json!({ "query": "from:nobody" }));

    assert_eq!(nothing, "");
    assert_eq!(
        found,
        "ID: a5\nSubject: Interested in the enterprise plan\nFrom: dana.reyes@acme.example\n\
         Date: Mon, 5 Jan 2026 08:45:00 +0000\n\n\
         ID: a4\nSubject: Re: Your trial ends next week\nFrom: Priya Shah <priya@northwind.example>\n\
         Date: Mon, 5 Jan 2026 07:30:00 +0000\n"
    );
}

#[test]
fn reading_leaves_a_message_unread_until_the_label_is_taken_off() {
    let mut state = demo();
    let id = with_subject(&mut state, "Interested in the enterprise plan").id.clone();
    let unread = json!({ "query": "is:unread subject:enterprise" });

    call(&mut state, "read_email", json!({ "messageId": id }));
    let after_reading = call(&mut state, "search_emails", unread.clone());
    let taken_off = json!({ "messageId": id, "removeLabelIds": ["UNREAD"] });
    let modified = call(&mut state, "modify_email", taken_off);
    let after_marking = call(&mut state, "search_emails", unread);

    assert!(after_reading.starts_with(&format!("ID: {id}\n")));
    assert_eq!(modified, format!("Email {id} labels updated successfully"));
    assert_eq!(after_marking, "");
}

#[test]
fn failure_is_a_sentence_in_a_result_that_looks_fine() {
    let mut state = demo();
    let mail = |to: &str| json!({ "to": [to], "subject": "s", "body": "b" });
    let cases = [
        ("read_email", json!({ "messageId": "0" }), "Error: Requested entity was not found."),
        ("read_email", json!({ "messageId": "x" }), "Error: Invalid id value"),
        ("send_mail", json!({}), "Error: Unknown tool: send_mail"),
        (
            "send_email",
            mail("Ann <a@b.example>"),
            "Error: Recipient email address is invalid: Ann <a@b.example>",
        ),
        (
            "send_email",
            json!({ "to": [], "subject": "s", "body": "b" }),
            "Error: Recipient address required",
        ),
        (
            "create_label",
            json!({ "name": "customers" }),
            "Error: Failed to create label: Label name exists or conflicts",
        ),
        ("update_label", json!({ "id": "Label_9" }), "Error: Label with ID \"Label_9\" not found."),
        (
            "delete_label",
            json!({ "id": "INBOX" }),
            "Error: Failed to delete label: Cannot delete system label with ID \"INBOX\".",
        ),
        ("get_filter", json!({ "filterId": "f" }), "Error: Filter with ID \"f\" not found."),
        (
            "create_filter",
            json!({ "criteria": {}, "action": {} }),
            "Error: Invalid filter criteria or action: Filter doesn't have any criteria",
        ),
        (
            "create_filter_from_template",
            json!({ "template": "largeEmails", "parameters": { "sizeInBytes": 0 } }),
            "Error: sizeInBytes is required for largeEmails template",
        ),
    ];

    for (tool, arguments, expected) in cases {
        assert_eq!(call(&mut state, tool, arguments), expected);
    }
}

#[test]
fn number_that_is_none_is_refused_by_the_name_of_its_argument() {
    let mut state = demo();
    let before = state.clone();
    let template = |size: f64| json!({ "template": "largeEmails", "parameters": { "sizeInBytes": size, "labelIds": ["STARRED"] } });
    let cases = [
        ("search_emails", json!({ "query": "", "maxResults": -5 }), "maxResults"),
        ("search_emails", json!({ "query": "", "maxResults": 2.5 }), "maxResults"),
        ("batch_modify_emails", json!({ "messageIds": ["1"], "batchSize": -1 }), "batchSize"),
        ("batch_delete_emails", json!({ "messageIds": ["1"], "batchSize": 0.5 }), "batchSize"),
        ("create_filter_from_template", template(-1.0), "sizeInBytes"),
    ];

    for (tool, arguments, name) in cases {
        let refused = call(&mut state, tool, arguments);
        assert!(refused.starts_with("Error: "), "{refused}");
        assert!(refused.contains(&format!("Invalid value at '{name}': ")), "{refused}");
    }
    assert_eq!(state, before);
}

#[test]
fn place_where_a_label_shows_is_kept() {
    let mut state = demo();
    let hidden = json!({ "messageListVisibility": "hide", "labelListVisibility": "labelHide" });
    let with = |name: &str, value: &str| {
        let mut arguments = hidden.clone();
        arguments[name] = json!(value);
        arguments
    };

    call(&mut state, "create_label", with("name", "One"));
    call(&mut state, "get_or_create_label", with("name", "Two"));
    call(&mut state, "get_or_create_label", json!({ "name": "Three" }));
    call(&mut state, "update_label", with("id", "Label_1"));
    let partly = json!({ "id": "Label_4", "labelListVisibility": "labelShowIfUnread" });
    call(&mut state, "update_label", partly);

    let places = |label: &Label| (label.message_list_visibility, label.label_list_visibility);
    let places: Vec<_> = state.gmail.labels.iter().map(places).collect();
    let hidden = (MessageListVisibility::Hide, LabelListVisibility::LabelHide);
    assert_eq!(
        places,
        [
            hidden,
            Default::default(),
            hidden,
            (MessageListVisibility::Hide, LabelListVisibility::LabelShowIfUnread),
            Default::default(),
        ]
    );
}

#[test]
fn deleting_is_refused_to_the_scope_that_the_server_asks_for() {
    let mut state = demo();
    let id = with_subject(&mut state, "Nightly build is green").id.clone();

    let refused = call(&mut state, "delete_email", json!({ "messageId": id }));
    state.gmail.may_delete = true;
    let deleted = call(&mut state, "delete_email", json!({ "messageId": id }));

    assert_eq!(refused, "Error: Request had insufficient authentication scopes.");
    assert_eq!(deleted, format!("Email {id} deleted successfully"));
}

#[test]
fn one_bad_id_makes_its_whole_batch_look_undeleted() {
    let mut state = demo();
    state.gmail.may_delete = true;
    let ids: Vec<_> = state.gmail.messages.iter().take(2).map(|one| one.id.clone()).collect();
    let arguments = json!({ "messageIds": [ids[0], "0123456789abcdef", ids[1]], "batchSize": 2 });

    let report = call(&mut state, "batch_delete_emails", arguments);

    let lost = "... (Requested entity was not found.)";
    assert_eq!(
        report,
        format!(
            "Batch delete operation complete.\nSuccessfully deleted: 1 messages\n\
             Failed to delete: 2 messages\n\nFailed message IDs:\n- {}{lost}\n- 0123456789abcdef{lost}",
            ids[0]
        )
    );
    assert!(ids.iter().all(|id| state.gmail.message(id).is_none()));
}

#[test]
fn labels_of_many_messages_change_together() {
    let mut state = demo();
    let ids: Vec<_> = state.gmail.inbox().iter().map(|one| one.id.clone()).collect();

    let report = call(
        &mut state,
        "batch_modify_emails",
        json!({ "messageIds": ids, "removeLabelIds": ["INBOX"] }),
    );

    assert_eq!(report, "Batch label modification complete.\nSuccessfully processed: 3 messages\n");
    assert!(state.gmail.inbox().is_empty());
}

#[test]
fn labels_are_listed_in_two_sections() {
    let mut state = demo();

    let made = call(&mut state, "create_label", json!({ "name": "Leads/New" }));
    let again = call(&mut state, "get_or_create_label", json!({ "name": "Leads/New" }));
    let other_case = call(&mut state, "get_or_create_label", json!({ "name": "leads/new" }));
    let listed = call(&mut state, "list_email_labels", Value::Null);
    let renamed = call(&mut state, "update_label", json!({ "id": "Label_3", "name": "Leads" }));
    let deleted = call(&mut state, "delete_label", json!({ "id": "Label_3" }));

    assert_eq!(made, "Label created successfully:\nID: Label_3\nName: Leads/New\nType: user");
    assert_eq!(
        again,
        "Successfully found existing label:\nID: Label_3\nName: Leads/New\nType: user"
    );
    assert!(other_case.starts_with("Successfully created new label:\nID: Label_3\n"));
    assert!(listed.starts_with("Found 17 labels (14 system, 3 user):\n\nSystem Labels:\nID: "));
    assert!(listed.ends_with(
        "\n\nUser Labels:\nID: Label_1\nName: Customers\n\nID: Label_2\nName: Newsletter\n\n\
         ID: Label_3\nName: Leads/New\n"
    ));
    assert_eq!(renamed, "Label updated successfully:\nID: Label_3\nName: Leads\nType: user");
    assert_eq!(deleted, "Label \"Leads\" deleted successfully.");
}

#[test]
fn filters_are_told_in_the_order_of_their_members() {
    let mut state = demo();
    let filter = json!({
        "criteria": { "size": 5000, "from": "a@b.example", "hasAttachment": true, "sizeComparison": "larger" },
        "action": { "removeLabelIds": ["INBOX"], "addLabelIds": ["STARRED", "Label_1"] },
    });
    let template = json!({
        "template": "mailingList", "parameters": { "listIdentifier": "dev", "labelIds": ["Label_2"] },
    });

    let none = call(&mut state, "list_filters", json!({}));
    let made = call(&mut state, "create_filter", filter);
    let by_template = call(&mut state, "create_filter_from_template", template);
    let listed = call(&mut state, "list_filters", json!({}));
    let ids: Vec<_> = state.gmail.filters.iter().map(|filter| filter.id.clone()).collect();
    let deleted = call(&mut state, "delete_filter", json!({ "filterId": ids[0] }));

    let first = format!(
        "ID: {}\nCriteria: from: a@b.example, hasAttachment: true, size: 5000, sizeComparison: larger\n\
         Actions: addLabelIds: STARRED, Label_1, removeLabelIds: INBOX",
        ids[0]
    );
    let second = format!(
        "ID: {}\nCriteria: query: list:dev OR subject:[dev]\n\
         Actions: addLabelIds: Label_2, removeLabelIds: INBOX",
        ids[1]
    );
    assert_eq!(none, "No filters found.");
    assert_eq!(made, format!("Filter created successfully:\n{first}"));
    assert_eq!(
        by_template,
        format!(
            "Filter created from template 'mailingList':\nID: {}\nTemplate used: mailingList",
            ids[1]
        )
    );
    assert_eq!(listed, format!("Found 2 filters:\n\n{first}\n\n{second}\n"));
    assert_eq!(deleted, format!("Filter \"{}\" deleted successfully.", ids[0]));
}

#[test]
fn html_goes_out_only_when_it_is_asked_for() {
    let mut state = demo();
    let mail = |more: Value| {
        let mut mail = json!({ "to": ["a@b.example"], "subject": "s", "body": "b" });
        mail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        mail
    };
    let mut sent = |more: Value| {
        let answer = call(&mut state, "send_email", mail(more));
        let id = answer.strip_prefix("Email sent successfully with ID: ").unwrap().to_owned();
        call(&mut state, "read_email", json!({ "messageId": id }))
            .split_once("\n\n")
            .unwrap()
            .1
            .to_owned()
    };

    let plain = sent(json!({ "htmlBody": "<p>h</p>" }));
    let only_html = sent(json!({ "mimeType": "text/html" }));
    let both = sent(json!({ "mimeType": "text/html", "htmlBody": "<p>h</p>" }));

    assert_eq!((plain.as_str(), both.as_str()), ("b", "b"));
    assert_eq!(
        only_html,
        "[Note: This email is HTML-formatted. Plain text version not available.]\n\nb"
    );
    let html: Vec<_> = state.gmail.sent().iter().rev().map(|mail| mail.html.clone()).collect();
    assert_eq!(html[..3], ["<p>h</p>", "b", ""]);
}

#[test]
fn draft_is_not_sent() {
    let mut state = demo();
    let before = state.gmail.sent().len();

    let answer =
        call(&mut state, "draft_email", json!({ "to": [], "subject": "Later", "body": "b" }));

    let id = &state.gmail.drafts[0].id;
    assert_eq!(answer, format!("Email draft created successfully with ID: {id}"));
    assert_eq!(state.gmail.sent().len(), before);
}

#[test]
fn added_labels_push_out_the_other_list_of_labels() {
    let mut state = demo();
    let id = with_subject(&mut state, "Nightly build is green").id.clone();
    let both = json!({ "messageId": id, "labelIds": ["STARRED"], "addLabelIds": ["IMPORTANT"] });

    call(&mut state, "modify_email", json!({ "messageId": id, "labelIds": ["Label_1"] }));
    call(&mut state, "modify_email", both);

    let labels = &state.gmail.message(&id).unwrap().labels;
    assert!(labels.contains("Label_1") && labels.contains("IMPORTANT"));
    assert!(!labels.contains("STARRED"));
}

proptest! {
    #[test]
    fn what_one_dialect_sends_the_other_finds(subjects in prop::collection::vec(("[a-z]{3,8}", any::<bool>()), 1..8)) {
        let mut state = State::empty(1);
        let simple = simple(ServiceName::Gmail);
        let ask = |state: &mut State, tool: &str, arguments: Value| {
            let arguments = serde_json::from_value(arguments).unwrap();
            let answer = shown(&simple.call(state, tool, arguments).reply);
            answer["result"]["structuredContent"].clone()
        };

        for (subject, by_npm) in &subjects {
            state.env.clock.advance(Duration::from_secs(1));
            let mail = json!({ "to": ["a@b.example"], "subject": subject, "body": "b" });
            if *by_npm {
                call(&mut state, "send_email", mail);
            } else {
                ask(&mut state, "send_message", mail);
            }
        }
        let prose = call(&mut state, "search_emails", json!({ "query": "in:sent", "maxResults": 50 }));
        let listed = ask(&mut state, "search", json!({ "query": "in:sent" }));

        let told: Vec<_> = prose.lines().filter_map(|line| line.strip_prefix("ID: ")).collect();
        let known: Vec<_> =
            listed["messages"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
        prop_assert_eq!(told.len(), subjects.len());
        prop_assert_eq!(told, known);
    }
}
