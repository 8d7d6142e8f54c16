//! What a client may be told, and what it assumes otherwise.

use std::sync::Arc;
use std::time::Duration;

use mcp_core::protocol::Implementation;
use mcp_core::session::{ClientDescription, EraChoice};

use crate::handler::ClientHandler;

/// Settings of one connection. Every wait has a limit; every limit can be changed.
///
/// ```
/// use std::time::Duration;
///
/// use mcp_client::ClientOptions;
/// use mcp_core::protocol::Implementation;
///
/// let mut options = ClientOptions::default()
///     .with_client(Implementation::new("nightly-report", "1.4.0"))
///     .with_call_timeout(Duration::from_secs(20));
/// options.tools_max = 100;
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Who this client says it is: `mcp-client` with its version, unless the program that uses it sets its
    /// own name.
    pub client: Implementation,
    /// Answers the server's questions. Without one nothing is declared, and nothing is answered.
    pub handler: Option<Arc<dyn ClientHandler>>,
    /// Whether a server may turn a call into a task, which is then waited for (tasks extension). Yes:
    /// callers see no difference but the longer limit, `call_timeout_max`.
    pub tasks: bool,
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
    /// How long a list of a legacy server is kept, which cannot say. 60 s; a change notice ends it
    /// sooner.
    pub list_ttl: Duration,
    /// Tools that a server may list. 2000.
    pub tools_max: usize,
    /// Resources, templates or prompts that a server may list. 2000.
    pub entries_max: usize,
    /// Pages that a list may have. 200.
    pub pages_max: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            client: Implementation::new("mcp-client", env!("CARGO_PKG_VERSION")),
            handler: None,
            tasks: true,
            era: EraChoice::Auto,
            start_timeout: Duration::from_secs(30),
            probe_timeout: Duration::from_secs(5),
            list_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            call_timeout_max: Duration::from_secs(600),
            list_ttl: Duration::from_secs(60),
            tools_max: 2000,
            entries_max: 2000,
            pages_max: 200,
        }
    }
}

impl ClientOptions {
    /// How the client introduces itself to a server.
    pub(crate) fn description(&self) -> ClientDescription {
        let handler = self.handler.as_ref();
        let declared = handler.map(|handler| handler.capabilities()).unwrap_or_default();
        let capabilities = if self.tasks { declared.with_tasks() } else { declared };
        ClientDescription { implementation: self.client.clone(), capabilities }
    }

    /// Sets who this client says it is.
    #[must_use]
    pub fn with_client(mut self, client: Implementation) -> Self {
        self.client = client;
        self
    }

    /// Sets who answers the server's questions.
    #[must_use]
    pub fn with_handler(mut self, handler: impl ClientHandler) -> Self {
        self.handler = Some(Arc::new(handler));
        self
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
