//! What the workspace stores.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// The content of a workspace, shared with the integration or not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Notion {
    /// Databases in the order of creation.
    pub databases: Vec<Database>,
    /// Pages in the order of creation, archived ones included.
    pub pages: Vec<Page>,
    /// People, besides the integration itself.
    #[serde(default)]
    pub users: Vec<User>,
    /// Comments on pages, oldest first.
    #[serde(default)]
    pub comments: Vec<Comment>,
}

/// A person of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// A UUID with dashes.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The mail address.
    pub email: String,
}

/// A comment on a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comment {
    /// A UUID with dashes.
    pub id: String,
    /// Id of the page that the comment is on.
    pub page_id: String,
    /// Id of the discussion that the comment belongs to.
    pub discussion_id: String,
    /// The comment as plain text.
    pub text: String,
    /// The time of creation.
    pub created: Timestamp,
}

impl Notion {
    /// The page with this id, shared or not, archived or not. Dashes in the id do not matter.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<&Page> {
        let id = dashed(id)?;
        self.pages.iter().find(|page| page.id == id)
    }

    /// The oldest page with this title, shared or not, archived or not.
    #[must_use]
    pub fn page_titled(&self, title: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.title() == title)
    }

    /// The database with this id or alias, shared or not.
    #[must_use]
    pub fn database(&self, id_or_alias: &str) -> Option<&Database> {
        let id = dashed(id_or_alias);
        self.databases.iter().find(|database| {
            Some(&database.id) == id.as_ref() || database.alias.as_deref() == Some(id_or_alias)
        })
    }

    /// The pages of the database with this id or alias that are not archived, oldest first.
    #[must_use]
    pub fn pages_of(&self, database: &str) -> Vec<&Page> {
        let Some(database) = self.database(database) else { return Vec::new() };
        let inside = |page: &&Page| page.parent.database_id() == Some(&database.id);
        self.pages.iter().filter(inside).filter(|page| !page.archived).collect()
    }

    /// The data source that a page is a row of.
    #[must_use]
    pub fn source_of(&self, page: &Page) -> Option<&DataSource> {
        let Parent::DataSource { data_source_id, .. } = &page.parent else { return None };
        let mut sources = self.databases.iter().flat_map(|database| &database.sources);
        sources.find(|source| source.id == *data_source_id)
    }
}

/// A database: a container of data sources.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Database {
    /// A UUID with dashes.
    pub id: String,
    /// A name for tests and workflows, which Notion itself does not have.
    pub alias: Option<String>,
    /// The title of the database.
    pub title: String,
    /// The data sources; nearly always one.
    pub sources: Vec<DataSource>,
    /// The time of creation.
    pub created: Timestamp,
    /// Whether it is not shared with the integration.
    pub hidden: bool,
}

/// A table of pages with typed properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataSource {
    /// A UUID with dashes.
    pub id: String,
    /// The name of the table.
    pub name: String,
    /// What the table is for; may be empty.
    #[serde(default)]
    pub description: String,
    /// The schema; exactly one property is the title.
    pub properties: Vec<Property>,
    /// The last number given out for a `unique_id` property.
    pub last_number: u64,
}

/// A property of a data source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// A short id; `title` for the title.
    pub id: String,
    /// The name, unique in the data source.
    pub name: String,
    /// The type of the values.
    pub kind: PropertyKind,
    /// What the property is for.
    #[serde(default)]
    pub description: Option<String>,
    /// Colours of options that a request chose, by the name of the option.
    #[serde(default)]
    pub colors: BTreeMap<String, String>,
    /// What else the type says, as the API writes it, such as the format of numbers.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

/// The colours of options.
const COLORS: [&str; 10] =
    ["blue", "brown", "default", "gray", "green", "orange", "pink", "purple", "red", "yellow"];

impl Property {
    /// The colour of an option: the one that was chosen, else one that follows from the name. The vendor
    /// picks that by chance.
    #[must_use]
    pub fn color(&self, option: &str) -> &str {
        let sum = option.bytes().fold(0, |sum: usize, byte| sum * 31 % 1_000 + usize::from(byte));
        self.colors.get(option).map_or(COLORS[sum % COLORS.len()], String::as_str)
    }

    /// Whether options may have this colour.
    #[must_use]
    pub fn knows_color(color: &str) -> bool {
        COLORS.contains(&color)
    }
}

/// The type of a property.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the vendor's types")]
pub enum PropertyKind {
    Checkbox,
    CreatedTime,
    Date,
    Email,
    Files,
    LastEditedTime,
    /// Grows when a page uses a new option.
    MultiSelect {
        options: Vec<String>,
    },
    Number,
    People,
    PhoneNumber,
    Relation,
    #[default]
    RichText,
    /// Grows when a page uses a new option.
    Select {
        options: Vec<String>,
    },
    /// Takes its options only.
    Status {
        options: Vec<String>,
    },
    Title,
    UniqueId,
    Url,
}

