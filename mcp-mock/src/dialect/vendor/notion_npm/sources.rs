//! Tools for data sources and databases.

use serde_json::{Value, json};

use super::render;
use super::request::{paging, path_text};
use crate::dialect::tool::Arguments;
use crate::dialect::vendor::Answer;
use crate::service::ApiError;
use crate::service::notion::{Notion, QueryRequest};
use crate::world::Env;

pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (database, source) = notion.get_data_source(&path_text(arguments, "data_source_id"))?;
    Ok(Answer::Json(render::source(database, source)))
}

pub(super) fn database(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let database = notion.get_database(&path_text(arguments, "database_id"))?;
    Ok(Answer::Json(render::database(database)))
}

/// No data source of this world has templates.
pub(super) fn templates(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    notion.get_data_source(&path_text(arguments, "data_source_id"))?;
    Ok(Answer::Json(json!({ "templates": [], "has_more": false, "next_cursor": null })))
}

pub(super) fn query(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let request = QueryRequest {
        filter: arguments.value("filter").cloned(),
        sorts: arguments.value("sorts").and_then(Value::as_array).cloned().unwrap_or_default(),
        paging: paging(arguments)?,
    };
    let id = path_text(arguments, "data_source_id");
    let found = notion.query_data_source(&id, &request)?;
    let wanted = arguments.texts("filter_properties");
    let body =
        render::list("page_or_data_source", found, |page| render::page(notion, page, &wanted));
    Ok(Answer::Json(body))
}
