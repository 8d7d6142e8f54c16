//! The content of a page as Markdown, and back. What is inside other blocks is indented.

use serde_json::{Value, json};

use super::Api;
use super::blocks::read;
use super::refusal::{archived, invalid, not_found};
use super::state::{Block, Notion, Page};
use crate::service::ApiError;

/// Blocks in one request, so that a long text is written in several.
const CHUNK: usize = 100;

/// The marks at the beginning of a line; longer ones first.
const MARKS: [(&str, &str); 9] = [
    ("### ", "heading_3"),
    ("## ", "heading_2"),
    ("# ", "heading_1"),
    ("- [x] ", "to_do"),
    ("- [ ] ", "to_do"),
    ("- ", "bulleted_list_item"),
    ("1. ", "numbered_list_item"),
    ("> ", "quote"),
    ("---", "divider"),
];

/// A piece of text and what to put in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// What is there.
    pub old: String,
    /// What should be there.
    pub new: String,
    /// Everywhere; else the text has to be there exactly once.
    pub all: bool,
}

/// Where a new piece of Markdown goes.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkdownPlace {
    /// Behind a selection: a string, or its beginning and its end with three dots between them.
    After(String),
    /// In front of all.
    Start,
    /// Behind all.
    End,
    /// In the place of a selection.
    InsteadOf(String),
}

impl Page {
    /// The content as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut lines = Vec::new();
        write(&self.blocks, 0, &mut lines);
        lines.join("\n")
    }
}

impl Notion {
    /// Replaces the content of a page by Markdown. The pages below it are content, and go into the trash if
    /// that is allowed.
    ///
    /// # Errors
    /// `validation_error` when a line is too long, the page is archived, or there are pages below that may
    /// not go; else as [`get_page`](Self::get_page).
    pub fn replace_markdown(
        &mut self,
        api: &mut Api<'_>,
        page_id: &str,
        markdown: &str,
        may_delete_pages: bool,
    ) -> Result<&Page, ApiError> {
        api.request()?;
        let id = self.find_page(page_id)?.id.clone();
        let below = self.pages.iter().filter(|page| !page.archived && page.is_child_of(&id));
        let below: Vec<_> = below.map(|page| page.id.clone()).collect();
        if !below.is_empty() && !may_delete_pages {
            return Err(invalid(format!(
                "The new content would delete {} child pages; set allow_deleting_content to do so.",
                below.len()
            )));
        }
        self.write_markdown(api, &id, markdown)?;
        let now = api.clock.now();
        for page in self.pages.iter_mut().filter(|page| below.contains(&page.id)) {
            (page.archived, page.edited) = (true, now);
        }
        self.find_page(&id)
    }

    /// Replaces the blocks of a page.
    fn write_markdown(
        &mut self,
        api: &mut Api<'_>,
        page_id: &str,
        markdown: &str,
    ) -> Result<&Page, ApiError> {
        let page = self.find_page(page_id)?;
        if page.archived {
            return Err(archived());
        }
        let id = page.id.clone();
        let mut blocks = Vec::new();
        for part in parse(markdown).chunks(CHUNK) {
            blocks.extend(read(api.ids, part)?);
        }
        let found = self.pages.iter_mut().find(|page| page.id == id);
        let page = found.ok_or_else(|| not_found("page", &id))?;
        page.blocks = blocks;
        page.edited = api.clock.now();
        Ok(page)
    }

    /// Replaces pieces of the Markdown of a page, one after the other; all of them or none.
    ///
    /// # Errors
    /// `validation_error` when a piece is not there, or there more than once; else as
    /// [`replace_markdown`](Self::replace_markdown).
    pub fn edit_markdown(
        &mut self,
        api: &mut Api<'_>,
        page_id: &str,
        replacements: &[Replacement],
    ) -> Result<&Page, ApiError> {
        api.request()?;
        let mut markdown = self.find_page(page_id)?.markdown();
        for Replacement { old, new, all } in replacements {
            let count = if old.is_empty() { 0 } else { markdown.matches(old.as_str()).count() };
            if count == 0 {
                return Err(invalid(format!("Could not find the content to replace: {old}")));
            }
            if count > 1 && !all {
                return Err(invalid(format!(
                    "The content to replace is there {count} times: {old}"
                )));
            }
            markdown = markdown.replace(old.as_str(), new);
        }
        self.write_markdown(api, page_id, &markdown)
    }

