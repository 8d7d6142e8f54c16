//! One world that is served, and what the control plane keeps for it.

use std::sync::MutexGuard;

use mcp_core::Lock;
use mcp_core::server::http::HttpOptions;
use serde_json::{Map, Value, json};

use super::snapshots::Snapshots;
use super::worlds::WorldFactory;
use mcp_mock::MockServer;
use mcp_mock::http::{MockHttpError, Routes, path_of, services_of};
use mcp_mock::world::{State, World};

/// A world and those of its servers that are served.
pub(super) struct ServedWorld {
    pub(super) world: World,
    pub(super) servers: Vec<MockServer>,
    pub(super) routes: Routes,
    kept: Lock<Kept>,
}

/// What requests compare with and go back to.
pub(super) struct Kept {
    pub(super) beginning: State,
    pub(super) snapshots: Snapshots,
}

impl ServedWorld {
    pub(super) fn new(
        world: World,
        servers: Vec<MockServer>,
        options: &HttpOptions,
    ) -> Result<Self, MockHttpError> {
        let routes = Routes::new(services_of(&servers), options)?;
        let kept = Kept { beginning: world.state(), snapshots: Snapshots::default() };
        Ok(Self { world, servers, routes, kept: Lock::new(kept) })
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock()
    }

    /// Begins anew with this content; rules and calls stay.
    pub(super) fn begin(&self, state: State) {
        let mut kept = self.kept();
        kept.beginning = state.clone();
        self.world.restore(state);
    }

    /// Goes back to the beginning in every respect.
    pub(super) fn reset(&self, factory: &dyn WorldFactory) {
        let mut kept = self.kept();
        kept.snapshots.forget();
        self.world.restore(kept.beginning.clone());
        self.forget();
        factory.script(&self.servers);
    }

    /// Forgets rules and calls.
    pub(super) fn forget(&self) {
        for server in &self.servers {
            server.reset();
        }
    }

    /// Where the servers are, under a URL.
    pub(super) fn services(&self, base: &str) -> Value {
        let url = |server: &MockServer| {
            let name = server.name();
            (name.to_owned(), json!({ "url": format!("{base}{}", path_of(name)) }))
        };
        Value::Object(self.servers.iter().map(url).collect::<Map<_, _>>())
    }
}