impl PropertyKind {
    /// The vendor's name of the type.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Checkbox => "checkbox",
            Self::CreatedTime => "created_time",
            Self::Date => "date",
            Self::Email => "email",
            Self::Files => "files",
            Self::LastEditedTime => "last_edited_time",
            Self::MultiSelect { .. } => "multi_select",
            Self::Number => "number",
            Self::People => "people",
            Self::PhoneNumber => "phone_number",
            Self::Relation => "relation",
            Self::RichText => "rich_text",
            Self::Select { .. } => "select",
            Self::Status { .. } => "status",
            Self::Title => "title",
            Self::UniqueId => "unique_id",
            Self::Url => "url",
        }
    }

    /// The type of this name, with these options if it has some.
    pub(super) fn named(name: &str, options: Vec<String>) -> Option<Self> {
        Some(match name {
            "checkbox" => Self::Checkbox,
            "created_time" => Self::CreatedTime,
            "date" => Self::Date,
            "email" => Self::Email,
            "files" => Self::Files,
            "last_edited_time" => Self::LastEditedTime,
            "multi_select" => Self::MultiSelect { options },
            "number" => Self::Number,
            "people" => Self::People,
            "phone_number" => Self::PhoneNumber,
            "relation" => Self::Relation,
            "rich_text" => Self::RichText,
            "select" => Self::Select { options },
            "status" => Self::Status { options },
            "title" => Self::Title,
            "unique_id" => Self::UniqueId,
            "url" => Self::Url,
            _ => return None,
        })
    }

    /// The options to choose from, for the types that have some.
    #[must_use]
    pub fn options(&self) -> Option<&[String]> {
        match self {
            Self::MultiSelect { options } | Self::Select { options } | Self::Status { options } => {
                Some(options)
            }
            _ => None,
        }
    }
}

/// A page: a row of a data source, or a page of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page {
    /// A UUID with dashes.
    pub id: String,
    /// The parent of the page.
    pub parent: Parent,
    /// Values by the name of the property; every property of the schema is there.
    pub properties: BTreeMap<String, PropertyValue>,
    /// The content of the page.
    pub blocks: Vec<Block>,
    /// An emoji or a file, as the API writes it.
    #[serde(default)]
    pub icon: Option<Value>,
    /// A file, as the API writes it.
    #[serde(default)]
    pub cover: Option<Value>,
    /// The time of creation.
    pub created: Timestamp,
    /// The time of the last change.
    pub edited: Timestamp,
    /// Whether it is in the trash.
    pub archived: bool,
    /// Whether it is not shared with the integration.
    pub hidden: bool,
}

impl Page {
    /// The title; empty when it has none.
    #[must_use]
    pub fn title(&self) -> &str {
        let titles = self.properties.values().find_map(|value| match value {
            PropertyValue::Title(text) => Some(text.as_str()),
            _ => None,
        });
        titles.unwrap_or_default()
    }

    /// The address of the page in a browser.
    #[must_use]
    pub fn url(&self) -> String {
        let words = self.title().split(|c: char| !c.is_ascii_alphanumeric());
        let words = words.filter(|word| !word.is_empty()).chain([""]);
        let slug = words.collect::<Vec<_>>().join("-");
        format!("https://www.notion.so/{slug}{}", self.id.replace('-', ""))
    }
}

/// The parent of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parent {
    /// A row of a table.
    DataSource {
        /// Id of the database of the table.
        database_id: String,
        /// Id of the data source.
        data_source_id: String,
    },
    /// Below another page.
    Page {
        /// Id of the parent page.
        page_id: String,
    },
    /// The workspace itself.
    #[default]
    Workspace,
}

impl Parent {
    /// The database, for a row.
    #[must_use]
    pub fn database_id(&self) -> Option<&String> {
        match self {
            Self::DataSource { database_id, .. } => Some(database_id),
            Self::Page { .. } | Self::Workspace => None,
        }
    }
}

/// The value of a property. Which shape belongs to which type follows from [`PropertyKind`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyValue {
    /// A day or a time.
    Date(DateValue),
    /// No value, for every type; also for created and edited times, which the page has.
    #[default]
    Empty,
    /// Whether a checkbox is ticked.
    Flag(bool),
    /// Names or ids: options, people, files, pages.
    List(Vec<String>),
    /// A number, as it was written; also a unique id.
    Number(Number),
    /// A string: plain text, an option, an address.
    Text(String),
    /// The title of the page.
    Title(String),
}

/// A day or a time, perhaps with an end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DateValue {
    /// The start in ISO 8601.
    pub start: String,
    /// The end in ISO 8601.
    pub end: Option<String>,
    /// The name of a time zone, for times that are written without an offset.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// A block of the content of a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Block {
    /// A UUID with dashes.
    pub id: String,
    /// The vendor's type, such as `paragraph`.
    pub kind: String,
    /// The text of the block; empty for a divider.
    pub text: String,
    /// Whether it is ticked off, for `to_do`.
    #[serde(default)]
    pub checked: bool,
    /// Whether it is in the trash.
    #[serde(default)]
    pub archived: bool,
    /// What else the type says, as the API writes it, such as a colour or the language of code.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The blocks inside this one.
    pub children: Vec<Self>,
}

/// The id with dashes and in lower case; `None` when it is no UUID.
pub(super) fn dashed(id: &str) -> Option<String> {
    let digits = id.replace('-', "").to_ascii_lowercase();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (first, rest) = digits.split_at(8);
    let (second, rest) = rest.split_at(4);
    let (third, rest) = rest.split_at(4);
    let (fourth, last) = rest.split_at(4);
    Some([first, second, third, fourth, last].join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_with_and_without_dashes() {
        let id = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

        assert_eq!(dashed("0A1B2C3D4E5F4A6B8C7D9E0F1A2B3C4D").as_deref(), Some(id));
        assert_eq!(dashed(id).as_deref(), Some(id));
        assert_eq!(dashed("support-tickets-db"), None);
    }
}
