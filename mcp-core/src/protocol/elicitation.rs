//! Elicitation: what a server asks a person.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::open::{Extra, Members};

/// Parameters of `elicitation/create`: a question to a person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ElicitParams {
    /// How the person answers.
    pub mode: ElicitMode,
    /// The question. Text of the server: data, never instructions.
    pub message: String,
    /// JSON Schema of the form: an object of plain members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_schema: Option<Box<RawValue>>,
    /// Where the person is to go; to be shown in full and never opened unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the server calls the visit (2025-11-25 only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elicitation_id: Option<String>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How a person answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ElicitMode {
    /// By filling in a form.
    #[default]
    Form,
    /// By going somewhere (2025-11-25 on).
    Url,
}

impl ElicitParams {
    /// A form.
    pub fn form(message: impl Into<String>, requested_schema: Box<RawValue>) -> Self {
        let requested_schema = Some(requested_schema);
        Self { requested_schema, ..Self::empty(ElicitMode::Form, message.into()) }
    }

    /// A visit of a page.
    pub fn url(message: impl Into<String>, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::empty(ElicitMode::Url, message.into()) }
    }

    fn empty(mode: ElicitMode, message: String) -> Self {
        Self {
            mode,
            message,
            requested_schema: None,
            url: None,
            elicitation_id: None,
            extra: Extra::default(),
        }
    }
}

impl<'de> Deserialize<'de> for ElicitParams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            mode: members.optional("mode")?.unwrap_or_default(),
            message: members.required("message")?,
            requested_schema: members.optional("requestedSchema")?,
            url: members.optional("url")?,
            elicitation_id: members.optional("elicitationId")?,
            extra: members.rest(),
        })
    }
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ElicitResult {
    /// Whether the person answered at all.
    pub action: ElicitAction,
    /// The form, filled in; none unless it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Map<String, Value>>,
    /// What else the client sends.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a person did with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ElicitAction {
    /// Answered it.
    Accept,
    /// Said no.
    Decline,
    /// Went away without a decision.
    Cancel,
}

impl ElicitResult {
    /// A form, filled in.
    #[must_use]
    pub fn accept(content: Map<String, Value>) -> Self {
        Self { content: Some(content), ..Self::empty(ElicitAction::Accept) }
    }

    /// Consent to visit a page: there is no form.
    #[must_use]
    pub fn consent() -> Self {
        Self::empty(ElicitAction::Accept)
    }

    /// A no.
    #[must_use]
    pub fn decline() -> Self {
        Self::empty(ElicitAction::Decline)
    }

    /// No decision.
    #[must_use]
    pub fn cancel() -> Self {
        Self::empty(ElicitAction::Cancel)
    }

    /// Fills what an accepted form leaves out with the defaults of its schema.
    ///
    /// What is there stays. A default that no form can hold, like an object, is passed over.
    #[must_use]
    pub fn with_defaults(mut self, schema: &RawValue) -> Self {
        if self.action != ElicitAction::Accept {
            return self;
        }
        let schema: Value = serde_json::from_str(schema.get()).unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object);
        let content = self.content.get_or_insert_default();
        for (name, property) in properties.into_iter().flatten() {
            match property.get("default") {
                Some(default) if is_form_value(default) && !content.contains_key(name) => {
                    content.insert(name.clone(), default.clone());
                }
                _ => {}
            }
        }
        self
    }

    fn empty(action: ElicitAction) -> Self {
        Self { action, content: None, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for ElicitResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            action: members.required("action")?,
            content: members.optional("content")?,
            extra: members.rest(),
        })
    }
}

/// A string, a number, a boolean or an array of strings ("Elicitation", content).
fn is_form_value(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => true,
        Value::Array(values) => values.iter().all(Value::is_string),
        Value::Null | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    /// One default for each of the kinds that a form knows, and three that no form can hold.
    fn schema() -> Box<RawValue> {
        let schema = json!({ "type": "object", "properties": {
            "name": { "type": "string", "default": "Ann" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 9.5 },
            "verified": { "type": "boolean", "default": false },
            "status": { "type": "string", "enum": ["on", "off"], "default": "on" },
            "colours": {
                "type": "array", "items": { "type": "string", "enum": ["red"] }, "default": ["red"],
            },
            "plain": { "type": "string" },
            "object": { "default": {} },
            "null": { "default": null },
            "numbers": { "default": [1] },
            "broken": true,
        }});
        to_raw_value(&schema).unwrap()
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let form = json!({
            "mode": "form", "message": "m", "requestedSchema": { "type": "object" }, "x": 1,
        });
        let url =
            json!({ "mode": "url", "message": "m", "url": "https://a", "elicitationId": "e" });
        let result = json!({ "action": "accept", "content": { "a": [] }, "_meta": {} });

        for sent in [form, url] {
            let read: ElicitParams = serde_json::from_str(&sent.to_string()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), sent);
        }
        let read: ElicitResult = serde_json::from_str(&result.to_string()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), result);
    }

    #[test]
    fn a_question_without_a_mode_is_a_form() {
        let read = |json: &str| serde_json::from_str::<ElicitParams>(json);

        assert_eq!(read(r#"{"message":"m"}"#).unwrap().mode, ElicitMode::Form);
        assert!(read(r#"{"message":"m","mode":"voice"}"#).is_err());
    }

    #[test]
    fn every_action_reads_back_from_its_name() {
        let results = [ElicitResult::consent(), ElicitResult::decline(), ElicitResult::cancel()];

        for (result, name) in results.into_iter().zip(["accept", "decline", "cancel"]) {
            let written = serde_json::to_value(&result).unwrap();
            assert_eq!(written, json!({ "action": name }));
            let read: ElicitResult = serde_json::from_str(&written.to_string()).unwrap();
            assert_eq!(read, result);
        }
    }

    #[test]
    fn defaults_fill_what_an_accepted_form_leaves_out() {
        let filled = ElicitResult::accept(Map::new()).with_defaults(&schema());

        let expected = json!({
            "name": "Ann", "age": 30, "score": 9.5, "verified": false, "status": "on",
            "colours": ["red"],
        });
        assert_eq!(Value::Object(filled.content.unwrap()), expected);
    }

    #[test]
    fn defaults_leave_alone_what_was_answered() {
        let answered = Map::from_iter([
            ("name".to_owned(), json!("")),
            ("verified".to_owned(), json!(true)),
            ("age".to_owned(), Value::Null),
        ]);

        let content = ElicitResult::accept(answered).with_defaults(&schema()).content.unwrap();

        assert_eq!(content["name"], "");
        assert_eq!(content["verified"], true);
        assert_eq!(content["age"], Value::Null);
        assert_eq!(content["status"], "on");
    }

    #[test]
    fn a_refused_form_gets_no_defaults() {
        for refused in [ElicitResult::decline(), ElicitResult::cancel()] {
            assert_eq!(refused.clone().with_defaults(&schema()), refused);
        }
    }

    #[test]
    fn a_schema_that_is_none_fills_nothing() {
        for schema in ["null", "[]", r#"{"properties":7}"#] {
            let schema = RawValue::from_string(schema.to_owned()).unwrap();
            let content = ElicitResult::accept(Map::new()).with_defaults(&schema).content;
            assert_eq!(content, Some(Map::new()));
        }
    }
}
