//! What a client may be told, and what it assumes otherwise.

use std::time::Duration;

use mcp_core::protocol::{ClientCapabilities, Implementation};
use mcp_core::session::{ClientDescription, EraChoice};

/// Settings of one connection. Every wait has a limit; every limit can be changed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Who this client says it is.
    pub client: Implementation,
    /// What this client declares that it can do: nothing, unless it has a handler for it.
    pub capabilities: ClientCapabilities,
    /// Which eras to try.
    pub era: EraChoice,
    /// How long connecting may take in all, a slow start of the server included. 30 s.
    pub start_timeout: Duration,
    /// After how much silence a server that was asked the modern way is asked the legacy way as well.
    /// 5 s: longer than most servers need to start, short enough for those that ignore the unknown.
    pub probe_timeout: Duration,
    /// How long one page of a list may take. 30 s.
    pub list_timeout: Duration,
    /// How long a call may go without answer or progress. 60 s.
    pub call_timeout: Duration,
    /// How long a call may take although it reports progress. 10 min.
    pub call_timeout_max: Duration,
    /// How long a tool list is kept when the server does not say. 60 s; a change notice ends it sooner.
    pub tools_ttl: Duration,
    /// Tools that a server may list. 2000.
    pub tools_max: usize,
    /// Pages that a list may have. 200.
    pub pages_max: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            client: Implementation::new("orchestrator", env!("CARGO_PKG_VERSION")),
            capabilities: ClientCapabilities::default(),
            era: EraChoice::Auto,
            start_timeout: Duration::from_secs(30),
            probe_timeout: Duration::from_secs(5),
            list_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            call_timeout_max: Duration::from_secs(600),
            tools_ttl: Duration::from_secs(60),
            tools_max: 2000,
            pages_max: 200,
        }
    }
}

impl ClientOptions {
    /// How the client introduces itself to a server.
    pub(crate) fn description(&self) -> ClientDescription {
        let capabilities = self.capabilities.clone();
        ClientDescription { implementation: self.client.clone(), capabilities }
    }

    /// Sets which eras to try.
    #[must_use]
    pub fn with_era(mut self, era: EraChoice) -> Self {
        self.era = era;
        self
    }

    /// Sets how long a call may go without answer or progress.
    #[must_use]
    pub fn with_call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self.call_timeout_max = self.call_timeout_max.max(timeout);
        self
    }

    /// Sets how long connecting may take.
    #[must_use]
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }
}
