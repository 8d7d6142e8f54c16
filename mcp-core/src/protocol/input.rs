//! What a server asks its client: the envelope of all questions; sampling and roots.
//!
//! In the legacy era a server asks with requests of its own. In the modern era its result says what it
//! needs ([`InputRequired`]), and the client sends the request again with the answers.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::open::{Extra, Members};
use super::{ClientCapabilities, Content, ElicitParams, Role, method};

/// The result of a request that the client is to send again, with answers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputRequired {
    /// What the client is asked, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub input_requests: BTreeMap<String, InputRequest>,
    /// What the client is to send back as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_state: Option<String>,
}

/// The client's answers, by the keys of [`InputRequired::input_requests`].
pub type InputResponses = BTreeMap<String, Box<RawValue>>;

impl InputRequired {
    /// Asks nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks something more.
    #[must_use]
    pub fn ask(mut self, key: impl Into<String>, request: InputRequest) -> Self {
        self.input_requests.insert(key.into(), request);
        self
    }

    /// Gives the client something to send back.
    #[must_use]
    pub fn with_state(mut self, state: impl Into<String>) -> Self {
        self.request_state = Some(state.into());
        self
    }

    /// Reads a result of the sort `input_required`.
    ///
    /// # Errors
    ///
    /// When it is malformed, or neither asks anything nor carries a state.
    pub fn parse(result: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(result)
    }
}

impl<'de> Deserialize<'de> for InputRequired {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        let required = Self {
            input_requests: members.optional("inputRequests")?.unwrap_or_default(),
            request_state: members.optional("requestState")?,
        };
        if required.input_requests.is_empty() && required.request_state.is_none() {
            return Err(D::Error::custom("neither `inputRequests` nor `requestState` is there"));
        }
        Ok(required)
    }
}

/// A request of a server to its client, without an id.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct InputRequest {
    /// What is asked.
    pub method: String,
    /// The parameters as JSON; `{}` when there were none.
    pub params: Box<RawValue>,
}

impl InputRequest {
    /// A request of any method.
    pub fn new(method: impl Into<String>, params: Box<RawValue>) -> Self {
        Self { method: method.into(), params }
    }

    /// Asks a person.
    #[must_use]
    pub fn elicit(params: &ElicitParams) -> Self {
        Self::of(method::ELICIT, params)
    }

    /// Asks a model.
    #[must_use]
    pub fn sample(params: &CreateMessageParams) -> Self {
        Self::of(method::SAMPLE, params)
    }

    /// Asks which folders the client works in.
    #[must_use]
    pub fn roots() -> Self {
        Self::of(method::ROOTS_LIST, &Map::new())
    }

    /// What a client must have declared to be asked this, as the member `requiredCapabilities` of a
    /// refusal names it.
    #[must_use]
    pub fn needed_capability(&self) -> Value {
        let needed = ClientCapabilities::needed_for(&self.method, &self.params);
        serde_json::to_value(needed).unwrap_or_default()
    }

    fn of(method: &str, params: &impl Serialize) -> Self {
        Self::new(method, to_raw_value(params).expect("texts and raw JSON are JSON"))
    }
}

impl<'de> Deserialize<'de> for InputRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        let params: Option<Box<RawValue>> = members.optional("params")?;
        Ok(Self {
            method: members.required("method")?,
            params: params
                .unwrap_or_else(|| to_raw_value(&Map::new()).expect("an empty object is JSON")),
        })
    }
}

/// Parameters of `sampling/createMessage`: a question to a model.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageParams {
    /// What was said so far.
    pub messages: Vec<SamplingMessage>,
    /// How long the answer may be.
    pub max_tokens: u64,
    /// What the model is told beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// Everything else: `modelPreferences`, `temperature`, `tools`, `_meta` and the unknown.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateMessageParams {
    /// A conversation to continue.
    #[must_use]
    pub fn new(messages: Vec<SamplingMessage>, max_tokens: u64) -> Self {
        Self { messages, max_tokens, system_prompt: None, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for CreateMessageParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            messages: members.required("messages")?,
            max_tokens: members.required("maxTokens")?,
            system_prompt: members.optional("systemPrompt")?,
            extra: members.rest(),
        })
    }
}

/// One message of a conversation with a model.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SamplingMessage {
    /// Who says it.
    pub role: Role,
    /// What is said: a block, or a list of blocks (2025-11-25 on).
    pub content: Box<RawValue>,
    /// What else is sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SamplingMessage {
    /// A text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self { role, content: text_block(text.into()), extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for SamplingMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            role: members.required("role")?,
            content: members.required("content")?,
            extra: members.rest(),
        })
    }
}

/// What a model answered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateMessageResult {
    /// Who speaks: the assistant.
    pub role: Role,
    /// The answer: a block, or a list of blocks (2025-11-25 on).
    pub content: Box<RawValue>,
    /// Which model it was.
    pub model: String,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<String>,
    /// What else the client sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateMessageResult {
    /// A text.
    pub fn text(model: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            role: Role::Assistant,
            content: text_block(text.into()),
            model: model.into(),
            stop_reason: Some("endTurn".to_owned()),
            extra: Extra::default(),
        }
    }
}

