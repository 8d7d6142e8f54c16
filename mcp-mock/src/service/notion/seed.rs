//! What a workspace holds before a test begins, as people write it down.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Api;
use super::pages::{NewPage, ParentRef, uuid};
use super::refusal::invalid;
use super::state::{DataSource, Database, Notion, Property, PropertyKind, User};
use crate::service::ApiError;
use crate::world::Ids;

/// The short ids of properties are made of these.
const PROPERTY_ID_ALPHABET: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// The name of the title property, when the seed names none.
const TITLE_DEFAULT: &str = "Name";
/// The options of a status that names none, as in the vendor's templates.
const STATUS_DEFAULT: [&str; 3] = ["Not started", "In progress", "Done"];

/// The databases and pages that are there from the start.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct NotionSeed {
    /// Databases with their rows.
    pub databases: Vec<DatabaseSeed>,
    /// Pages outside of databases.
    pub pages: Vec<PageSeed>,
    /// Names of people by mail address.
    pub users: BTreeMap<String, String>,
}

/// A database with one data source, or with those that it lists.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DatabaseSeed {
    /// The alias of the database in tests and workflows.
    pub name: String,
    /// The title; the name when left out.
    pub title: Option<String>,
    /// A UUID; a fresh one when left out.
    pub id: Option<String>,
    /// The schema: types by name. A title is added when there is none.
    pub properties: BTreeMap<String, PropertySeed>,
    /// Rows: plain values by name of the property.
    pub pages: Vec<Map<String, Value>>,
    /// Several data sources, in place of `properties` and `pages`.
    pub data_sources: Vec<SourceSeed>,
    /// Whether it is not shared with the integration.
    pub hidden: bool,
}

/// One of several data sources.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SourceSeed {
    /// The name.
    pub name: String,
    /// The schema: types by name of the property.
    pub properties: BTreeMap<String, PropertySeed>,
    /// Rows: plain values by name of the property.
    pub pages: Vec<Map<String, Value>>,
}

/// The type of a property, with options if it has some.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum PropertySeed {
    /// `"number"`
    Kind(String),
    /// `{"type": "status", "options": ["Open", "Closed"]}`
    WithOptions {
        /// The type.
        r#type: String,
        /// What to choose from.
        options: Vec<String>,
    },
}

/// A page outside of a database.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PageSeed {
    /// The title.
    pub title: String,
    /// Paragraphs with an empty line between them.
    pub content: String,
    /// Whether it is not shared with the integration.
    pub hidden: bool,
}

impl Notion {
    /// Adds what a seed describes.
    ///
    /// # Errors
    /// `validation_error` when a type is unknown, an alias is taken or a row does not fit its schema.
    pub fn apply_seed(&mut self, api: &mut Api<'_>, seed: NotionSeed) -> Result<(), ApiError> {
        for (email, name) in seed.users {
            self.users.push(User { id: api.ids.uuid(), name, email });
        }
        for database in seed.databases {
            self.seed_database(api, database)?;
        }
        for page in seed.pages {
            let title = PropertyKind::Title.value_from_plain(&page.title.into());
            let new = NewPage {
                parent: ParentRef::Workspace,
                properties: Map::from_iter([("title".to_owned(), title)]),
                children: Self::paragraphs(&page.content),
                ..NewPage::default()
            };
            self.add_page(api, &new)?;
            if let Some(seeded) = self.pages.last_mut() {
                seeded.hidden = page.hidden;
            }
        }
        Ok(())
    }

    /// A text as blocks in the API's shape: a paragraph where an empty line ends.
    #[must_use]
    pub fn paragraphs(text: &str) -> Vec<Value> {
        let text = text.replace("\r\n", "\n");
        let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
        let paragraph = |part: &str| {
            let content = PropertyKind::RichText.value_from_plain(&part.into());
            json!({ "type": "paragraph", "paragraph": content })
        };
        parts.map(paragraph).collect()
    }

