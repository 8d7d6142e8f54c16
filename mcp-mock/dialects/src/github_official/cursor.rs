//! Pages of the GraphQL API, which go by cursor.

use serde_json::{Value, json};

use super::super::Arguments;
use super::failure::told;
use super::minimal;
use mcp_mock::service::ApiError;

/// Entries on a page, unless told otherwise.
const PAGE_SIZE: usize = 30;
/// Before the place in a cursor, so that it does not pass for a number.
const CURSOR: &str = "Y3Vyc29yOnYyO";

/// The page that a call asks for.
pub(super) struct CursorPage {
    start: usize,
    size: usize,
}

impl CursorPage {
    /// Reads `after` and `perPage`; `words` say what the server was at.
    pub(super) fn of(arguments: &Arguments, words: &str) -> Result<Self, ApiError> {
        let size = arguments.integer("perPage").and_then(|size| usize::try_from(size).ok());
        let size = size.unwrap_or(PAGE_SIZE);
        let cursor = arguments.text("after");
        if cursor.is_empty() {
            return Ok(Self { start: 0, size });
        }
        let place = cursor.strip_prefix(CURSOR).and_then(|place| place.parse().ok());
        let unknown = || told(format!("{words}: `{cursor}` does not appear to be a valid cursor."));
        Ok(Self { start: place.ok_or_else(unknown)?, size })
    }

    /// The entries of the page, and what the server says about it.
    pub(super) fn cut(&self, all: Vec<Value>) -> (Vec<Value>, Value) {
        let total = all.len();
        let shown: Vec<Value> = all.into_iter().skip(self.start).take(self.size).collect();
        let end = self.start.saturating_add(shown.len());
        let cursor = |place: usize| (!shown.is_empty()).then(|| format!("{CURSOR}{place}"));
        let info = json!({
            "hasNextPage": end < total,
            "hasPreviousPage": self.start > 0,
            "startCursor": cursor(self.start.saturating_add(1)),
            "endCursor": cursor(end),
        });
        (shown, minimal::lean(info, &["hasNextPage", "hasPreviousPage"]))
    }
}
