//! `modify_labels`: puts labels on a message and takes labels off it.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{list, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::gmail::{Gmail, LabelChange};
use crate::world::Env;

pub(super) fn tool() -> Tool<Gmail> {
    Tool {
        name: "modify_labels",
        aliases: &[],
        description: "Add labels to a message and remove labels from it. Remove UNREAD to mark it \
                      as read, INBOX to archive it.",
        effect: Effect::Set,
        input: object([
            required("id", text("Id of the message")),
            optional("add", list(text("Id or name of a label"), "Labels to add")),
            optional("remove", list(text("Id or name of a label"), "Labels to remove")),
        ]),
        output: render::message_schema(),
        run,
    }
}

fn run(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = arguments.text("id");
    let ids = |name: &str| {
        let labels = arguments.texts(name).into_iter();
        labels.map(|label| gmail.label_id(&label).unwrap_or(label)).collect()
    };
    let change = LabelChange { add: ids("add"), remove: ids("remove") };
    gmail.modify(id, &change)?;
    render::message_by_id(gmail, id)
}
