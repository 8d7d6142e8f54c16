//! Tools for data sources and databases.

use serde_json::{Map, json};

use super::render;
use super::request::{
    flag, list, not_modelled, object, paging, path_text, should_be, wanted_properties,
};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Notion, QueryRequest, SourceChange};
use mcp_mock::world::Env;

pub(super) fn get(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let (database, source) = notion.get_data_source(&path_text(arguments, "data_source_id"))?;
    Ok(Answer::Json(render::source(database, source)))
}

/// The schema of the tool speaks of a page as the parent; the API wants a database.
pub(super) fn create(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    not_modelled(arguments, &["icon"])?;
    let parent = object(arguments, "parent")?;
    let database = parent.get("database_id");
    let Some(id) = database.and_then(serde_json::Value::as_str) else {
        return Err(should_be("body.parent.database_id", "defined", database));
    };
    object(arguments, "properties")?;
    let (database, source) = notion.create_data_source(env, id, &change(arguments)?)?;
    Ok(Answer::Json(render::source(database, source)))
}

pub(super) fn update(
    notion: &mut Notion,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    not_modelled(arguments, &["archived", "icon", "in_trash", "parent"])?;
    let id = path_text(arguments, "data_source_id");
    let (database, source) = notion.update_data_source(env, &id, &change(arguments)?)?;
    Ok(Answer::Json(render::source(database, source)))
}

fn change(arguments: &Arguments) -> Result<SourceChange, ApiError> {
    let properties = match arguments.value("properties") {
        None => Map::new(),
        Some(_) => object(arguments, "properties")?,
    };
    let text = |name: &str| arguments.value(name).cloned();
    Ok(SourceChange { title: text("title"), description: text("description"), properties })
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
    paging(arguments)?.cut(Vec::<String>::new(), |id| id)?;
    Ok(Answer::Json(json!({ "templates": [], "has_more": false, "next_cursor": null })))
}

pub(super) fn query(
    notion: &mut Notion,
    _: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    not_modelled(arguments, &["result_type"])?;
    let sorts = match arguments.value("sorts") {
        None => Vec::new(),
        Some(_) => list(arguments, "sorts")?,
    };
    let in_trash = flag(arguments, "in_trash")?.or(flag(arguments, "archived")?);
    let request = QueryRequest {
        filter: arguments.value("filter").cloned(),
        sorts,
        in_trash: in_trash.unwrap_or_default(),
        paging: paging(arguments)?,
    };
    let id = path_text(arguments, "data_source_id");
    let found = notion.query_data_source(&id, &request)?;
    let wanted = wanted_properties(arguments);
    let body =
        render::list("page_or_data_source", found, |page| render::page(notion, page, &wanted));
    Ok(Answer::Json(body))
}
