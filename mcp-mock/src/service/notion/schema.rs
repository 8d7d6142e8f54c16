//! Changing what the pages of a data source have: properties are added, renamed, retyped and removed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Api;
use super::pages::{empty, uuid};
use super::properties::rich_text;
use super::refusal::{invalid, no_property, should_be};
use super::seed::property_id;
use super::state::{
    DataSource, Database, Notion, Page, Parent, Property, PropertyKind, PropertyValue,
};
use crate::service::ApiError;
use crate::world::Ids;

/// The types of properties; the API has more.
const KINDS: [&str; 17] = [
    "checkbox",
    "created_time",
    "date",
    "email",
    "files",
    "last_edited_time",
    "multi_select",
    "number",
    "people",
    "phone_number",
    "relation",
    "rich_text",
    "select",
    "status",
    "title",
    "unique_id",
    "url",
];

/// What to change about a data source; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceChange {
    /// The name, in rich text.
    pub title: Option<Value>,
    /// What it is for, in rich text.
    pub description: Option<Value>,
    /// Properties by name or id, in the API's shape; null removes one.
    pub properties: Map<String, Value>,
}

impl Notion {
    /// Adds a data source to a database.
    ///
    /// # Errors
    /// `validation_error` when there is not exactly one title or a property cannot be read;
    /// `object_not_found` when the database is not there or not shared.
    pub fn create_data_source(
        &mut self,
        api: &mut Api<'_>,
        database_id: &str,
        new: &SourceChange,
    ) -> Result<(&Database, &DataSource), ApiError> {
        api.request()?;
        let database_id = uuid("body.parent.database_id", database_id)?;
        let database_id = self.find_database(&database_id)?.id.clone();
        self.check_relations(&new.properties)?;
        let mut source = DataSource::default();
        source.take_texts(new)?;
        for (name, json) in &new.properties {
            source.add(api.ids, name, json)?;
        }
        if !source.properties.iter().any(|property| property.kind == PropertyKind::Title) {
            return Err(invalid("Title is not provided"));
        }
        source.id = api.ids.uuid();
        let id = source.id.clone();
        let mut databases = self.databases.iter_mut();
        if let Some(database) = databases.find(|database| database.id == database_id) {
            database.sources.push(source);
        }
        self.find_data_source(&id)
    }

    /// Changes the name or the schema of a data source, and with it the pages. Values stay as far as they
    /// fit; a refusal changes nothing.
    ///
    /// # Errors
    /// `validation_error` when the change is not allowed or cannot be read; else as
    /// [`get_data_source`](Self::get_data_source).
    pub fn update_data_source(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        change: &SourceChange,
    ) -> Result<(&Database, &DataSource), ApiError> {
        api.request()?;
        let before = self.find_data_source(id)?.1.clone();
        self.check_relations(&change.properties)?;
        let mut after = before.clone();
        after.take_texts(change)?;
        for (name, json) in &change.properties {
            after.change(api.ids, name, json)?;
        }
        for page in self.pages.iter_mut().filter(|page| is_row(page, &before.id)) {
            page.properties = after.values_from(&before, &page.properties);
        }
        *self.source_mut(&before.id)? = after;
        self.find_data_source(&before.id)
    }

    /// A relation leads to a data source that is there.
    fn check_relations(&self, properties: &Map<String, Value>) -> Result<(), ApiError> {
        for (name, json) in properties {
            let Some(relation) = json.get("relation") else { continue };
            let path = format!("body.properties.{name}.relation.data_source_id");
            let id = relation.get("data_source_id").and_then(Value::as_str);
            self.find_data_source(id.ok_or_else(|| should_be(&path, "defined", relation))?)?;
        }
        Ok(())
    }
}

fn is_row(page: &Page, source_id: &str) -> bool {
    matches!(&page.parent, Parent::DataSource { data_source_id, .. } if data_source_id == source_id)
}

