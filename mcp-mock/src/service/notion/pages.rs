//! Pages: creating, reading, changing, archiving.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Api;
use super::properties::{Checked, rich_text};
use super::refusal::{archived, not_found, should_be, wrong_type};
use super::state::{
    DataSource, Notion, Page, Parent, Property, PropertyKind, PropertyValue, dashed,
};
use crate::service::ApiError;

/// A page to create. Values and blocks are in the API's shape.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewPage {
    /// The parent of the page.
    pub parent: ParentRef,
    /// Values by name or id of the property.
    pub properties: Map<String, Value>,
    /// Its first content, 100 blocks at most.
    pub children: Vec<Value>,
    /// An emoji or a file, in the API's shape; null is none.
    pub icon: Option<Value>,
    /// A file, in the API's shape; null is none.
    pub cover: Option<Value>,
}

/// The parent of a page, as a request names it.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ParentRef {
    /// The only data source of this database.
    Database(String),
    /// This data source.
    DataSource(String),
    /// Below this page.
    Page(String),
    /// The workspace itself.
    #[default]
    Workspace,
}

/// What to change about a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageChange {
    /// New values, in the API's shape; others stay.
    pub properties: Map<String, Value>,
    /// Into the trash, or out of it.
    pub archived: Option<bool>,
    /// A new icon, in the API's shape; null takes it away.
    pub icon: Option<Value>,
    /// A new cover, in the API's shape; null takes it away.
    pub cover: Option<Value>,
}

/// A page, and the data source that it is a row of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageView<'a> {
    /// The page.
    pub page: &'a Page,
    /// Its data source; `None` when it is a page of its own.
    pub source: Option<&'a DataSource>,
}

impl Notion {
    /// Creates a page. Properties that are left out are empty, not absent.
    ///
    /// # Errors
    /// `validation_error` when a value or a block does not fit, or the database has several data
    /// sources; `object_not_found` when the parent is not there or not shared.
    pub fn create_page(
        &mut self,
        api: &mut Api<'_>,
        new: &NewPage,
    ) -> Result<PageView<'_>, ApiError> {
        api.request()?;
        let id = self.add_page(api, new)?;
        self.view(&id)
    }

    /// The same without a request; gives the id of the page.
    pub(super) fn add_page(
        &mut self,
        api: &mut Api<'_>,
        new: &NewPage,
    ) -> Result<String, ApiError> {
        check_decoration(new.icon.as_ref(), new.cover.as_ref())?;
        let parent = self.parent(&new.parent)?;
        let mut properties = BTreeMap::new();
        let checked = match &parent {
            Parent::DataSource { data_source_id, .. } => {
                let source = self.source(data_source_id)?;
                properties.extend(source.properties.iter().map(empty));
                source.check(&new.properties)?
            }
            Parent::Page { .. } | Parent::Workspace => loose_title(&new.properties)?,
        };
        let blocks = super::blocks::read(api.ids, &new.children)?;

        if let Parent::DataSource { data_source_id, .. } = &parent {
            let source = self.source_mut(data_source_id)?;
            source.learn_options(&checked);
            source.last_number += 1;
            let number = PropertyValue::Number(source.last_number.into());
            let unique = source.properties.iter().filter(|p| p.kind == PropertyKind::UniqueId);
            properties.extend(unique.map(|property| (property.name.clone(), number.clone())));
        }
        properties.extend(checked.into_iter().map(|(property, value)| (property.name, value)));
        let now = api.clock.now();
        let id = api.ids.uuid();
        let mut page = Page { id: id.clone(), parent, properties, blocks, ..Page::default() };
        page.decorate(new.icon.as_ref(), new.cover.as_ref());
        self.pages.push(Page { created: now, edited: now, ..page });
        Ok(id)
    }

    /// Reads a page, also one in the trash.
    ///
    /// # Errors
    /// `validation_error` when the id is no UUID; `object_not_found` when the page is not there or not
    /// shared.
    pub fn get_page(&self, api: &mut Api<'_>, id: &str) -> Result<PageView<'_>, ApiError> {
        api.request()?;
        self.find_page(id).map(|page| self.view_of(page))
    }

    /// A shared page.
    pub(crate) fn find_page(&self, id: &str) -> Result<&Page, ApiError> {
        let id = uuid("path.page_id", id)?;
        let found = self.pages.iter().find(|page| page.id == id && self.shares(page));
        found.ok_or_else(|| not_found("page", &id))
    }

    /// Changes values of a page, moves it into the trash or out of it.
    ///
    /// # Errors
    /// `validation_error` when a value does not fit or the page stays archived; else as
    /// [`get_page`](Self::get_page).
    pub fn update_page(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        change: &PageChange,
    ) -> Result<PageView<'_>, ApiError> {
        api.request()?;
        check_decoration(change.icon.as_ref(), change.cover.as_ref())?;
        let page = self.find_page(id)?;
        if page.archived && change.archived != Some(false) && !change.properties.is_empty() {
            return Err(archived());
        }
        let (id, parent) = (page.id.clone(), page.parent.clone());
        let checked = match &parent {
            Parent::DataSource { data_source_id, .. } => {
                let source = self.source_mut(data_source_id)?;
                let checked = source.check(&change.properties)?;
                source.learn_options(&checked);
                checked
            }
            Parent::Page { .. } | Parent::Workspace => loose_title(&change.properties)?,
        };
        let found = self.pages.iter_mut().find(|page| page.id == id);
        let page = found.ok_or_else(|| not_found("page", &id))?;
        let before = page.clone();
        page.properties.extend(checked.into_iter().map(|(property, value)| (property.name, value)));
        page.archived = change.archived.unwrap_or(page.archived);
        if *page != before {
            page.edited = api.clock.now();
        }
        page.decorate(change.icon.as_ref(), change.cover.as_ref());
        self.view(&id)
    }

    /// The page of an id that is known to be there.
    pub(super) fn view(&self, id: &str) -> Result<PageView<'_>, ApiError> {
        let found = self.pages.iter().find(|page| page.id == id);
        found.map(|page| self.view_of(page)).ok_or_else(|| not_found("page", id))
    }

    /// A page together with its data source.
    #[must_use]
    pub fn view_of<'a>(&'a self, page: &'a Page) -> PageView<'a> {
        PageView { page, source: self.source_of(page) }
    }

    /// Whether the integration may see a page: not when it or its database is hidden.
    pub(super) fn shares(&self, page: &Page) -> bool {
        let database = page.parent.database_id().and_then(|id| self.database(id));
        !page.hidden && !database.is_some_and(|database| database.hidden)
    }

    pub(super) fn parent(&self, parent: &ParentRef) -> Result<Parent, ApiError> {
        let (database, source) = match parent {
            ParentRef::Workspace => return Ok(Parent::Workspace),
            ParentRef::Page(id) => {
                let page = self.find_page(&uuid("body.parent.page_id", id)?)?;
                let page_id = page.id.clone();
                return if page.archived { Err(archived()) } else { Ok(Parent::Page { page_id }) };
            }
            ParentRef::Database(id) => {
                let database = self.find_database(&uuid("body.parent.database_id", id)?)?;
                (database, database.only_source()?)
            }
            ParentRef::DataSource(id) => {
                self.find_data_source(&uuid("body.parent.data_source_id", id)?)?
            }
        };
        Ok(Parent::DataSource {
            database_id: database.id.clone(),
            data_source_id: source.id.clone(),
        })
    }

    pub(super) fn source(&self, id: &str) -> Result<&DataSource, ApiError> {
        self.find_data_source(id).map(|(_, source)| source)
    }

    pub(super) fn source_mut(&mut self, id: &str) -> Result<&mut DataSource, ApiError> {
        let mut sources = self.databases.iter_mut().flat_map(|database| &mut database.sources);
        sources.find(|source| source.id == id).ok_or_else(|| not_found("data_source", id))
    }
}

