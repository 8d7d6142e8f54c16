//! What a client declares that it can do for servers.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{ElicitMode, ProtocolVersion, key, method};

/// What a client can do for servers. Nothing, unless it says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// Asks people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elicitation: Option<ElicitationCapability>,
    /// Asks models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Map<String, Value>>,
    /// Says which folders it works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roots: Option<Map<String, Value>>,
    /// Extensions and their settings, by name (2026-07-28 on).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
    /// What else it declares.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// How a client asks people. Neither way named means forms, as before 2025-11-25.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ElicitationCapability {
    /// With forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Map<String, Value>>,
    /// By sending them to a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Map<String, Value>>,
}

impl ClientCapabilities {
    /// Adds forms for people.
    #[must_use]
    pub fn with_elicitation_form(mut self) -> Self {
        self.elicitation.get_or_insert_default().form.get_or_insert_default();
        self
    }

    /// Adds pages that people are sent to.
    #[must_use]
    pub fn with_elicitation_url(mut self) -> Self {
        self.elicitation.get_or_insert_default().url.get_or_insert_default();
        self
    }

    /// Adds questions to a model.
    #[must_use]
    pub fn with_sampling(mut self) -> Self {
        self.sampling.get_or_insert_default();
        self
    }

    /// Adds the folders that the client works in.
    #[must_use]
    pub fn with_roots(mut self) -> Self {
        self.roots.get_or_insert_default();
        self
    }

    /// Adds the tasks extension.
    #[must_use]
    pub fn with_tasks(mut self) -> Self {
        self.extensions.insert(key::TASKS_EXTENSION.to_owned(), json!({}));
        self
    }

    /// Whether a server may answer with a task.
    #[must_use]
    pub fn has_tasks(&self) -> bool {
        self.extensions.contains_key(key::TASKS_EXTENSION)
    }

    /// Whether a server may ask this. Everything that is not a question to a client may not be.
    #[must_use]
    pub fn allows(&self, method: &str, params: &RawValue) -> bool {
        match method {
            method::ELICIT => {
                let Some(elicitation) = &self.elicitation else { return false };
                mode(params).is_some_and(|mode| elicitation.allows(mode))
            }
            method::SAMPLE => {
                let Some(sampling) = &self.sampling else { return false };
                sampling.contains_key("tools") || !offers_tools(params)
            }
            method::ROOTS_LIST => self.roots.is_some(),
            _ => false,
        }
    }

    /// The least that a client must declare so that a server may ask this.
    #[must_use]
    pub fn needed_for(method: &str, params: &RawValue) -> Self {
        let none = Self::default();
        match method {
            method::ELICIT if mode(params) == Some(ElicitMode::Url) => none.with_elicitation_url(),
            method::ELICIT => none.with_elicitation_form(),
            method::SAMPLE => {
                let tools = offers_tools(params).then(|| ("tools".to_owned(), json!({})));
                Self { sampling: Some(tools.into_iter().collect()), ..none }
            }
            method::ROOTS_LIST => none.with_roots(),
            _ => none,
        }
    }

    /// The declaration in the words of a revision: what it does not know is left out.
    #[must_use]
    pub fn to_value(&self, version: ProtocolVersion) -> Value {
        let mut known = self.clone();
        known.elicitation = self.elicitation.as_ref().and_then(|it| it.known_to(version));
        if !version.has_extensions() {
            known.extensions.clear();
        }
        serde_json::to_value(known).unwrap_or_default()
    }
}

impl ElicitationCapability {
    fn allows(&self, mode: ElicitMode) -> bool {
        match mode {
            ElicitMode::Form => self.form.is_some() || self.url.is_none(),
            ElicitMode::Url => self.url.is_some(),
        }
    }

    fn known_to(&self, version: ProtocolVersion) -> Option<Self> {
        if version.has_url_elicitation() {
            return Some(self.clone());
        }
        // Forms were the only way once, so there was nothing to name.
        (version.has_elicitation() && self.allows(ElicitMode::Form)).then(Self::default)
    }
}

/// How an elicitation is to be answered; `None` when that is not known or cannot be read.
fn mode(params: &RawValue) -> Option<ElicitMode> {
    #[derive(Deserialize)]
    struct Asked {
        mode: Option<ElicitMode>,
    }
    let asked: Asked = serde_json::from_str(params.get()).ok()?;
    Some(asked.mode.unwrap_or_default())
}

