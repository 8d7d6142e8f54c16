//! A fake server: one service of a world, its dialect, and what a test scripted on top.

mod answer;
mod connect;
mod deliver;
mod fail;
#[cfg(feature = "http")]
pub mod http;
mod on;
mod rules;

pub use connect::{MockTransport, ServeError};
pub use on::On;
pub use rules::{add_rules, servers_matching};

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mcp_core::Lock;
use mcp_core::protocol::{ProtocolVersion, Tool};
use mcp_core::server::Changes;

use crate::dialect::{Dialect, simple};
use crate::script::{Call, Matcher, ProcessFault, Rule, Script, Times};
use crate::service::ServiceName;
use crate::world::State;

/// The fake server of one service. Clones share rules and calls.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use mcp_client::Client;
/// use mcp_mock::{World, tool};
/// use serde_json::{Value, json};
///
/// let github = World::new(42).github();
/// github.on(tool("create_issue").arg("title", "flaky")).times(1).reply(json!({ "number": 7 }));
///
/// let client = Client::connect(github.transport()).await?;
/// let arguments = json!({ "owner": "company", "repo": "support", "title": "flaky" });
/// let issue: Value = client.call("create_issue", &arguments).await?;
///
/// assert_eq!(issue["number"], 7);
/// github.assert_called("create_issue", 1);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// When the last clone, and the world that it came from, are dropped, expectations set with
/// [`On::expect`] are verified: what was not met panics with the closest call.
#[derive(Clone)]
pub struct MockServer {
    core: Arc<Core>,
    /// Held by the test's handles alone, not by connections: its drop is the end of the test.
    verifier: Arc<Verifier>,
}

/// What handles and connections share.
pub(crate) struct Core {
    service: ServiceName,
    dialect: Box<dyn Dialect>,
    state: Arc<Lock<State>>,
    script: Lock<Script>,
    settings: Lock<Settings>,
    changes: Changes,
}

/// Lets the process behave badly, and says how long it goes on after the end of its standard input.
type Misbehave = fn(ProcessFault) -> io::Result<Duration>;

/// What a test may change about the server as a whole.
#[derive(Debug)]
struct Settings {
    versions: Vec<ProtocolVersion>,
    /// What the process does for a fault of its own; `None` when the process is not there for the server.
    process: Option<Misbehave>,
    /// How long the process goes on after the end of its standard input.
    lingering: Duration,
    /// The listed names of tools that [`Fault::ListChange`](crate::Fault::ListChange) removed.
    vanished: BTreeSet<String>,
}

impl MockServer {
    pub(crate) fn new(service: ServiceName, state: Arc<Lock<State>>) -> Self {
        Self::with_dialect(state, simple(service))
    }

    fn with_dialect(state: Arc<Lock<State>>, dialect: Box<dyn Dialect>) -> Self {
        let service = dialect.service();
        let settings = Settings {
            versions: dialect.versions(),
            process: None,
            lingering: Duration::ZERO,
            vanished: BTreeSet::new(),
        };
        // Chances follow from the seed, differ between services, and take no ids away.
        let seed = state.lock().env.ids.clone().bits().wrapping_add((service as u64) << 32);
        let core = Arc::new(Core {
            service,
            dialect,
            state,
            script: Lock::new(Script::new(seed)),
            settings: Lock::new(settings),
            changes: Changes::default(),
        });
        let verifier = Arc::new(Verifier { core: Arc::clone(&core) });
        Self { core, verifier }
    }

    /// Another server over the same state, which speaks this dialect. Its rules and calls are its own.
    /// Those of published servers are in `mcp-mock-dialects`.
    #[must_use]
    pub fn in_dialect(&self, dialect: Box<dyn Dialect>) -> Self {
        Self::with_dialect(Arc::clone(&self.core.state), dialect)
    }

