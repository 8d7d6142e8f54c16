//! `get_page`: one page by id.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::Notion;
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    Tool {
        name: "get_page",
        aliases: &[],
        description: "Read a page with its values and its text, also one in the trash.",
        effect: Effect::Read,
        input: object([required("page_id", text("Id of the page"))]),
        output: render::page_schema(),
        run,
    }
}

fn run(notion: &mut Notion, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    render::page_by_id(notion, arguments.text("page_id"))
}
