//! One page of a list, the same for all services.

/// A part of a list, and what leads to the part after it: a cursor, or the number of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = String> {
    /// What is on this page.
    pub items: Vec<T>,
    /// What leads to the next page; `None` on the last one.
    pub next: Option<C>,
}
