//! The worlds of a port: the first, which is there from the start, and those made on demand.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use mcp_core::Lock;
use mcp_core::server::http::HttpOptions;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content;
use super::error::ControlError;
use super::resources::ControlRequest;
use super::route::WORLD_PREFIX;
use super::served::ServedWorld;
use mcp_mock::MockServer;
use mcp_mock::world::{Seed, State, World};

/// Worlds at the same time besides the first: far more than tests that run at once. A world is removed
/// with `DELETE`.
const WORLDS_MAX: usize = 256;

/// How a world is made. All worlds of a process begin alike: as its arguments say.
pub(crate) trait WorldFactory: Send + Sync {
    /// What all ids follow from.
    fn random_seed(&self) -> u64;

    /// What is in a world at its beginning.
    fn state(&self) -> State;

    /// Those servers of a world that are served, without their rules.
    fn servers(&self, world: &World) -> Vec<MockServer>;

    /// Sets the rules that servers begin with.
    fn script(&self, servers: &[MockServer]);
}

pub(super) struct Worlds {
    pub(super) factory: Arc<dyn WorldFactory>,
    first: Arc<ServedWorld>,
    further: Lock<Further>,
    http: HttpOptions,
    origin: String,
}

#[derive(Default)]
struct Further {
    worlds: BTreeMap<String, Arc<ServedWorld>>,
    /// Names are not used again: a late request must not reach another world.
    made: u64,
}

/// How a new world begins; what is left out is as in the first one.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewWorld {
    random_seed: Option<u64>,
    seed: Option<Seed>,
}

impl Worlds {
    pub(super) fn new(
        factory: Arc<dyn WorldFactory>,
        first: ServedWorld,
        http: &HttpOptions,
        origin: &str,
    ) -> Self {
        Self {
            factory,
            first: Arc::new(first),
            further: Lock::default(),
            http: http.clone(),
            origin: origin.to_owned(),
        }
    }

    /// The world of that name; without a name the first.
    pub(super) fn find(&self, id: Option<&str>) -> Option<Arc<ServedWorld>> {
        match id {
            None => Some(Arc::clone(&self.first)),
            Some(id) => self.further.lock().worlds.get(id).cloned(),
        }
    }

    pub(super) fn named(&self, id: Option<&str>) -> Result<Arc<ServedWorld>, ControlError> {
        self.find(id).ok_or_else(|| unknown(id.unwrap_or_default()))
    }

    /// Carries out a request about all worlds.
    pub(super) fn carry_out(&self, request: &ControlRequest<'_>) -> Result<Value, ControlError> {
        request.check_parameters(&[])?;
        match *request.method {
            Method::GET => {
                let further = self.further.lock();
                let worlds = further.worlds.iter().map(|(id, served)| self.describe(id, served));
                Ok(json!({ "worlds": worlds.collect::<Vec<_>>() }))
            }
            Method::POST => self.make(request),
            _ => Err(ControlError::method("worlds", "GET, POST")),
        }
    }

    /// Carries out a request about one world as a whole.
    pub(super) fn carry_out_one(&self, method: &Method, id: &str) -> Result<Value, ControlError> {
        match *method {
            Method::GET => Ok(self.describe(id, &*self.named(Some(id))?)),
            Method::DELETE => {
                self.further.lock().worlds.remove(id).ok_or_else(|| unknown(id))?;
                Ok(json!({}))
            }
            _ => Err(ControlError::method(&format!("worlds/{id}"), "GET, DELETE")),
        }
    }

    fn make(&self, request: &ControlRequest<'_>) -> Result<Value, ControlError> {
        let wish: NewWorld =
            if request.body.is_empty() { NewWorld::default() } else { request.json()? };
        let served = self.served(wish)?;
        let mut further = self.further.lock();
        if further.worlds.len() >= WORLDS_MAX {
            return Err(ControlError::Full { what: "worlds", max: WORLDS_MAX });
        }
        further.made += 1;
        let id = format!("w{}", further.made);
        let description = self.describe(&id, &served);
        further.worlds.insert(id, Arc::new(served));
        Ok(description)
    }

    fn served(&self, wish: NewWorld) -> Result<ServedWorld, ControlError> {
        let random_seed = wish.random_seed.unwrap_or_else(|| self.factory.random_seed());
        let state = match (wish.seed, wish.random_seed) {
            (None, None) => self.factory.state(),
            (seed, _) => content::seeded(random_seed, seed.unwrap_or_else(Seed::demo))?,
        };
        let world = World::empty(random_seed);
        world.restore(state);
        let servers = self.factory.servers(&world);
        self.factory.script(&servers);
        ServedWorld::new(world, servers, &self.http).map_err(|error| ControlError::Serve { error })
    }

    fn describe(&self, id: &str, served: &ServedWorld) -> Value {
        let base = format!("{}{WORLD_PREFIX}{id}", self.origin);
        json!({ "id": id, "services": served.services(&base) })
    }
}

fn unknown(id: &str) -> ControlError {
    ControlError::World { id: id.to_owned() }
}
