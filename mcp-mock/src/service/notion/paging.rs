//! Lists in pages, with the vendor's cursor: the id of the first thing on the next page.

use super::refusal::{invalid, should_be};
use crate::service::{ApiError, Page};

/// Results a page when the request does not say, and at most.
const PAGE_SIZE_MAX: usize = 100;

/// Which part of a list to give.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paging {
    /// Results a page: 1 to 100, 100 when not given.
    pub page_size: Option<usize>,
    /// What leads to this page; `None` for the first one.
    pub start_cursor: Option<String>,
}

impl Paging {
    /// Cuts the page out of the whole list; `id` names an entry.
    ///
    /// # Errors
    /// `validation_error` when the size or the cursor is not one of this list.
    pub fn page_of<T>(
        &self,
        mut all: Vec<T>,
        id: impl Fn(&T) -> &str,
    ) -> Result<Page<T>, ApiError> {
        let size = self.page_size.unwrap_or(PAGE_SIZE_MAX);
        if !(1..=PAGE_SIZE_MAX).contains(&size) {
            let expected = format!("from 1 to {PAGE_SIZE_MAX}");
            return Err(should_be("body.page_size", &expected, &size.into()));
        }
        let start = match &self.start_cursor {
            None => 0,
            Some(cursor) => {
                let found = all.iter().position(|item| id(item) == cursor);
                found.ok_or_else(|| {
                    invalid(format!("The start_cursor provided is invalid: {cursor}"))
                })?
            }
        };
        let mut items = all.split_off(start);
        let next = items.get(size).map(|next| id(next).to_owned());
        items.truncate(size);
        Ok(Page { items, next })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_unknown_cursor_is_refused() {
        let paging = Paging { start_cursor: Some("x".to_owned()), ..Paging::default() };

        let refused = paging.page_of(vec!["a"], |item| item).unwrap_err();

        assert_eq!(refused.code, "validation_error");
        assert_eq!(refused.message, "The start_cursor provided is invalid: x");
    }

    #[test]
    fn a_page_holds_a_hundred_at_most() {
        let paging = Paging { page_size: Some(101), ..Paging::default() };

        assert_eq!(paging.page_of(vec!["a"], |item| item).unwrap_err().status, 400);
    }

    proptest! {
        #[test]
        fn cursors_lead_through_the_whole_list(count in 0_usize..300, size in 1_usize..=100) {
            let all: Vec<String> = (0..count).map(|number| number.to_string()).collect();

            let mut seen = Vec::new();
            let mut start_cursor = None;
            loop {
                let paging = Paging { page_size: Some(size), start_cursor };
                let page = paging.page_of(all.clone(), |item| item).unwrap();
                seen.extend(page.items);
                start_cursor = page.next;
                if start_cursor.is_none() {
                    break;
                }
            }

            prop_assert_eq!(seen, all);
        }
    }
}
