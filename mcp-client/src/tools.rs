//! The list of tools.

use std::sync::Arc;
use std::time::Duration;

use mcp_core::protocol::Tool;

use crate::client::Client;
use crate::error::ListError;
use crate::list::{self, Listing};
use crate::param_headers::{self, ParamHeaderTable};

/// All tools of a server.
pub type ToolList = Listing<Tool>;

/// The tools, and which of their arguments headers repeat.
#[derive(Debug, Default)]
pub(crate) struct KnownTools {
    pub(crate) list: Arc<ToolList>,
    pub(crate) param_headers: ParamHeaderTable,
}

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
        let known = match self.lists().tools.fresh(self.link().generations().tools) {
            Some(known) => known,
            None => self.fetch_tools().await?,
        };
        Ok(Arc::clone(&known.list))
    }

    /// The list from the server, whatever the cache has.
    pub(crate) async fn fetch_tools(&self) -> Result<Arc<KnownTools>, ListError> {
        let generation = self.link().generations().tools;
        let (mut list, ttl) = list::fetch(self, self.options().tools_max).await?;
        let param_headers = param_headers::take_out(self, &mut list);
        let known = Arc::new(KnownTools { list: Arc::new(list), param_headers });
        self.lists().tools.keep(&known, ttl, generation);
        Ok(known)
    }

    /// The tools as they were listed last, however long ago. None are remembered when that never worked,
    /// so that it is not tried for every call.
    pub(crate) fn known_tools(&self) -> Arc<KnownTools> {
        self.lists().tools.last().unwrap_or_else(|| {
            let none = Arc::default();
            self.lists().tools.keep(&none, Duration::ZERO, self.link().generations().tools);
            none
        })
    }
}
