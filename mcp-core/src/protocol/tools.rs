//! Tools: listing them, calling them, reading what they answer.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::content::Content;
use super::method;
use super::open::{Extra, Members, Name};
use super::page::{Listed, Page};

/// A tool as a server lists it. Schemas stay raw.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tool {
    /// The name, unique on its server.
    pub name: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the tool does, for people and models. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of the arguments.
    pub input_schema: Box<RawValue>,
    /// JSON Schema of the structured content (2025-06-18 on).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Box<RawValue>>,
    /// Hints about the effect (2025-03-26 on); not to be trusted unless the server is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
    /// What else the server lists.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Tool {
    /// A tool with nothing but a name and an input schema.
    pub fn new(name: impl Into<String>, input_schema: Box<RawValue>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            input_schema,
            output_schema: None,
            annotations: None,
            extra: Extra::default(),
        }
    }
}

impl<'de> Deserialize<'de> for Tool {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            name: members.required("name")?,
            title: members.optional("title")?,
            description: members.optional("description")?,
            input_schema: members.required("inputSchema")?,
            output_schema: members.optional("outputSchema")?,
            annotations: members.optional("annotations")?,
            extra: members.rest(),
        })
    }
}

/// Hints about what a tool may do (specification, "Tool annotations").
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Annotations {
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Changes nothing. Unset means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only_hint: Option<bool>,
    /// May destroy something. Unset means true; meaningless when read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive_hint: Option<bool>,
    /// A second call with the same arguments changes nothing more. Unset means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent_hint: Option<bool>,
    /// Reaches beyond the server. Unset means true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world_hint: Option<bool>,
}

impl Annotations {
    /// Whether the server claims that the tool changes nothing.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only_hint == Some(true)
    }

    /// Whether the server claims that a second call changes nothing more.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.is_read_only() || self.idempotent_hint == Some(true)
    }
}

impl Listed for Tool {
    const METHOD: &'static str = method::TOOLS_LIST;
    const MEMBER: &'static str = "tools";
    const NOUN: &'static str = "tool";
    const PLURAL: &'static str = "tools";

    fn key(&self) -> &str {
        &self.name
    }
}

/// One page of `tools/list`.
pub type ListToolsResult = Page<Tool>;

/// Parameters of `tools/call` as a server reads them, borrowed from the frame.
#[derive(Debug, Deserialize)]
pub struct CallToolParams<'a> {
    /// The name of the tool.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// The arguments; none counts as an empty object.
    #[serde(borrow)]
    pub arguments: Option<&'a RawValue>,
    /// The client's answers to what an earlier round asked for (2026-07-28 on).
    #[serde(borrow, rename = "inputResponses")]
    pub input_responses: Option<&'a RawValue>,
    /// What an earlier round gave the client to send back (2026-07-28 on).
    #[serde(borrow, rename = "requestState")]
    pub request_state: Option<&'a RawValue>,
}

/// What a tool answers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallToolResult {
    /// Blocks for people and models.
    pub content: Vec<Content>,
    /// The answer as JSON (2025-06-18 on). Absent and null are different things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured_content: Option<Box<RawValue>>,
    /// Whether the tool failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_error: Option<bool>,
    /// What sort of result this is (2026-07-28 on); absent means complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_type: Option<ResultType>,
    /// What else the server sends, `_meta` included.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a result is (2026-07-28, "Result types").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResultType {
    /// The result is all there is.
    Complete,
    /// The client is to answer something and to send the request again.
    InputRequired,
    /// The work goes on as a task (tasks extension).
    Task,
    /// A type that this crate does not know.
    #[serde(untagged)]
    Other(String),
}

impl ResultType {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Complete => "complete",
            Self::InputRequired => "input_required",
            Self::Task => "task",
            Self::Other(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for ResultType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Name(name) = Name::deserialize(deserializer)?;
        Ok(match &*name {
            "complete" => Self::Complete,
            "input_required" => Self::InputRequired,
            "task" => Self::Task,
            _ => Self::Other(name.into_owned()),
        })
    }
}

impl CallToolResult {
    /// One text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: vec![Content::text(text)], ..Self::default() }
    }

    /// Blocks of content.
    #[must_use]
    pub fn blocks(content: Vec<Content>) -> Self {
        Self { content, ..Self::default() }
    }

    /// Structured content, with the same JSON as text for clients that read no more than that.
    ///
    /// # Errors
    ///
    /// When `value` cannot be written as JSON.
    pub fn structured(value: &impl Serialize) -> serde_json::Result<Self> {
        let raw = serde_json::value::to_raw_value(value)?;
        Ok(Self {
            content: vec![Content::text(raw.get())],
            structured_content: Some(raw),
            ..Self::default()
        })
    }

    /// The same result, marked as the tool's own failure.
    #[must_use]
    pub fn into_error(mut self) -> Self {
        self.is_error = Some(true);
        self
    }

    /// Whether the tool says that it failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.is_error == Some(true)
    }

    /// What the tool answered, by the one rule of this workspace: `structuredContent` when present,
    /// else the JSON in a single text block, else the texts.
    #[must_use]
    pub fn payload(&self) -> Payload<'_> {
        if let Some(raw) = &self.structured_content {
            return Payload::Json(raw.get());
        }
        match self.content.as_slice() {
            [only] => match only.as_text() {
                Some(text) if is_json_document(text) => Payload::Json(text),
                Some(text) => Payload::Text(text.to_owned()),
                None => Payload::Blocks(&self.content),
            },
            blocks
                if !blocks.is_empty() && blocks.iter().all(|block| block.as_text().is_some()) =>
            {
                let texts: Vec<&str> = blocks.iter().filter_map(Content::as_text).collect();
                Payload::Text(texts.join("\n"))
            }
            blocks => Payload::Blocks(blocks),
        }
    }

    /// The payload as JSON; text becomes a string, and blocks become the array of blocks.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self.payload() {
            Payload::Json(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            Payload::Text(text) => Value::String(text),
            Payload::Blocks(blocks) => serde_json::to_value(blocks).unwrap_or_default(),
        }
    }

    /// The payload as a `T`.
    ///
    /// # Errors
    ///
    /// When the payload does not fit. The tool was executed all the same.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        let decoded = match self.payload() {
            Payload::Json(text) => serde_json::from_str(text),
            Payload::Text(text) => serde_json::from_value(Value::String(text)),
            Payload::Blocks(blocks) => {
                serde_json::to_value(blocks).and_then(serde_json::from_value)
            }
        };
        decoded.map_err(|error| PayloadError { message: error.to_string() })
    }
}

