//! Tools for the content of pages as Markdown.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{MarkdownPlace, Notion, Page, Replacement};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::request::{Field, PathId, Query, counted, should_be};

/// Most replacements in one request.
const UPDATES_MAX: usize = 100;

/// No page of this world has the transcript of a meeting, so none is ever included.
pub(super) fn get(mut call: Call<'_, Notion>) -> Outcome {
    let Query { page_id, .. } = call.read()?;
    Ok(answer(call.service.get_page(&mut call.api, page_id.as_str())?.page))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UpdateMarkdown {
    page_id: PathId,
    r#type: Field,
    insert_content: Field,
    replace_content: Field,
    replace_content_range: Field,
    update_content: Field,
}

/// What a request changes.
enum Edit {
    Insert { piece: String, place: MarkdownPlace },
    Pieces(Vec<Replacement>),
    Whole { text: String, may_delete_pages: bool },
}

impl UpdateMarkdown {
    fn edit(&self) -> Result<Edit, ApiError> {
        match self.r#type.given().and_then(Value::as_str) {
            Some("replace_content") => {
                let edit = self.replace_content.object("replace_content")?;
                let may_delete_pages = edit.get("allow_deleting_content") == Some(&json!(true));
                Ok(Edit::Whole {
                    text: string("replace_content", &edit, "new_str")?,
                    may_delete_pages,
                })
            }
            Some("update_content") => {
                let edit = self.update_content.object("update_content")?;
                let path = "update_content.content_updates";
                let updates = edit.get("content_updates").and_then(Value::as_array);
                let updates = updates.filter(|updates| updates.len() <= UPDATES_MAX);
                let updates = updates.ok_or_else(|| {
                    should_be(path, "a list of at most 100 updates", edit.get("content_updates"))
                })?;
                let numbered = updates.iter().enumerate();
                let replacements = numbered
                    .map(|(place, update)| replacement(&format!("{path}[{place}]"), update));
                Ok(Edit::Pieces(replacements.collect::<Result<_, _>>()?))
            }
            Some("insert_content") => {
                let edit = self.insert_content.object("insert_content")?;
                let piece = string("insert_content", &edit, "content")?;
                Ok(Edit::Insert { piece, place: insert_place(&edit)? })
            }
            Some(name @ "replace_content_range") => {
                let edit = self.replace_content_range.object(name)?;
                let piece = string(name, &edit, "content")?;
                let range = string(name, &edit, "content_range")?;
                Ok(Edit::Insert { piece, place: MarkdownPlace::InsteadOf(range) })
            }
            _ => {
                let expected = "`\"replace_content\"`, `\"update_content\"`, `\"insert_content\"` or \
                                `\"replace_content_range\"`";
                Err(should_be("type", expected, self.r#type.given()))
            }
        }
    }
}

/// Replaces all or pieces, or inserts a piece.
pub(super) fn update(mut call: Call<'_, Notion>) -> Outcome {
    let update: UpdateMarkdown = call.read()?;
    let edit = counted(&mut call, update.edit())?;
    let (notion, api, id) = (call.service, &mut call.api, update.page_id.as_str());
    let page = match edit {
        Edit::Insert { piece, place } => notion.insert_markdown(api, id, &piece, &place)?,
        Edit::Pieces(replacements) => notion.edit_markdown(api, id, &replacements)?,
        Edit::Whole { text, may_delete_pages } => {
            notion.replace_markdown(api, id, &text, may_delete_pages)?
        }
    };
    Ok(answer(page))
}

/// A required string inside an edit.
fn string(edit: &str, members: &Map<String, Value>, name: &str) -> Result<String, ApiError> {
    let text = members.get(name).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| should_be(&format!("{edit}.{name}"), "a string", members.get(name)))
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
            Err(should_be("insert_content.position.type", expected, other))
        }
        (after, _) => {
            let expected = "a string without a `position` beside it";
            Err(should_be("insert_content.after", expected, after))
        }
    }
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
