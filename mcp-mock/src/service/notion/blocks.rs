//! Blocks: the content of pages.

use serde_json::{Map, Value};

use super::properties::rich_text;
use super::refusal::{should_be, too_long};
use super::state::Block;
use crate::service::ApiError;
use crate::world::Ids;

/// Most blocks side by side in one request.
const CHILDREN_MAX: usize = 100;
/// Most levels of blocks in one request.
const LEVELS_MAX: usize = 2;
/// Most blocks in one request, whatever their level.
const BLOCKS_MAX: usize = 1_000;

/// The types that are understood; all but the last have rich text.
pub const BLOCK_KINDS: [&str; 12] = [
    "bulleted_list_item",
    "callout",
    "code",
    "heading_1",
    "heading_2",
    "heading_3",
    "numbered_list_item",
    "paragraph",
    "quote",
    "to_do",
    "toggle",
    "divider",
];

/// What a block may say besides its text; kept as it is given.
const SETTINGS: [&str; 5] = ["caption", "color", "icon", "is_toggleable", "language"];

/// Reads blocks in the API's shape and gives them ids.
pub(super) fn read(ids: &mut Ids, children: &[Value]) -> Result<Vec<Block>, ApiError> {
    let mut reader = Reader { ids, count: 0 };
    reader.blocks(children, "body.children", 1)
}

struct Reader<'a> {
    ids: &'a mut Ids,
    count: usize,
}

impl Reader<'_> {
    fn blocks(
        &mut self,
        children: &[Value],
        path: &str,
        level: usize,
    ) -> Result<Vec<Block>, ApiError> {
        self.count = self.count.saturating_add(children.len());
        if children.len() > CHILDREN_MAX {
            return Err(too_long(path, CHILDREN_MAX, children.len()));
        }
        if self.count > BLOCKS_MAX {
            return Err(too_long("body.children", BLOCKS_MAX, self.count));
        }
        let numbered = children.iter().enumerate();
        numbered.map(|(n, child)| self.block(child, &format!("{path}[{n}]"), level)).collect()
    }

    fn block(&mut self, json: &Value, path: &str, level: usize) -> Result<Block, ApiError> {
        let kind = BLOCK_KINDS.into_iter().find(|kind| json.get(kind).is_some());
        let Some(kind) = kind else {
            return Err(should_be(path, &format!("one of {}", BLOCK_KINDS.join(", ")), json));
        };
        let content = &json[kind];
        let text = match content.get("rich_text") {
            Some(list) => {
                let path = format!("{path}.{kind}.rich_text");
                let text = rich_text(list, &path)?;
                text.ok_or_else(|| should_be(&path, "an array", list))?
            }
            None if kind == "divider" => String::new(),
            None => return Err(should_be(&format!("{path}.{kind}.rich_text"), "defined", content)),
        };
        let children = match content.get("children").and_then(Value::as_array) {
            Some(inside) if level >= LEVELS_MAX => {
                return Err(too_long(&format!("{path}.{kind}.children"), 0, inside.len()));
            }
            Some(inside) => self.blocks(inside, &format!("{path}.{kind}.children"), level + 1)?,
            None => Vec::new(),
        };
        let checked = checked(content, &format!("{path}.{kind}"))?.unwrap_or_default();
        let (id, kind, settings) = (self.ids.uuid(), kind.to_owned(), settings(content));
        Ok(Block { id, kind, text, checked, settings, children, ..Block::default() })
    }
}

/// Whether a block is ticked off, if it says so.
pub(super) fn checked(content: &Value, path: &str) -> Result<Option<bool>, ApiError> {
    match content.get("checked") {
        None => Ok(None),
        Some(Value::Bool(checked)) => Ok(Some(*checked)),
        Some(other) => Err(should_be(&format!("{path}.checked"), "a boolean", other)),
    }
}

/// What a block says besides its text.
pub(super) fn settings(content: &Value) -> Map<String, Value> {
    let members = content.as_object().into_iter().flatten();
    let settings = members.filter(|(name, _)| SETTINGS.contains(&name.as_str()));
    settings.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paragraph(text: &str) -> Value {
        json!({ "paragraph": { "rich_text": [{ "text": { "content": text } }] } })
    }

    #[test]
    fn a_request_has_at_most_100_children() {
        let children = vec![paragraph("x"); 101];

        assert!(read(&mut Ids::new(1), &children[..100]).is_ok());
        let refused = read(&mut Ids::new(1), &children).unwrap_err();
        assert_eq!(
            refused.message,
            "body failed validation: body.children.length should be ≤ `100`, instead was `101`."
        );
    }

    #[test]
    fn a_request_has_two_levels_at_most() {
        let nest = |inside: Value| json!({ "toggle": { "rich_text": [], "children": [inside] } });

        assert!(read(&mut Ids::new(1), &[nest(paragraph("x"))]).is_ok());
        assert!(read(&mut Ids::new(1), &[nest(nest(paragraph("x")))]).is_err());
    }

    #[test]
    fn an_unknown_type_of_block_is_refused() {
        let refused = read(&mut Ids::new(1), &[json!({ "hologram": {} })]).unwrap_err();

        assert!(refused.message.contains("body.children[0] should be one of"), "{refused}");
    }

    #[test]
    fn a_text_in_a_block_has_at_most_2000_characters() {
        assert!(read(&mut Ids::new(1), &[paragraph(&"x".repeat(2_001))]).is_err());
    }
}
