//! Tools for the content of pages as Markdown.

use serde_json::{Map, Value, json};

use super::request::{object, path_text, should_be};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{MarkdownPlace, Notion, Page, PageChange, Replacement};
use mcp_mock::world::Env;

/// Most replacements in one request.
const UPDATES_MAX: usize = 100;

/// No page of this world has the transcript of a meeting, so none is ever included.
pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    notion.get_page(&path_text(arguments, "page_id")).map(answer)
}

/// Replaces all or pieces, or inserts a piece.
pub(super) fn update(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let id = path_text(arguments, "page_id");
    let edit = arguments.text("type").to_owned();
    match edit.as_str() {
        "replace_content" => {
            let text = text_of(arguments, &edit, "new_str")?;
            let below = pages_to_give_up(notion, &id, arguments)?;
            notion.replace_markdown(env, &id, &text)?;
            for page in below {
                let trash = PageChange { archived: Some(true), ..PageChange::default() };
                notion.update_page(env, &page, &trash)?;
            }
            notion.get_page(&id).map(answer)
        }
        "update_content" => {
            let edit = object(arguments, "update_content")?;
            let path = "body.update_content.content_updates";
            let updates = edit.get("content_updates").and_then(Value::as_array);
            let updates = updates.filter(|updates| updates.len() <= UPDATES_MAX);
            let updates = updates.ok_or_else(|| {
                should_be(path, "a list of at most 100 updates", edit.get("content_updates"))
            })?;
            let replacements = updates
                .iter()
                .enumerate()
                .map(|(place, update)| replacement(&format!("{path}[{place}]"), update));
            let replacements = replacements.collect::<Result<Vec<_>, _>>()?;
            notion.edit_markdown(env, &id, &replacements).map(answer)
        }
        "insert_content" => {
            let piece = text_of(arguments, &edit, "content")?;
            let place = insert_place(&object(arguments, &edit)?)?;
            notion.insert_markdown(env, &id, (&piece, &place)).map(answer)
        }
        "replace_content_range" => {
            let piece = text_of(arguments, &edit, "content")?;
            let range = text_of(arguments, &edit, "content_range")?;
            let place = MarkdownPlace::InsteadOf(range);
            notion.insert_markdown(env, &id, (&piece, &place)).map(answer)
        }
        _ => {
            let expected = "`\"replace_content\"`, `\"update_content\"`, `\"insert_content\"` or \
                            `\"replace_content_range\"`";
            Err(should_be("body.type", expected, arguments.given("type")))
        }
    }
}

/// A required text inside the object that is named after the kind of edit.
fn text_of(arguments: &Arguments, edit: &str, name: &str) -> Result<String, ApiError> {
    let edits = object(arguments, edit)?;
    let text = edits.get(name).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| should_be(&format!("body.{edit}.{name}"), "a string", edits.get(name)))
}

fn insert_place(edit: &Map<String, Value>) -> Result<MarkdownPlace, ApiError> {
    let position = edit.get("position").and_then(|position| position.get("type"));
    match (edit.get("after"), position) {
        (Some(Value::String(after)), None) => Ok(MarkdownPlace::After(after.clone())),
        (None, None) => Ok(MarkdownPlace::End),
        (None, Some(kind)) if kind == "end" => Ok(MarkdownPlace::End),
        (None, Some(kind)) if kind == "start" => Ok(MarkdownPlace::Start),
        (None, other) => {
            let expected = "`\"start\"` or `\"end\"`";
            Err(should_be("body.insert_content.position.type", expected, other))
        }
        (after, _) => {
            let expected = "a string without a `position` beside it";
            Err(should_be("body.insert_content.after", expected, after))
        }
    }
}

/// The pages below, which content that is replaced as a whole takes along, if the call allows that.
fn pages_to_give_up(
    notion: &Notion,
    id: &str,
    arguments: &Arguments,
) -> Result<Vec<String>, ApiError> {
    let page_id = &notion.get_page(id)?.id;
    let below: Vec<_> = notion.pages_below(page_id).iter().map(|page| page.id.clone()).collect();
    let allowed = object(arguments, "replace_content")?.get("allow_deleting_content").cloned();
    if !below.is_empty() && allowed != Some(Value::Bool(true)) {
        let message = format!(
            "The new content would delete {} child pages; set allow_deleting_content to do so.",
            below.len()
        );
        return Err(ApiError::new(400, "validation_error", message));
    }
    Ok(below)
}

fn replacement(path: &str, update: &Value) -> Result<Replacement, ApiError> {
    let text = |name: &str| {
        let text = update.get(name).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| should_be(&format!("{path}.{name}"), "a string", update.get(name)))
    };
    let all = update.get("replace_all_matches").and_then(Value::as_bool).unwrap_or_default();
    Ok(Replacement { old: text("old_str")?, new: text("new_str")?, all })
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
