//! `salesforce_manage_object` and `salesforce_manage_field`: objects and fields that the org adds.
//!
//! Why the org refused is not told: the server says that it failed and drops the reason.

use serde_json::Value;

use super::arguments::{given, is_truthy, written};
use super::query::object as object_name;
use super::{own_words, permissions};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{
    CustomField, CustomObject, FieldKind, ObjectChange, OnDelete, Salesforce,
};
use mcp_mock::world::Env;

/// How long a long text is when the server fills that in.
const LONG_TEXT_LENGTH: usize = 32_768;

pub(super) fn object(
    salesforce: &mut Salesforce,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let name = format!("{}__c", object_name(arguments));
    let operation = given(arguments, "operation").unwrap_or_default();
    let done = if operation == "create" {
        salesforce.add_object(&name, new_object(arguments)?)
    } else {
        let change = ObjectChange {
            label: given(arguments, "label"),
            plural_label: given(arguments, "pluralLabel"),
            description: arguments.given("description").map(written),
            sharing_model: given(arguments, "sharingModel"),
        };
        salesforce.change_object(&name, change)
    };
    report(&operation, &format!("custom object {name}"), done.is_ok(), "")
}

fn new_object(arguments: &Arguments) -> Result<CustomObject, ApiError> {
    let labels = (given(arguments, "label"), given(arguments, "pluralLabel"));
    let (Some(label), Some(plural_label)) = labels else {
        return Err(own_words(
            "Error creating custom object: Label and pluralLabel are required for object creation",
        ));
    };
    let name_label = given(arguments, "nameFieldLabel");
    let counts = given(arguments, "nameFieldType").is_some_and(|kind| kind == "AutoNumber");
    let format = given(arguments, "nameFieldFormat");
    Ok(CustomObject {
        name_label: name_label.unwrap_or_else(|| format!("{label} Name")),
        auto_number: counts.then(|| format.unwrap_or_default()),
        description: given(arguments, "description"),
        sharing_model: given(arguments, "sharingModel").unwrap_or_else(|| "ReadWrite".to_owned()),
        label,
        plural_label,
        ..CustomObject::default()
    })
}

pub(super) fn field(
    salesforce: &mut Salesforce,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (object, field) =
        (object_name(arguments), given(arguments, "fieldName").unwrap_or_default());
    let name = format!("{field}__c");
    let operation = given(arguments, "operation").unwrap_or_default();
    let what = format!("custom field {name}");
    if operation != "create" {
        let known = salesforce.custom_field(&object, &name).cloned();
        let changed = known.and_then(|known| changed_field(arguments, known));
        let done = changed.is_some_and(|new| salesforce.change_field(&object, &name, new).is_ok());
        return report(&operation, &what, done, &format!(" on {object}"));
    }
    let Some(kind) = given(arguments, "type") else {
        return Err(own_words(
            "Error creating custom field: Field type is required for field creation",
        ));
    };
    let new = new_field(arguments, &kind, &field);
    let done = new.is_some_and(|new| salesforce.add_field(&object, &name, new).is_ok());
    let mut end = String::new();
    if done {
        let profiles = permissions::profile_names(arguments, "grantAccessTo");
        let granted = permissions::grant_all(salesforce, (&object, &name), &profiles);
        end = format!(" on {object}.\n{granted}");
    }
    report(&operation, &what, done, &end)
}

fn report(operation: &str, what: &str, done: bool, end: &str) -> Result<Answer, ApiError> {
    let verb = if operation == "create" { "created" } else { "updated" };
    if done {
        Ok(Answer::Text(format!("Successfully {verb} {what}{end}")))
    } else {
        Err(own_words(format!("Failed to {operation} {what}")))
    }
}

/// The field that the server asks for; `None` when it lacks what the org wants of the type.
fn new_field(arguments: &Arguments, kind: &str, name: &str) -> Option<CustomField> {
    let mut field = CustomField {
        label: Some(given(arguments, "label").unwrap_or_else(|| name.to_owned())),
        description: given(arguments, "description"),
        required: arguments.boolean("required").unwrap_or_default(),
        unique: arguments.boolean("unique").unwrap_or_default(),
        external_id: arguments.boolean("externalId").unwrap_or_default(),
        ..CustomField::of(kind_of(kind)?)
    };
    match kind {
        "Html" | "LongTextArea" => field.chars_max = LONG_TEXT_LENGTH,
        "Lookup" | "MasterDetail" => {
            field.values = vec![given(arguments, "referenceTo")?];
            let relation = given(arguments, "relationshipName");
            field.children = relation.map(|relation| format!("{relation}__r"));
            if kind == "MasterDetail" {
                (field.required, field.on_delete) = (true, OnDelete::Cascade);
            } else if let Some(constraint) = given(arguments, "deleteConstraint") {
                field.on_delete = serde_json::from_value(Value::from(constraint)).ok()?;
            }
        }
        "MultiselectPicklist" | "Picklist" => take_values(arguments, &mut field),
        "Number" => field.digits = Some(digits(arguments)?),
        "Text" => field.chars_max = whole(arguments, "length")?,
        "TextArea" => field.chars_max = whole(arguments, "length").unwrap_or(LONG_TEXT_LENGTH),
        _ => {}
    }
    Some(field)
}

/// The field after a change; `None` when the org does not take it for this type.
fn changed_field(arguments: &Arguments, known: CustomField) -> Option<CustomField> {
    let flag = |name: &str, known: bool| arguments.boolean(name).unwrap_or(known);
    let mut field = CustomField {
        label: given(arguments, "label").or_else(|| known.label.clone()),
        description: match arguments.given("description") {
            Some(text) => Some(written(text)),
            None => known.description.clone(),
        },
        required: flag("required", known.required),
        unique: flag("unique", known.unique),
        external_id: flag("externalId", known.external_id),
        ..known
    };
    if let Some(length) = whole(arguments, "length") {
        let is_text = matches!(field.kind, FieldKind::String | FieldKind::TextArea);
        field.chars_max = Some(length).filter(|_| is_text)?;
    }
    if let Some(digits) = digits(arguments) {
        use FieldKind::{Currency, Double, Percent};
        let is_number = matches!(field.kind, Currency | Double | Percent);
        field.digits = Some(Some(digits).filter(|_| is_number)?);
    }
    if matches!(field.kind, FieldKind::MultiPicklist | FieldKind::Picklist) {
        take_values(arguments, &mut field);
    }
    Some(field)
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

/// The server has the values sorted.
fn take_values(arguments: &Arguments, field: &mut CustomField) {
    let Some(values) = arguments.value("picklistValues").and_then(Value::as_array) else { return };
    let label = |value: &Value| value.get("label").map(written).unwrap_or_default();
    field.values = values.iter().map(label).collect();
    field.values.sort();
    let default = values.iter().find(|value| is_truthy(value.get("isDefault")));
    field.default = default.map(label);
}

fn digits(arguments: &Arguments) -> Option<(u32, u32)> {
    let number = |name: &str| u32::try_from(whole(arguments, name)?).ok();
    Some((number("precision")?, number("scale").unwrap_or_default()))
}

fn whole(arguments: &Arguments, name: &str) -> Option<usize> {
    let given = arguments.value(name).filter(|value| is_truthy(Some(value)))?;
    written(given).parse().ok()
}
