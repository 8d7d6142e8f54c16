//! Tools for blocks.

use super::render;
use super::request::{flag, list, paging, path_text, text};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{BLOCK_KINDS, BlockChange, Listing, Notion};
use mcp_mock::world::Env;

/// A block; a page is one as well.
pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let id = path_text(arguments, "block_id");
    let body = match notion.get_page(&id) {
        Ok(page) => render::page_block(page),
        Err(_) => render::block(notion.get_block(&id)?),
    };
    Ok(Answer::Json(body))
}

pub(super) fn children(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let found = notion.children(&path_text(arguments, "block_id"), &paging(arguments)?)?;
    Ok(Answer::Json(render::list("block", found, render::block)))
}

/// The new blocks only, as the API answers since it takes `after`.
pub(super) fn append(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (id, after) = (path_text(arguments, "block_id"), text(arguments, "after")?);
    let new = list(arguments, "children")?;
    let ids = notion.append_children(env, (&id, after.as_deref()), &new)?;
    let results = ids.iter().map(|id| notion.get_block(id)).collect::<Result<Vec<_>, _>>()?;
    let added = Listing { results, next_cursor: None };
    Ok(Answer::Json(render::list("block", added, render::block)))
}

/// Content is an argument that the schema does not name, such as `paragraph`, or is inside `type`.
pub(super) fn update(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let mut content = arguments.object("type");
    let given = |kind: &&str| Some(((*kind).to_owned(), arguments.given(kind)?.clone()));
    content.extend(BLOCK_KINDS.iter().filter_map(given));
    let archived = flag(arguments, "archived")?.or(flag(arguments, "in_trash")?);
    let id = path_text(arguments, "block_id");
    let placed = notion.update_block(env, &id, &BlockChange { content, archived })?;
    Ok(Answer::Json(render::block(placed)))
}

pub(super) fn delete(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let trash = BlockChange { archived: Some(true), ..BlockChange::default() };
    let placed = notion.update_block(env, &path_text(arguments, "block_id"), &trash)?;
    Ok(Answer::Json(render::block(placed)))
}
