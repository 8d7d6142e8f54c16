//! Tools for users.

use super::render;
use super::request::{paging, path_text};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Member, Notion};
use mcp_mock::world::Env;

pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let member = notion.get_user(&path_text(arguments, "user_id"))?;
    Ok(Answer::Json(render::user(member)))
}

pub(super) fn list(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let found = notion.list_users(&paging(arguments)?)?;
    Ok(Answer::Json(render::list("user", found, render::user)))
}

pub(super) fn bot(_: &mut Notion, _: &mut Env, _: &Arguments) -> Result<Answer, ApiError> {
    Ok(Answer::Json(render::user(Member::Bot)))
}
