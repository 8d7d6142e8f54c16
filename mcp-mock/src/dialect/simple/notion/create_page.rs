//! `create_page`: a new row of a database.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{any_object, object, optional, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{NewPage, Notion, ParentRef};
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    Tool {
        name: "create_page",
        aliases: &[],
        description: "Add a page to a database. Values are plain and must fit the type of their \
                      property: a number is not given as text.",
        effect: Effect::Add,
        input: object([
            required("database_id", text("UUID or alias of the database")),
            required("properties", any_object("Plain values by name of the property")),
            optional("content", text("Text; an empty line begins a new paragraph")),
        ]),
        output: object([
            required("id", text("Id of the page")),
            required("url", text("Where a browser finds it")),
        ]),
        run,
    }
}

fn run(notion: &mut Notion, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = render::database_id(notion, arguments)?;
    let source = notion.get_database(&id)?.only_source()?;
    let new = NewPage {
        parent: ParentRef::DataSource(source.id.clone()),
        properties: source.values_from_plain(&arguments.object("properties")),
        children: Notion::paragraphs(arguments.text("content")),
    };
    let page = notion.create_page(env, &new)?;
    Ok(json!({ "id": page.id, "url": page.url() }))
}
