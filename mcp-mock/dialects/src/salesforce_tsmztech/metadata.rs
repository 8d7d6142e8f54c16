//! `salesforce_manage_object` and `salesforce_manage_field`: objects and fields that the org adds.
//!
//! Why the org refused is not told: the server says that it failed and drops the reason.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{
    CustomField, CustomObject, FieldKind, FieldRef, ObjectChange, OnDelete, Salesforce,
};
use serde::Deserialize;
use serde_json::Value;

use super::arguments::{Loose, is_truthy, written};
use super::permissions;

/// How long a long text is when the server fills that in.
const LONG_TEXT_LENGTH: usize = 32_768;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ManageObject {
    operation: Loose,
    object_name: Loose,
    label: Loose,
    plural_label: Loose,
    description: Loose,
    name_field_label: Loose,
    name_field_type: Loose,
    name_field_format: Loose,
    sharing_model: Loose,
}

pub(super) fn object(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: ManageObject = call.read()?;
    let Call { service: salesforce, mut api, .. } = call;
    let name = format!("{}__c", wanted.object_name.text());
    let change = Change { operation: wanted.operation.text(), what: "custom object", name: &name };
    let saved = if change.operation == "create" {
        let new = wanted.new_object().ok_or_else(|| {
            change.thrown("Label and pluralLabel are required for object creation")
        })?;
        salesforce.add_object(&mut api, &name, new)
    } else {
        let read = salesforce.read_object(&mut api, &name).map(drop);
        read.and_then(|()| salesforce.change_object(&mut api, &name, wanted.change()))
    };
    if change.is_done(saved)? { Ok(change.done("")) } else { Err(change.failed()) }
}

impl ManageObject {
    /// The object that the server asks for; `None` without its labels.
    fn new_object(&self) -> Option<CustomObject> {
        let (label, plural_label) = (self.label.written()?, self.plural_label.written()?);
        let counts = self.name_field_type.written().is_some_and(|kind| kind == "AutoNumber");
        let sharing_model = self.sharing_model.written();
        Some(CustomObject {
            name_label: self.name_field_label.written().unwrap_or_else(|| format!("{label} Name")),
            auto_number: counts.then(|| self.name_field_format.text()),
            description: self.description.written(),
            sharing_model: sharing_model.unwrap_or_else(|| "ReadWrite".to_owned()),
            label,
            plural_label,
            ..CustomObject::default()
        })
    }

