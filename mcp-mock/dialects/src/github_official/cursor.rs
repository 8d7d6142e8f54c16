//! Pages of the GraphQL API, which go by cursor.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::Number;
use super::failure::server_error;
use super::minimal;
use mcp_mock::dialect::Refusal;

/// Entries on a page by default.
const PAGE_SIZE: usize = 30;
/// Before the place in a cursor, so that it does not pass for a number.
const CURSOR: &str = "Y3Vyc29yOnYyO";

/// The page that a call asks for.
#[derive(Debug, Deserialize)]
pub(super) struct CursorPaging {
    #[serde(default)]
    after: String,
    #[serde(rename = "perPage")]
    per_page: Option<Number>,
}

impl CursorPaging {
    /// The entries of the page, and what the server says about it; `words` say what failed.
    pub(super) fn cut(&self, all: Vec<Value>, words: &str) -> Result<(Vec<Value>, Value), Refusal> {
        let (start, total) = (self.start(words)?, all.len());
        let size = self.per_page.map(|size| usize::try_from(size.count()).unwrap_or(usize::MAX));
        let items = all.into_iter().skip(start).take(size.unwrap_or(PAGE_SIZE));
        let items: Vec<Value> = items.collect();
        let end = start.saturating_add(items.len());
        let cursor = |place: usize| (!items.is_empty()).then(|| format!("{CURSOR}{place}"));
        let info = json!({
            "hasNextPage": end < total,
            "hasPreviousPage": start > 0,
            "startCursor": cursor(start.saturating_add(1)),
            "endCursor": cursor(end),
        });
        Ok((items, minimal::lean(info, &["hasNextPage", "hasPreviousPage"])))
    }

    fn start(&self, words: &str) -> Result<usize, Refusal> {
        let cursor = &self.after;
        if cursor.is_empty() {
            return Ok(0);
        }
        let place = cursor.strip_prefix(CURSOR).and_then(|place| place.parse().ok());
        let unknown = || format!("{words}: `{cursor}` does not appear to be a valid cursor.");
        place.ok_or_else(|| server_error(unknown()))
    }
}
