//! Pages by number, as GitHub's lists have them.

/// The most that one page holds; a larger wish is cut down to it, as GitHub does.
const PER_PAGE_MAX: u64 = 100;

/// Which page of a list, and how much a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Number of the page; the first is 1, and 0 means the first too.
    pub page: u64,
    /// Entries on a page, 1 to 100.
    pub per_page: u64,
}

impl Default for Page {
    /// The first page of 30, GitHub's own default.
    fn default() -> Self {
        Self { page: 1, per_page: 30 }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What the page holds.
    pub items: Vec<T>,
    /// Number of the page after it, when there is one.
    pub next_page: Option<u64>,
}

impl Page {
    /// Cuts this page out of the whole list.
    #[must_use]
    pub fn cut<T>(self, all: Vec<T>) -> Listing<T> {
        let skipped = usize::try_from(self.skipped()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let more = all.len() > skipped.saturating_add(size);
        let items = all.into_iter().skip(skipped).take(size).collect();
        Listing { items, next_page: more.then(|| self.page.max(1).saturating_add(1)) }
    }

    /// How many entries come before this page.
    pub(super) fn skipped(self) -> u64 {
        (self.page.max(1) - 1).saturating_mul(self.size())
    }

    fn size(self) -> u64 {
        self.per_page.clamp(1, PER_PAGE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_page_holds_at_most_a_hundred() {
        let listing = Page { page: 0, per_page: 5_000 }.cut((0..250).collect());

        assert_eq!(listing.items, (0..100).collect::<Vec<_>>());
        assert_eq!(listing.next_page, Some(2));
    }

    #[test]
    fn a_page_behind_the_end_is_empty() {
        let listing = Page { page: u64::MAX, per_page: 100 }.cut(vec!['a']);

        assert!(listing.items.is_empty());
        assert_eq!(listing.next_page, None);
    }
}
