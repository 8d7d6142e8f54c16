//! Objects and fields that an org adds to the standard ones.

use serde::{Deserialize, Serialize};

use super::Api;
use super::fields::{Field, FieldKind, TEXT_CHARS_MAX, Values};
use super::quota::spend_request;
use super::refusal::{bad_request, not_found};
use super::state::{FieldRef, Salesforce};
use crate::service::ApiError;

/// What the names of added things end in.
pub(super) const SUFFIX: &str = "__c";
/// Longest name, without the suffix.
const NAME_CHARS_MAX: usize = 40;
/// Longest value of the name field of an added object.
const RECORD_NAME_CHARS_MAX: usize = 80;
/// Longest rich or long text that the vendor allows.
const LONG_TEXT_CHARS_MAX: usize = 131_072;
/// Most digits of a number.
const PRECISION_MAX: u32 = 18;
/// The letters of the part of a prefix that counts.
const PREFIX_LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// An object that the org added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomObject {
    /// What people read.
    pub label: String,
    /// The same for several records.
    pub plural_label: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who sees the records; kept and told, not enforced.
    pub sharing_model: String,
    /// What people read for the field `Name`.
    pub name_label: String,
    /// How the field `Name` counts, such as `A-{0000}`; `None` when it is a string.
    pub auto_number: Option<String>,
    /// The first three characters of its ids.
    pub prefix: String,
    /// The last number given out.
    pub last_number: u64,
}

/// A field that the org added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// The type of its values.
    pub kind: FieldKind,
    /// What people read; follows from the name when left out.
    pub label: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether a record cannot be without it.
    pub required: bool,
    /// Whether no two records may have the same value.
    pub unique: bool,
    /// Whether an upsert may go by it.
    pub external_id: bool,
    /// Most characters of a value.
    pub chars_max: usize,
    /// Most digits of a number in all, and those of them after the point.
    pub digits: Option<(u32, u32)>,
    /// The values that a picklist shows, or the object that a reference points to.
    pub values: Vec<String>,
    /// The value of a new record that does not say.
    pub default: Option<String>,
    /// The name, ending in `__r`, by which the object that a reference points to has these records.
    pub children: Option<String>,
    /// What happens to the record when the one that it refers to is deleted.
    pub on_delete: OnDelete,
}

/// What happens to a record when the one that it refers to is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the vendor's")]
pub enum OnDelete {
    Cascade,
    Restrict,
    #[default]
    SetNull,
}

/// What to change about an added object; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the object")]
pub struct ObjectChange {
    pub label: Option<String>,
    pub plural_label: Option<String>,
    pub description: Option<String>,
    pub sharing_model: Option<String>,
}

impl CustomObject {
    /// The field `Name`, which every object has.
    pub(super) fn name_field(&self) -> Field<'_> {
        let field = Field::new("Name", FieldKind::String);
        let (label, read_only) = (Some(self.name_label.as_str()), self.auto_number.is_some());
        Field { chars_max: RECORD_NAME_CHARS_MAX, label, read_only, ..field }
    }

    /// The name of a new record that does not say: its number, or its id.
    pub(super) fn next_name(&mut self, id: &str) -> String {
        self.last_number += 1;
        match &self.auto_number {
            None => id.to_owned(),
            Some(format) => numbered(format, self.last_number).unwrap_or_default(),
        }
    }
}

impl CustomField {
    /// A field of this type that may be left out and that upserts may go by.
    #[must_use]
    pub fn of(kind: FieldKind) -> Self {
        Self {
            kind,
            label: None,
            description: None,
            required: false,
            unique: false,
            external_id: true,
            chars_max: Field::new("", kind).chars_max,
            digits: None,
            values: Vec::new(),
            default: None,
            children: None,
            on_delete: OnDelete::SetNull,
        }
    }

