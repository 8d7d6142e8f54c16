//! Fetching a list: all pages, within caps.

use std::collections::HashSet;
use std::time::Duration;

use mcp_core::jsonrpc::code;
use mcp_core::protocol::{Listed, Page};
use serde::Serialize;

use crate::conversation::Conversation;
use crate::error::ListError;
use crate::lists::{Listing, TTL_MAX};
use crate::request::Meta;
use crate::request_head::RequestHead;

/// Reasons for leaving entries out that are kept. More say nothing new.
const REJECTED_MAX: usize = 1000;

/// All pages of a list, and how long it may be kept. A server that does not know its own cursor any
/// more is asked from the beginning, once.
pub(crate) async fn fetch<T: Listed>(
    conversation: &Conversation,
    entries_max: usize,
) -> Result<(Listing<T>, Duration), ListError> {
    let mut fetching = Fetching::<T>::new(entries_max);
    match fetching.run(conversation).await {
        Err(ListError::Rpc(failure))
            if failure.error.code == code::INVALID_PARAMS && fetching.cursor.is_some() =>
        {
            fetching = Fetching::new(entries_max);
            fetching.run(conversation).await?;
        }
        outcome => outcome?,
    }
    let ttl = fetching.ttl.unwrap_or_else(|| unsaid_ttl(conversation)).min(TTL_MAX);
    Ok((fetching.list, ttl))
}

/// For how long a list is kept whose server does not say: not at all in the modern era, where the
/// absence means so.
fn unsaid_ttl(conversation: &Conversation) -> Duration {
    match conversation.version().has_cache_hints() {
        true => Duration::ZERO,
        false => conversation.options.list_ttl,
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

    async fn run(&mut self, conversation: &Conversation) -> Result<(), ListError> {
        let pages_max = conversation.options.pages_max;
        for _ in 0..pages_max {
            let page = fetch_page::<T>(conversation, self.cursor.as_deref()).await?;
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
    conversation: &Conversation,
    cursor: Option<&str>,
) -> Result<Page<T>, ListError> {
    let request = conversation.request(RequestHead::new(T::METHOD));
    let params = |meta| ListParams { cursor, meta };
    let answer = request.send(params, conversation.list_deadline()).await?;
    Ok(answer.complete()?)
}
