//! `list_labels`: every label of the mailbox.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{choice, list, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::{Gmail, SYSTEM_LABELS};
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    let label = object([
        required("id", text("Id of the label")),
        required("name", text("Name of the label")),
        required("type", choice(&["system", "user"], "Who made it")),
    ]);
    Tool {
        name: "list_labels",
        aliases: &[],
        description: "List the labels of the system and those that the owner made.",
        effect: Effect::Read,
        input: object([]),
        output: object([required("labels", list(label, "System labels first"))]),
        run,
    }
}

fn run(gmail: &mut Gmail, _: &mut Env, _: &Arguments) -> Result<Value, ApiError> {
    let system = SYSTEM_LABELS.map(|name| json!({ "id": name, "name": name, "type": "system" }));
    let own = gmail.labels.iter();
    let own = own.map(|label| json!({ "id": label.id, "name": label.name, "type": "user" }));
    let labels: Value = system.into_iter().chain(own).collect();
    Ok(json!({ "labels": labels }))
}
