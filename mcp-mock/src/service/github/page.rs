//! PageNumbers by number, as GitHub's lists have them.

use super::super::Page;

/// The most that one page holds; a larger wish is cut down to it, as GitHub does.
const PER_PAGE_MAX: u64 = 100;

/// Which page of a list, and how much a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageNumber {
    /// Number of the page; the first is 1, and 0 means the first too.
    pub page: u64,
    /// Entries on a page, 1 to 100.
    pub per_page: u64,
}

impl Default for PageNumber {
    /// The first page of 30, GitHub's own default.
    fn default() -> Self {
        Self { page: 1, per_page: 30 }
    }
}

impl PageNumber {
    /// Cuts this page out of the whole list.
    #[must_use]
    pub fn cut<T>(self, all: Vec<T>) -> Page<T, u64> {
        let skipped = usize::try_from(self.skipped()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let more = all.len() > skipped.saturating_add(size);
        let items = all.into_iter().skip(skipped).take(size).collect();
        Page { items, next: more.then(|| self.page.max(1).saturating_add(1)) }
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
    use super::PageNumber;

    #[test]
    fn a_page_holds_at_most_a_hundred() {
        let listing = PageNumber { page: 0, per_page: 5_000 }.cut((0..250).collect());

        assert_eq!(listing.items, (0..100).collect::<Vec<_>>());
        assert_eq!(listing.next, Some(2));
    }

    #[test]
    fn a_page_behind_the_end_is_empty() {
        let listing = PageNumber { page: u64::MAX, per_page: 100 }.cut(vec!['a']);

        assert!(listing.items.is_empty());
        assert_eq!(listing.next, None);
    }
}