impl DataSource {
    fn take_texts(&mut self, change: &SourceChange) -> Result<(), ApiError> {
        let texts = [
            ("body.title", &change.title, &mut self.name),
            ("body.description", &change.description, &mut self.description),
        ];
        for (path, given, place) in texts {
            if let Some(given) = given {
                let text = rich_text(given, path)?;
                *place = text.ok_or_else(|| should_be(path, "an array", given))?;
            }
        }
        Ok(())
    }

    fn change(&mut self, ids: &mut Ids, name: &str, json: &Value) -> Result<(), ApiError> {
        let Some(known) = self.property(name).cloned() else {
            let has_type = KINDS.iter().any(|kind| json.get(kind).is_some());
            if has_type {
                return self.add(ids, name, json);
            }
            let known = self.properties.iter().map(|property| property.name.as_str());
            return Err(no_property(name, &known.collect::<Vec<_>>()));
        };
        let is_title = known.kind == PropertyKind::Title;
        if json.is_null() {
            if is_title {
                return Err(invalid("Cannot delete the title property."));
            }
            self.properties.retain(|property| property.id != known.id);
            return Ok(());
        }
        let mut changed = known.clone();
        changed.take(&format!("body.properties.{name}"), json)?;
        let is_status = |property: &Property| matches!(property.kind, PropertyKind::Status { .. });
        if is_title != (changed.kind == PropertyKind::Title) {
            return Err(invalid(format!("{name}: a data source has exactly one title.")));
        }
        if is_status(&changed) && changed.kind != known.kind {
            return Err(status_is_fixed(name));
        }
        if let Some(new_name) = json.get("name") {
            let path = format!("body.properties.{name}.name");
            let text = new_name.as_str().filter(|text| !text.is_empty());
            let text =
                text.ok_or_else(|| should_be(&path, "a text that is not empty", new_name))?;
            if is_status(&known) && text != known.name {
                return Err(status_is_fixed(name));
            }
            if self.properties.iter().any(|other| other.name == text && other.id != known.id) {
                return Err(invalid(format!("A property named {text} exists already.")));
            }
            text.clone_into(&mut changed.name);
        }
        if let Some(place) = self.properties.iter_mut().find(|property| property.id == known.id) {
            *place = changed;
        }
        Ok(())
    }

    fn add(&mut self, ids: &mut Ids, name: &str, json: &Value) -> Result<(), ApiError> {
        let mut property = Property { name: name.to_owned(), ..Property::default() };
        let path = format!("body.properties.{name}");
        if !property.take(&path, json)? {
            let expected = format!("an object with one of {}", KINDS.join(", "));
            return Err(should_be(&path, &expected, json));
        }
        let has_title = self.properties.iter().any(|known| known.kind == PropertyKind::Title);
        match property.kind {
            PropertyKind::Title if has_title => {
                return Err(invalid(format!("{name}: a data source has exactly one title.")));
            }
            PropertyKind::Status { .. } => return Err(status_is_fixed(name)),
            // The pages that are there are numbered from the beginning.
            PropertyKind::UniqueId => self.last_number = 0,
            _ => {}
        }
        property.id = property_id(ids, &property.kind);
        self.properties.push(property);
        Ok(())
    }

    /// The values of a page after a change of its schema, or after a move. `before` is what it was a row
    /// of. Properties are the same when their ids are.
    fn values_from(
        &mut self,
        before: &Self,
        values: &BTreeMap<String, PropertyValue>,
    ) -> BTreeMap<String, PropertyValue> {
        let mut kept = BTreeMap::new();
        for property in &mut self.properties {
            let old = before.properties.iter().find(|old| old.id == property.id);
            let old = old.and_then(|old| Some((old, values.get(&old.name)?)));
            let value = match old {
                Some((old, value)) => property.fit(&old.kind, value),
                None if property.kind == PropertyKind::UniqueId => {
                    self.last_number += 1;
                    Some(PropertyValue::Number(self.last_number.into()))
                }
                None => None,
            };
            kept.insert(property.name.clone(), value.unwrap_or_else(|| empty(property).1));
        }
        kept
    }
}

