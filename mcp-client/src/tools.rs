//! The list of tools.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::client::Client;
use crate::conversation::Conversation;
use crate::error::ListError;
use crate::list;
use crate::lists::{KnownTools, ToolList};
use crate::param_headers;

impl Client {
    /// All tools of the server, all pages, from the cache while that is fresh.
    ///
    /// Over HTTP, tools whose schema names invalid headers are left out (2026-07-28, "Custom Headers
    /// from Tool Parameters").
    ///
    /// # Errors
    ///
    /// When the server does not answer in time, or its list breaks a cap.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request for the current page.
    pub async fn list_tools(&self) -> Result<Arc<ToolList>, ListError> {
        let conversation = self.conversation();
        let generation = conversation.link().generations().tools;
        let known = match conversation.lists.tools.fresh(generation) {
            Some(known) => known,
            None => fetch(conversation).await?,
        };
        Ok(Arc::clone(&known.list))
    }
}

/// The tools as they were listed last, however long ago, for calls whose arguments headers repeat. A server
/// that was never asked is asked once; if it does not say, calls go out without headers and the server is
/// the judge.
pub(crate) async fn last_known(conversation: &Conversation) -> Arc<KnownTools> {
    match conversation.lists.tools.last() {
        Some(known) => known,
        None => refreshed(conversation).await,
    }
}

/// The tools as the server lists them now: for the call that it refused because of its headers. None are
/// remembered when that never worked, so that it is not tried for every call.
pub(crate) async fn refreshed(conversation: &Conversation) -> Arc<KnownTools> {
    match timeout(conversation.options.list_timeout, fetch(conversation)).await {
        Ok(Ok(known)) => known,
        _ => conversation.lists.tools.last().unwrap_or_else(|| {
            let none = Arc::default();
            let generation = conversation.link().generations().tools;
            conversation.lists.tools.keep(&none, Duration::ZERO, generation);
            none
        }),
    }
}

/// The list from the server, whatever the cache has.
async fn fetch(conversation: &Conversation) -> Result<Arc<KnownTools>, ListError> {
    let generation = conversation.link().generations().tools;
    let (mut list, ttl) = list::fetch(conversation, conversation.options.tools_max).await?;
    let param_headers = match conversation.has_param_headers() {
        true => param_headers::take_from(&mut list),
        false => Default::default(),
    };
    let known = Arc::new(KnownTools { list: Arc::new(list), param_headers });
    conversation.lists.tools.keep(&known, ttl, generation);
    Ok(known)
}
