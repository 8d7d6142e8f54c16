//! Tools for the content of pages as Markdown.

use serde_json::{Value, json};

use super::request::{object, path_text, should_be};
use crate::dialect::tool::Arguments;
use crate::dialect::vendor::Answer;
use crate::service::ApiError;
use crate::service::notion::{Notion, Page, Replacement};
use crate::world::Env;

/// Most replacements in one request.
const UPDATES_MAX: usize = 100;

pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    notion.get_page(&path_text(arguments, "page_id")).map(answer)
}

/// Replaces all or pieces; the two deprecated ways of editing are refused.
pub(super) fn update(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let id = path_text(arguments, "page_id");
    match arguments.text("type") {
        "replace_content" => {
            let edit = object(arguments, "replace_content")?;
            let text = edit.get("new_str").and_then(Value::as_str);
            let path = "body.replace_content.new_str";
            let text = text.ok_or_else(|| should_be(path, "a string", edit.get("new_str")))?;
            notion.replace_markdown(env, &id, text).map(answer)
        }
        "update_content" => {
            let edit = object(arguments, "update_content")?;
            let path = "body.update_content.content_updates";
            let updates = edit.get("content_updates").and_then(Value::as_array);
            let updates = updates.filter(|updates| updates.len() <= UPDATES_MAX);
            let updates = updates.ok_or_else(|| {
                should_be(path, "a list of at most 100 updates", edit.get("content_updates"))
            })?;
            let replacements: Vec<_> = updates.iter().map(replacement).collect();
            notion.edit_markdown(env, &id, &replacements).map(answer)
        }
        _ => {
            let expected = "`\"replace_content\"` or `\"update_content\"`";
            Err(should_be("body.type", expected, arguments.given("type")))
        }
    }
}

fn replacement(update: &Value) -> Replacement {
    let text = |name: &str| update.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all = update.get("replace_all_matches").and_then(Value::as_bool).unwrap_or_default();
    Replacement { old: text("old_str"), new: text("new_str"), all }
}

fn answer(page: &Page) -> Answer {
    Answer::Json(json!({
        "object": "page_markdown",
        "id": page.id,
        "markdown": page.markdown(),
        "truncated": false,
        "unknown_block_ids": [],
    }))
}