impl<'de> Deserialize<'de> for CreateMessageResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            role: members.required("role")?,
            content: members.required("content")?,
            model: members.required("model")?,
            stop_reason: members.optional("stopReason")?,
            extra: members.rest(),
        })
    }
}

fn text_block(text: String) -> Box<RawValue> {
    to_raw_value(&Content::text(text)).expect("a text block is JSON")
}

/// A folder or file that a client works in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Root {
    /// Where it is: a `file:` URI.
    pub uri: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What else the client sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Root {
    /// A root without a name.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: uri.into(), name: None, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            uri: members.required("uri")?,
            name: members.optional("name")?,
            extra: members.rest(),
        })
    }
}

/// What `roots/list` answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ListRootsResult {
    /// The roots.
    pub roots: Vec<Root>,
    /// What else the client sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ListRootsResult {
    /// These roots.
    #[must_use]
    pub fn new(roots: Vec<Root>) -> Self {
        Self { roots, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for ListRootsResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self { roots: members.required("roots")?, extra: members.rest() })
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn survives<T: Serialize + DeserializeOwned>(sent: &Value) {
        let read: T = serde_json::from_str(&sent.to_string()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), *sent);
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        survives::<CreateMessageParams>(&json!({
            "messages": [{ "role": "user", "content": [{ "type": "text", "text": "q" }], "_meta": {} }],
            "maxTokens": 10, "systemPrompt": "s", "modelPreferences": { "hints": [] }, "tools": [],
        }));
        survives::<CreateMessageResult>(&json!({
            "role": "assistant", "content": { "type": "text", "text": "a" }, "model": "m",
            "stopReason": "endTurn", "x": null,
        }));
        survives::<ListRootsResult>(&json!({
            "roots": [{ "uri": "file:///a", "name": "a", "_meta": {} }, { "uri": "file:///b" }],
            "_meta": { "a": 1 },
        }));
    }

    #[test]
    fn a_result_may_ask_or_carry_a_state_or_both() {
        let ask = json!({ "k": { "method": "roots/list", "params": {} } });

        survives::<InputRequired>(&json!({ "inputRequests": ask }));
        survives::<InputRequired>(&json!({ "requestState": "" }));
        survives::<InputRequired>(&json!({ "inputRequests": ask, "requestState": "s" }));
    }

    #[test]
    fn a_result_that_neither_asks_nor_carries_a_state_is_an_error() {
        let cases = [
            r#"{"resultType":"input_required"}"#,
            r#"{"inputRequests":{}}"#,
            r#"{"inputRequests":null,"requestState":null}"#,
            r#"{"requestState":7}"#,
            r#"{"inputRequests":{"k":7}}"#,
            r#"{"inputRequests":{"k":{"params":{}}}}"#,
            "[]",
        ];

        for case in cases {
            assert!(InputRequired::parse(case.as_bytes()).is_err(), "{case}");
        }
    }

    #[test]
    fn a_question_without_parameters_has_empty_ones() {
        let result =
            br#"{"inputRequests":{"k":{"method":"roots/list"}},"resultType":"input_required"}"#;

        let required = InputRequired::parse(result).unwrap();

        assert_eq!(required.input_requests["k"].params.get(), "{}");
    }

    #[test]
    fn questions_are_built_from_their_parameters() {
        let schema = to_raw_value(&json!({ "type": "object" })).unwrap();
        let message = SamplingMessage::text(Role::User, "2+2?");

        let required = InputRequired::new()
            .ask("form", InputRequest::elicit(&ElicitParams::form("ok?", schema)))
            .ask("model", InputRequest::sample(&CreateMessageParams::new(vec![message], 9)))
            .ask("roots", InputRequest::roots())
            .with_state("s");

        let expected = json!({
            "inputRequests": {
                "form": { "method": "elicitation/create", "params": {
                    "mode": "form", "message": "ok?", "requestedSchema": { "type": "object" },
                }},
                "model": { "method": "sampling/createMessage", "params": {
                    "messages": [{ "role": "user", "content": { "type": "text", "text": "2+2?" } }],
                    "maxTokens": 9,
                }},
                "roots": { "method": "roots/list", "params": {} },
            },
            "requestState": "s",
        });
        assert_eq!(serde_json::to_value(required).unwrap(), expected);
    }

    #[test]
    fn a_question_names_the_capability_that_it_needs() {
        let tools = to_raw_value(&json!({ "tools": [{}] })).unwrap();
        let cases = [
            (InputRequest::roots(), json!({ "roots": {} })),
            (
                InputRequest::elicit(&ElicitParams::url("m", "https://a")),
                json!({ "elicitation": { "url": {} } }),
            ),
            (
                InputRequest::sample(&CreateMessageParams::new(Vec::new(), 1)),
                json!({ "sampling": {} }),
            ),
            (InputRequest::new(method::SAMPLE, tools), json!({ "sampling": { "tools": {} } })),
        ];

        for (request, expected) in cases {
            assert_eq!(request.needed_capability(), expected);
        }
    }

    #[test]
    fn an_answer_of_a_model_is_one_text() {
        let written = serde_json::to_value(CreateMessageResult::text("m", "4")).unwrap();

        let expected = json!({
            "role": "assistant", "content": { "type": "text", "text": "4" }, "model": "m",
            "stopReason": "endTurn",
        });
        assert_eq!(written, expected);
    }
}
