//! `describe_object`: which fields an object has.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{boolean, list, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::{Field, Salesforce};
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    let field = object([
        required("name", text("API name")),
        required("label", text("What people read")),
        required("type", text("Type of its values, such as `picklist`")),
        required("required", boolean("Whether a record cannot be without it")),
        required("read_only", boolean("Whether only the system writes it")),
        required("values", list(text("Value"), "Values of a picklist, objects of a reference")),
    ]);
    Tool {
        name: "describe_object",
        aliases: &[],
        description: "Read which fields an object has and what they take.",
        effect: Effect::Read,
        input: object([required("object", text("API name of the object, such as `Lead`"))]),
        output: object([
            required("name", text("API name")),
            required("prefix", text("First three characters of its ids")),
            required("fields", list(field, "Fields, those of every object first")),
        ]),
        run,
    }
}

fn run(salesforce: &mut Salesforce, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let rule = salesforce.object(arguments.text("object"))?;
    let fields: Value = salesforce.fields(rule).iter().map(field).collect();
    Ok(json!({ "name": rule.name, "prefix": rule.prefix, "fields": fields }))
}

fn field(field: &Field<'_>) -> Value {
    json!({
        "name": field.name,
        "label": field.label(),
        "type": field.kind.name(),
        "required": field.required,
        "read_only": field.read_only,
        "values": field.values.names(),
    })
}
