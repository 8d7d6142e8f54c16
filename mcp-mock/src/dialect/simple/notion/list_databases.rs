//! `list_databases`: every shared database.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{list, nullable, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::Notion;
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    let database = object([
        required("id", text("UUID of the database")),
        required("alias", nullable(text("Short name that stands for the id"))),
        required("title", text("Title")),
        required("url", text("Where a browser finds it")),
    ]);
    Tool {
        name: "list_databases",
        aliases: &[],
        description: "List the databases that are shared with this integration.",
        effect: Effect::Read,
        input: object([]),
        output: object([required("databases", list(database, "Oldest first"))]),
        run,
    }
}

fn run(notion: &mut Notion, _: &mut Env, _: &Arguments) -> Result<Value, ApiError> {
    let databases = notion.list_databases().into_iter().map(|database| {
        json!({
            "id": database.id,
            "alias": database.alias,
            "title": database.title,
            "url": database.url(),
        })
    });
    Ok(json!({ "databases": databases.collect::<Value>() }))
}
