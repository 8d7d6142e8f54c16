//! Moving a page to another parent.

use std::collections::BTreeMap;

use super::Api;
use super::pages::{PageView, ParentRef, empty};
use super::refusal::{archived, invalid, not_found};
use super::state::{Notion, Page, Parent, PropertyKind, PropertyValue};
use crate::service::ApiError;

impl Notion {
    /// Moves a page. Its title and content go along; in a data source it gets all properties of that, and
    /// values of properties with the same name and type, as far as they fit.
    ///
    /// # Errors
    /// `validation_error` when the page is archived or would be below itself; else as
    /// [`create_page`](Self::create_page).
    pub fn move_page(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        parent: &ParentRef,
    ) -> Result<PageView<'_>, ApiError> {
        api.request()?;
        let page = self.find_page(id)?;
        if page.archived {
            return Err(archived());
        }
        let id = page.id.clone();
        let parent = self.parent(parent)?;
        if self.is_below(&parent, &id) {
            return Err(invalid("A page cannot be moved below itself."));
        }
        let page = self.find_page(&id)?;
        let properties = match &parent {
            Parent::DataSource { data_source_id, .. } => {
                let mut properties = self.values_in(page, data_source_id)?;
                let source = self.source_mut(data_source_id)?;
                let counted = source.properties.iter();
                for property in counted.filter(|p| p.kind == PropertyKind::UniqueId) {
                    source.last_number += 1;
                    let number = PropertyValue::Number(source.last_number.into());
                    properties.insert(property.name.clone(), number);
                }
                properties
            }
            Parent::Page { .. } | Parent::Workspace => {
                let title = PropertyValue::Title(page.title().to_owned());
                BTreeMap::from([("title".to_owned(), title)])
            }
        };
        let found = self.pages.iter_mut().find(|page| page.id == id);
        let page = found.ok_or_else(|| not_found("page", &id))?;
        (page.parent, page.properties, page.edited) = (parent, properties, api.clock.now());
        self.view(&id)
    }

    /// The values of a page as a row of another data source.
    fn values_in(
        &self,
        page: &Page,
        data_source_id: &str,
    ) -> Result<BTreeMap<String, PropertyValue>, ApiError> {
        let before = self.source_of(page);
        let value = |property: &super::state::Property| {
            let old = before.and_then(|source| source.property(&property.name));
            let same = old.filter(|old| old.kind.name() == property.kind.name());
            let value =
                same.and_then(|old| property.fit(&old.kind, page.properties.get(&old.name)?));
            let value = match property.kind {
                PropertyKind::Title => PropertyValue::Title(page.title().to_owned()),
                _ => value.unwrap_or_else(|| empty(property).1),
            };
            (property.name.clone(), value)
        };
        Ok(self.source(data_source_id)?.properties.iter().map(value).collect())
    }

    /// Whether a parent is the page itself or below it.
    fn is_below(&self, parent: &Parent, id: &str) -> bool {
        let mut parent = parent;
        // No chain is longer than there are pages.
        for _ in 0..=self.pages.len() {
            let Parent::Page { page_id } = parent else { return false };
            if page_id == id {
                return true;
            }
            let Some(page) = self.page(page_id) else { return false };
            parent = &page.parent;
        }
        true
    }
}
