//! Blocks by their ids, at whatever depth. As a place for blocks, a page is a block as well.

use serde_json::{Map, Value};

use super::Api;
use super::blocks::{checked, read, settings};
use super::pages::uuid;
use super::paging::Paging;
use super::properties::rich_text;
use super::refusal::{archived, invalid, not_found, should_be};
use super::state::{Block, Notion, Page};
use crate::service::{self, ApiError};

/// Deepest nesting of blocks on a page, so that no walk through them can exhaust the stack.
const DEPTH_MAX: usize = 50;

/// A block with its page and its parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed<'a> {
    /// The block.
    pub block: &'a Block,
    /// The page that the block is on.
    pub page: &'a Page,
    /// Id of the block around this one; `None` when it is on the page itself.
    pub parent: Option<&'a str>,
}

/// What an id of a block leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AnyBlock<'a> {
    /// A block on a page.
    Block(Placed<'a>),
    /// A page, which is a block of its parent.
    Page(&'a Page),
}

/// Where new blocks go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockPlace<'a> {
    /// The page or block that they go below.
    pub parent: &'a str,
    /// The block that they come after; `None` for the end.
    pub after: Option<&'a str>,
}

/// What to change about a block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BlockChange {
    /// New content by type, such as `{"paragraph": {"rich_text": […]}}`.
    pub content: Map<String, Value>,
    /// Into the trash, or out of it.
    pub archived: Option<bool>,
}

impl Notion {
    /// Reads a block, also one in the trash.
    ///
    /// # Errors
    /// `validation_error` when the id is no UUID; `object_not_found` when the block is not there or not
    /// shared.
    pub fn get_block(&self, api: &mut Api<'_>, id: &str) -> Result<AnyBlock<'_>, ApiError> {
        api.request()?;
        match self.page_here(id) {
            Some(page) => Ok(AnyBlock::Page(page)),
            None => self.find_block(id).map(AnyBlock::Block),
        }
    }

    fn find_block(&self, id: &str) -> Result<Placed<'_>, ApiError> {
        let id = uuid("path.block_id", id)?;
        let mut pages = self.pages.iter().filter(|page| self.shares(page));
        let found = pages.find_map(|page| {
            let (block, parent) = find(&page.blocks, &id, None)?;
            Some(Placed { block, page, parent })
        });
        found.ok_or_else(|| not_found("block", &id))
    }

    /// The blocks directly below a page or a block, without those in the trash.
    ///
    /// # Errors
    /// As [`get_block`](Self::get_block), and `validation_error` for a bad cursor or page size.
    pub fn children(
        &self,
        api: &mut Api<'_>,
        id: &str,
        paging: &Paging,
    ) -> Result<service::Page<Placed<'_>>, ApiError> {
        api.request()?;
        let (page, parent, blocks) = match self.page_here(id) {
            Some(page) => (page, None, &page.blocks),
            None => {
                let placed = self.find_block(id)?;
                (placed.page, Some(placed.block.id.as_str()), &placed.block.children)
            }
        };
        let blocks = blocks.iter().filter(|block| !block.archived);
        let placed = blocks.map(|block| Placed { block, page, parent });
        paging.page_of(placed.collect(), |placed| &placed.block.id)
    }

    /// Adds blocks, in the API's shape, below a page or a block.
    ///
    /// # Errors
    /// `validation_error` when a block cannot be read, or the place is not there, archived or too deep; else as [`get_block`](Self::get_block).
    pub fn append_children(
        &mut self,
        api: &mut Api<'_>,
        place: BlockPlace<'_>,
        children: &[Value],
    ) -> Result<Vec<Placed<'_>>, ApiError> {
        api.request()?;
        let (page_id, block_id) = match self.page_here(place.parent) {
            Some(page) => (page.id.clone(), None),
            None => {
                let placed = self.find_block(place.parent)?;
                if placed.block.archived {
                    return Err(archived());
                }
                (placed.page.id.clone(), Some(placed.block.id.clone()))
            }
        };
        let now = api.clock.now();
        let page = self.editable(&page_id)?;
        let depth = block_id.as_ref().map_or(0, |id| depth_of(&page.blocks, id));
        if depth + 2 > DEPTH_MAX {
            return Err(invalid(format!("Blocks nest at most {DEPTH_MAX} levels deep.")));
        }
        let blocks = read(api.ids, children)?;
        let siblings = match &block_id {
            None => &mut page.blocks,
            Some(id) => match find_mut(&mut page.blocks, id) {
                Some(block) => &mut block.children,
                None => return Err(not_found("block", id)),
            },
        };
        let start = match place.after {
            None => siblings.len(),
            Some(after) => {
                let after = uuid("body.after", after)?;
                let found = siblings.iter().position(|block| block.id == after);
                found.ok_or_else(|| not_found("block", &after))? + 1
            }
        };
        let ids: Vec<_> = blocks.iter().map(|block| block.id.clone()).collect();
        siblings.splice(start..start, blocks);
        page.edited = now;
        ids.iter().map(|id| self.find_block(id)).collect()
    }

    /// Changes the text of a block, ticks it off, moves it into the trash or out of it.
    ///
    /// # Errors
    /// `validation_error` when the content is not of the type of the block or the block stays archived;
    /// else as [`get_block`](Self::get_block).
    pub fn update_block(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        change: &BlockChange,
    ) -> Result<Placed<'_>, ApiError> {
        api.request()?;
        let placed = self.find_block(id)?;
        if placed.block.archived && change.archived != Some(false) {
            return Err(archived());
        }
        let (page_id, id, kind) =
            (placed.page.id.clone(), placed.block.id.clone(), placed.block.kind.clone());
        if let Some(other) = change.content.keys().find(|name| **name != kind) {
            return Err(invalid(format!(
                "The provided block type `{other}` does not match the block, which is {kind}."
            )));
        }
        let content = change.content.get(&kind);
        let text = match content.and_then(|content| content.get("rich_text")) {
            Some(list) => {
                let path = format!("body.{kind}.rich_text");
                Some(rich_text(list, &path)?.ok_or_else(|| should_be(&path, "an array", list))?)
            }
            None => None,
        };
        let path = format!("body.{kind}");
        let checked = content.map(|content| checked(content, &path)).transpose()?.flatten();

        let page = self.editable(&page_id)?;
        if let Some(block) = find_mut(&mut page.blocks, &id) {
            block.text = text.unwrap_or_else(|| block.text.clone());
            block.checked = checked.unwrap_or(block.checked);
            block.settings.extend(content.map(settings).unwrap_or_default());
            block.archived = change.archived.unwrap_or(block.archived);
        }
        page.edited = api.clock.now();
        self.find_block(&id)
    }

    fn page_here(&self, id: &str) -> Option<&Page> {
        self.page(id).filter(|page| self.shares(page))
    }

    fn editable(&mut self, page_id: &str) -> Result<&mut Page, ApiError> {
        let found = self.pages.iter_mut().find(|page| page.id == page_id);
        let page = found.ok_or_else(|| not_found("page", page_id))?;
        if page.archived { Err(archived()) } else { Ok(page) }
    }
}

