//! Search by title, over pages and data sources that are shared.

use super::Api;
use super::pages::PageView;
use super::paging::Paging;
use super::state::{DataSource, Database, Notion};
use crate::service::{ApiError, Page};

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchRequest {
    /// ServiceState of a title, in whatever case; everything when empty.
    pub query: String,
    /// Only things of this kind.
    pub kind: Option<FoundKind>,
    /// Pages that were edited first come first.
    pub oldest_first: bool,
    /// Which part of the list.
    pub paging: Paging,
}

/// A kind of thing that a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundKind {
    /// A table of a database.
    DataSource,
    /// A page.
    Page,
}

/// A thing that a search found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// A table with its database.
    DataSource(&'a Database, &'a DataSource),
    /// A page.
    Page(PageView<'a>),
}

impl Notion {
    /// Finds pages and data sources by title: data sources first, then pages, the last edited first. When
    /// searches lag, all of them are as they were then.
    ///
    /// # Errors
    /// `validation_error` for a bad cursor or page size.
    pub fn search<'a, 'w: 'a>(
        &'a self,
        api: &mut Api<'w>,
        request: &SearchRequest,
    ) -> Result<Page<Found<'a>>, ApiError> {
        api.request()?;
        api.past().unwrap_or(self).find(request)
    }

    fn find(&self, request: &SearchRequest) -> Result<Page<Found<'_>>, ApiError> {
        let wanted = request.query.to_lowercase();
        let mut pages: Vec<_> =
            self.pages.iter().filter(|page| !page.archived && self.shares(page)).collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.edited));
        if request.oldest_first {
            pages.reverse();
        }

        let sources = self.shared_databases().flat_map(|database| {
            database.sources.iter().map(move |source| Found::DataSource(database, source))
        });
        let found = sources
            .chain(pages.into_iter().map(|page| Found::Page(self.view_of(page))))
            .filter(|found| request.kind.is_none_or(|kind| kind == found.kind()))
            .filter(|found| found.title().to_lowercase().contains(&wanted));
        request.paging.page_of(found.collect(), Found::id)
    }
}

impl Found<'_> {
    /// What was found.
    #[must_use]
    pub fn kind(&self) -> FoundKind {
        match self {
            Self::DataSource(..) => FoundKind::DataSource,
            Self::Page(_) => FoundKind::Page,
        }
    }

    /// The title of the page, the name of the data source.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::DataSource(_, source) => &source.name,
            Self::Page(view) => view.page.title(),
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::DataSource(_, source) => &source.id,
            Self::Page(view) => &view.page.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::{ServiceState, State};

    #[test]
    fn titles_of_what_is_shared_are_searched() {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed = json!({
            "databases": [
                { "name": "plans", "title": "Plans", "pages": [{ "Name": "Plan B" }] },
                { "name": "secret", "title": "Secret plans", "hidden": true },
            ],
            "pages": [{ "title": "Notes", "content": "A plan." }],
        });
        notion.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();

        let request = SearchRequest { query: "PLAN".to_owned(), ..SearchRequest::default() };
        let found = notion.search(&mut api, &request).unwrap().items;

        assert_eq!(found.iter().map(Found::title).collect::<Vec<_>>(), ["Plans", "Plan B"]);
    }
}
