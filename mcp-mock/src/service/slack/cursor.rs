//! Pages by cursor, as Slack's lists have them.
//!
//! A cursor names the first entry of the next page, so an entry that is added meanwhile neither
//! shifts a page nor shows one twice.

use super::super::{ApiError, Page};
use super::refusal::{invalid_cursor, refused};

/// The most that Slack gives out at once.
const LIMIT_MAX: i64 = 1_000;
const PREFIX: &str = "next:";

/// How much of a list is wanted, and from where on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging<'a> {
    /// Entries on a page, 1 to 1000.
    pub limit: i64,
    /// What leads to this page; empty for the first one.
    pub cursor: &'a str,
}

impl Default for Paging<'_> {
    /// The first hundred, Slack's own default.
    fn default() -> Self {
        Self { limit: 100, cursor: "" }
    }
}

impl Paging<'_> {
    /// Cuts this page out of the whole list; `id` names an entry.
    pub(super) fn page_of<T>(self, all: Vec<&T>, id: fn(&T) -> &str) -> Result<Page<&T>, ApiError> {
        if !(1..=LIMIT_MAX).contains(&self.limit) {
            let message = format!("limit {} is not between 1 and {LIMIT_MAX}", self.limit);
            return Err(refused("invalid_limit", message));
        }
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let start = if self.cursor.is_empty() {
            0
        } else {
            let first = self.cursor.strip_prefix(PREFIX);
            let position = first.and_then(|first| all.iter().position(|entry| id(entry) == first));
            position.ok_or_else(|| invalid_cursor(self.cursor))?
        };
        let mut rest = all.into_iter().skip(start);
        let items = rest.by_ref().take(limit).collect();
        let next = rest.next().map(|entry| format!("{PREFIX}{}", id(entry)));
        Ok(Page { items, next })
    }
}

#[cfg(test)]
mod tests {
    use super::Paging;

    #[track_caller]
    fn check_refused(paging: Paging<'_>, code: &str) {
        let entry = "a".to_owned();

        let error = paging.page_of(vec![&entry], String::as_str).unwrap_err();

        assert_eq!(error.code, code);
    }

    #[test]
    fn strange_cursor_is_refused() {
        check_refused(Paging { cursor: "dXNlcjpVMDYx", ..Paging::default() }, "invalid_cursor");
        check_refused(Paging { cursor: "next:b", ..Paging::default() }, "invalid_cursor");
    }

    #[test]
    fn limit_outside_its_bounds_is_refused() {
        check_refused(Paging { limit: 0, cursor: "" }, "invalid_limit");
        check_refused(Paging { limit: 1_001, cursor: "" }, "invalid_limit");
    }
}