impl Property {
    /// Takes what a request says about the property besides its name. Gives whether it said a type.
    fn take(&mut self, path: &str, json: &Value) -> Result<bool, ApiError> {
        if !json.is_object() {
            return Err(should_be(path, "an object", json));
        }
        if let Some(text) = json.get("description") {
            self.description = text.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        }
        let Some(kind) = KINDS.into_iter().find(|kind| json.get(kind).is_some()) else {
            return Ok(false);
        };
        let path = format!("{path}.{kind}");
        let content = &json[kind];
        if !content.is_object() {
            return Err(should_be(&path, "an object", content));
        }
        let given = content.get("options");
        let options = match given {
            Some(given) => self.options(&path, given)?,
            None => self.kind.options().map(<[String]>::to_vec).unwrap_or_default(),
        };
        let Some(kind) = PropertyKind::named(kind, options) else { return Ok(false) };
        if kind.name() != self.kind.name() {
            self.settings.clear();
        }
        let settings = content.as_object().into_iter().flatten();
        let settings = settings.filter(|(name, _)| !["groups", "options"].contains(&name.as_str()));
        self.settings.extend(settings.map(|(name, value)| (name.clone(), value.clone())));
        self.kind = kind;
        Ok(true)
    }

    /// The names of options; the list takes the place of the one before.
    fn options(&mut self, path: &str, given: &Value) -> Result<Vec<String>, ApiError> {
        let path = format!("{path}.options");
        let items = given.as_array().ok_or_else(|| should_be(&path, "an array", given))?;
        let known = self.kind.options().map(<[String]>::to_vec).unwrap_or_default();
        let mut names: Vec<String> = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let path = format!("{path}[{place}]");
            let name = item.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
            let name = name.ok_or_else(|| should_be(&format!("{path}.name"), "defined", item))?;
            if name.contains(',') {
                return Err(invalid(format!("Invalid select option, commas not allowed: {name}")));
            }
            if let Some(color) = item.get("color") {
                let known_color = color.as_str().filter(|color| Self::knows_color(color));
                let expected = "the name of a colour";
                let color = known_color
                    .ok_or_else(|| should_be(&format!("{path}.color"), expected, color))?;
                if known.iter().any(|known| known == name) && self.color(name) != color {
                    let message = format!("Cannot update color of select with name: {name}.");
                    return Err(invalid(message));
                }
                self.colors.insert(name.to_owned(), color.to_owned());
            }
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The value as this property has it, when it came from one of another type; `None` when it does not
    /// fit. Strings stay strings, options stay options while the schema has them.
    pub(super) fn fit(&self, from: &PropertyKind, value: &PropertyValue) -> Option<PropertyValue> {
        use PropertyKind::{Email, MultiSelect, PhoneNumber, RichText, Select, Status, Url};
        let is_option =
            |name: &String| self.kind.options().is_none_or(|options| options.contains(name));
        match (&self.kind, value) {
            (Select { .. } | Status { .. }, PropertyValue::Text(name)) => {
                Some(value.clone()).filter(|_| is_option(name))
            }
            (Select { .. }, PropertyValue::List(names)) if matches!(from, MultiSelect { .. }) => {
                names.iter().find(|name| is_option(name)).cloned().map(PropertyValue::Text)
            }
            (MultiSelect { .. }, PropertyValue::List(names)) if from.name() == self.kind.name() => {
                let names = names.iter().filter(|name| is_option(name)).cloned();
                Some(PropertyValue::List(names.collect()))
            }
            (MultiSelect { .. }, PropertyValue::Text(name)) if is_option(name) => {
                Some(PropertyValue::List(vec![name.clone()]))
            }
            (RichText | Url | Email | PhoneNumber, PropertyValue::Text(_)) => Some(value.clone()),
            _ => Some(value.clone()).filter(|_| from.name() == self.kind.name()),
        }
    }
}

/// The API knows status properties and makes and changes none.
fn status_is_fixed(name: &str) -> ApiError {
    invalid(format!("{name}: name and options of a status cannot be set through the API."))
}
