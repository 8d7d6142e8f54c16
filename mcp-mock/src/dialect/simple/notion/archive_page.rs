//! `archive_page`: moves a page into the trash.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::{Notion, PageChange};
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    Tool {
        name: "archive_page",
        aliases: &[],
        description: "Move a page into the trash: it can be read but no longer edited or found.",
        effect: Effect::Replace,
        input: object([required("page_id", text("Id of the page"))]),
        output: render::page_schema(),
        run,
    }
}

fn run(notion: &mut Notion, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let id = arguments.text("page_id");
    let change = PageChange { archived: Some(true), ..PageChange::default() };
    notion.update_page(env, id, &change)?;
    render::page_by_id(notion, id)
}