/// The block with its parent.
fn find<'a>(
    blocks: &'a [Block],
    id: &str,
    parent: Option<&'a str>,
) -> Option<(&'a Block, Option<&'a str>)> {
    blocks.iter().find_map(|block| {
        if block.id == id {
            return Some((block, parent));
        }
        find(&block.children, id, Some(&block.id))
    })
}

fn find_mut<'a>(blocks: &'a mut [Block], id: &str) -> Option<&'a mut Block> {
    blocks.iter_mut().find_map(|block| {
        if block.id == id { Some(block) } else { find_mut(&mut block.children, id) }
    })
}

/// How many blocks there are from the page down to this one; 0 when it is not there.
fn depth_of(blocks: &[Block], id: &str) -> usize {
    let deepest = blocks.iter().map(|block| {
        let below = depth_of(&block.children, id);
        if block.id == id || below > 0 { below + 1 } else { 0 }
    });
    deepest.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::{ServiceState, State};

    fn workspace() -> (State, String) {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed = json!({ "pages": [{ "title": "Notes", "content": "One.\n\nTwo." }] });
        notion.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();
        let id = notion.pages[0].id.clone();
        (state, id)
    }

    fn texts(state: &mut State, id: &str) -> String {
        let (notion, mut api) = Notion::open(state);
        let children = notion.children(&mut api, id, &Paging::default()).unwrap().items;
        let texts: Vec<_> = children.iter().map(|placed| placed.block.text.as_str()).collect();
        texts.join(" ")
    }

    #[test]
    fn blocks_go_below_blocks_and_after_others() {
        let (mut state, page) = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let first = notion.pages[0].blocks[0].id.clone();
        let new = Notion::paragraphs("New.");

        let after_first = BlockPlace { parent: &page, after: Some(&first) };
        notion.append_children(&mut api, after_first, &new).unwrap();
        let inside = BlockPlace { parent: &first, after: None };
        let inner = notion.append_children(&mut api, inside, &new).unwrap();

        assert_eq!(inner[0].parent, Some(first.as_str()));
        assert_eq!(texts(&mut state, &page), "One. New. Two.");
        assert_eq!(texts(&mut state, &first), "New.");
    }

    #[test]
    fn a_block_in_the_trash_is_not_edited() {
        let (mut state, page) = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let id = notion.pages[0].blocks[0].id.clone();
        let trash = BlockChange { archived: Some(true), ..BlockChange::default() };
        let content = json!({ "paragraph": { "rich_text": [{ "text": { "content": "Uno." } }] } });
        let content = content.as_object().unwrap().clone();
        let edit = BlockChange { content, archived: None };

        assert_eq!(notion.update_block(&mut api, &id, &edit).unwrap().block.text, "Uno.");
        notion.update_block(&mut api, &id, &trash).unwrap();

        let refused = notion.update_block(&mut api, &id, &edit).unwrap_err();
        assert!(refused.message.starts_with("Can't edit block that is archived."), "{refused}");
        assert_eq!(texts(&mut state, &page), "Two.");
    }

    #[test]
    fn a_block_keeps_its_type() {
        let (mut state, _) = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let id = notion.pages[0].blocks[0].id.clone();
        let content = json!({ "quote": { "rich_text": [] } }).as_object().unwrap().clone();

        let refused = notion.update_block(&mut api, &id, &BlockChange { content, archived: None });

        assert_eq!(refused.unwrap_err().code, "validation_error");
    }

    #[test]
    fn blocks_nest_to_a_limit() {
        let (mut state, mut id) = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = Notion::paragraphs("x");

        let refused = loop {
            let place = BlockPlace { parent: &id, after: None };
            match notion.append_children(&mut api, place, &new) {
                Ok(placed) => id = placed[0].block.id.clone(),
                Err(refused) => break refused,
            }
        };

        assert_eq!(refused.message, "Blocks nest at most 50 levels deep.");
    }
}