/// Whether a model is to use tools, which a client declares apart (2025-11-25 on).
fn offers_tools(params: &RawValue) -> bool {
    let params: Value = serde_json::from_str(params.get()).unwrap_or_default();
    ["tools", "toolChoice"].iter().any(|name| params.get(name).is_some_and(|it| !it.is_null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(json: &Value) -> ClientCapabilities {
        serde_json::from_str(&json.to_string()).unwrap()
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let sent = json!({
            "elicitation": { "form": { "x": 1 }, "url": {} }, "sampling": { "tools": {} },
            "roots": { "listChanged": true }, "extensions": { "a/b": { "c": 1 } },
            "experimental": { "d": {} },
        });

        assert_eq!(serde_json::to_value(declared(&sent)).unwrap(), sent);
        assert_eq!(declared(&json!({})), ClientCapabilities::default());
    }

    #[test]
    fn a_server_may_ask_what_was_declared() {
        let (form, url) = (json!({ "mode": "form" }), json!({ "mode": "url" }));
        let (none, tools) = (json!({}), json!({ "tools": [] }));
        let cases = [
            (json!({}), method::ELICIT, &none, false),
            (json!({ "elicitation": {} }), method::ELICIT, &none, true),
            (json!({ "elicitation": {} }), method::ELICIT, &form, true),
            (json!({ "elicitation": {} }), method::ELICIT, &url, false),
            (json!({ "elicitation": { "form": {} } }), method::ELICIT, &url, false),
            (json!({ "elicitation": { "url": {} } }), method::ELICIT, &url, true),
            (json!({ "elicitation": { "url": {} } }), method::ELICIT, &form, false),
            (json!({ "elicitation": { "url": {}, "form": {} } }), method::ELICIT, &none, true),
            (json!({ "elicitation": {} }), method::ELICIT, &json!({ "mode": "voice" }), false),
            (json!({ "elicitation": {} }), method::ELICIT, &json!([7]), false),
            (json!({}), method::SAMPLE, &none, false),
            (json!({ "sampling": {} }), method::SAMPLE, &none, true),
            (json!({ "sampling": {} }), method::SAMPLE, &tools, false),
            (json!({ "sampling": { "tools": {} } }), method::SAMPLE, &tools, true),
            (json!({}), method::ROOTS_LIST, &none, false),
            (json!({ "roots": {} }), method::ROOTS_LIST, &none, true),
            (json!({ "sampling": {}, "roots": {} }), method::TOOLS_CALL, &none, false),
        ];

        for (capabilities, method, params, expected) in cases {
            let raw = serde_json::value::to_raw_value(params).unwrap();
            let allowed = declared(&capabilities).allows(method, &raw);
            assert_eq!(allowed, expected, "{capabilities} {method} {params}");
            assert!(!expected || ClientCapabilities::needed_for(method, &raw).allows(method, &raw));
        }
    }

    #[test]
    fn a_revision_hears_only_what_it_knows() {
        let all = ClientCapabilities::default()
            .with_elicitation_form()
            .with_elicitation_url()
            .with_sampling()
            .with_roots()
            .with_tasks();
        let old = json!({ "sampling": {}, "roots": {} });
        let cases = [
            (ProtocolVersion::V2024_11_05, old.clone()),
            (ProtocolVersion::V2025_03_26, old),
            (
                ProtocolVersion::V2025_06_18,
                json!({ "elicitation": {}, "sampling": {}, "roots": {} }),
            ),
            (
                ProtocolVersion::V2025_11_25,
                json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": {} }),
            ),
            (
                ProtocolVersion::V2026_07_28,
                json!({
                    "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": {},
                    "extensions": { "io.modelcontextprotocol/tasks": {} },
                }),
            ),
        ];

        for (version, expected) in cases {
            assert_eq!(all.to_value(version), expected, "{version}");
        }
    }

    #[test]
    fn a_client_of_pages_alone_says_nothing_where_pages_are_unknown() {
        let pages = ClientCapabilities::default().with_elicitation_url();

        assert_eq!(pages.to_value(ProtocolVersion::V2025_06_18), json!({}));
    }

    #[test]
    fn tasks_are_an_extension() {
        assert!(ClientCapabilities::default().with_tasks().has_tasks());
        assert!(!ClientCapabilities::default().has_tasks());
        assert!(!declared(&json!({ "tasks": {} })).has_tasks());
    }
}
