//! Labels: those of the mailbox, and those of a message.

use serde::Deserialize;
use serde_json::{Value, json};

use super::render;
use crate::dialect::schema::{choice, list, object, optional, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::gmail::{Gmail, LabelChange, LabelSettings, SYSTEM_LABELS};

pub(super) fn list_labels() -> CatalogTool<Gmail> {
    let label = object([
        required("id", text("Id of the label")),
        required("name", text("Name of the label")),
        required("type", choice(&["system", "user"], "Who made it")),
    ]);
    let description = "List the labels of the system and those that the owner made.";
    CatalogTool::new("list_labels", description, all)
        .output(&object([required("labels", list(label, "System labels first"))]))
        .effect(Effect::Read)
}

fn all(mut call: Call<'_, Gmail>) -> Outcome {
    let system = SYSTEM_LABELS.map(|name| json!({ "id": name, "name": name, "type": "system" }));
    let own = call.service.list_labels(&mut call.api)?.iter();
    let own = own.map(|label| json!({ "id": label.id, "name": label.name, "type": "user" }));
    let labels: Value = system.into_iter().chain(own).collect();
    Ok(Answer::Json(json!({ "labels": labels })))
}

pub(super) fn create_label() -> CatalogTool<Gmail> {
    let description = "Make a label. A name that is taken, in whatever case, is refused.";
    CatalogTool::new("create_label", description, create)
        .input(&object([required("name", text("Name of the label; `/` nests"))]))
        .output(&object([
            required("id", text("Id of the label")),
            required("name", text("Name of the label")),
        ]))
        .effect(Effect::Add)
}

fn create(mut call: Call<'_, Gmail>) -> Outcome {
    let settings: LabelSettings = call.read()?;
    let label = call.service.create_label(&mut call.api, &settings)?;
    Ok(Answer::Json(json!({ "id": label.id, "name": label.name })))
}

pub(super) fn modify_labels() -> CatalogTool<Gmail> {
    let description = "Add labels to a message and remove labels from it. Remove UNREAD to mark it \
                       as read, INBOX to archive it.";
    CatalogTool::new("modify_labels", description, modify)
        .input(&object([
            required("id", text("Id of the message")),
            optional("add", list(text("Id or name of a label"), "Labels to add")),
            optional("remove", list(text("Id or name of a label"), "Labels to remove")),
        ]))
        .output(&render::message_schema())
        .effect(Effect::Set)
}

#[derive(Deserialize)]
struct Modify {
    id: String,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

fn modify(mut call: Call<'_, Gmail>) -> Outcome {
    let Modify { id, add, remove } = call.read()?;
    let gmail = call.service;
    let ids = |labels: Vec<String>| {
        let ids = labels.into_iter().map(|label| gmail.label_id(&label).unwrap_or(label));
        ids.collect()
    };
    let change = LabelChange { add: ids(add), remove: ids(remove) };
    let changed = gmail.modify(&mut call.api, &id, &change)?.clone();
    Ok(Answer::Json(render::message(gmail, &changed)))
}
