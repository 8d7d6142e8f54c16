//! One server: its limits, its pool of connections, its list of tools.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_client::{CallError, CallOptions, Client, ConnectError, ToolList};
use mcp_core::Lock;
use mcp_core::jsonrpc::code;
use mcp_core::protocol::CallToolResult;
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use super::error::{ManagerError, kind_of_connect};
use super::spec::ServerSpec;
use super::status::{ServerState, ServerStatus};
use super::{catalogue, naming};
use crate::call::{Deadline, ServerTools, ToolFacts};

/// Calls that may wait for a free place; one more is refused at once. A queue longer than that only
/// hides an overload.
const WAITING_MAX: usize = 1024;

/// A server as the manager holds it.
#[derive(Debug)]
pub(super) struct Server {
    spec: ServerSpec,
    connections: Vec<Connection>,
    places: Semaphore,
    waiting: AtomicUsize,
    known: Lock<Known>,
}

/// What was learned at the last start.
#[derive(Debug, Default)]
struct Known {
    tools: Option<Arc<ToolList>>,
    took: Option<Duration>,
    /// Why there is no list although there is a connection.
    list_failure: Option<ManagerError>,
}

impl Server {
    pub(super) fn new(spec: ServerSpec) -> Self {
        let connections = (0..spec.connections.get()).map(|_| Connection::default()).collect();
        let places = Semaphore::new(spec.concurrency.get());
        Self { spec, connections, places, waiting: AtomicUsize::new(0), known: Lock::default() }
    }

    pub(super) fn name(&self) -> &str {
        &self.spec.name
    }

    /// Connects if need be and gives the list of tools, from the cache while that is fresh.
    pub(super) async fn prepare(&self) -> Result<Arc<ToolList>, ManagerError> {
        let start = Instant::now();
        let is_first = self.connections.iter().all(|connection| connection.current().is_none());
        let client = self.client().await?;
        let listed = client.list_tools().await;
        let mut known = self.known.lock();
        if is_first {
            known.took = Some(start.elapsed());
        }
        match listed {
            Ok(tools) => {
                known.tools = Some(Arc::clone(&tools));
                known.list_failure = None;
                Ok(tools)
            }
            Err(source) => {
                let error = ManagerError::list(self.name(), &source);
                known.list_failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Calls a tool once. The deadline covers the waits for a place and for a connection; without one the
    /// limits of the connections count, from now on.
    pub(super) async fn call(
        &self,
        tool: &str,
        arguments: &(impl Serialize + ?Sized),
        deadline: Option<Deadline>,
    ) -> Result<CallToolResult, ManagerError> {
        let (ready_by, options) = match deadline {
            Some(deadline) => (deadline, CallOptions::default().with_deadline(deadline)),
            None => self.usual_limits(),
        };
        let ready = async {
            let place = self.place().await?;
            Ok::<_, ManagerError>((place, self.client().await?))
        };
        let ready = timeout_at(ready_by.end(), ready).await;
        let (_place, client) =
            ready.map_err(|_| ManagerError::too_late(self.name(), ready_by))??;
        let answer = client.call_with(tool, arguments, &options).await;
        answer.map_err(|error| self.call_error(tool, error))
    }

    /// The name of a tool as this server has it: a qualified one is taken unless it is listed so.
    pub(super) fn tool_name<'a>(&self, name: &'a str) -> &'a str {
        let known = self.known_tools();
        let is_listed = known.iter().flat_map(|list| &list.entries).any(|tool| tool.name == name);
        match naming::without_server(self.name(), name) {
            Some(tool) if !is_listed => tool,
            _ => name,
        }
    }

    /// Until when a call has to be sent, and what limits it after that.
    fn usual_limits(&self) -> (Deadline, CallOptions) {
        let client = &self.spec.client;
        let ready_by = Deadline::within(client.call_timeout);
        let max = client.call_timeout_max.max(client.call_timeout);
        let options = CallOptions::default().with_timeout(client.call_timeout);
        (ready_by, options.with_deadline(Deadline::new(ready_by.start(), ready_by.start() + max)))
    }

    /// Which tools it has, without asking it.
    pub(super) fn tools(&self) -> ServerTools {
        if let ServerState::Failed { reason, kind } = self.status().state {
            return ServerTools::Unavailable { reason, kind };
        }
        self.known_tools().map_or(ServerTools::Unknown, |list| {
            ServerTools::Listed(list.entries.iter().map(|tool| tool.name.clone()).collect())
        })
    }

    pub(super) fn facts(&self, tool: &str) -> Option<ToolFacts> {
        let tools = self.known_tools()?;
        let tool = tools.entries.iter().find(|known| known.name == tool)?;
        Some(catalogue::facts(tool, self.spec.trust_hints))
    }

    pub(super) fn known_tools(&self) -> Option<Arc<ToolList>> {
        self.known.lock().tools.clone()
    }

    pub(super) fn status(&self) -> ServerStatus {
        let known = self.known.lock();
        let state = match (self.live_client(), &known.list_failure) {
            (_, Some(error)) => {
                ServerState::Failed { reason: error.to_string(), kind: error.failure.kind }
            }
            (Some(client), None) => connected(&client, known.tools.as_deref()),
            (None, None) => self.absent(),
        };
        ServerStatus {
            name: self.name().to_owned(),
            address: self.spec.address.clone(),
            state,
            took: known.took,
        }
    }

    pub(super) async fn close(&self) {
        for client in self.connections.iter().filter_map(Connection::take) {
            client.close().await;
        }
    }

    /// A place among the calls that the server gets at the same time.
    async fn place(&self) -> Result<SemaphorePermit<'_>, ManagerError> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let waiting = Waiting::enter(&self.waiting);
        if waiting.before >= WAITING_MAX {
            return Err(ManagerError::overloaded(self.name(), waiting.before));
        }
        Ok(self.places.acquire().await.expect("the places are never closed"))
    }

