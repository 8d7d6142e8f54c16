//! Completion: how an argument may go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::open::{Extra, Members};

/// Parameters of `completion/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CompleteParams {
    /// What the argument belongs to.
    #[serde(rename = "ref")]
    pub reference: CompletionReference,
    /// The argument as far as it is known.
    pub argument: CompletionArgument,
    /// What is known beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<CompletionContext>,
}

impl CompleteParams {
    /// Asks how the argument `name`, which begins with `value`, may go on.
    pub fn new(
        reference: CompletionReference,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        let argument = CompletionArgument { name: name.into(), value: value.into() };
        Self { reference, argument, context: None }
    }

    /// Adds the arguments that are known already.
    #[must_use]
    pub fn with_context(mut self, arguments: BTreeMap<String, String>) -> Self {
        self.context = Some(CompletionContext { arguments });
        self
    }
}

/// What a completed argument belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum CompletionReference {
    /// A prompt.
    #[serde(rename = "ref/prompt")]
    Prompt {
        /// The prompt.
        name: String,
    },
    /// A template of resources.
    #[serde(rename = "ref/resource")]
    Resource {
        /// The pattern, or a URI.
        uri: String,
    },
}

/// An argument as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionArgument {
    /// The argument.
    pub name: String,
    /// How its value begins.
    pub value: String,
}

/// What is known beside the argument to complete (2025-06-18 on).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionContext {
    /// Arguments that have a value already.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
}

/// What `completion/complete` answers.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct CompleteResult {
    /// The suggestions.
    pub completion: Completion,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CompleteResult {
    /// Suggests values, best first. No more than [`Completion::VALUES_MAX`] are sent.
    #[must_use]
    pub fn new(mut values: Vec<String>) -> Self {
        let total = values.len();
        values.truncate(Completion::VALUES_MAX);
        let completion = Completion {
            has_more: Some(values.len() < total),
            total: u64::try_from(total).ok(),
            values,
        };
        Self { completion, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for CompleteResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self { completion: members.required("completion")?, extra: members.rest() })
    }
}

/// Suggestions for an argument.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// The values, best first.
    pub values: Vec<String>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Whether there are more than were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_more: Option<bool>,
}

impl Completion {
    /// How many values an answer may hold (specification, "Completion").
    pub const VALUES_MAX: usize = 100;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_survive_a_round_trip() {
        let cases = [
            json!({
                "ref": { "type": "ref/prompt", "name": "p" },
                "argument": { "name": "a", "value": "" },
            }),
            json!({
                "ref": { "type": "ref/resource", "uri": "file:///{x}" },
                "argument": { "name": "x", "value": "v" },
                "context": { "arguments": { "y": "z" } },
            }),
        ];

        for sent in cases {
            let read: CompleteParams = serde_json::from_str(&sent.to_string()).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), sent);
        }
    }

    #[test]
    fn an_unknown_reference_cannot_be_read() {
        let sent = r#"{"ref":{"type":"ref/tool","name":"t"},"argument":{"name":"a","value":""}}"#;

        assert!(serde_json::from_str::<CompleteParams>(sent).is_err());
    }

    #[test]
    fn unknown_members_of_a_result_survive_a_round_trip() {
        let sent = json!({
            "completion": { "values": ["a"], "total": 2, "hasMore": true },
            "_meta": { "k": 1 },
        });

        let read: CompleteResult = serde_json::from_str(&sent.to_string()).unwrap();

        assert_eq!(serde_json::to_value(read).unwrap(), sent);
    }

    #[test]
    fn no_more_values_are_sent_than_an_answer_may_hold() {
        let few = CompleteResult::new(vec!["a".to_owned()]).completion;
        let many = CompleteResult::new(vec![String::new(); 101]).completion;

        assert_eq!((few.values.len(), few.total, few.has_more), (1, Some(1), Some(false)));
        assert_eq!((many.values.len(), many.total, many.has_more), (100, Some(101), Some(true)));
    }
}
