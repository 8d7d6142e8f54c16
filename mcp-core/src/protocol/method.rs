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

/// A method name that need not be copied when it is a usual one.
pub(crate) fn known(name: &str) -> Cow<'static, str> {
    match name {
        TOOLS_CALL => Cow::Borrowed(TOOLS_CALL),
        TOOLS_LIST => Cow::Borrowed(TOOLS_LIST),
        other => Cow::Owned(other.to_owned()),
    }
}
