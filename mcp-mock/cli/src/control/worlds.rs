//! The worlds of a port: the first, which is there from the start, and those made on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use mcp_core::server::http::HttpOptions;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content;
use super::error::ControlError;
use super::plan::Plan;
use super::resources::Asked;
use super::stage::Stage;
use super::target::WORLD_PREFIX;
use mcp_mock::world::{Seed, World};

/// Worlds at the same time besides the first: far more than tests that run at once. A world is removed
/// with `DELETE`.
const WORLDS_MAX: usize = 256;

pub(super) struct Worlds {
    pub(super) plan: Arc<dyn Plan>,
    first: Arc<Stage>,
    further: Mutex<Further>,
    http: HttpOptions,
    origin: String,
}

#[derive(Default)]
struct Further {
    stages: BTreeMap<String, Arc<Stage>>,
    /// Names are not used again: a late request must not reach another world.
    made: u64,
}

/// What a new world may be told.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wish {
    random_seed: Option<u64>,
    seed: Option<Seed>,
}

impl Worlds {
    pub(super) fn new(plan: Arc<dyn Plan>, first: Stage, http: &HttpOptions, origin: &str) -> Self {
        Self {
            plan,
            first: Arc::new(first),
            further: Mutex::default(),
            http: http.clone(),
            origin: origin.to_owned(),
        }
    }

    /// The world of that name; without a name the first.
    pub(super) fn find(&self, id: Option<&str>) -> Option<Arc<Stage>> {
        match id {
            None => Some(Arc::clone(&self.first)),
            Some(id) => self.further().stages.get(id).cloned(),
        }
    }

    pub(super) fn named(&self, id: Option<&str>) -> Result<Arc<Stage>, ControlError> {
        self.find(id).ok_or_else(|| unknown(id.unwrap_or_default()))
    }

    /// Carries out a request about all worlds.
    pub(super) fn carry_out(
        &self,
        method: &Method,
        asked: &Asked<'_>,
    ) -> Result<Value, ControlError> {
        asked.check_parameters(&[])?;
        match *method {
            Method::GET => {
                let further = self.further();
                let shown = further.stages.iter().map(|(id, stage)| self.shown(id, stage));
                Ok(json!({ "worlds": shown.collect::<Vec<_>>() }))
            }
            Method::POST => self.make(asked),
            _ => Err(ControlError::method("worlds", "GET, POST")),
        }
    }

    /// Carries out a request about one world as a whole.
    pub(super) fn carry_out_one(&self, method: &Method, id: &str) -> Result<Value, ControlError> {
        match *method {
            Method::GET => Ok(self.shown(id, &*self.named(Some(id))?)),
            Method::DELETE => {
                self.further().stages.remove(id).ok_or_else(|| unknown(id))?;
                Ok(json!({}))
            }
            _ => Err(ControlError::method(&format!("worlds/{id}"), "GET, DELETE")),
        }
    }

    fn make(&self, asked: &Asked<'_>) -> Result<Value, ControlError> {
        let wish: Wish = if asked.body.is_empty() { Wish::default() } else { asked.json()? };
        let stage = self.stage(wish)?;
        let mut further = self.further();
        if further.stages.len() >= WORLDS_MAX {
            return Err(ControlError::Full { what: "worlds", max: WORLDS_MAX });
        }
        further.made += 1;
        let id = format!("w{}", further.made);
        let shown = self.shown(&id, &stage);
        further.stages.insert(id, Arc::new(stage));
        Ok(shown)
    }

    fn stage(&self, wish: Wish) -> Result<Stage, ControlError> {
        let random_seed = wish.random_seed.unwrap_or_else(|| self.plan.random_seed());
        let state = match (wish.seed, wish.random_seed) {
            (None, None) => self.plan.state(),
            (seed, _) => content::planted(random_seed, seed.unwrap_or_else(Seed::demo))?,
        };
        let world = World::empty(random_seed);
        world.restore(state);
        let servers = self.plan.servers(&world);
        self.plan.script(&servers);
        Stage::new(world, servers, &self.http).map_err(|error| ControlError::Serve { error })
    }

    fn shown(&self, id: &str, stage: &Stage) -> Value {
        let base = format!("{}{WORLD_PREFIX}{id}", self.origin);
        json!({ "id": id, "services": stage.services(&base) })
    }

    fn further(&self) -> MutexGuard<'_, Further> {
        // Names and worlds are whole after every statement.
        self.further.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(id: &str) -> ControlError {
    ControlError::World { id: id.to_owned() }
}
