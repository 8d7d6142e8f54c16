//! Values of properties as the API writes them, held against the schema.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::refusal::{invalid, no_property, should_be, too_long, wrong_type};
use super::state::{DataSource, DateValue, Property, PropertyKind, PropertyValue, dashed};
use crate::service::ApiError;

/// Longest text of one rich text object, URL or file name.
const TEXT_CHARS_MAX: usize = 2_000;
/// Longest address or phone number.
const CONTACT_CHARS_MAX: usize = 200;
/// Most elements of an array in a request.
const ELEMENTS_MAX: usize = 100;

/// Values that were checked, each with the property that it belongs to.
pub(super) type Checked = Vec<(Property, PropertyValue)>;

impl DataSource {
    /// The property with this name or id.
    #[must_use]
    pub fn property(&self, name_or_id: &str) -> Option<&Property> {
        let by_name = self.properties.iter().find(|property| property.name == name_or_id);
        by_name.or_else(|| self.properties.iter().find(|property| property.id == name_or_id))
    }

    /// Reads values in the API's shape. Nothing is stored yet, so a refusal changes nothing.
    pub(super) fn check(&self, values: &Map<String, Value>) -> Result<Checked, ApiError> {
        let mut checked = Vec::new();
        for (name, payload) in values {
            let Some(property) = self.property(name) else {
                let known = self.properties.iter().map(|property| property.name.as_str());
                return Err(no_property(name, &known.collect::<Vec<_>>()));
            };
            checked.push((property.clone(), property.read(payload)?));
        }
        Ok(checked)
    }

    /// Adds the select options that values use for the first time.
    pub(super) fn learn_options(&mut self, values: &Checked) {
        for (used, value) in values {
            let Some(known) = self.properties.iter_mut().find(|known| known.id == used.id) else {
                continue;
            };
            let (PropertyKind::Select { options } | PropertyKind::MultiSelect { options }) =
                &mut known.kind
            else {
                continue;
            };
            let names = match value {
                PropertyValue::List(names) => names.as_slice(),
                PropertyValue::Text(name) => std::slice::from_ref(name),
                _ => &[],
            };
            for name in names {
                if !options.contains(name) {
                    options.push(name.clone());
                }
            }
        }
    }
}

impl Property {
    /// Reads a value such as `{"number": 5}`.
    fn read(&self, payload: &Value) -> Result<PropertyValue, ApiError> {
        let kind = self.kind.name();
        let wrong = || wrong_type(&self.name, kind);
        let path = format!("body.properties.{}.{kind}", self.name);
        let content = payload.get(kind).ok_or_else(wrong)?;
        let nothing = content.is_null();
        match &self.kind {
            PropertyKind::Title => {
                Ok(PropertyValue::Title(rich_text(content, &path)?.ok_or_else(wrong)?))
            }
            PropertyKind::RichText => {
                Ok(PropertyValue::Text(rich_text(content, &path)?.ok_or_else(wrong)?))
            }
            PropertyKind::Checkbox => content.as_bool().map(PropertyValue::Flag).ok_or_else(wrong),
            PropertyKind::CreatedTime | PropertyKind::LastEditedTime | PropertyKind::UniqueId => {
                Err(invalid(format!("{} is {kind}, which is read-only.", self.name)))
            }
            PropertyKind::MultiSelect { .. } | PropertyKind::Files => {
                let names = self.list(content, "name", &path)?;
                names.iter().try_for_each(|name| self.check_option(name))?;
                Ok(PropertyValue::List(names))
            }
            PropertyKind::People | PropertyKind::Relation => {
                let ids = self.list(content, "id", &path)?;
                ids.iter().try_for_each(|id| check_uuid(id, &path))?;
                Ok(PropertyValue::List(ids))
            }
            _ if nothing => Ok(PropertyValue::Empty),
            PropertyKind::Number => match content {
                Value::Number(number) => Ok(PropertyValue::Number(number.clone())),
                _ => Err(wrong()),
            },
            PropertyKind::Select { .. } | PropertyKind::Status { .. } => {
                let name = content.get("name").and_then(Value::as_str).ok_or_else(wrong)?;
                self.check_option(name)?;
                Ok(PropertyValue::Text(name.to_owned()))
            }
            PropertyKind::Date => read_date(content, &path)?.ok_or_else(wrong),
            PropertyKind::Email | PropertyKind::PhoneNumber => {
                let text = content.as_str().ok_or_else(wrong)?;
                check_length(text, CONTACT_CHARS_MAX, &path)?;
                Ok(PropertyValue::Text(text.to_owned()))
            }
            PropertyKind::Url => {
                let text = content.as_str().ok_or_else(wrong)?;
                check_length(text, TEXT_CHARS_MAX, &path)?;
                Ok(PropertyValue::Text(text.to_owned()))
            }
        }
    }

