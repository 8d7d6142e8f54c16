//! `append_text`: more text at the end of a page.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{list, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::notion::Notion;
use crate::world::Env;

pub(super) fn tool() -> Tool<Notion> {
    Tool {
        name: "append_text",
        aliases: &["append_blocks"],
        description: "Add paragraphs at the end of a page: 100 at once, 2000 characters each.",
        effect: Effect::Add,
        input: object([
            required("page_id", text("Id of the page")),
            required("text", text("Text; an empty line begins a new paragraph")),
        ]),
        output: object([
            required("page_id", text("Id of the page")),
            required("block_ids", list(text("Id"), "Ids of the new paragraphs")),
        ]),
        run,
    }
}

fn run(notion: &mut Notion, env: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let paragraphs = Notion::paragraphs(arguments.text("text"));
    let ids = notion.append_blocks(env, arguments.text("page_id"), &paragraphs)?;
    let page = notion.get_page(arguments.text("page_id"))?;
    Ok(json!({ "page_id": page.id, "block_ids": ids }))
}