    pub(super) fn rule<'a>(&'a self, name: &'a str) -> Field<'a> {
        Field {
            chars_max: self.chars_max,
            required: self.required,
            default: self.default.as_deref(),
            values: Values::Added(&self.values),
            label: self.label.as_deref(),
            children: self.children.as_deref(),
            unique: self.unique,
            external_id: self.external_id,
            digits: self.digits,
            ..Field::new(name, self.kind)
        }
    }

    fn check(&self) -> Result<(), ApiError> {
        let kind = self.kind;
        let goes_by = matches!(kind, FieldKind::Double | FieldKind::Email | FieldKind::String);
        let length_max = match kind {
            FieldKind::TextArea => LONG_TEXT_CHARS_MAX,
            _ => TEXT_CHARS_MAX,
        };
        let digits = self.digits.unwrap_or((PRECISION_MAX, 0));
        let wrong = if (self.unique || self.external_id) && !goes_by {
            format!("a field of type {} is neither unique nor an external ID", kind.name())
        } else if !(1..=length_max).contains(&self.chars_max) {
            format!("the length {} is not from 1 to {length_max}", self.chars_max)
        } else if !(1..=PRECISION_MAX).contains(&digits.0) || digits.1 > digits.0 {
            format!("{} digits with {} after the point are no number", digits.0, digits.1)
        } else if kind == FieldKind::Reference && self.values.is_empty() {
            "a reference needs the object that it points to".to_owned()
        } else if matches!(kind, FieldKind::Picklist | FieldKind::MultiPicklist)
            && self.values.is_empty()
        {
            "a picklist needs values".to_owned()
        } else {
            return Ok(());
        };
        Err(integrity(wrong))
    }
}

impl Salesforce {
    /// Adds an object. Its prefix is made here.
    ///
    /// # Errors
    /// `DUPLICATE_DEVELOPER_NAME` when it is there already; `FIELD_INTEGRITY_EXCEPTION` when the name or
    /// a setting cannot be.
    pub fn add_object(
        &mut self,
        api: &mut Api<'_>,
        name: &str,
        new: CustomObject,
    ) -> Result<(), ApiError> {
        spend_request(api)?;
        check_name(name)?;
        if self.find_object(name).is_some() {
            return Err(already(name));
        }
        if new.auto_number.as_ref().is_some_and(|format| numbered(format, 0).is_none()) {
            return Err(integrity(
                "the display format needs a place for the number, as in A-{0000}",
            ));
        }
        check_sharing(&new.sharing_model)?;
        let place = self.custom_objects.len();
        let letter = |index: usize| char::from(PREFIX_LETTERS[index % PREFIX_LETTERS.len()]);
        let prefix = format!("a{}{}", letter(place / PREFIX_LETTERS.len()), letter(place));
        self.custom_objects.insert(name.to_owned(), CustomObject { prefix, ..new });
        Ok(())
    }