    /// Reads a list of objects by one of their members.
    fn list(&self, content: &Value, member: &str, path: &str) -> Result<Vec<String>, ApiError> {
        let wrong = || wrong_type(&self.name, self.kind.name());
        let items = content.as_array().ok_or_else(wrong)?;
        if items.len() > ELEMENTS_MAX {
            return Err(too_long(path, ELEMENTS_MAX, items.len()));
        }
        let text = |item: &Value| {
            let text = item.get(member).and_then(Value::as_str).ok_or_else(wrong)?;
            check_length(text, TEXT_CHARS_MAX, path)?;
            Ok(text.to_owned())
        };
        items.iter().map(text).collect()
    }

    /// An unknown status is refused; an unknown select option is fine unless it has a comma.
    fn check_option(&self, name: &str) -> Result<(), ApiError> {
        match &self.kind {
            PropertyKind::Status { options } if !options.iter().any(|option| option == name) => {
                let message =
                    format!("Invalid status option. Status option \"{name}\" does not exist.");
                Err(invalid(message).with_details(json!({ "options": options })))
            }
            PropertyKind::MultiSelect { .. } | PropertyKind::Select { .. }
                if name.contains(',') =>
            {
                Err(invalid(format!("Invalid select option, commas not allowed: {name}")))
            }
            _ => Ok(()),
        }
    }
}

/// The plain text of an array of rich text objects; `None` when it is no array.
pub(super) fn rich_text(content: &Value, path: &str) -> Result<Option<String>, ApiError> {
    let Some(items) = content.as_array() else { return Ok(None) };
    if items.len() > ELEMENTS_MAX {
        return Err(too_long(path, ELEMENTS_MAX, items.len()));
    }
    let mut text = String::new();
    for (place, item) in items.iter().enumerate() {
        let path = format!("{path}[{place}].text.content");
        let content = item.pointer("/text/content").unwrap_or(&Value::Null);
        let part = content.as_str().ok_or_else(|| should_be(&path, "a string", content))?;
        check_length(part, TEXT_CHARS_MAX, &path)?;
        text.push_str(part);
    }
    Ok(Some(text))
}

