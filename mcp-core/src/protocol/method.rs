//! Method names.

use std::borrow::Cow;

/// Client to server, legacy: opens a session.
pub const INITIALIZE: &str = "initialize";
/// Client to server, modern: asks what the server can do.
pub const DISCOVER: &str = "server/discover";
/// Both directions, legacy: asks whether the peer is alive.
pub const PING: &str = "ping";
/// Client to server: lists tools, page by page.
pub const TOOLS_LIST: &str = "tools/list";
/// Client to server: calls a tool.
pub const TOOLS_CALL: &str = "tools/call";
/// Client to server, legacy: the session is open.
pub const INITIALIZED: &str = "notifications/initialized";
/// Either side: a request is no longer wanted.
pub const CANCELLED: &str = "notifications/cancelled";
/// Server to client: how far a request has come.
pub const PROGRESS: &str = "notifications/progress";
/// Server to client: the list of tools has changed.
pub const TOOLS_LIST_CHANGED: &str = "notifications/tools/list_changed";

/// Client to server: lists resources, page by page.
pub const RESOURCES_LIST: &str = "resources/list";
/// Client to server: lists templates of resources, page by page.
pub const RESOURCES_TEMPLATES_LIST: &str = "resources/templates/list";
/// Client to server: reads a resource.
pub const RESOURCES_READ: &str = "resources/read";
/// Client to server, legacy: wants to hear of changes of a resource.
pub const RESOURCES_SUBSCRIBE: &str = "resources/subscribe";
/// Client to server, legacy: wants no longer to hear of them.
pub const RESOURCES_UNSUBSCRIBE: &str = "resources/unsubscribe";
/// Server to client: the list of resources has changed.
pub const RESOURCES_LIST_CHANGED: &str = "notifications/resources/list_changed";
/// Server to client: a resource has changed.
pub const RESOURCES_UPDATED: &str = "notifications/resources/updated";
/// Client to server: lists prompts, page by page.
pub const PROMPTS_LIST: &str = "prompts/list";
/// Client to server: fills a prompt in.
pub const PROMPTS_GET: &str = "prompts/get";
/// Server to client: the list of prompts has changed.
pub const PROMPTS_LIST_CHANGED: &str = "notifications/prompts/list_changed";
/// Client to server: asks how an argument may go on.
pub const COMPLETE: &str = "completion/complete";
/// Client to server, legacy: says which log messages it wants.
pub const SET_LEVEL: &str = "logging/setLevel";
/// Server to client: a log message.
pub const MESSAGE: &str = "notifications/message";
/// Server to client (legacy), or inside a result (modern): asks a person.
pub const ELICIT: &str = "elicitation/create";
/// Server to client, 2025-11-25 only: what a person was sent to a page for is done.
pub const ELICITATION_COMPLETE: &str = "notifications/elicitation/complete";
/// Server to client (legacy), or inside a result (modern): asks a model.
pub const SAMPLE: &str = "sampling/createMessage";
/// Server to client (legacy), or inside a result (modern): asks where the client works.
pub const ROOTS_LIST: &str = "roots/list";
/// Client to server, legacy: the client works elsewhere.
pub const ROOTS_LIST_CHANGED: &str = "notifications/roots/list_changed";
/// Client to server, modern: wants to hear of changes.
pub const LISTEN: &str = "subscriptions/listen";
/// Server to client, modern: of which changes it is going to tell.
pub const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";
/// Client to server, tasks extension: asks how a task is getting on.
pub const TASKS_GET: &str = "tasks/get";
/// Client to server, tasks extension: gives a task what it asked for.
pub const TASKS_UPDATE: &str = "tasks/update";
/// Client to server, tasks extension: asks a task to end.
pub const TASKS_CANCEL: &str = "tasks/cancel";
/// Server to client, tasks extension: a task has changed.
pub const TASKS_NOTICE: &str = "notifications/tasks";

/// The requests that come often, most often first.
const USUAL: [&str; 6] = [TOOLS_CALL, TOOLS_LIST, RESOURCES_READ, PROMPTS_GET, COMPLETE, TASKS_GET];

/// A method name that need not be copied when it is a usual one.
pub(crate) fn known(name: &str) -> Cow<'static, str> {
    match USUAL.into_iter().find(|usual| *usual == name) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_not_copied() {
        for name in USUAL {
            assert!(matches!(known(name), Cow::Borrowed(known) if known == name));
        }
        assert_eq!(known("tools/other"), "tools/other");
    }
}