    fn seed_database(&mut self, api: &mut Api<'_>, seed: DatabaseSeed) -> Result<(), ApiError> {
        if self.database(&seed.name).is_some() {
            return Err(invalid(format!("A database `{}` is there already.", seed.name)));
        }
        let title = seed.title.unwrap_or_else(|| seed.name.clone());
        let mut sources = seed.data_sources;
        if sources.is_empty() {
            let (properties, pages) = (seed.properties, seed.pages);
            sources.push(SourceSeed { name: title.clone(), properties, pages });
        }
        let id = match seed.id {
            Some(id) => uuid("id", &id)?,
            None => api.ids.uuid(),
        };
        let mut database = Database { id, title, created: api.clock.now(), ..Database::default() };
        database.alias = Some(seed.name).filter(|name| !name.is_empty());
        let mut rows = Vec::new();
        for source in sources {
            let seeded = grow(api.ids, source.name, source.properties)?;
            for page in source.pages {
                rows.push(seeded.row(&page));
            }
            database.sources.push(seeded);
        }
        let place = self.databases.len();
        self.databases.push(database);
        for row in rows {
            self.add_page(api, &row)?;
        }
        self.databases[place].hidden = seed.hidden;
        Ok(())
    }
}

impl DataSource {
    /// Plain values as a page to create. An unknown name is passed on, to be refused there.
    #[must_use]
    pub fn values_from_plain(&self, plain: &Map<String, Value>) -> Map<String, Value> {
        let value = |(name, value): (&String, &Value)| {
            let property = self.property(name);
            let value = property.map_or_else(|| value.clone(), |p| p.kind.value_from_plain(value));
            (name.clone(), value)
        };
        plain.iter().map(value).collect()
    }

    fn row(&self, plain: &Map<String, Value>) -> NewPage {
        let parent = ParentRef::DataSource(self.id.clone());
        NewPage { parent, properties: self.values_from_plain(plain), ..NewPage::default() }
    }
}

fn grow(
    ids: &mut Ids,
    name: String,
    properties: BTreeMap<String, PropertySeed>,
) -> Result<DataSource, ApiError> {
    let mut source = DataSource { id: ids.uuid(), name, ..DataSource::default() };
    for (name, seed) in properties {
        let kind = kind(&name, seed)?;
        let id = property_id(ids, &kind);
        source.properties.push(Property { id, name, kind, ..Property::default() });
    }
    let titles = source.properties.iter().filter(|property| property.id == "title").count();
    if titles > 1 {
        return Err(invalid(format!("`{}` has more than one title.", source.name)));
    }
    if titles == 0 {
        let (id, name) = ("title".to_owned(), TITLE_DEFAULT.to_owned());
        let kind = PropertyKind::Title;
        source.properties.insert(0, Property { id, name, kind, ..Property::default() });
    }
    Ok(source)
}

/// A new id of a property; a title has one that is always the same.
pub(super) fn property_id(ids: &mut Ids, kind: &PropertyKind) -> String {
    match kind {
        PropertyKind::Title => "title".to_owned(),
        _ => ids.text(PROPERTY_ID_ALPHABET, 4),
    }
}

fn kind(property: &str, seed: PropertySeed) -> Result<PropertyKind, ApiError> {
    let (name, options) = match seed {
        PropertySeed::Kind(name) if name == "status" => {
            (name, STATUS_DEFAULT.map(str::to_owned).into())
        }
        PropertySeed::Kind(name) => (name, Vec::new()),
        PropertySeed::WithOptions { r#type, options } => (r#type, options),
    };
    PropertyKind::named(&name, options)
        .ok_or_else(|| invalid(format!("{property} has the unknown type `{name}`.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{ServiceState, State};

    fn seeded(seed: Value) -> Result<Notion, ApiError> {
        let mut state = State::empty(1);
        let (notion, mut api) = Notion::open(&mut state);
        notion.apply_seed(&mut api, serde_json::from_value(seed).unwrap())?;
        Ok(state.notion)
    }

    #[test]
    fn a_data_source_without_a_title_gets_one() {
        let notion = seeded(json!({ "databases": [{ "name": "x" }] })).unwrap();

        let properties = &notion.databases[0].sources[0].properties;
        assert_eq!((properties[0].id.as_str(), properties[0].name.as_str()), ("title", "Name"));
    }

    #[test]
    fn an_unknown_type_is_refused() {
        let seed = json!({ "databases": [{ "name": "x", "properties": { "A": "colour" } }] });

        assert_eq!(seeded(seed).unwrap_err().message, "A has the unknown type `colour`.");
    }

    #[test]
    fn rows_of_hidden_databases_are_planted_too() {
        let seed =
            json!({ "databases": [{ "name": "x", "hidden": true, "pages": [{ "Name": "A" }] }] });

        let notion = seeded(seed).unwrap();

        assert_eq!(notion.pages_of("x")[0].title(), "A");
        assert_eq!(notion.find_page(&notion.pages[0].id).unwrap_err().status, 404);
    }
}
