//! `update_page`: new values for a page.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{any_object, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{Notion, PageChange};
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    Tool {
        name: "update_page",
        aliases: &[],
        description: "Change values of a page; those that are not named stay, null empties one.",
        effect: Effect::Replace,
        input: object([
            required("page_id", text("Id of the page")),
            required("properties", any_object("Plain values by name of the property")),
        ]),
        output: render::page_schema(),
        run,
    }
}

fn run(notion: &mut Notion, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = arguments.text("page_id");
    let page = notion.get_page(id)?;
    let properties = render::values(notion, &page.parent, &arguments.object("properties"));
    notion.update_page(env, id, &PageChange { properties, archived: None })?;
    render::page_by_id(notion, id)
}