    fn change(&self) -> ObjectChange {
        ObjectChange {
            label: self.label.written(),
            plural_label: self.plural_label.written(),
            description: self.description.defined().map(written),
            sharing_model: self.sharing_model.written(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ManageField {
    operation: Loose,
    object_name: Loose,
    field_name: Loose,
    label: Loose,
    r#type: Loose,
    required: Loose,
    unique: Loose,
    external_id: Loose,
    length: Loose,
    precision: Loose,
    scale: Loose,
    reference_to: Loose,
    relationship_name: Loose,
    delete_constraint: Loose,
    picklist_values: Loose,
    description: Loose,
    grant_access_to: Loose,
}

pub(super) fn field(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: ManageField = call.read()?;
    let Call { service: salesforce, mut api, .. } = call;
    let object = wanted.object_name.text();
    let name = format!("{}__c", wanted.field_name.text());
    let change = Change { operation: wanted.operation.text(), what: "custom field", name: &name };
    let place = FieldRef { object: &object, name: &name };
    if change.operation != "create" {
        let known = salesforce.read_field(&mut api, place).map(|known| known.cloned());
        let known = known.map_err(|error| change.thrown(&error.message))?;
        let Some(new) = known.and_then(|known| wanted.changed(known)) else {
            return Err(change.failed());
        };
        let is_done = change.is_done(salesforce.change_field(&mut api, place, new))?;
        let on_object = format!(" on {object}");
        return if is_done { Ok(change.done(&on_object)) } else { Err(change.failed()) };
    }
    let missing = || change.thrown("Field type is required for field creation");
    let kind = wanted.r#type.written().ok_or_else(missing)?;
    let Some(new) = wanted.new_field(&kind) else { return Err(change.failed()) };
    if !change.is_done(salesforce.add_field(&mut api, place, new))? {
        return Err(change.failed());
    }
    let profiles = permissions::profile_names(&wanted.grant_access_to);
    let granted = permissions::grant_all(salesforce, &mut api, place, &profiles);
    Ok(change.done(&format!(" on {object}.\n{granted}")))
}

/// What the server says of a change to an object or a field.
struct Change<'a> {
    operation: String,
    what: &'static str,
    name: &'a str,
}

impl Change<'_> {
    fn done(&self, end: &str) -> Answer {
        let verb = if self.operation == "create" { "created" } else { "updated" };
        Answer::Text(format!("Successfully {verb} {} {}{end}", self.what, self.name))
    }

    fn failed(&self) -> Refusal {
        Refusal::Server(format!("Failed to {} {} {}", self.operation, self.what, self.name))
    }

    fn thrown(&self, message: &str) -> Refusal {
        let verb = if self.operation == "create" { "creating" } else { "updating" };
        Refusal::Server(format!("Error {verb} {}: {message}", self.what))
    }

    /// Whether the org did it. What it finds wrong with the change is dropped; a request that it does not take
    /// throws.
    fn is_done(&self, saved: Result<(), ApiError>) -> Result<bool, Refusal> {
        match saved {
            Err(error) if error.status == 403 => Err(self.thrown(&error.message)),
            saved => Ok(saved.is_ok()),
        }
    }
}

impl ManageField {
    /// The field that the server asks for; `None` when it lacks what the org wants of the type.
    fn new_field(&self, kind: &str) -> Option<CustomField> {
        let mut field = CustomField {
            label: Some(self.label.written().unwrap_or_else(|| self.field_name.text())),
            description: self.description.written(),
            required: self.required.flag().unwrap_or_default(),
            unique: self.unique.flag().unwrap_or_default(),
            external_id: self.external_id.flag().unwrap_or_default(),
            ..CustomField::of(kind_of(kind)?)
        };
        match kind {
            "Html" | "LongTextArea" => field.chars_max = LONG_TEXT_LENGTH,
            "Lookup" | "MasterDetail" => {
                field.values = vec![self.reference_to.written()?];
                let relation = self.relationship_name.written();
                field.children = relation.map(|relation| format!("{relation}__r"));
                if kind == "MasterDetail" {
                    (field.required, field.on_delete) = (true, OnDelete::Cascade);
                } else if let Some(constraint) = self.delete_constraint.written() {
                    field.on_delete = serde_json::from_value(Value::from(constraint)).ok()?;
                }
            }
            "MultiselectPicklist" | "Picklist" => self.take_values(&mut field),
            "Number" => field.digits = Some(self.digits()?),
            "Text" => field.chars_max = self.length.whole()?,
            "TextArea" => field.chars_max = self.length.whole().unwrap_or(LONG_TEXT_LENGTH),
            _ => {}
        }
        Some(field)
    }

    /// The field after a change; `None` when the org does not take it for this type.
    fn changed(&self, known: CustomField) -> Option<CustomField> {
        let mut field = CustomField {
            label: self.label.written().or_else(|| known.label.clone()),
            description: match self.description.defined() {
                Some(text) => Some(written(text)),
                None => known.description.clone(),
            },
            required: self.required.flag().unwrap_or(known.required),
            unique: self.unique.flag().unwrap_or(known.unique),
            external_id: self.external_id.flag().unwrap_or(known.external_id),
            ..known
        };
        if let Some(length) = self.length.whole() {
            let is_text = matches!(field.kind, FieldKind::String | FieldKind::TextArea);
            field.chars_max = Some(length).filter(|_| is_text)?;
        }
        if let Some(digits) = self.digits() {
            use FieldKind::{Currency, Double, Percent};
            let is_number = matches!(field.kind, Currency | Double | Percent);
            field.digits = Some(Some(digits).filter(|_| is_number)?);
        }
        if matches!(field.kind, FieldKind::MultiPicklist | FieldKind::Picklist) {
            self.take_values(&mut field);
        }
        Some(field)
    }

    /// The server has the values sorted.
    fn take_values(&self, field: &mut CustomField) {
        let Some(values) = self.picklist_values.defined().and_then(Value::as_array) else { return };
        let label = |value: &Value| value.get("label").map(written).unwrap_or_default();
        field.values = values.iter().map(label).collect();
        field.values.sort();
        let default = values.iter().find(|value| is_truthy(value.get("isDefault")));
        field.default = default.map(label);
    }

    fn digits(&self) -> Option<(u32, u32)> {
        let number = |number: &Loose| u32::try_from(number.whole()?).ok();
        Some((number(&self.precision)?, number(&self.scale).unwrap_or_default()))
    }
}

fn kind_of(name: &str) -> Option<FieldKind> {
    Some(match name {
        "Checkbox" => FieldKind::Boolean,
        "Currency" => FieldKind::Currency,
        "Date" => FieldKind::Date,
        "DateTime" => FieldKind::DateTime,
        "Email" => FieldKind::Email,
        "Html" | "LongTextArea" | "TextArea" => FieldKind::TextArea,
        "Lookup" | "MasterDetail" => FieldKind::Reference,
        "MultiselectPicklist" => FieldKind::MultiPicklist,
        "Number" => FieldKind::Double,
        "Percent" => FieldKind::Percent,
        "Phone" => FieldKind::Phone,
        "Picklist" => FieldKind::Picklist,
        "Text" => FieldKind::String,
        "Url" => FieldKind::Url,
        _ => return None,
    })
}
