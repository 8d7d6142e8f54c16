//! Databases and their data sources: reading the schema, querying the rows.

use serde_json::{Value, json};

use super::Api;
use super::filter::Filter;
use super::pages::{PageView, uuid};
use super::paging::Paging;
use super::refusal::{invalid, not_found};
use super::sort::Sort;
use super::state::{DataSource, Database, Notion, Page, Parent};
use crate::service::{self, ApiError};

/// Which rows to give.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueryRequest {
    /// A filter in the API's shape.
    pub filter: Option<Value>,
    /// Sorts in the API's shape, the weightiest first.
    pub sorts: Vec<Value>,
    /// The rows in the trash in place of the others.
    pub in_trash: bool,
    /// Which part of the list.
    pub paging: Paging,
}

impl Notion {
    /// The databases that are shared with the integration.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn list_databases(&self, api: &mut Api<'_>) -> Result<Vec<&Database>, ApiError> {
        api.request()?;
        Ok(self.shared_databases().collect())
    }

    /// Reads a database.
    ///
    /// # Errors
    /// `validation_error` when the id is no UUID; `object_not_found` when the database is not there or
    /// not shared.
    pub fn get_database(&self, api: &mut Api<'_>, id: &str) -> Result<&Database, ApiError> {
        api.request()?;
        self.find_database(id)
    }

    /// Reads a data source together with its database.
    ///
    /// # Errors
    /// As [`get_database`](Self::get_database).
    pub fn get_data_source(
        &self,
        api: &mut Api<'_>,
        id: &str,
    ) -> Result<(&Database, &DataSource), ApiError> {
        api.request()?;
        self.find_data_source(id)
    }

    /// The names of the templates of a data source, of which none here has any.
    ///
    /// # Errors
    /// As [`get_database`](Self::get_database), and `validation_error` for a bad cursor or page size.
    pub fn list_templates(
        &self,
        api: &mut Api<'_>,
        id: &str,
        paging: &Paging,
    ) -> Result<service::Page<&str>, ApiError> {
        api.request()?;
        self.find_data_source(id)?;
        paging.page_of(Vec::new(), |name| name)
    }

    /// The rows of a data source that are not archived, or only those, sorted as asked, else oldest first.
    ///
    /// # Errors
    /// `validation_error` when the filter, a sort or the cursor cannot be read; else as
    /// [`get_data_source`](Self::get_data_source).
    pub fn query_data_source(
        &self,
        api: &mut Api<'_>,
        id: &str,
        request: &QueryRequest,
    ) -> Result<service::Page<PageView<'_>>, ApiError> {
        api.request()?;
        let (_, source) = self.find_data_source(id)?;
        let filter = request.filter.as_ref().map(|json| Filter::read(source, json)).transpose()?;
        let inside = |page: &&Page| match &page.parent {
            Parent::DataSource { data_source_id, .. } => *data_source_id == source.id,
            Parent::Page { .. } | Parent::Workspace => false,
        };
        let rows = self.pages.iter().filter(inside);
        let rows = rows.filter(|page| page.archived == request.in_trash && self.shares(page));
        let rows =
            rows.filter(|page| filter.as_ref().is_none_or(|filter| filter.meets(self, page)));
        let mut rows = rows.collect::<Vec<_>>();
        let sorts = Sort::read_all(source, &request.sorts)?;
        rows.sort_by(|left, right| Sort::compare_by(&sorts, self, left, right));
        let views = rows.into_iter().map(|page| PageView { page, source: Some(source) });
        request.paging.page_of(views.collect(), |view| &view.page.id)
    }

    pub(crate) fn shared_databases(&self) -> impl Iterator<Item = &Database> {
        self.databases.iter().filter(|database| !database.hidden)
    }

    /// A shared database.
    pub(crate) fn find_database(&self, id: &str) -> Result<&Database, ApiError> {
        let id = uuid("path.database_id", id)?;
        let found = self.shared_databases().find(|database| database.id == id);
        found.ok_or_else(|| not_found("database", &id))
    }

    /// A data source of a shared database.
    pub(super) fn find_data_source(&self, id: &str) -> Result<(&Database, &DataSource), ApiError> {
        let id = uuid("path.data_source_id", id)?;
        let found = self.shared_databases().find_map(|database| {
            let source = database.sources.iter().find(|source| source.id == id);
            source.map(|source| (database, source))
        });
        found.ok_or_else(|| not_found("data_source", &id))
    }
}

impl Database {
    /// The data source, when there is exactly one.
    ///
    /// # Errors
    /// `validation_error` when there are several, with their ids in the details.
    pub fn only_source(&self) -> Result<&DataSource, ApiError> {
        match self.sources.as_slice() {
            [only] => Ok(only),
            sources => {
                let ids: Vec<_> = sources.iter().map(|source| &source.id).collect();
                let message =
                    "Databases with multiple data sources are not supported in this API version.";
                Err(invalid(message).with_details(json!({
                    "error_type": "multiple_data_sources_for_database",
                    "database_id": self.id,
                    "child_data_source_ids": ids,
                })))
            }
        }
    }

    /// Where a browser finds it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://www.notion.so/{}", self.id.replace('-', ""))
    }
}
