//! Fields: their types, and which values they take.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::ids::long_id;
use super::refusal::{about_fields, truncated};
use crate::service::ApiError;

/// Most characters of a field without a limit of its own.
pub(super) const TEXT_CHARS_MAX: usize = 255;
/// Most characters of a long text area, such as a description.
const LONG_TEXT_CHARS_MAX: usize = 32_000;

/// A field of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The API name.
    pub name: &'a str,
    /// The type of its values.
    pub kind: FieldKind,
    /// Most characters of a value.
    pub chars_max: usize,
    /// Whether a record cannot be without it.
    pub required: bool,
    /// Whether only the system writes it.
    pub read_only: bool,
    /// The value of a new record that does not say.
    pub default: Option<&'a str>,
    /// The values that a picklist shows, or the objects that a reference points to.
    pub values: Values<'a>,
    /// What people read, when it does not follow from the name.
    pub label: Option<&'a str>,
    /// The name by which the object that a reference points to has these records.
    pub children: Option<&'a str>,
    /// Whether no two records may have the same value.
    pub unique: bool,
    /// Whether an upsert may go by it.
    pub external_id: bool,
    /// Most digits of a number in all, and those of them after the point.
    pub digits: Option<(u32, u32)>,
}

/// A list of names that is part of the standard or of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values<'a> {
    /// Those of a field that the org added.
    Added(&'a [String]),
    /// Those of a standard field.
    Standard(&'a [&'a str]),
}

impl<'a> Values<'a> {
    /// The names themselves.
    #[must_use]
    pub fn names(self) -> Vec<&'a str> {
        match self {
            Self::Added(names) => names.iter().map(String::as_str).collect(),
            Self::Standard(names) => names.to_vec(),
        }
    }
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the vendor's types")]
pub enum FieldKind {
    Boolean,
    Currency,
    Date,
    DateTime,
    Double,
    Email,
    Id,
    Int,
    MultiPicklist,
    Percent,
    Phone,
    Picklist,
    Reference,
    String,
    TextArea,
    Url,
}

impl FieldKind {
    /// The vendor's name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Currency => "currency",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Double => "double",
            Self::Email => "email",
            Self::Id => "id",
            Self::Int => "int",
            Self::MultiPicklist => "multipicklist",
            Self::Percent => "percent",
            Self::Phone => "phone",
            Self::Picklist => "picklist",
            Self::Reference => "reference",
            Self::String => "string",
            Self::TextArea => "textarea",
            Self::Url => "url",
        }
    }
}

impl<'a> Field<'a> {
    /// A field of this type that may be left out.
    #[must_use]
    pub const fn new(name: &'a str, kind: FieldKind) -> Self {
        let chars_max = match kind {
            FieldKind::Email => 80,
            FieldKind::Phone => 40,
            FieldKind::TextArea => LONG_TEXT_CHARS_MAX,
            _ => TEXT_CHARS_MAX,
        };
        Self {
            name,
            kind,
            chars_max,
            required: false,
            read_only: false,
            default: None,
            values: Values::Standard(&[]),
            label: None,
            children: None,
            unique: false,
            external_id: false,
            digits: None,
        }
    }

    /// What a person reads: `LastName` is `Last Name`.
    #[must_use]
    pub fn label(&self) -> String {
        if let Some(label) = self.label {
            return label.to_owned();
        }
        let name = self.name.strip_suffix("__c").unwrap_or(self.name);
        let mut label = String::new();
        for character in name.chars() {
            if character.is_ascii_uppercase() && label.ends_with(|c: char| c.is_ascii_lowercase()) {
                label.push(' ');
            }
            label.push(character);
        }
        match label.strip_suffix(" Id") {
            Some(object) => format!("{object} ID"),
            None => label,
        }
    }