    /// The connection with the least to do.
    async fn client(&self) -> Result<Client, ManagerError> {
        let connection = self.connections.iter().min_by_key(|it| it.load());
        let connection = connection.expect("a server has at least one connection");
        let client = connection.client(&self.spec).await;
        client.map_err(|error| ManagerError::unavailable(self.name(), &error))
    }

    fn live_client(&self) -> Option<Client> {
        let mut clients = self.connections.iter().filter_map(Connection::current);
        clients.find(|client| client.ended().is_none())
    }

    fn absent(&self) -> ServerState {
        let ended = self
            .connections
            .iter()
            .filter_map(Connection::current)
            .find_map(|client| client.ended());
        let failure = ended.map(ConnectError::Transport);
        match failure.or_else(|| self.connections.iter().find_map(Connection::last_failure)) {
            Some(error) => {
                ServerState::Failed { reason: error.to_string(), kind: kind_of_connect(&error) }
            }
            None => ServerState::Idle,
        }
    }

    /// A refusal because of an unknown tool says which tools there are.
    fn call_error(&self, tool: &str, error: CallError) -> ManagerError {
        let is_refused =
            matches!(&error, CallError::Rpc(failure) if failure.error.code == code::INVALID_PARAMS);
        match self.known_tools() {
            Some(known) if is_refused && known.entries.iter().all(|other| other.name != tool) => {
                let names = known.entries.iter().map(|tool| tool.name.as_str());
                ManagerError::unknown_tool(self.name(), tool, names)
            }
            _ => ManagerError::call(self.name(), error, &self.spec.failures),
        }
    }
}

fn connected(client: &Client, tools: Option<&ToolList>) -> ServerState {
    let implementation = &client.server().implementation;
    ServerState::Connected {
        version: client.version(),
        title: format!("{} {}", implementation.name, implementation.version).trim_end().to_owned(),
        tools: tools.map_or(0, |list| list.entries.len()),
        rejected: tools.map(|list| list.rejected.clone()).unwrap_or_default(),
    }
}

/// One waiting call, counted for as long as it waits.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Self {
        Self { count, before: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