    /// Puts a piece of Markdown into the content of a page.
    ///
    /// # Errors
    /// `validation_error` when the selection is not there; else as
    /// [`replace_markdown`](Self::replace_markdown).
    pub fn insert_markdown(
        &mut self,
        api: &mut Api<'_>,
        page_id: &str,
        piece: &str,
        place: &MarkdownPlace,
    ) -> Result<&Page, ApiError> {
        api.request()?;
        let known = self.find_page(page_id)?.markdown();
        let (before, after) = match place {
            MarkdownPlace::Start => ("", known.as_str()),
            MarkdownPlace::End => (known.as_str(), ""),
            MarkdownPlace::After(selection) => known.split_at(selected(&known, selection)?.1),
            MarkdownPlace::InsteadOf(selection) => {
                let (start, end) = selected(&known, selection)?;
                (&known[..start], &known[end..])
            }
        };
        let is_inside = matches!(place, MarkdownPlace::InsteadOf(_));
        // What is inserted stands on lines of its own, what is replaced may be a part of one.
        let joint = |side: &str| if is_inside || side.is_empty() { "" } else { "\n" };
        let after = if is_inside { after } else { after.trim_start_matches('\n') };
        let text = format!("{before}{}{piece}{}{after}", joint(before), joint(after));
        self.write_markdown(api, page_id, &text)
    }
}

/// Where a selection begins and ends.
fn selected(text: &str, selection: &str) -> Result<(usize, usize), ApiError> {
    let (first, last) = selection.split_once("...").unwrap_or((selection, ""));
    let found = text.find(first).filter(|_| !first.is_empty());
    let range = found.and_then(|start| {
        let rest = start + first.len();
        Some((start, rest + text[rest..].find(last)? + last.len()))
    });
    range.ok_or_else(|| invalid(format!("Could not find the content to replace: {selection}")))
}

fn write(blocks: &[Block], depth: usize, lines: &mut Vec<String>) {
    let indent = "\t".repeat(depth);
    for block in blocks.iter().filter(|block| !block.archived) {
        let text = block.text.replace('\n', "<br>");
        let line = match block.kind.as_str() {
            "code" => format!("```\n{}\n```", block.text),
            "to_do" => format!("- [{}] {text}", if block.checked { 'x' } else { ' ' }),
            kind => {
                let mark = MARKS.iter().find(|(_, known)| *known == kind);
                format!("{}{text}", mark.map_or("", |(mark, _)| mark))
            }
        };
        lines.push(format!("{indent}{line}"));
        write(&block.children, depth + 1, lines);
    }
}

/// Lines as blocks in the API's shape; indentation is not read back.
fn parse(markdown: &str) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.starts_with("```") {
            let code: Vec<_> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push(block("code", &code.join("\n")));
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let mark = MARKS.iter().find_map(|(mark, kind)| Some((*kind, line.strip_prefix(mark)?)));
        let (kind, text) = mark.unwrap_or(("paragraph", line));
        let mut read = block(kind, &text.replace("<br>", "\n"));
        if line.starts_with("- [x] ") {
            read[kind]["checked"] = json!(true);
        }
        blocks.push(read);
    }
    blocks
}

fn block(kind: &str, text: &str) -> Value {
    json!({ (kind): { "rich_text": [{ "text": { "content": text } }] } })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{ServiceState, State};

    const TEXT: &str = "# Plan\nFirst.\n- one\n1. two\n- [x] done\n- [ ] open\n> said\n---\n\
                        ```\na\n\nb\n```";

    fn workspace(content: &str) -> (State, String) {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed = json!({ "pages": [{ "title": "Notes", "content": content }] });
        notion.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();
        let id = notion.pages[0].id.clone();
        (state, id)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (mut state, id) = workspace("Old.");
        let (notion, mut api) = Notion::open(&mut state);

        let page = notion.replace_markdown(&mut api, &id, TEXT, false).unwrap();

        assert_eq!(page.markdown(), TEXT);
    }

    #[test]
    fn pieces_are_replaced_all_or_none() {
        let (mut state, id) = workspace("One one.\n\nTwo.");
        let (notion, mut api) = Notion::open(&mut state);
        let mut edit = |old: &str, all: bool| {
            let piece = Replacement { old: old.to_owned(), new: "X".to_owned(), all };
            notion.edit_markdown(&mut api, &id, &[piece]).map(Page::markdown)
        };

        assert!(edit("Three", false).unwrap_err().message.contains("Could not find"));
        assert!(edit("ne", false).unwrap_err().message.contains("is there 2 times"));
        assert_eq!(edit("Two", false).unwrap(), "One one.\nX.");
        assert_eq!(edit("ne", true).unwrap(), "OX oX.\nX.");
    }

    proptest! {
        #[test]
        fn any_text_is_kept_or_refused(text in "(\\PC|\n){0,80}") {
            let (mut state, id) = workspace("Old.");
        let (notion, mut api) = Notion::open(&mut state);

            let once = notion.replace_markdown(&mut api, &id, &text, false).map(Page::markdown);

            if let Ok(once) = once {
                let twice = notion.replace_markdown(&mut api, &id, &once, false).unwrap().markdown();
                prop_assert_eq!(twice, once);
            }
        }
    }
}
