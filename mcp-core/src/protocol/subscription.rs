//! Subscriptions: which changes a client wants to hear of (2026-07-28 on).

use std::ops::Not;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::open::{Extra, Members};
use super::{key, method};
use crate::jsonrpc::RequestId;

/// Which changes a client wants to hear of, or a server is going to tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionFilter {
    /// Changes of the list of tools.
    #[serde(skip_serializing_if = "Not::not")]
    pub tools_list_changed: bool,
    /// Changes of the list of prompts.
    #[serde(skip_serializing_if = "Not::not")]
    pub prompts_list_changed: bool,
    /// Changes of the list of resources.
    #[serde(skip_serializing_if = "Not::not")]
    pub resources_list_changed: bool,
    /// The resources of which every change counts, by URI.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_subscriptions: Vec<String>,
    /// The tasks of which every change counts (tasks extension).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub task_ids: Vec<String>,
    /// What else the filter says.
    #[serde(flatten)]
    pub extra: Extra,
}

impl SubscriptionFilter {
    /// Whether a notification is one of those that the filter names.
    #[must_use]
    pub fn covers(&self, method: &str, params: &Map<String, Value>) -> bool {
        let text = |name: &str| params.get(name).and_then(Value::as_str);
        match method {
            method::TOOLS_LIST_CHANGED => self.tools_list_changed,
            method::PROMPTS_LIST_CHANGED => self.prompts_list_changed,
            method::RESOURCES_LIST_CHANGED => self.resources_list_changed,
            method::RESOURCES_UPDATED => text("uri").is_some_and(|uri| self.covers_resource(uri)),
            method::TASKS_NOTICE => {
                text("taskId").is_some_and(|id| self.task_ids.iter().any(|wanted| wanted == id))
            }
            _ => false,
        }
    }

    /// Whether nothing at all is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A resource counts when it, or one that contains it, was named ("Resource updated").
    fn covers_resource(&self, uri: &str) -> bool {
        self.resource_subscriptions.iter().any(|wanted| {
            uri.strip_prefix(wanted.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || wanted.ends_with('/')
            })
        })
    }
}

impl<'de> Deserialize<'de> for SubscriptionFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            tools_list_changed: members.optional("toolsListChanged")?.unwrap_or_default(),
            prompts_list_changed: members.optional("promptsListChanged")?.unwrap_or_default(),
            resources_list_changed: members.optional("resourcesListChanged")?.unwrap_or_default(),
            resource_subscriptions: members.optional("resourceSubscriptions")?.unwrap_or_default(),
            task_ids: members.optional("taskIds")?.unwrap_or_default(),
            extra: members.rest(),
        })
    }
}

/// Parameters of `subscriptions/listen`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ListenParams {
    /// What the client wants to hear of.
    pub notifications: SubscriptionFilter,
}

/// Parameters of `notifications/subscriptions/acknowledged`: the first message of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Acknowledged {
    /// What the server is going to tell: a part of what was wanted.
    pub notifications: SubscriptionFilter,
    /// `_meta`, which names the subscription.
    #[serde(rename = "_meta", default, skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
}

impl Acknowledged {
    /// Confirms the subscription that the request `id` opened.
    #[must_use]
    pub fn new(id: &RequestId, notifications: SubscriptionFilter) -> Self {
        let id = serde_json::to_value(id).unwrap_or_default();
        Self { notifications, meta: Map::from_iter([(key::SUBSCRIPTION_ID.to_owned(), id)]) }
    }

    /// The request that opened the subscription.
    #[must_use]
    pub fn subscription(&self) -> Option<RequestId> {
        RequestId::deserialize(self.meta.get(key::SUBSCRIPTION_ID)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filter(json: &Value) -> SubscriptionFilter {
        serde_json::from_str(&json.to_string()).unwrap()
    }

    #[test]
    fn unknown_members_survive_a_round_trip() {
        let sent = json!({ "notifications": {
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": ["file:///a"], "taskIds": ["t"], "weather": { "x": 1 },
        }});

        let read: ListenParams = serde_json::from_str(&sent.to_string()).unwrap();

        assert_eq!(serde_json::to_value(read).unwrap(), sent);
    }

    #[test]
    fn what_is_not_wanted_is_not_written() {
        let read = filter(
            &json!({ "toolsListChanged": false, "taskIds": [], "promptsListChanged": null }),
        );

        assert!(read.is_empty());
        assert_eq!(serde_json::to_value(read).unwrap(), json!({}));
    }

    #[test]
    fn a_filter_covers_what_it_names() {
        let all = json!({
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": ["file:///a", "file:///dir/"], "taskIds": ["t"],
        });
        let cases = [
            (method::TOOLS_LIST_CHANGED, json!({}), true),
            (method::PROMPTS_LIST_CHANGED, json!({}), true),
            (method::RESOURCES_LIST_CHANGED, json!({}), true),
            (method::RESOURCES_UPDATED, json!({ "uri": "file:///a" }), true),
            (method::RESOURCES_UPDATED, json!({ "uri": "file:///a/b" }), true),
            (method::RESOURCES_UPDATED, json!({ "uri": "file:///dir/b" }), true),
            (method::RESOURCES_UPDATED, json!({ "uri": "file:///ab" }), false),
            (method::RESOURCES_UPDATED, json!({ "uri": "file:///" }), false),
            (method::RESOURCES_UPDATED, json!({}), false),
            (method::TASKS_NOTICE, json!({ "taskId": "t" }), true),
            (method::TASKS_NOTICE, json!({ "taskId": "tt" }), false),
            (method::TASKS_NOTICE, json!({ "taskId": 1 }), false),
            (method::MESSAGE, json!({}), false),
        ];

        for (method, params, expected) in cases {
            let params = params.as_object().unwrap();
            assert_eq!(filter(&all).covers(method, params), expected, "{method} {params:?}");
            assert!(!SubscriptionFilter::default().covers(method, params), "{method}");
        }
    }

    #[test]
    fn an_acknowledgement_names_its_subscription_in_the_same_type() {
        for id in [RequestId::from(9), RequestId::from("9")] {
            let written =
                serde_json::to_string(&Acknowledged::new(&id, filter(&json!({})))).unwrap();

            let read: Acknowledged = serde_json::from_str(&written).unwrap();

            assert_eq!(read.subscription(), Some(id));
        }
    }
}
