//! Tools for users.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::notion::Notion;

use super::render;
use super::request::{Query, counted};

pub(super) fn get(mut call: Call<'_, Notion>) -> Outcome {
    let Query { user_id, .. } = call.read()?;
    let member = call.service.get_user(&mut call.api, user_id.as_str())?;
    Ok(Answer::Json(render::user(member)))
}

pub(super) fn list(mut call: Call<'_, Notion>) -> Outcome {
    let Query { page, .. } = call.read()?;
    let paging = counted(&mut call, page.paging())?;
    let found = call.service.list_users(&mut call.api, &paging)?;
    Ok(Answer::Json(render::list("user", found, render::user)))
}

pub(super) fn bot(mut call: Call<'_, Notion>) -> Outcome {
    let member = call.service.get_self(&mut call.api)?;
    Ok(Answer::Json(render::user(member)))
}
