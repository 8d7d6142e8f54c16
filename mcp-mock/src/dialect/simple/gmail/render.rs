//! Messages as the answers of this dialect show them.

use serde_json::{Value, json};

use crate::dialect::schema::{boolean, list, object, required, text};
use crate::service::gmail::{Gmail, Message, email_of};

/// The schema of a message without its body.
pub(super) fn summary_schema() -> Value {
    object([
        required("id", text("Id of the message")),
        required("thread_id", text("Id of its conversation")),
        required("from", text("Sender, with the display name if there is one")),
        required("from_email", text("Address of the sender")),
        required("to", list(text("Address"), "Recipients")),
        required("subject", text("Subject")),
        required("date", text("When it arrived, RFC 3339")),
        required("snippet", text("Beginning of the text on one line")),
        required("unread", boolean("Whether it is marked as unread")),
    ])
}

/// A message without its body.
pub(super) fn summary(message: &Message) -> Value {
    json!({
        "id": message.id,
        "thread_id": message.thread_id,
        "from": message.from,
        "from_email": email_of(&message.from).unwrap_or_default(),
        "to": message.to,
        "subject": message.subject,
        "date": message.date,
        "snippet": message.preview(),
        "unread": message.labels.contains("UNREAD"),
    })
}

/// The schema of a whole message.
pub(super) fn message_schema() -> Value {
    let mut schema = summary_schema();
    schema["properties"]["cc"] = list(text("Address"), "Who gets a copy");
    schema["properties"]["body"] = text("The text");
    schema["properties"]["labels"] = list(text("Name"), "Names of its labels");
    schema["properties"]["attachments"] = list(text("File name"), "Names of attached files");
    if let Some(names) = schema["required"].as_array_mut() {
        names.extend(["cc", "body", "labels", "attachments"].map(Value::from));
    }
    schema
}

/// A whole message.
pub(super) fn message(gmail: &Gmail, message: &Message) -> Value {
    let name_of = |id: &String| {
        let label = gmail.labels.iter().find(|label| label.id == *id);
        label.map_or_else(|| id.clone(), |label| label.name.clone())
    };
    let mut rendered = summary(message);
    rendered["cc"] = json!(message.cc);
    rendered["body"] = json!(message.body);
    rendered["labels"] = message.labels.iter().map(name_of).collect();
    rendered["attachments"] = message.attachments.iter().map(|file| file.name.as_str()).collect();
    rendered
}