impl Page {
    /// Takes a new icon or cover; null takes it away.
    fn decorate(&mut self, icon: Option<&Value>, cover: Option<&Value>) {
        for (place, given) in [(&mut self.icon, icon), (&mut self.cover, cover)] {
            if let Some(given) = given {
                *place = Some(given.clone()).filter(|given| !given.is_null());
            }
        }
    }

    /// Whether the other page is its parent.
    pub(super) fn is_child_of(&self, id: &str) -> bool {
        matches!(&self.parent, Parent::Page { page_id } if page_id == id)
    }
}

/// Holds an icon and a cover against their shape: an object or null.
fn check_decoration(icon: Option<&Value>, cover: Option<&Value>) -> Result<(), ApiError> {
    for (name, given) in [("icon", icon), ("cover", cover)] {
        if let Some(given) = given.filter(|given| !given.is_object() && !given.is_null()) {
            return Err(should_be(&format!("body.{name}"), "an object or `null`", given));
        }
    }
    Ok(())
}

/// The id with dashes.
pub(super) fn uuid(path: &str, id: &str) -> Result<String, ApiError> {
    dashed(id).ok_or_else(|| should_be(path, "a valid uuid", &id.into()))
}

/// The value of a property that the request leaves out.
pub(super) fn empty(property: &Property) -> (String, PropertyValue) {
    let value = match property.kind {
        PropertyKind::Title => PropertyValue::Title(String::new()),
        PropertyKind::RichText => PropertyValue::Text(String::new()),
        PropertyKind::Checkbox => PropertyValue::Flag(false),
        PropertyKind::Files
        | PropertyKind::MultiSelect { .. }
        | PropertyKind::People
        | PropertyKind::Relation => PropertyValue::List(Vec::new()),
        _ => PropertyValue::Empty,
    };
    (property.name.clone(), value)
}

