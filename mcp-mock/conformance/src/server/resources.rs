//! The resources. One of them has a template.

use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{
    CompleteResult, CompletionArgument, ListResourceTemplatesResult, ListResourcesResult,
    ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
};
use mcp_core::server::resource_not_found;
use serde_json::json;

use super::content::PIXEL;
use super::unknown;

/// The resource that clients subscribe to.
pub(super) const WATCHED: &str = "test://watched-resource";
const TEMPLATE: &str = "test://template/{id}/data";

pub(super) fn list() -> ListResourcesResult {
    let mut page = ListResourcesResult::default();
    page.entries = vec![
        resource("test://static-text", "A text", "text/plain"),
        resource("test://static-binary", "A picture", "image/png"),
        resource(WATCHED, "A text to subscribe to", "text/plain"),
    ];
    page
}

pub(super) fn list_templates() -> ListResourceTemplatesResult {
    let mut template = ResourceTemplate::new(TEMPLATE, "template");
    template.description = Some("Data for any id".to_owned());
    template.mime_type = Some("application/json".to_owned());
    let mut page = ListResourceTemplatesResult::default();
    page.entries = vec![template];
    page
}

pub(super) fn read(uri: &str) -> Result<ReadResourceResult, RpcError> {
    let contents = match uri {
        "test://static-text" => {
            let text = "This is the content of the static text resource.";
            ResourceContents::text(uri, "text/plain", text)
        }
        "test://static-binary" => ResourceContents::blob(uri, "image/png", PIXEL),
        WATCHED => ResourceContents::text(uri, "text/plain", "Somebody watches this."),
        _ => {
            let id = templated_id(uri).ok_or_else(|| resource_not_found(uri))?;
            let data =
                json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
            ResourceContents::text(uri, "application/json", data.to_string())
        }
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

pub(super) fn complete(
    uri: &str,
    argument: &CompletionArgument,
) -> Result<CompleteResult, RpcError> {
    if uri != TEMPLATE || argument.name != "id" {
        return Err(unknown("argument", &argument.name));
    }
    let ids = ["1", "12", "123"].into_iter().filter(|id| id.starts_with(&argument.value));
    Ok(CompleteResult::new(ids.map(str::to_owned).collect()))
}

fn resource(uri: &str, description: &str, mime_type: &str) -> Resource {
    let name = uri.strip_prefix("test://").unwrap_or(uri);
    let mut resource = Resource::new(uri, name);
    resource.description = Some(description.to_owned());
    resource.mime_type = Some(mime_type.to_owned());
    resource
}

/// The value of `{id}` in a URI of the template.
fn templated_id(uri: &str) -> Option<&str> {
    let (before, after) = TEMPLATE.split_once("{id}")?;
    let id = uri.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
