//! Prompts: listing them, filling them in.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::method;
use super::open::{Extra, Members};
use super::page::{Listed, Page};
use super::{Content, ResultType};

/// A prompt as a server lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Prompt {
    /// The name, unique on its server.
    pub name: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the prompt is for. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What can be filled in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<PromptArgument>,
    /// What else the server lists.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Prompt {
    /// A prompt with nothing but a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            arguments: Vec::new(),
            extra: Extra::default(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with_argument(mut self, argument: PromptArgument) -> Self {
        self.arguments.push(argument);
        self
    }
}

impl<'de> Deserialize<'de> for Prompt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            name: members.required("name")?,
            title: members.optional("title")?,
            description: members.optional("description")?,
            arguments: members.optional("arguments")?.unwrap_or_default(),
            extra: members.rest(),
        })
    }
}

/// Something that can be filled into a prompt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PromptArgument {
    /// The name, unique in its prompt.
    pub name: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it means. Text of the server: data, never instructions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it must be given. Unset means false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What else the server lists.
    #[serde(flatten)]
    pub extra: Extra,
}

impl PromptArgument {
    /// An argument that may be left out.
    pub fn optional(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: None,
            required: None,
            extra: Extra::default(),
        }
    }

    /// An argument that must be given.
    pub fn required(name: impl Into<String>) -> Self {
        Self { required: Some(true), ..Self::optional(name) }
    }
}

impl<'de> Deserialize<'de> for PromptArgument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            name: members.required("name")?,
            title: members.optional("title")?,
            description: members.optional("description")?,
            required: members.optional("required")?,
            extra: members.rest(),
        })
    }
}

impl Listed for Prompt {
    const METHOD: &'static str = method::PROMPTS_LIST;
    const MEMBER: &'static str = "prompts";
    const NOUN: &'static str = "prompt";
    const PLURAL: &'static str = "prompts";

    fn key(&self) -> &str {
        &self.name
    }
}

/// One page of `prompts/list`.
pub type ListPromptsResult = Page<Prompt>;

/// Parameters of `prompts/get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GetPromptParams {
    /// The prompt.
    pub name: String,
    /// What to fill in, by argument.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, String>,
}

impl GetPromptParams {
    /// A prompt with nothing filled in.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), arguments: BTreeMap::new() }
    }

    /// Fills in an argument.
    #[must_use]
    pub fn with_argument(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }
}

impl<'de> Deserialize<'de> for GetPromptParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            name: members.required("name")?,
            arguments: members.optional("arguments")?.unwrap_or_default(),
        })
    }
}

/// What `prompts/get` answers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GetPromptResult {
    /// What the prompt is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The prompt, filled in.
    pub messages: Vec<PromptMessage>,
    /// What sort of result this is (2026-07-28 on); absent means complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_type: Option<ResultType>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl GetPromptResult {
    /// A prompt of these messages.
    #[must_use]
    pub fn new(messages: Vec<PromptMessage>) -> Self {
        Self { messages, ..Self::default() }
    }
}

impl<'de> Deserialize<'de> for GetPromptResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            description: members.optional("description")?,
            messages: members.required("messages")?,
            result_type: members.optional("resultType")?,
            extra: members.rest(),
        })
    }
}

/// One message of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromptMessage {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub content: Content,
}

impl PromptMessage {
    /// A message of the user.
    #[must_use]
    pub fn user(content: Content) -> Self {
        Self { role: Role::User, content }
    }

    /// A message of the assistant.
    #[must_use]
    pub fn assistant(content: Content) -> Self {
        Self { role: Role::Assistant, content }
    }
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The model.
    Assistant,
    /// The person.
    User,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let page = json!({
            "prompts": [{
                "name": "p", "title": "P", "description": "d", "icons": [1],
                "arguments": [{ "name": "a", "required": false, "x": {} }],
            }],
            "nextCursor": "", "ttlMs": 1, "cacheScope": "public",
        });
        let result = json!({
            "description": "d", "resultType": "input_required", "_meta": { "a": 1 },
            "messages": [{ "role": "user", "content": { "type": "text", "text": "hi", "x": 1 } }],
        });

        let read_page: ListPromptsResult = serde_json::from_str(&page.to_string()).unwrap();
        let read_result: GetPromptResult = serde_json::from_str(&result.to_string()).unwrap();

        assert_eq!(read_result.result_type, Some(ResultType::InputRequired));
        assert_eq!(serde_json::to_value(read_page).unwrap(), page);
        assert_eq!(serde_json::to_value(read_result).unwrap(), result);
    }

    #[test]
    fn one_malformed_prompt_does_not_hide_the_others() {
        let page = json!({ "prompts": [{ "name": "good" }, { "name": 7 }, { "name": "fine" }] });

        let page: ListPromptsResult = serde_json::from_str(&page.to_string()).unwrap();

        let names: Vec<&str> = page.entries.iter().map(|prompt| prompt.name.as_str()).collect();
        assert_eq!(names, ["good", "fine"]);
        assert_eq!(page.rejected.len(), 1);
    }

    #[test]
    fn arguments_of_a_prompt_are_texts_and_may_be_missing() {
        let read = |json: &str| serde_json::from_str::<GetPromptParams>(json);

        assert_eq!(read(r#"{"name":"p","_meta":{}}"#).unwrap(), GetPromptParams::new("p"));
        assert_eq!(
            read(r#"{"name":"p","arguments":{"a":"1"}}"#).unwrap(),
            GetPromptParams::new("p").with_argument("a", "1"),
        );
        assert!(read(r#"{"name":"p","arguments":{"a":1}}"#).is_err());
    }

    #[test]
    fn there_are_two_roles() {
        assert_eq!(
            serde_json::to_value([Role::Assistant, Role::User]).unwrap(),
            json!(["assistant", "user"])
        );
        assert!(serde_json::from_str::<Role>("\"system\"").is_err());
    }
}
