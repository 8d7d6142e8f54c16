//! `query`: records that a SOQL query finds.

use serde_json::{Value, json};

use crate::dialect::Arguments;
use crate::dialect::schema::{
    any_object, boolean, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "query",
        aliases: &[],
        description: "Run a SOQL query on one object: SELECT fields or COUNT(), FROM, WHERE, ORDER \
                      BY, LIMIT, OFFSET. An answer has 2000 records at most.",
        effect: Effect::Read,
        input: object([
            required("soql", text("The query, such as `SELECT Id FROM Lead WHERE Rating = 'Hot'`")),
            optional("cursor", text("`next_cursor` of the answer before, for the same query")),
        ]),
        output: object([
            required("total_size", integer("How many records there are in all")),
            required("done", boolean("Whether these are the last ones")),
            required("records", list(any_object("The chosen fields"), "Records, in order")),
            required("next_cursor", nullable(text("Where to go on; null when done"))),
        ]),
        run,
    }
}

fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Value, ApiError> {
    let first = match arguments.optional_text("cursor") {
        None => 0,
        Some(cursor) => cursor
            .parse()
            .map_err(|_| ApiError::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator"))?,
    };
    let result = salesforce.query(env, arguments.text("soql"), first)?;
    Ok(json!({
        "total_size": result.total_size,
        "done": result.next.is_none(),
        "records": result.records,
        "next_cursor": result.next.map(|next| next.to_string()),
    }))
}
