//! Attachments as a client sees them.

use serde_json::{Value, json};

use super::call;
use mcp_mock::service::gmail::File;
use mcp_mock::world::{Seed, State};

/// A mailbox with one message that has attachments, and a disk with one file.
fn world() -> State {
    let mut state = State::empty(1);
    let seed = json!({ "gmail": {
        "files": [{ "name": "/reports/q1.csv", "text": "month,total\n1,7\n" }],
        "messages": [{
            "from": "ann@acme.example",
            "subject": "Offer",
            "body": "See below.",
            "attachments": [
                { "name": "offer.txt", "text": "Ten seats: 90" },
                { "name": "logo.png", "base64": "iVBORw0KGgo=" },
                { "name": "film.bin", "media_type": "video/x-film", "size": 5_000_000 },
                { "name": "../../.profile", "text": "echo" },
            ],
        }],
    } });
    state.apply_seed(serde_json::from_value::<Seed>(seed).unwrap()).unwrap();
    state
}

/// Asks for an attachment of the first message.
#[track_caller]
fn download(state: &mut State, place: usize, more: &Value) -> String {
    let message = &state.gmail.messages[0];
    let (id, attachment) = (message.id.clone(), message.attachment_id(place));
    let mut arguments = json!({ "messageId": id, "attachmentId": attachment });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call(state, "download_attachment", arguments)
}

#[test]
fn attachments_are_read_with_type_size_and_id() {
    let mut state = world();
    state.gmail.messages[0].id = "a1".to_owned();

    let read = call(&mut state, "read_email", json!({ "messageId": "a1" }));

    assert_eq!(
        read.split_once("Attachments").unwrap().1,
        " (4):\n\
         - offer.txt (text/plain, 0 KB, ID: ANGjdJ_a1_0)\n\
         - logo.png (image/png, 0 KB, ID: ANGjdJ_a1_1)\n\
         - film.bin (video/x-film, 4883 KB, ID: ANGjdJ_a1_2)\n\
         - ../../.profile (application/octet-stream, 0 KB, ID: ANGjdJ_a1_3)"
    );
}

#[test]
fn downloaded_attachment_is_on_the_disk_of_the_world() {
    let mut state = world();

    let told = download(&mut state, 0, &json!({ "savePath": "/tmp/mail/" }));
    let renamed =
        download(&mut state, 1, &json!({ "savePath": "/tmp", "filename": "our logo.png" }));
    let without_folder = download(&mut state, 0, &json!({}));

    let lead = "Attachment downloaded successfully:\nFile: ";
    assert_eq!(told, format!("{lead}offer.txt\nSize: 13 bytes\nSaved to: /tmp/mail/offer.txt"));
    assert_eq!(renamed, format!("{lead}our logo.png\nSize: 8 bytes\nSaved to: /tmp/our logo.png"));
    assert!(without_folder.ends_with("Saved to: /offer.txt"), "{without_folder}");
    let saved = |path: &str| state.gmail.file(path).map(File::content);
    assert_eq!(saved("/tmp/mail/offer.txt"), Some(&b"Ten seats: 90"[..]));
    assert_eq!(saved("/tmp/our logo.png"), Some(&b"\x89PNG\r\n\x1a\n"[..]));
}

#[test]
fn download_that_cannot_be_is_a_sentence_of_its_own() {
    let mut state = world();
    let before = state.clone();
    let unknown = json!({ "messageId": "a1", "attachmentId": "ANGjdJ_a1_0" });
    let strange = json!({ "messageId": state.gmail.messages[0].id, "attachmentId": "x" });
    let folder = json!({ "savePath": "/tmp" });
    let named = |name: &str| json!({ "savePath": "/tmp", "filename": name });

    let told = [
        call(&mut state, "download_attachment", unknown),
        call(&mut state, "download_attachment", strange),
        download(&mut state, 2, &folder),
        download(&mut state, 3, &folder),
        download(&mut state, 0, &named("../a")),
        download(&mut state, 0, &named("/etc/passwd")),
    ];

    insta::assert_snapshot!(told.join("\n"), @"
    Failed to download attachment: Requested entity was not found.
    Failed to download attachment: Invalid attachment token
    Failed to download attachment: No attachment data received
    Failed to download attachment: `../../.profile` is no name of a file in a folder
    Failed to download attachment: `../a` is no name of a file in a folder
    Failed to download attachment: `/etc/passwd` is no name of a file in a folder
    ");
    assert_eq!(state, before);
}

#[test]
fn attached_file_is_sent_with_its_content() {
    let mut state = world();
    let mail = json!({
        "to": ["a@b.example"], "subject": "Report", "body": "b", "attachments": ["/reports/q1.csv"],
    });

    call(&mut state, "send_email", mail.clone());
    call(&mut state, "draft_email", mail);

    let attached = File::new("q1.csv", "month,total\n1,7\n");
    for message in &state.gmail.messages[1..] {
        assert_eq!(message.attachments, std::slice::from_ref(&attached));
    }
}

#[test]
fn downloaded_attachment_can_be_sent_on() {
    let mut state = world();
    download(&mut state, 0, &json!({ "savePath": "/tmp" }));
    let mail = json!({
        "to": ["a@b.example"], "subject": "Fwd: Offer", "body": "b", "attachments": ["/tmp/offer.txt"],
    });

    call(&mut state, "send_email", mail);

    assert_eq!(state.gmail.sent()[0].attachments, [File::new("offer.txt", "Ten seats: 90")]);
}

#[test]
fn attaching_a_file_that_is_not_there_sends_nothing() {
    let mut state = world();
    let before = state.clone();
    let mail = json!({
        "to": ["a@b.example"], "subject": "s", "body": "b", "attachments": ["/etc/hostname"],
    });

    let refused = call(&mut state, "send_email", mail);

    assert_eq!(
        refused,
        "Error: File does not exist: /etc/hostname (mcp-mock reads no disk; the seed names files to \
         attach under `gmail.files`)"
    );
    assert_eq!(state, before);
}

#[test]
fn size_of_attachments_is_searched() {
    let mut state = world();

    let larger = call(&mut state, "search_emails", json!({ "query": "larger:4m filename:film" }));
    let smaller = call(&mut state, "search_emails", json!({ "query": "smaller:4m" }));

    assert!(larger.contains("Subject: Offer"), "{larger}");
    assert_eq!(smaller, "");
}
