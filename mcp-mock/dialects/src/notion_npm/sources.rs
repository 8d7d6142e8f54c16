//! Tools for data sources and databases.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::notion::{Notion, QueryRequest, SourceChange};
use serde::Deserialize;
use serde_json::{Value, json};

use super::render;
use super::request::{Field, PageFields, PathId, Query, counted, not_modelled, should_be};

/// Types of properties that the API has and this world has not.
const KINDS_NOT_MODELLED: [&str; 9] = [
    "button",
    "created_by",
    "formula",
    "last_edited_by",
    "last_visited_time",
    "location",
    "place",
    "rollup",
    "verification",
];

pub(super) fn get(mut call: Call<'_, Notion>) -> Outcome {
    let Query { data_source_id, .. } = call.read()?;
    let id = data_source_id.as_str();
    let (database, source) = call.service.get_data_source(&mut call.api, id)?;
    Ok(Answer::Json(render::source(database, source)))
}

pub(super) fn database(mut call: Call<'_, Notion>) -> Outcome {
    let Query { database_id, .. } = call.read()?;
    let database = call.service.get_database(&mut call.api, database_id.as_str())?;
    Ok(Answer::Json(render::database(database)))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WriteSource {
    data_source_id: PathId,
    title: Field,
    description: Field,
    properties: Field,
    parent: Field,
    icon: Field,
    archived: Field,
    in_trash: Field,
}

impl WriteSource {
    fn change(&self) -> Result<SourceChange, ApiError> {
        Ok(SourceChange {
            title: self.title.value().cloned(),
            description: self.description.value().cloned(),
            properties: self.properties.optional_object("properties")?,
        })
    }

    /// The database of a new data source, and what is in it. The schema of the tool speaks of a page as the
    /// parent; the API wants a database.
    fn new_source(&self) -> Result<(String, SourceChange), ApiError> {
        let parent = self.parent.object("parent")?;
        let database = parent.get("database_id");
        let Some(id) = database.and_then(Value::as_str) else {
            return Err(should_be("parent.database_id", "defined", database));
        };
        self.properties.object("properties")?;
        Ok((id.to_owned(), self.change()?))
    }

    fn check_modelled(&self) -> Result<(), Refusal> {
        let properties = self.properties.given().and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let kind = KINDS_NOT_MODELLED.iter().find(|kind| property.get(kind).is_some());
            let dual = property.pointer("/relation/dual_property");
            let (path, what) = match (kind, dual) {
                (Some(kind), _) => (String::new(), *kind),
                (None, Some(_)) => {
                    (".relation.dual_property".to_owned(), "a relation in both directions")
                }
                (None, None) => continue,
            };
            let message =
                format!("`body.properties.{name}{path}`: {what} is not modelled by mcp-mock");
            return Err(Refusal::NotModelled(message));
        }
        Ok(())
    }
}

pub(super) fn create(mut call: Call<'_, Notion>) -> Outcome {
    let new: WriteSource = call.read()?;
    not_modelled(&[("icon", &new.icon)])?;
    new.check_modelled()?;
    let (id, new) = counted(&mut call, new.new_source())?;
    let (database, source) = call.service.create_data_source(&mut call.api, &id, &new)?;
    Ok(Answer::Json(render::source(database, source)))
}

pub(super) fn update(mut call: Call<'_, Notion>) -> Outcome {
    let update: WriteSource = call.read()?;
    not_modelled(&[
        ("archived", &update.archived),
        ("icon", &update.icon),
        ("in_trash", &update.in_trash),
        ("parent", &update.parent),
    ])?;
    update.check_modelled()?;
    let change = counted(&mut call, update.change())?;
    let id = update.data_source_id.as_str();
    let (database, source) = call.service.update_data_source(&mut call.api, id, &change)?;
    Ok(Answer::Json(render::source(database, source)))
}

pub(super) fn templates(mut call: Call<'_, Notion>) -> Outcome {
    let Query { data_source_id, page, .. } = call.read()?;
    let paging = counted(&mut call, page.paging())?;
    let id = data_source_id.as_str();
    let found = call.service.list_templates(&mut call.api, id, &paging)?;
    Ok(Answer::Json(json!({
        "templates": found.items,
        "has_more": found.next.is_some(),
        "next_cursor": found.next,
    })))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct QuerySource {
    data_source_id: PathId,
    filter: Field,
    sorts: Field,
    archived: Field,
    in_trash: Field,
    result_type: Field,
    filter_properties: Field,
    #[serde(flatten)]
    page: PageFields,
}

impl QuerySource {
    fn request(&self) -> Result<QueryRequest, ApiError> {
        let sorts = match self.sorts.value() {
            None => Vec::new(),
            Some(_) => self.sorts.list("sorts")?,
        };
        let in_trash = self.in_trash.flag("in_trash")?.or(self.archived.flag("archived")?);
        Ok(QueryRequest {
            filter: self.filter.value().cloned(),
            sorts,
            in_trash: in_trash.unwrap_or_default(),
            paging: self.page.paging()?,
        })
    }
}

pub(super) fn query(mut call: Call<'_, Notion>) -> Outcome {
    let query: QuerySource = call.read()?;
    not_modelled(&[("result_type", &query.result_type)])?;
    let request = counted(&mut call, query.request())?;
    let id = query.data_source_id.as_str();
    let found = call.service.query_data_source(&mut call.api, id, &request)?;
    let wanted = query.filter_properties.names();
    let body = render::list("page_or_data_source", found, |view| render::page(view, &wanted));
    Ok(Answer::Json(body))
}
