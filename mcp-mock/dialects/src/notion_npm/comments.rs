//! Tools for comments.

use serde_json::Value;

use super::render;
use super::request::{list as list_of, object, paging, path_text, should_be};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::Notion;
use mcp_mock::world::Env;

pub(super) fn list(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let found = notion.list_comments(&path_text(arguments, "block_id"), &paging(arguments)?)?;
    Ok(Answer::Json(render::list("comment", found, render::comment)))
}

pub(super) fn create(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let parent = object(arguments, "parent")?;
    let Some(page_id) = parent.get("page_id").and_then(Value::as_str) else {
        return Err(should_be("body.parent.page_id", "defined", parent.get("page_id")));
    };
    let text = Value::from(list_of(arguments, "rich_text")?);
    let comment = notion.create_comment(env, page_id, &text)?;
    Ok(Answer::Json(render::comment(comment)))
}