/// When a date begins, for comparing; days begin at midnight UTC.
pub(super) fn instant(date: &str) -> Option<Timestamp> {
    if let Ok(time) = date.parse::<Timestamp>() {
        return Some(time);
    }
    let local = match date.parse::<DateTime>() {
        Ok(time) => time,
        Err(_) => date.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    local.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn read_date(content: &Value, path: &str) -> Result<Option<PropertyValue>, ApiError> {
    let Some(start) = content.get("start").and_then(Value::as_str) else { return Ok(None) };
    let end = content.get("end").and_then(Value::as_str);
    for (name, date) in [("start", Some(start)), ("end", end)] {
        if let Some(date) = date.filter(|date| instant(date).is_none()) {
            let place = format!("{path}.{name}");
            return Err(should_be(&place, "a valid ISO 8601 date string", &date.into()));
        }
    }
    let time_zone = content.get("time_zone").filter(|zone| !zone.is_null());
    if let Some(zone) = time_zone {
        let is_known = zone.as_str().is_some_and(is_time_zone);
        // An offset in the date would say it twice.
        let is_local = start.parse::<Timestamp>().is_err();
        if !is_known || !is_local {
            let place = format!("{path}.time_zone");
            let expected = "the name of a time zone beside a date without an offset";
            return Err(should_be(&place, expected, zone));
        }
    }
    let time_zone = time_zone.and_then(Value::as_str).map(str::to_owned);
    let value = DateValue { start: start.to_owned(), end: end.map(str::to_owned), time_zone };
    Ok(Some(PropertyValue::Date(value)))
}

/// Whether a string has the form of a time zone name. Without a database of time zones, any such name passes.
fn is_time_zone(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "_+-/".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_letter)
}

fn check_length(text: &str, limit: usize, path: &str) -> Result<(), ApiError> {
    let length = text.chars().count();
    if length > limit { Err(too_long(path, limit, length)) } else { Ok(()) }
}

fn check_uuid(id: &str, path: &str) -> Result<(), ApiError> {
    if dashed(id).is_some() { Ok(()) } else { Err(should_be(path, "a valid uuid", &id.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> DataSource {
        let open = vec!["Open".to_owned()];
        let kinds = [
            ("Name", PropertyKind::Title),
            ("Amount", PropertyKind::Number),
            ("Due", PropertyKind::Date),
            ("Kind", PropertyKind::Select { options: Vec::new() }),
            ("Made", PropertyKind::CreatedTime),
            ("Status", PropertyKind::Status { options: open }),
            ("Tags", PropertyKind::MultiSelect { options: Vec::new() }),
        ];
        let property = |(name, kind): (&str, PropertyKind)| Property {
            id: name.to_lowercase(),
            name: name.to_owned(),
            kind,
            ..Property::default()
        };
        DataSource { properties: kinds.map(property).into(), ..DataSource::default() }
    }

    #[track_caller]
    fn refused(values: &Value) -> String {
        let refused = source().check(values.as_object().unwrap()).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (400, "validation_error"));
        refused.message
    }

    #[test]
    fn an_unknown_property_is_refused_in_the_vendors_words() {
        let message = refused(&json!({ "Colour": { "number": 1 } }));

        assert_eq!(message, "Colour is not a property that exists.");
    }

    #[test]
    fn a_value_of_another_type_is_refused_in_the_vendors_words() {
        for payload in [json!({ "number": "5" }), json!({ "rich_text": [] }), json!(5), json!(null)]
        {
            assert_eq!(refused(&json!({ "Amount": payload })), "Amount is expected to be number.");
        }
    }

    #[test]
    fn an_unknown_status_is_refused() {
        let message = refused(&json!({ "Status": { "status": { "name": "Lost" } } }));

        assert_eq!(message, "Invalid status option. Status option \"Lost\" does not exist.");
    }

    #[test]
    fn unknown_select_options_are_learned() {
        let mut source = source();
        let values = json!({
            "Kind": { "select": { "name": "Bug" } },
            "Tags": { "multi_select": [{ "name": "a" }, { "name": "b" }] },
        });

        let checked = source.check(values.as_object().unwrap()).unwrap();
        source.learn_options(&checked);

        assert_eq!(source.property("Kind").unwrap().kind.options().unwrap(), ["Bug"]);
        assert_eq!(source.property("Tags").unwrap().kind.options().unwrap(), ["a", "b"]);
    }

    #[test]
    fn an_option_with_a_comma_is_refused() {
        let message = refused(&json!({ "Kind": { "select": { "name": "a, b" } } }));

        assert_eq!(message, "Invalid select option, commas not allowed: a, b");
    }

    #[test]
    fn a_text_object_has_at_most_2000_characters() {
        let title = |length: usize| json!({ "Name": { "title": [{ "text": { "content": "é".repeat(length) } }] } });

        assert!(source().check(title(2_000).as_object().unwrap()).is_ok());
        let message = refused(&title(2_001));
        let place = "body.properties.Name.title[0].text.content.length";
        assert_eq!(
            message,
            format!("body failed validation: {place} should be ≤ `2000`, instead was `2001`.")
        );
    }

    #[test]
    fn a_date_is_iso_8601() {
        for date in ["2026-11-22", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00+01:00"] {
            let values = json!({ "Due": { "date": { "start": date } } });
            assert!(source().check(values.as_object().unwrap()).is_ok(), "{date}");
        }
        let message = refused(&json!({ "Due": { "date": { "start": "tomorrow" } } }));
        assert!(message.contains("should be a valid ISO 8601 date string"), "{message}");
    }

    #[test]
    fn computed_properties_are_read_only() {
        let message = refused(&json!({ "Made": { "created_time": "2026-11-22" } }));

        assert_eq!(message, "Made is created_time, which is read-only.");
    }

    #[test]
    fn a_property_goes_by_its_id_as_well() {
        let checked = source().check(json!({ "amount": { "number": 1 } }).as_object().unwrap());

        assert_eq!(checked.unwrap()[0].0.name, "Amount");
    }
}