/// A page outside of a database has one property, its title.
fn loose_title(values: &Map<String, Value>) -> Result<Checked, ApiError> {
    let mut checked = Vec::new();
    for (name, payload) in values {
        if name != "title" {
            return Err(super::refusal::no_property(name, &["title"]));
        }
        // Here the vendor takes the bare array as well.
        let content = payload.get("title").unwrap_or(payload);
        let text = rich_text(content, "body.properties.title")?;
        let text = text.ok_or_else(|| wrong_type(name, "title"))?;
        let kind = PropertyKind::Title;
        let property =
            Property { id: name.clone(), name: name.clone(), kind, ..Property::default() };
        checked.push((property, PropertyValue::Title(text)));
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::{ServiceState, State};

    fn workspace() -> State {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        let seed = json!({ "databases": [
            { "name": "tickets", "properties": { "Amount": "number", "No": "unique_id" } },
            { "name": "secret", "hidden": true },
            { "name": "twins", "data_sources": [{ "name": "One" }, { "name": "Two" }] },
        ] });
        notion.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();
        state
    }

    fn page_in(notion: &Notion, alias: &str, properties: &Value) -> NewPage {
        let id = notion.database(alias).unwrap().id.clone();
        let properties = properties.as_object().unwrap().clone();
        NewPage { parent: ParentRef::Database(id), properties, ..NewPage::default() }
    }

    #[test]
    fn properties_that_are_left_out_are_empty() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = page_in(notion, "tickets", &json!({}));

        let page = notion.create_page(&mut api, &new).unwrap();

        assert_eq!(page.page.properties["Amount"], PropertyValue::Empty);
        assert_eq!(page.page.title(), "");
    }

    #[test]
    fn unique_ids_count_up() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = page_in(notion, "tickets", &json!({}));

        notion.create_page(&mut api, &new).unwrap();
        let second = notion.create_page(&mut api, &new).unwrap();

        assert_eq!(second.page.properties["No"], PropertyValue::Number(2.into()));
    }

    #[test]
    fn a_refused_page_leaves_nothing_behind() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let before = notion.clone();
        let new = page_in(notion, "tickets", &json!({ "Amount": { "number": "5" } }));

        assert!(notion.create_page(&mut api, &new).is_err());

        assert_eq!(*notion, before);
    }

    #[test]
    fn a_missing_page_hints_at_sharing() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);

        let refused = notion.get_page(&mut api, "0a1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d").unwrap_err();

        assert_eq!((refused.status, refused.code.as_str()), (404, "object_not_found"));
        assert_eq!(
            refused.message,
            "Could not find page with ID: 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d. Make sure the \
             relevant pages and databases are shared with your integration."
        );
    }

    #[test]
    fn what_is_not_shared_is_not_found() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = page_in(notion, "secret", &json!({}));

        assert_eq!(notion.create_page(&mut api, &new).unwrap_err().code, "object_not_found");
    }

    #[test]
    fn a_database_with_two_data_sources_does_not_answer_to_its_id() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = page_in(notion, "twins", &json!({}));

        let refused = notion.create_page(&mut api, &new).unwrap_err();
        let source = notion.database("twins").unwrap().sources[1].id.clone();
        let direct = NewPage { parent: ParentRef::DataSource(source), ..new };

        assert_eq!(refused.code, "validation_error");
        assert!(refused.message.contains("multiple data sources"), "{}", refused.message);
        assert!(notion.create_page(&mut api, &direct).is_ok());
    }

    #[test]
    fn an_archived_page_is_read_but_not_edited() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let new = page_in(notion, "tickets", &json!({}));
        let id = notion.create_page(&mut api, &new).unwrap().page.id.clone();
        let archive = PageChange { archived: Some(true), ..PageChange::default() };
        let edit = page_in(notion, "tickets", &json!({ "Amount": { "number": 5 } })).properties;
        let edit = PageChange { properties: edit, ..PageChange::default() };

        notion.update_page(&mut api, &id, &archive).unwrap();
        let refused = notion.update_page(&mut api, &id, &edit).unwrap_err();

        assert!(refused.message.starts_with("Can't edit block that is archived."));
        assert!(notion.get_page(&mut api, &id).unwrap().page.archived);
        assert!(notion.pages_of("tickets").is_empty());
        let back = PageChange { archived: Some(false), ..edit };
        assert!(notion.update_page(&mut api, &id, &back).is_ok());
    }

    #[test]
    fn an_id_that_is_no_uuid_is_refused() {
        let refused = Notion::default().find_page("page-1").unwrap_err();

        assert_eq!(
            refused.message,
            "body failed validation: path.page_id should be a valid uuid, instead was `\"page-1\"`."
        );
    }

    #[test]
    fn a_page_outside_of_a_database_has_a_title_only() {
        let mut state = workspace();
        let (notion, mut api) = Notion::open(&mut state);
        let properties = json!({ "title": { "title": [{ "text": { "content": "Notes" } }] } });
        let properties = properties.as_object().unwrap().clone();
        let parent = ParentRef::Workspace;
        let new = NewPage { parent, properties, ..NewPage::default() };

        assert_eq!(notion.create_page(&mut api, &new).unwrap().page.title(), "Notes");
    }
}
