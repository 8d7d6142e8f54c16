//! Resources: listing them, reading them, hearing that they changed.

use serde::{Deserialize, Deserializer, Serialize};

use super::ResultType;
use super::method;
use super::open::{Extra, Members};
use super::page::{Listed, Page, ttl};

/// A resource as a server lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Resource {
    /// Where it is; unique on its server.
    pub uri: String,
    /// A name for programs.
    pub name: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it holds. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What its content is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// How many bytes its content has, before any encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// What else the server lists.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Resource {
    /// A resource with nothing but a place and a name.
    pub fn new(uri: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            uri: uri.into(),
            name: name.into(),
            title: None,
            description: None,
            mime_type: None,
            size: None,
            extra: Extra::default(),
        }
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            uri: members.required("uri")?,
            name: members.required("name")?,
            title: members.optional("title")?,
            description: members.optional("description")?,
            mime_type: members.optional("mimeType")?,
            size: members.optional("size")?,
            extra: members.rest(),
        })
    }
}

/// A pattern of URIs that lead to resources.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceTemplate {
    /// The pattern (RFC 6570).
    pub uri_template: String,
    /// A name for programs.
    pub name: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the resources hold. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the content of all of them is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// What else the server lists.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ResourceTemplate {
    /// A template with nothing but a pattern and a name.
    pub fn new(uri_template: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            uri_template: uri_template.into(),
            name: name.into(),
            title: None,
            description: None,
            mime_type: None,
            extra: Extra::default(),
        }
    }
}

impl<'de> Deserialize<'de> for ResourceTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            uri_template: members.required("uriTemplate")?,
            name: members.required("name")?,
            title: members.optional("title")?,
            description: members.optional("description")?,
            mime_type: members.optional("mimeType")?,
            extra: members.rest(),
        })
    }
}

impl Listed for Resource {
    const METHOD: &'static str = method::RESOURCES_LIST;
    const MEMBER: &'static str = "resources";
    const NOUN: &'static str = "resource";
    const PLURAL: &'static str = "resources";

    fn key(&self) -> &str {
        &self.uri
    }
}

/// One page of `resources/list`.
pub type ListResourcesResult = Page<Resource>;

impl Listed for ResourceTemplate {
    const METHOD: &'static str = method::RESOURCES_TEMPLATES_LIST;
    const MEMBER: &'static str = "resourceTemplates";
    const NOUN: &'static str = "resource template";
    const PLURAL: &'static str = "resource templates";

    fn key(&self) -> &str {
        &self.uri_template
    }
}

/// One page of `resources/templates/list`.
pub type ListResourceTemplatesResult = Page<ResourceTemplate>;

/// Parameters of everything that concerns one resource: `resources/read`, `resources/subscribe`,
/// `resources/unsubscribe` and `notifications/resources/updated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceParams {
    /// The resource.
    pub uri: String,
}

/// What `resources/read` answers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReadResourceResult {
    /// The content: of the resource itself, or of those that it consists of.
    pub contents: Vec<ResourceContents>,
    /// For how long the content may be cached, in milliseconds (2026-07-28 on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<u64>,
    /// What sort of result this is (2026-07-28 on); absent means complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_type: Option<ResultType>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ReadResourceResult {
    /// The content of a resource.
    #[must_use]
    pub fn new(contents: Vec<ResourceContents>) -> Self {
        Self { contents, ..Self::default() }
    }
}

impl<'de> Deserialize<'de> for ReadResourceResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            contents: members.required("contents")?,
            ttl_ms: ttl(&mut members)?,
            result_type: members.optional("resultType")?,
            extra: members.rest(),
        })
    }
}

/// The content of one resource: text or bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResourceContents {
    /// Where it is.
    pub uri: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The text, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes as base64, when it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blob: Option<String>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ResourceContents {
    /// A text.
    pub fn text(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { text: Some(text.into()), ..Self::empty(uri.into(), mime_type.into()) }
    }

    /// Bytes, already in base64.
    pub fn blob(
        uri: impl Into<String>,
        mime_type: impl Into<String>,
        base64: impl Into<String>,
    ) -> Self {
        Self { blob: Some(base64.into()), ..Self::empty(uri.into(), mime_type.into()) }
    }

    fn empty(uri: String, mime_type: String) -> Self {
        let mime_type = Some(mime_type);
        Self { uri, mime_type, text: None, blob: None, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for ResourceContents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            uri: members.required("uri")?,
            mime_type: members.optional("mimeType")?,
            text: members.optional("text")?,
            blob: members.optional("blob")?,
            extra: members.rest(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn survives<T: Serialize + DeserializeOwned>(sent: &Value) {
        let read: T = serde_json::from_str(&sent.to_string()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *sent);
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        survives::<ListResourcesResult>(&json!({
            "resources": [{
                "uri": "file:///a", "name": "a", "title": "A", "description": "d",
                "mimeType": "text/plain", "size": 3, "icons": [], "_meta": { "k": null },
            }],
            "nextCursor": "", "ttlMs": 5, "cacheScope": "private",
        }));
        survives::<ListResourceTemplatesResult>(&json!({
            "resourceTemplates": [
                { "uriTemplate": "file:///{x}", "name": "x", "annotations": { "priority": 0.5 } },
            ],
            "x": 1,
        }));
        survives::<ReadResourceResult>(&json!({
            "contents": [
                { "uri": "file:///a", "mimeType": "text/plain", "text": "", "_meta": {} },
                { "uri": "file:///b", "blob": "AA==" },
            ],
            "resultType": "complete", "ttlMs": 0, "cacheScope": "public",
        }));
    }

    #[test]
    fn one_malformed_entry_does_not_hide_the_others() {
        let resources = json!({ "resources": [
            { "uri": "a:1", "name": "one" }, null, { "uri": "a:2" }, { "uri": "a:3", "name": "three" },
        ]});
        let templates = json!({ "resourceTemplates": [7, { "uriTemplate": "{x}", "name": "x" }] });

        let resources: ListResourcesResult = serde_json::from_value(resources).unwrap();
        let templates: ListResourceTemplatesResult = serde_json::from_value(templates).unwrap();

        let names: Vec<&str> = resources.entries.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["one", "three"]);
        assert_eq!(resources.rejected.len(), 2);
        assert!(resources.rejected[1].contains("resource 2 of the page"));
        assert_eq!(templates.entries.len(), 1);
        assert_eq!(templates.rejected.len(), 1);
    }

    #[test]
    fn a_negative_time_to_live_counts_as_none() {
        let read: ReadResourceResult =
            serde_json::from_str(r#"{"contents":[],"ttlMs":-1}"#).unwrap();

        assert_eq!(read.ttl_ms, None);
    }

    #[test]
    fn a_content_is_a_text_or_bytes() {
        let contents = [
            ResourceContents::text("a:1", "text/plain", "hello"),
            ResourceContents::blob("a:2", "image/png", "AA=="),
        ];

        let written = serde_json::to_value(contents).unwrap();

        let expected = json!([
            { "uri": "a:1", "mimeType": "text/plain", "text": "hello" },
            { "uri": "a:2", "mimeType": "image/png", "blob": "AA==" },
        ]);
        assert_eq!(written, expected);
    }
}