impl<'de> Deserialize<'de> for CallToolResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ResultVisitor)
    }
}

/// What a tool answered, found by [`CallToolResult::payload`].
#[derive(Debug, Clone, PartialEq)]
pub enum Payload<'a> {
    /// Blocks that are not all text.
    Blocks(&'a [Content]),
    /// One JSON value.
    Json(&'a str),
    /// Plain text; several text blocks are joined by line breaks.
    Text(String),
}

/// A payload that does not fit the type that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tool's answer does not fit: {message}")]
#[non_exhaustive]
pub struct PayloadError {
    /// Where and why, in the words of the JSON reader.
    pub message: String,
}

/// Only objects and arrays count: text that happens to read `12` or `true` stays text.
fn is_json_document(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Reads a result in one pass: this is on the path of every call.
struct ResultVisitor;

impl<'de> Visitor<'de> for ResultVisitor {
    type Value = CallToolResult;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result of a tool")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CallToolResult, A::Error> {
        let mut result = CallToolResult::default();
        let mut has_payload = false;
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "content" => {
                    result.content = map.next_value()?;
                    has_payload = true;
                }
                "structuredContent" => {
                    result.structured_content = Some(map.next_value()?);
                    has_payload = true;
                }
                "isError" => result.is_error = map.next_value()?,
                "resultType" => result.result_type = map.next_value()?,
                _ => result.extra.insert(name, map.next_value::<Box<RawValue>>()?),
            }
        }
        if has_payload { Ok(result) } else { Err(A::Error::missing_field("content")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> CallToolResult {
        serde_json::from_str(&value.to_string()).unwrap()
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let sent = json!({
            "content": [
                { "type": "hologram", "depth": 3, "_meta": { "a": 1 } },
                { "type": "image", "data": "AA==", "mimeType": "image/png" },
            ],
            "isError": false,
            "resultType": "complete",
            "x": [1, { "y": null }],
        });

        let back = serde_json::to_value(read(&sent)).unwrap();

        assert_eq!(back, sent);
    }

    #[test]
    fn a_tool_keeps_what_it_does_not_know() {
        let sent = json!({
            "name": "t", "inputSchema": { "type": "object", "x-y": 1 },
            "icons": [{ "src": "data:," }], "_meta": { "k": [] },
        });

        let tool: Tool = serde_json::from_str(&sent.to_string()).unwrap();

        assert_eq!(serde_json::to_value(tool).unwrap(), sent);
    }

    #[test]
    fn one_malformed_tool_does_not_hide_the_others() {
        let page = json!({ "tools": [
            { "name": "good", "inputSchema": {} }, { "name": 7 }, { "name": "fine", "inputSchema": {} },
        ]});

        let page: ListToolsResult = serde_json::from_str(&page.to_string()).unwrap();

        let names: Vec<&str> = page.entries.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["good", "fine"]);
        assert_eq!(page.rejected.len(), 1);
    }

    #[test]
    fn the_payload_follows_one_rule() {
        let text = |text: &str| json!({ "type": "text", "text": text });
        let cases = [
            (
                json!({ "content": [text("{\"a\":1}")], "structuredContent": { "a": 2 } }),
                json!({ "a": 2 }),
            ),
            (json!({ "content": [text("{\"a\":1}")] }), json!({ "a": 1 })),
            (json!({ "content": [text("12")] }), json!("12")),
            (json!({ "content": [text("[not json")] }), json!("[not json")),
            (json!({ "content": [text("one"), text("two")] }), json!("one\ntwo")),
            (json!({ "content": [], "structuredContent": null }), Value::Null),
            (json!({ "content": [] }), json!([])),
        ];

        for (result, expected) in cases {
            assert_eq!(read(&result).to_value(), expected, "{result}");
        }
    }

    #[test]
    fn every_result_type_reads_back_from_its_name() {
        let cases = [
            ("complete", ResultType::Complete),
            ("input_required", ResultType::InputRequired),
            ("task", ResultType::Task),
            ("later", ResultType::Other("later".to_owned())),
        ];

        for (name, kind) in cases {
            assert_eq!(serde_json::from_value::<ResultType>(json!(name)).unwrap(), kind);
            assert_eq!(serde_json::to_value(kind).unwrap(), json!(name));
        }
    }

    #[test]
    fn a_result_without_content_is_no_result() {
        assert!(serde_json::from_str::<CallToolResult>("{}").is_err());
        assert!(serde_json::from_str::<CallToolResult>("null").is_err());
    }
}
