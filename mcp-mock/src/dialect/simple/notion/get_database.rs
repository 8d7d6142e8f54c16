//! `get_database`: the schema of one database.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{list, nullable, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{Notion, Property};
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    let property = object([
        required("name", text("Name of the property")),
        required("type", text("Type of its values, such as `number`")),
        optional("options", list(text("Option"), "What to choose from")),
    ]);
    Tool {
        name: "get_database",
        aliases: &[],
        description: "Read which properties the pages of a database have.",
        effect: Effect::Read,
        input: object([required("database_id", text("UUID or alias of the database"))]),
        output: object([
            required("id", text("UUID of the database")),
            required("alias", nullable(text("Short name that stands for the id"))),
            required("title", text("Title")),
            required("url", text("Where a browser finds it")),
            required("properties", list(property, "The schema")),
        ]),
        run,
    }
}

fn run(notion: &mut Notion, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = render::database_id(notion, arguments)?;
    let database = notion.get_database(&id)?;
    let properties: Value = database.only_source()?.properties.iter().map(property).collect();
    Ok(json!({
        "id": database.id,
        "alias": database.alias,
        "title": database.title,
        "url": database.url(),
        "properties": properties,
    }))
}

fn property(property: &Property) -> Value {
    let mut rendered = json!({ "name": property.name, "type": property.kind.name() });
    if let Some(options) = property.kind.options() {
        rendered["options"] = json!(options);
    }
    rendered
}
