//! Lists: all pages, within caps, kept for as long as the server allows.
//!
//! What is kept belongs to one client, and a client to one set of credentials: so also what a server
//! marks as private (`cacheScope`) never reaches anybody else.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mcp_core::jsonrpc::code;
use mcp_core::protocol::{Era, Listed, Page};
use serde::Serialize;
use tokio::time::Instant;

use crate::client::Client;
use crate::deadline::CallDeadline;
use crate::error::ListError;
use crate::request::Meta;

/// How long anything is kept, whatever the server says: a slip of it does not last for ever.
pub(crate) const TTL_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Reasons for leaving entries out that are kept. More say nothing new.
const REJECTED_MAX: usize = 1000;

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
pub(crate) struct ListCache<L>(Mutex<Option<Kept<L>>>);

#[derive(Debug)]
struct Kept<L> {
    list: Arc<L>,
    fresh_until: Instant,
    generation: u64,
}

impl<L> Default for ListCache<L> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<L> ListCache<L> {
    /// The list, if it is not old and nothing has changed since that generation.
    pub(crate) fn fresh(&self, generation: u64) -> Option<Arc<L>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref()?;
        let is_fresh = kept.generation == generation && Instant::now() < kept.fresh_until;
        is_fresh.then(|| Arc::clone(&kept.list))
    }

    /// `generation` was read before the first page was asked for: a change that is told while the
    /// pages come makes them old at once.
    pub(crate) fn keep(&self, list: &Arc<L>, ttl: Duration, generation: u64) {
        let (list, fresh_until) = (Arc::clone(list), Instant::now() + ttl);
        let kept = Kept { list, fresh_until, generation };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }

    /// The last list, however old.
    pub(crate) fn last(&self) -> Option<Arc<L>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|kept| Arc::clone(&kept.list))
    }
}

/// All pages of a list, and how long it may be kept. A server that does not know its own cursor any
/// more is asked from the beginning, once.
pub(crate) async fn fetch<T: Listed>(
    client: &Client,
    entries_max: usize,
) -> Result<(Listing<T>, Duration), ListError> {
    let mut fetching = Fetching::<T>::new(entries_max);
    match fetching.run(client).await {
        Err(ListError::Rpc(failure))
            if failure.error.code == code::INVALID_PARAMS && fetching.cursor.is_some() =>
        {
            fetching = Fetching::new(entries_max);
            fetching.run(client).await?;
        }
        outcome => outcome?,
    }
    let ttl = fetching.ttl.unwrap_or_else(|| unsaid_ttl(client)).min(TTL_MAX);
    Ok((fetching.list, ttl))
}

/// For how long a list is kept whose server does not say: not at all in the modern era, where the
/// absence means so.
fn unsaid_ttl(client: &Client) -> Duration {
    match client.version().era() {
        Era::Legacy => client.options().list_ttl,
        Era::Modern => Duration::ZERO,
    }
}

/// The pages so far.
struct Fetching<T> {
    entries_max: usize,
    list: Listing<T>,
    names: HashSet<String>,
    cursors: HashSet<String>,
    cursor: Option<String>,
    /// The shortest time that any page may be kept.
    ttl: Option<Duration>,
}

impl<T: Listed> Fetching<T> {
    fn new(entries_max: usize) -> Self {
        Self {
            entries_max,
            list: Listing::default(),
            names: HashSet::new(),
            cursors: HashSet::new(),
            cursor: None,
            ttl: None,
        }
    }

    async fn run(&mut self, client: &Client) -> Result<(), ListError> {
        let pages_max = client.options().pages_max;
        for _ in 0..pages_max {
            let page = fetch_page::<T>(client, self.cursor.as_deref()).await?;
            let Some(next) = self.take(page)? else { return Ok(()) };
            if !self.cursors.insert(next.clone()) {
                return Err(ListError::CursorLoop { of: T::PLURAL, cursor: next });
            }
            self.cursor = Some(next);
        }
        Err(ListError::TooLong { of: T::PLURAL, limit: pages_max, what: "pages" })
    }

    /// Takes a page; returns where the next one begins.
    fn take(&mut self, page: Page<T>) -> Result<Option<String>, ListError> {
        let ttl = page.ttl_ms.map(Duration::from_millis);
        self.ttl = self.ttl.into_iter().chain(ttl).min();
        let room = REJECTED_MAX.saturating_sub(self.list.rejected.len());
        self.list.rejected.extend(page.rejected.into_iter().take(room));
        for entry in page.entries {
            if self.list.entries.len() >= self.entries_max {
                let (of, limit) = (T::PLURAL, self.entries_max);
                return Err(ListError::TooLong { of, limit, what: of });
            }
            let name = entry.key();
            if self.names.insert(name.to_owned()) {
                self.list.entries.push(entry);
            } else if self.list.rejected.len() < REJECTED_MAX {
                self.list.rejected.push(format!("{} `{name}` is listed twice", T::NOUN));
            }
        }
        Ok(page.next_cursor)
    }
}

#[derive(Serialize)]
struct ListParams<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}

async fn fetch_page<T: Listed>(
    client: &Client,
    cursor: Option<&str>,
) -> Result<Page<T>, ListError> {
    let deadline = CallDeadline::fixed(client.options().list_timeout);
    let request = client.request(T::METHOD, T::METHOD);
    let answer = request.send(|meta| ListParams { cursor, meta }, deadline).await?;
    Ok(answer.complete()?)
}