    /// The value as it is stored, if the field takes it.
    pub(super) fn accept(&self, value: &Value, strict_picklists: bool) -> Result<Value, ApiError> {
        match (self.kind, value) {
            (FieldKind::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (FieldKind::Boolean, Value::Null) => Err(self.mismatch(value)),
            (_, Value::Null) => Ok(Value::Null),
            (
                FieldKind::Currency | FieldKind::Double | FieldKind::Percent,
                Value::Number(number),
            ) => self.accept_number(number),
            (FieldKind::Int, Value::Number(number)) if !number.is_f64() => Ok(value.clone()),
            (_, Value::String(text)) => self.accept_text(text, value, strict_picklists),
            _ => Err(self.mismatch(value)),
        }
    }

    /// Rounds what is behind the last digit that is kept, and refuses what has too many before the point.
    fn accept_number(&self, number: &Number) -> Result<Value, ApiError> {
        let (Some((precision, scale)), Some(float)) = (self.digits, number.as_f64()) else {
            return Ok(Value::Number(number.clone()));
        };
        if float.abs() >= power_of_ten(precision.saturating_sub(scale)) {
            let label = self.label();
            let message =
                format!("{label}: value outside of valid range on numeric field: {number}");
            return Err(about_fields("NUMBER_OUTSIDE_VALID_RANGE", message, &[self.name]));
        }
        let unit = power_of_ten(scale);
        let rounded = (float * unit).round() / unit;
        let is_kept = number.is_i64() || number.is_u64() || rounded == float;
        Ok(if is_kept { Value::Number(number.clone()) } else { Value::from(rounded) })
    }

    /// As the vendor does, cuts blanks off both ends and takes an empty string for no value.
    fn accept_text(&self, text: &str, value: &Value, strict: bool) -> Result<Value, ApiError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match self.kind {
            FieldKind::Date => {
                text.parse::<Date>().map_err(|_| self.mismatch(value))?;
            }
            FieldKind::DateTime => {
                let time = text.parse::<Timestamp>().map_err(|_| self.mismatch(value))?;
                return Ok(Value::from(datetime(time)));
            }
            FieldKind::Email if !is_email(text) => {
                let message =
                    format!("{}: invalid email address: {}", self.label(), truncated(text));
                return Err(about_fields("INVALID_EMAIL_ADDRESS", message, &[self.name]));
            }
            FieldKind::Picklist if strict && !self.values.names().contains(&text) => {
                let message = format!(
                    "{}: bad value for restricted picklist field: {}",
                    self.label(),
                    truncated(text)
                );
                let code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
                return Err(about_fields(code, message, &[self.name]));
            }
            FieldKind::Id | FieldKind::Reference => {
                let id = long_id(text).ok_or_else(|| {
                    let message = format!("malformed id {}", truncated(text));
                    about_fields("MALFORMED_ID", message, &[self.name])
                })?;
                return Ok(Value::from(id));
            }
            FieldKind::Boolean
            | FieldKind::Currency
            | FieldKind::Double
            | FieldKind::Int
            | FieldKind::Percent => return Err(self.mismatch(value)),
            _ => {}
        }
        if text.chars().count() > self.chars_max {
            let (label, max) = (self.label(), self.chars_max);
            let message =
                format!("{label}: data value too large: {} (max length={max})", truncated(text));
            return Err(about_fields("STRING_TOO_LONG", message, &[self.name]));
        }
        Ok(Value::from(text))
    }

    fn mismatch(&self, value: &Value) -> ApiError {
        let token = match value {
            Value::Null => "VALUE_NULL",
            Value::Bool(true) => "VALUE_TRUE",
            Value::Bool(false) => "VALUE_FALSE",
            Value::Number(number) if number.is_f64() => "VALUE_NUMBER_FLOAT",
            Value::Number(_) => "VALUE_NUMBER_INT",
            Value::String(_) => "VALUE_STRING",
            Value::Array(_) => "START_ARRAY",
            Value::Object(_) => "START_OBJECT",
        };
        let kind = match self.kind {
            FieldKind::Currency | FieldKind::Percent => "double",
            FieldKind::Boolean
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Double
            | FieldKind::Int => self.kind.name(),
            _ => "string",
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!(
            "{}: Cannot deserialize instance of {kind} from {token} value {} or request may be \
             missing a required field",
            self.name,
            truncated(&text)
        );
        about_fields("JSON_PARSER_ERROR", message, &[self.name])
    }
}

fn power_of_ten(exponent: u32) -> f64 {
    10_f64.powi(i32::try_from(exponent).unwrap_or(i32::MAX))
}

/// A time as the vendor writes it.
pub(super) fn datetime(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let stranger = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\@".contains(c);
    let labels: Vec<_> = domain.split('.').collect();
    !local.is_empty()
        && !local.contains(stranger)
        && !domain.contains(stranger)
        && labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refused(field: Field<'_>, value: &Value) -> (String, String) {
        let refused = field.accept(value, false).unwrap_err();
        (refused.code, refused.message)
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        let field = Field::new("Email", FieldKind::Email);

        for text in ["nobody", "a@b", "a b@c.example", "a@b@c.example", "@c.example"] {
            let (code, message) = refused(field, &json!(text));
            assert_eq!(code, "INVALID_EMAIL_ADDRESS");
            assert_eq!(message, format!("Email: invalid email address: {text}"));
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_refused() {
        let field = Field { chars_max: 3, ..Field::new("LastName", FieldKind::String) };

        let (code, message) = refused(field, &json!("Longer"));

        assert_eq!(code, "STRING_TOO_LONG");
        assert_eq!(message, "Last Name: data value too large: Longer (max length=3)");
    }

    #[test]
    fn a_picklist_takes_any_text_unless_it_is_strict() {
        let field = Field {
            values: Values::Standard(&["Hot"]),
            ..Field::new("Rating", FieldKind::Picklist)
        };

        assert_eq!(field.accept(&json!("Boiling"), false).unwrap(), "Boiling");
        let refused = field.accept(&json!("Boiling"), true).unwrap_err();
        assert_eq!(refused.code, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        for (kind, value) in [
            (FieldKind::Double, json!("5")),
            (FieldKind::String, json!(5)),
            (FieldKind::Date, json!("tomorrow")),
            (FieldKind::Boolean, json!(null)),
            (FieldKind::Int, json!(1.5)),
        ] {
            assert_eq!(refused(Field::new("X", kind), &value).0, "JSON_PARSER_ERROR");
        }
    }

    #[test]
    fn an_empty_text_is_no_value() {
        let field = Field::new("City", FieldKind::String);

        assert_eq!(field.accept(&json!("  "), false).unwrap(), Value::Null);
    }

    #[test]
    fn a_time_is_stored_as_the_vendor_writes_it() {
        let field = Field::new("Start", FieldKind::DateTime);

        let stored = field.accept(&json!("2026-01-05T10:00:00+01:00"), false).unwrap();

        assert_eq!(stored, "2026-01-05T09:00:00.000+0000");
        assert_eq!(field.accept(&stored, false).unwrap(), stored);
    }
}
