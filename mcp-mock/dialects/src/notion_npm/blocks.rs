//! Tools for blocks.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::notion::{AnyBlock, BLOCK_KINDS, BlockChange, BlockPlace, Notion};
use mcp_mock::service::{ApiError, Page};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::render;
use super::request::{Field, PathId, Query, counted};

/// A block; a page is one as well.
pub(super) fn get(mut call: Call<'_, Notion>) -> Outcome {
    let Query { block_id, .. } = call.read()?;
    Ok(Answer::Json(match call.service.get_block(&mut call.api, block_id.as_str())? {
        AnyBlock::Block(placed) => render::block(placed),
        AnyBlock::Page(page) => render::page_block(page),
    }))
}

pub(super) fn children(mut call: Call<'_, Notion>) -> Outcome {
    let Query { block_id, page, .. } = call.read()?;
    let paging = counted(&mut call, page.paging())?;
    let found = call.service.children(&mut call.api, block_id.as_str(), &paging)?;
    Ok(Answer::Json(render::list("block", found, render::block)))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AppendChildren {
    block_id: PathId,
    after: Field,
    children: Field,
}

impl AppendChildren {
    fn parts(&self) -> Result<(Option<String>, Vec<Value>), ApiError> {
        Ok((self.after.text("after")?, self.children.list("children")?))
    }
}

/// Answers the new blocks only, as the API does since it takes `after`.
pub(super) fn append(mut call: Call<'_, Notion>) -> Outcome {
    let new: AppendChildren = call.read()?;
    let (after, children) = counted(&mut call, new.parts())?;
    let place = BlockPlace { parent: new.block_id.as_str(), after: after.as_deref() };
    let items = call.service.append_children(&mut call.api, place, &children)?;
    Ok(Answer::Json(render::list("block", Page { items, next: None }, render::block)))
}

/// Content is an argument that the schema does not name, such as `paragraph`, or is inside `type`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct UpdateBlock {
    block_id: PathId,
    archived: Field,
    in_trash: Field,
    r#type: Field,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl UpdateBlock {
    fn change(&mut self) -> Result<BlockChange, ApiError> {
        let mut content =
            self.r#type.given().and_then(Value::as_object).cloned().unwrap_or_default();
        let kinds = BLOCK_KINDS.iter().filter_map(|kind| self.others.remove_entry(*kind));
        content.extend(kinds);
        let archived = self.archived.flag("archived")?.or(self.in_trash.flag("in_trash")?);
        Ok(BlockChange { content, archived })
    }
}

pub(super) fn update(mut call: Call<'_, Notion>) -> Outcome {
    let mut update: UpdateBlock = call.read()?;
    let change = counted(&mut call, update.change())?;
    let id = update.block_id.as_str();
    let placed = call.service.update_block(&mut call.api, id, &change)?;
    Ok(Answer::Json(render::block(placed)))
}

pub(super) fn delete(mut call: Call<'_, Notion>) -> Outcome {
    let Query { block_id, .. } = call.read()?;
    let trash = BlockChange { archived: Some(true), ..BlockChange::default() };
    let placed = call.service.update_block(&mut call.api, block_id.as_str(), &trash)?;
    Ok(Answer::Json(render::block(placed)))
}
