//! Tools for comments.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::Notion;
use serde::Deserialize;
use serde_json::Value;

use super::render;
use super::request::{Field, Query, counted, should_be};

pub(super) fn list(mut call: Call<'_, Notion>) -> Outcome {
    let Query { block_id, page, .. } = call.read()?;
    let paging = counted(&mut call, page.paging())?;
    let found = call.service.list_comments(&mut call.api, block_id.as_str(), &paging)?;
    Ok(Answer::Json(render::list("comment", found, render::comment)))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CreateComment {
    parent: Field,
    rich_text: Field,
}

impl CreateComment {
    /// The id of the page, and what the comment says.
    fn parts(&self) -> Result<(String, Value), ApiError> {
        let parent = self.parent.object("parent")?;
        let page_id = parent.get("page_id");
        let Some(id) = page_id.and_then(Value::as_str) else {
            return Err(should_be("parent.page_id", "defined", page_id));
        };
        Ok((id.to_owned(), self.rich_text.list("rich_text")?.into()))
    }
}

pub(super) fn create(mut call: Call<'_, Notion>) -> Outcome {
    let new: CreateComment = call.read()?;
    let (page_id, text) = counted(&mut call, new.parts())?;
    let comment = call.service.create_comment(&mut call.api, &page_id, &text)?;
    Ok(Answer::Json(render::comment(comment)))
}
