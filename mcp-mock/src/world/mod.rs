//! One world: a clock, a source of ids and the five services, seeded and deterministic.

mod clock;
mod diff;
mod ids;
mod search;
mod seed_schema;
mod state;

pub use clock::Clock;
pub use diff::{Change, Difference};
pub use ids::Ids;
pub use state::{Env, Seed, SeedError, ServiceState, State};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mcp_core::Lock;

use crate::limit::{Limits, Meter};
use crate::server::MockServer;
use crate::service::ServiceName;

/// Five services that share one state. Cheap to clone; worlds know nothing of each other.
///
/// ```
/// use mcp_mock::World;
///
/// let world = World::new(42);
/// assert_eq!(world.github().name(), "github");
/// assert!(world.state().github.repo("company", "support").is_some());
/// ```
#[derive(Clone)]
pub struct World {
    state: Arc<Lock<State>>,
    servers: Arc<BTreeMap<ServiceName, MockServer>>,
}

impl World {
    /// A world with the demo content: a small company with repositories, channels, mail and leads.
    /// The same random seed gives the same ids.
    #[must_use]
    pub fn new(random_seed: u64) -> Self {
        Self::seeded(random_seed, Seed::demo()).expect("a test applies the demo seed")
    }

    /// A world in which nothing has happened yet.
    #[must_use]
    pub fn empty(random_seed: u64) -> Self {
        Self::of(State::empty(random_seed))
    }

    /// A world that begins with a seed of your own.
    ///
    /// # Errors
    ///
    /// When the seed contradicts itself, in the words of the service.
    pub fn seeded(random_seed: u64, seed: Seed) -> Result<Self, SeedError> {
        let mut state = State::empty(random_seed);
        state.apply_seed(seed)?;
        Ok(Self::of(state))
    }

    fn of(state: State) -> Self {
        let state = Arc::new(Lock::new(state));
        let server = |service| (service, MockServer::new(service, Arc::clone(&state)));
        let servers = Arc::new(ServiceName::ALL.into_iter().map(server).collect());
        Self { state, servers }
    }

    /// The server of one service. Every call returns the same one: rules and calls are shared.
    #[must_use]
    pub fn server(&self, service: ServiceName) -> MockServer {
        self.servers.get(&service).cloned().expect("every service has a server")
    }

    /// The GitHub server.
    #[must_use]
    pub fn github(&self) -> MockServer {
        self.server(ServiceName::GitHub)
    }

    /// The Gmail server.
    #[must_use]
    pub fn gmail(&self) -> MockServer {
        self.server(ServiceName::Gmail)
    }

    /// The Notion server.
    #[must_use]
    pub fn notion(&self) -> MockServer {
        self.server(ServiceName::Notion)
    }

    /// The Salesforce server.
    #[must_use]
    pub fn salesforce(&self) -> MockServer {
        self.server(ServiceName::Salesforce)
    }

    /// The Slack server.
    #[must_use]
    pub fn slack(&self) -> MockServer {
        self.server(ServiceName::Slack)
    }

    /// A copy of the whole state: for assertions, and to [`restore`](Self::restore) later.
    #[must_use]
    pub fn state(&self) -> State {
        self.state.lock().clone()
    }

    /// Replaces the state of the world.
    pub fn restore(&self, state: State) {
        *self.state.lock() = state;
    }

    /// What has changed since an earlier state.
    #[must_use]
    pub fn diff(&self, before: &State) -> Difference {
        before.diff(&self.state.lock())
    }

    /// Reads the state without a copy, or changes it without a call.
    pub fn with_state<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        look(&mut self.state.lock())
    }

    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state.lock().env.clock.now()
    }

    /// Enforces rate limits from now on, by the clock of the world: it takes calls to run into one, and
    /// [`advance`](Self::advance) to get out. Nothing counts as used yet. `Limits::default()` is no limits.
    /// They belong to the state: [`restore`](Self::restore) brings back those of then, and what was used.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// use std::time::Duration;
    ///
    /// use mcp_mock::{Client, Limits, World};
    /// use serde_json::json;
    ///
    /// let world = World::new(42);
    /// world.enforce_limits(Limits::vendor());
    /// let github = Client::connect(world.github().transport()).await?;
    /// let query = json!({ "query": "login" });
    ///
    /// for _ in 0..10 {
    ///     github.call_raw("search_code", &query).await?;
    /// }
    /// assert!(github.call_raw("search_code", &query).await.is_err());
    ///
    /// world.advance(Duration::from_secs(60));
    /// assert!(github.call_raw("search_code", &query).await.is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn enforce_limits(&self, limits: Limits) {
        self.state.lock().limits = Meter::new(limits);
    }

    /// Lets the searches of GitHub and Notion lag behind from now on: they see these services as they were
    /// that long ago, by the clock of the world. What is there already is found at once.
    ///
    /// An issue that was just opened can be read and listed, and is not found yet; one that was edited is
    /// found under its old title. [`advance`](Self::advance) lets searches catch up.
    pub fn lag_search(&self, by: Duration) {
        self.state.lock().lag_search(by);
    }

    /// Moves the clock forward. It stands still otherwise.
    pub fn advance(&self, by: Duration) {
        self.state.lock().advance(by);
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now()).finish_non_exhaustive()
    }
}
