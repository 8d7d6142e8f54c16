//! Many servers behind one type: connects them side by side, continues after failures, resolves names.
//!
//! ```text
//! Manager ─▶ Server (limits, pool, catalogue) ─▶ Connection (reconnects) ─▶ Client
//! ```
//!
//! It never repeats a call: a failure says whether the call may have happened, and the policy of a
//! workflow's step decides.

mod catalogue;
mod connection;
mod error;
#[cfg(feature = "http")]
mod http;
#[cfg(not(feature = "http"))]
#[path = "without_http.rs"]
mod http;
mod local;
mod naming;
mod server;
mod spec;
mod status;

pub use error::ManagerError;
#[cfg(feature = "http")]
pub use http::{LoginError, ServerLogin};
pub use local::LocalServer;
pub use naming::{NameError, qualified_name, tool_of_qualified_name};
pub use spec::ServerSpec;
pub use status::{ServerState, ServerStatus};

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use mcp_client::ToolList;
use mcp_core::protocol::CallToolResult;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::call::{CallFailure, Deadline, KnownTools, ServerTools, ToolCaller, ToolFacts, ToolRef};
use naming::NameTable;
use server::Server;

/// Servers that are started at the same time. Starting is work for the machine, not for the network.
const STARTING_MAX: usize = 16;

/// All servers of a configuration.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_mock::World;
/// use orchestrator::manager::{Manager, ServerSpec};
/// use serde_json::json;
///
/// let slack = ServerSpec::new("slack", World::new(42).slack());
/// let manager = Manager::connect(vec![slack]).await;
/// let arguments = json!({ "channel": "#support", "text": "hello" });
/// let posted = manager.call_tool("slack", "post_message", &arguments).await?;
///
/// assert!(!posted.is_error());
/// manager.close().await;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Manager {
    servers: Vec<Arc<Server>>,
}

impl Manager {
    /// Connects to all servers side by side, and continues without those that fail: see
    /// [`list_servers`](Self::list_servers). A server that failed is tried again when it is used.
    pub async fn connect(servers: Vec<ServerSpec>) -> Self {
        let manager = Self::idle(servers);
        manager.connect_all().await;
        manager
    }

    /// The same servers, each to be connected when it is first used.
    #[must_use]
    pub fn idle(servers: Vec<ServerSpec>) -> Self {
        Self { servers: servers.into_iter().map(|spec| Arc::new(Server::new(spec))).collect() }
    }

    /// Connects to those servers that are not there, side by side.
    pub async fn connect_all(&self) {
        let connecting = self.servers.iter().map(|server| async { drop(server.prepare().await) });
        // The results are kept by the servers: they are their status.
        stream::iter(connecting).buffer_unordered(STARTING_MAX).collect::<Vec<()>>().await;
    }

    /// Connects to the servers of these names and no others, side by side.
    pub async fn connect_only(&self, names: &[&str]) {
        let wanted = self.servers.iter().filter(|server| names.contains(&server.name()));
        let connecting = wanted.map(|server| async { drop(server.prepare().await) });
        stream::iter(connecting).buffer_unordered(STARTING_MAX).collect::<Vec<()>>().await;
    }

    /// How every server is doing, in the order of the configuration.
    #[must_use]
    pub fn list_servers(&self) -> Vec<ServerStatus> {
        self.servers.iter().map(|server| server.status()).collect()
    }

    /// The tools of a server, connecting to it if need be.
    ///
    /// # Errors
    ///
    /// When there is no such server, or it gives no list.
    pub async fn get_server_tools(&self, server: &str) -> Result<Arc<ToolList>, ManagerError> {
        self.server(server)?.prepare().await
    }

    /// Calls a tool of a server and returns its whole answer. `arguments` is written as an object. The
    /// tool may be named `server/tool` or `mcp_<server>_<tool>` as well.
    ///
    /// # Errors
    ///
    /// See [`ManagerError::failure`], which says whether another call may succeed and whether this one
    /// may have happened.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the call; the server may have carried it out.
    pub async fn call_tool(
        &self,
        server: &str,
        tool: &str,
        arguments: &(impl Serialize + Sync + ?Sized),
    ) -> Result<CallToolResult, ManagerError> {
        let server = self.server(server)?;
        server.call(server.tool_name(tool), arguments, None).await
    }

    /// Finds the tool that a name means: `server/tool`, `mcp_<server>_<tool>`, or the bare name of a
    /// tool that only one connected server has.
    ///
    /// # Errors
    ///
    /// When no tool, or more than one, has that name.
    pub fn resolve(&self, name: &str) -> Result<ToolRef, NameError> {
        if let Some((server, tool)) = name.split_once('/')
            && self.server(server).is_ok()
        {
            return Ok(ToolRef { server: server.to_owned(), tool: tool.to_owned() });
        }
        self.names().resolve(name)
    }

    /// The known tools of all connected servers under their qualified names.
    fn names(&self) -> NameTable {
        let mut table = NameTable::default();
        for server in &self.servers {
            for tool in server.known_tools().iter().flat_map(|list| &list.entries) {
                table.add(server.name(), &tool.name);
            }
        }
        table
    }

    /// Closes all connections side by side, each within the bounds of its transport.
    pub async fn close(&self) {
        let closing = self.servers.iter().map(|server| server.close());
        futures_util::future::join_all(closing).await;
    }

    fn server(&self, name: &str) -> Result<&Arc<Server>, ManagerError> {
        let found = self.servers.iter().find(|server| server.name() == name);
        found.ok_or_else(|| {
            let known = self.servers.iter().map(|server| server.name());
            ManagerError::unknown_server(name, known)
        })
    }
}

impl KnownTools for Manager {
    fn servers(&self) -> Option<Vec<String>> {
        Some(self.servers.iter().map(|server| server.name().to_owned()).collect())
    }

    fn tools_of(&self, server: &str) -> ServerTools {
        self.server(server).map_or(ServerTools::Unknown, |server| server.tools())
    }

    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
        self.server(&tool.server).ok()?.facts(&tool.tool)
    }
}

#[async_trait]
impl ToolCaller for Manager {
    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        deadline: Deadline,
    ) -> Result<Value, CallFailure> {
        let server = self.server(&tool.server)?;
        let result = server.call(&tool.tool, &arguments, Some(deadline)).await?;
        Ok(result.to_value())
    }
}

#[cfg(all(test, feature = "mocks"))]
mod tests;
