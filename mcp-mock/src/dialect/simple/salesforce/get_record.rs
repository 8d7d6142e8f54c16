//! `get_record`: one record of any object.

use serde_json::{Map, Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{any_object, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "get_record",
        aliases: &[],
        description: "Read every field of a record. Fields that are not set are null.",
        effect: Effect::Read,
        input: object([
            required("object", text("API name of the object, such as `Case`")),
            required("id", text("Id with 15 or 18 characters")),
        ]),
        output: object([
            required("object", text("API name of the object")),
            required("id", text("Id with 18 characters")),
            required("fields", any_object("Values by the API name of the field")),
        ]),
        run,
    }
}

fn run(salesforce: &mut Salesforce, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let record = salesforce.get(arguments.text("object"), arguments.text("id"))?;
    let rule = salesforce.object(&record.object)?;
    let names = salesforce.fields(rule).into_iter().map(|field| field.name);
    let fields: Map<_, _> = names.map(|name| (name.to_owned(), record.value(name))).collect();
    Ok(json!({ "object": record.object, "id": record.id, "fields": fields }))
}