    /// What is known of an added object.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn read_object(
        &self,
        api: &mut Api<'_>,
        name: &str,
    ) -> Result<Option<&CustomObject>, ApiError> {
        spend_request(api)?;
        Ok(self.find_object(name).and_then(|rule| rule.custom))
    }

    /// Changes an added object.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none of this name, else as [`add_object`](Self::add_object).
    pub fn change_object(
        &mut self,
        api: &mut Api<'_>,
        name: &str,
        change: ObjectChange,
    ) -> Result<(), ApiError> {
        spend_request(api)?;
        let name = self.object(name)?.name.to_owned();
        if let Some(sharing) = &change.sharing_model {
            check_sharing(sharing)?;
        }
        let object = self.custom_objects.get_mut(&name).ok_or_else(not_found)?;
        let places = [
            (&mut object.label, change.label),
            (&mut object.plural_label, change.plural_label),
            (&mut object.sharing_model, change.sharing_model),
        ];
        for (place, new) in places {
            *place = new.unwrap_or_else(|| std::mem::take(place));
        }
        if change.description.is_some() {
            object.description = change.description;
        }
        Ok(())
    }

    /// Adds a field to an object.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown object, else as [`add_object`](Self::add_object).
    pub fn add_field(
        &mut self,
        api: &mut Api<'_>,
        FieldRef { object, name }: FieldRef<'_>,
        mut field: CustomField,
    ) -> Result<(), ApiError> {
        spend_request(api)?;
        check_name(name)?;
        let rule = self.object(object)?;
        if self.every_field(rule).iter().any(|known| known.name.eq_ignore_ascii_case(name)) {
            return Err(already(name));
        }
        for target in field.values.iter_mut().filter(|_| field.kind == FieldKind::Reference) {
            *target = self.object(target)?.name.to_owned();
        }
        let taken = |children: &String| {
            let targets = field.values.iter().filter_map(|target| self.find_object(target));
            let mut known = targets.flat_map(|target| self.children_of(target));
            known.any(|known| known.name.eq_ignore_ascii_case(children))
        };
        if let Some(children) = field.children.as_ref().filter(|children| taken(children)) {
            return Err(already(children));
        }
        field.check()?;
        let object = rule.name.to_owned();
        self.custom_fields.entry(object.clone()).or_default().insert(name.to_owned(), field);
        self.hide_new_field(FieldRef { object: &object, name });
        Ok(())
    }

    /// What is known of an added field.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn read_field(
        &self,
        api: &mut Api<'_>,
        FieldRef { object, name }: FieldRef<'_>,
    ) -> Result<Option<&CustomField>, ApiError> {
        spend_request(api)?;
        Ok(self.custom_field(object, name))
    }

    /// An added field of an object. Free, for a look at the state.
    #[must_use]
    pub fn custom_field(&self, object: &str, name: &str) -> Option<&CustomField> {
        let mut fields = self.custom_fields.get(self.find_object(object)?.name)?.iter();
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| field)
    }

    /// Puts another form of an added field in its place. The type stays.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none of this name, else as [`add_object`](Self::add_object).
    pub fn change_field(
        &mut self,
        api: &mut Api<'_>,
        FieldRef { object, name }: FieldRef<'_>,
        field: CustomField,
    ) -> Result<(), ApiError> {
        spend_request(api)?;
        field.check()?;
        let object = self.object(object)?.name.to_owned();
        let fields = self.custom_fields.get_mut(&object).into_iter().flatten();
        let mut known = fields.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, place) = known.next().ok_or_else(not_found)?;
        *place = CustomField { kind: place.kind, ..field };
        Ok(())
    }
}

/// The number in the place that a format such as `A-{0000}` has for it.
fn numbered(format: &str, number: u64) -> Option<String> {
    let (before, rest) = format.split_once('{')?;
    let (zeros, after) = rest.split_once('}')?;
    let is_place = !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0');
    is_place.then(|| format!("{before}{number:0width$}{after}", width = zeros.len()))
}

/// The vendor's rules for the names of added things.
fn check_name(name: &str) -> Result<(), ApiError> {
    let own = name.strip_suffix(SUFFIX).unwrap_or_default();
    let is_fine = own.starts_with(|c: char| c.is_ascii_alphabetic())
        && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !own.contains("__")
        && !own.ends_with('_')
        && own.len() <= NAME_CHARS_MAX;
    if is_fine { Ok(()) } else { Err(integrity(format!("`{name}` is no name of an added thing"))) }
}

fn check_sharing(model: &str) -> Result<(), ApiError> {
    match model {
        "Private" | "Read" | "ReadWrite" => Ok(()),
        // It would need a master, and a new object has no fields.
        other => Err(integrity(format!("the sharing model {other} cannot be set"))),
    }
}

fn already(name: &str) -> ApiError {
    let message = format!("There is already something named {name}.");
    bad_request("DUPLICATE_DEVELOPER_NAME", message)
}

fn integrity(message: impl Into<String>) -> ApiError {
    bad_request("FIELD_INTEGRITY_EXCEPTION", message)
}
