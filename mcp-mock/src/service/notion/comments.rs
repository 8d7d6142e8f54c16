//! Comments on pages.

use serde_json::Value;

use super::Api;
use super::pages::uuid;
use super::paging::Paging;
use super::properties::rich_text;
use super::refusal::should_be;
use super::state::{Comment, Notion};
use crate::service::{ApiError, Page};

impl Notion {
    /// Adds a comment, in rich text, to a page; it begins a thread of its own.
    ///
    /// # Errors
    /// `validation_error` when the text cannot be read; else as [`get_page`](Self::get_page).
    pub fn create_comment(
        &mut self,
        api: &mut Api<'_>,
        page_id: &str,
        content: &Value,
    ) -> Result<&Comment, ApiError> {
        api.request()?;
        let page_id = self.find_page(&uuid("body.parent.page_id", page_id)?)?.id.clone();
        let path = "body.rich_text";
        let text = rich_text(content, path)?.ok_or_else(|| should_be(path, "an array", content))?;
        let (id, discussion_id) = (api.ids.uuid(), api.ids.uuid());
        let place = self.comments.len();
        self.comments.push(Comment { id, page_id, discussion_id, text, created: api.clock.now() });
        Ok(&self.comments[place])
    }

    /// The comments on a page, oldest first.
    ///
    /// # Errors
    /// As [`get_page`](Self::get_page), and `validation_error` for a bad cursor or page size.
    pub fn list_comments(
        &self,
        api: &mut Api<'_>,
        page_id: &str,
        paging: &Paging,
    ) -> Result<Page<&Comment>, ApiError> {
        api.request()?;
        let page = self.find_page(page_id)?;
        let comments = self.comments.iter().filter(|comment| comment.page_id == page.id);
        paging.page_of(comments.collect(), |comment| &comment.id)
    }
}
