//! News of a server for the clients that want to hear them.

use std::sync::{Arc, Weak};

use serde_json::{Map, Value, json};

use super::caller::Caller;
use crate::Lock;
use crate::jsonrpc::RequestId;
use crate::protocol::{SubscriptionFilter, key, method};

/// Something of a server that has changed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The list of prompts.
    Prompts,
    /// The content of the resource with this URI.
    Resource(String),
    /// The list of resources.
    Resources,
    /// A task, as `notifications/tasks` shows it: an object with its `taskId`.
    Task(Map<String, Value>),
    /// The list of tools.
    Tools,
}

/// Where a handler announces its changes. Clones announce to the same listeners.
#[derive(Debug, Clone, Default)]
pub struct Changes(Arc<Lock<Vec<Weak<Listener>>>>);

/// One who listens; to be kept for as long as it does.
#[derive(Debug)]
pub(crate) struct Listener {
    caller: Caller,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Everything, and of resources what the client subscribed to.
    Legacy,
    /// What a `subscriptions/listen` request asked for.
    Modern { id: RequestId, filter: SubscriptionFilter },
}

impl Changes {
    /// Tells everybody who wants to hear it.
    pub fn announce(&self, change: &Change) {
        let (method, params) = change.to_notification();
        let listeners: Vec<_> = self.0.lock().iter().filter_map(Weak::upgrade).collect();
        for listener in listeners {
            listener.hear(change, method, params.clone());
        }
    }

    pub(crate) fn listen_legacy(&self, caller: Caller) -> Arc<Listener> {
        self.add(Listener { caller, kind: Kind::Legacy })
    }

    pub(crate) fn listen(
        &self,
        caller: Caller,
        id: RequestId,
        filter: SubscriptionFilter,
    ) -> Arc<Listener> {
        self.add(Listener { caller, kind: Kind::Modern { id, filter } })
    }

    fn add(&self, listener: Listener) -> Arc<Listener> {
        let listener = Arc::new(listener);
        let mut listeners = self.0.lock();
        listeners.retain(|known| known.strong_count() > 0);
        listeners.push(Arc::downgrade(&listener));
        listener
    }
}

impl Change {
    fn to_notification(&self) -> (&'static str, Map<String, Value>) {
        match self {
            Self::Prompts => (method::PROMPTS_LIST_CHANGED, Map::new()),
            Self::Resource(uri) => {
                (method::RESOURCES_UPDATED, Map::from_iter([("uri".to_owned(), json!(uri))]))
            }
            Self::Resources => (method::RESOURCES_LIST_CHANGED, Map::new()),
            Self::Task(task) => (method::TASKS_NOTICE, task.clone()),
            Self::Tools => (method::TOOLS_LIST_CHANGED, Map::new()),
        }
    }
}

impl Listener {
    fn hear(&self, change: &Change, method: &str, mut params: Map<String, Value>) {
        match &self.kind {
            Kind::Legacy => {
                let is_wanted = match change {
                    Change::Resource(uri) => self.caller.watches(uri),
                    // Tasks are an extension of the modern era.
                    Change::Task(_) => false,
                    Change::Prompts | Change::Resources | Change::Tools => true,
                };
                if is_wanted {
                    self.caller.notify(method, &params);
                }
            }
            Kind::Modern { id, filter } => {
                if filter.covers(method, &params) {
                    params.insert("_meta".to_owned(), json!({ key::SUBSCRIPTION_ID: id }));
                    self.caller.notify(method, &params);
                }
            }
        }
    }
}
