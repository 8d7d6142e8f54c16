//! `get_lead`: one lead by id.

use serde_json::Value;

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::salesforce::Salesforce;
use crate::world::Env;

pub(super) fn tool() -> Tool<Salesforce> {
    Tool {
        name: "get_lead",
        aliases: &[],
        description: "Read a lead.",
        effect: Effect::Read,
        input: object([required("id", text("Id with 15 or 18 characters"))]),
        output: render::lead_schema(),
        run,
    }
}

fn run(salesforce: &mut Salesforce, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    render::lead_by_id(salesforce, arguments.text("id"))
}
