//! What a server listed, kept for as long as the server allows.
//!
//! It belongs to one client, and a client to one set of credentials: so what a server marks as private
//! (`cacheScope`) never reaches anybody else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use mcp_core::Lock;
use mcp_core::protocol::{ParamHeaders, Prompt, Resource, ResourceTemplate, Tool};
use tokio::time::Instant;

/// How long anything is kept, whatever the server says: a mistake of the server ends with the day.
pub(crate) const TTL_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The lists of one server.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub(crate) tools: ListCache<KnownTools>,
    pub(crate) resources: ListCache<Listing<Resource>>,
    pub(crate) templates: ListCache<Listing<ResourceTemplate>>,
    pub(crate) prompts: ListCache<Listing<Prompt>>,
}

/// Everything of one kind that a server lists.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listing<T> {
    /// The entries, in the server's order; one that came twice is here once.
    pub entries: Vec<T>,
    /// What was left out and why, in words.
    pub rejected: Vec<String>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), rejected: Vec::new() }
    }
}

/// A list and how long it may be used.
#[derive(Debug)]
pub(crate) struct ListCache<L>(Lock<Option<Kept<L>>>);

#[derive(Debug)]
struct Kept<L> {
    list: Arc<L>,
    fresh_until: Instant,
    generation: u64,
}

impl<L> Default for ListCache<L> {
    fn default() -> Self {
        Self(Lock::default())
    }
}

impl<L> ListCache<L> {
    /// The list, if it is not old and nothing has changed since that generation.
    pub(crate) fn fresh(&self, generation: u64) -> Option<Arc<L>> {
        let kept = self.0.lock();
        let kept = kept.as_ref()?;
        let is_fresh = kept.generation == generation && Instant::now() < kept.fresh_until;
        is_fresh.then(|| Arc::clone(&kept.list))
    }

    /// `generation` was read before the first page was asked for: a change that is told while the
    /// pages come makes them old at once.
    pub(crate) fn keep(&self, list: &Arc<L>, ttl: Duration, generation: u64) {
        let (list, fresh_until) = (Arc::clone(list), Instant::now() + ttl);
        let kept = Kept { list, fresh_until, generation };
        *self.0.lock() = Some(kept);
    }

    /// The last list, however old.
    pub(crate) fn last(&self) -> Option<Arc<L>> {
        let kept = self.0.lock();
        kept.as_ref().map(|kept| Arc::clone(&kept.list))
    }
}

/// All tools of a server.
pub type ToolList = Listing<Tool>;

/// The tools, and which of their arguments headers repeat.
#[derive(Debug, Default)]
pub(crate) struct KnownTools {
    pub(crate) list: Arc<ToolList>,
    /// By the name of the tool; most tools have none.
    pub(crate) param_headers: HashMap<String, ParamHeaders>,
}