    /// The name of the service.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.core.service.as_str()
    }

    /// The tools that the server lists.
    #[must_use]
    pub fn tools(&self) -> &[Tool] {
        self.core.dialect.tools()
    }

    /// Begins a rule about the calls that fit `matcher`. Without a rule a call does what the service
    /// does.
    pub fn on(&self, matcher: impl Into<Matcher>) -> On<'_> {
        On::new(&self.core, self.listed(matcher.into()))
    }

    /// Makes every call that no rule fits an error, refused before anything is carried out. It shows
    /// the closest rule, to the client and again when the server is dropped.
    #[must_use]
    pub fn strict(self) -> Self {
        self.core.script.lock().is_strict = true;
        self
    }

    /// Speaks these revisions only, in connections made from now on: to test a client against a server
    /// of one era.
    #[must_use]
    pub fn speaking(self, versions: impl Into<Vec<ProtocolVersion>>) -> Self {
        self.core.settings.lock().versions = versions.into();
        self
    }

    /// The calls so far, in the order of arrival. Of more than a hundred thousand the first are
    /// forgotten.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.core.script.lock().calls().to_vec()
    }

    /// Forgets rules, expectations, states of scenarios and calls; tools that vanished are back. The
    /// state of the world stays, and so does [`strict`](Self::strict).
    pub fn reset(&self) {
        self.core.script.lock().reset();
        self.core.settings.lock().vanished.clear();
    }

    /// Forgets rules and expectations; the calls stay.
    pub fn forget_rules(&self) {
        self.core.script.lock().forget_rules();
    }

    /// Asserts how often calls that fit `matcher` came.
    ///
    /// # Panics
    ///
    /// When they did not, with the closest call and all that came.
    #[track_caller]
    pub fn assert_called(&self, matcher: impl Into<Matcher>, times: impl Into<Times>) {
        let matcher = self.listed(matcher.into());
        let miscount = self.core.script.lock().miscount(self.name(), &matcher, times.into());
        if let Some(text) = miscount {
            panic!("{text}");
        }
    }

    /// Asserts that no call failed in an answer that looks like a success, as those of several vendors'
    /// servers do: a client that looks at `isError` alone takes it for done.
    ///
    /// # Panics
    ///
    /// When one did, with these calls.
    #[track_caller]
    pub fn assert_no_failure_in_disguise(&self) {
        let disguised = self.core.script.lock().disguised(self.name());
        if let Some(text) = disguised {
            panic!("{text}");
        }
    }

    /// Asserts now that every expectation set with [`On::expect`] is met.
    ///
    /// # Panics
    ///
    /// When one is not, with the closest call and all that came.
    #[track_caller]
    pub fn verify(&self) {
        if let Some(text) = self.verifier.core.unmet() {
            panic!("{text}");
        }
    }

    /// Adds a rule after the existing ones.
    pub(crate) fn add_rule(&self, mut rule: Rule) {
        rule.matcher = self.listed(rule.matcher);
        self.core.script.lock().add(rule);
    }

    /// The dialect that the server speaks.
    #[must_use]
    pub fn dialect(&self) -> &dyn Dialect {
        &*self.core.dialect
    }

    /// The matcher with the listed name of its tool, since calls are counted under that.
    fn listed(&self, mut matcher: Matcher) -> Matcher {
        if let Some(tool) = matcher.tool_mut()
            && let Some(listed) = self.core.dialect.listed_name(tool)
        {
            *tool = listed.to_owned();
        }
        matcher
    }
}

impl Core {
    /// The time of the world.
    fn now(&self) -> Timestamp {
        self.state.lock().env.clock.now()
    }

    fn visible_tools(&self) -> Vec<Tool> {
        let settings = self.settings.lock();
        let is_visible = |tool: &&Tool| !settings.vanished.contains(&tool.name);
        self.dialect.tools().iter().filter(is_visible).cloned().collect()
    }

    fn has_vanished(&self, name: &str) -> bool {
        let listed = self.dialect.listed_name(name).unwrap_or(name);
        self.settings.lock().vanished.contains(listed)
    }

    fn unmet(&self) -> Option<String> {
        self.script.lock().unmet(self.service.as_str())
    }
}

/// Verifies on drop.
struct Verifier {
    core: Arc<Core>,
}

impl Drop for Verifier {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Some(text) = self.core.unmet() {
            panic!("{text}");
        }
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer").field("service", &self.name()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("service", &self.service).finish_non_exhaustive()
    }
}
