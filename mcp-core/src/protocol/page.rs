//! What the pages of all lists have in common.

use serde::de::{DeserializeOwned, Error};
use serde_json::value::RawValue;

use super::open::Members;

/// One page of a list on its way into a type. An entry that cannot be read is left out and named.
pub(super) struct Page<T> {
    pub(super) entries: Vec<T>,
    pub(super) next_cursor: Option<String>,
    pub(super) ttl_ms: Option<u64>,
    pub(super) rejected: Vec<String>,
}

impl<T: DeserializeOwned> Page<T> {
    /// Takes the members of a page of which `name` is the list and `noun` one of its entries.
    pub(super) fn take<E: Error>(
        members: &mut Members,
        name: &'static str,
        noun: &str,
    ) -> Result<Self, E> {
        let raw: Vec<Box<RawValue>> = members.required(name)?;
        let mut entries = Vec::with_capacity(raw.len());
        let mut rejected = Vec::new();
        for (index, entry) in raw.iter().enumerate() {
            match serde_json::from_str(entry.get()) {
                Ok(entry) => entries.push(entry),
                Err(error) => rejected.push(format!("{noun} {index} of the page: {error}")),
            }
        }
        let next_cursor = members.optional("nextCursor")?;
        Ok(Self { entries, next_cursor, ttl_ms: ttl(members)?, rejected })
    }
}

/// Takes for how long a result may be cached. A negative time counts as none.
pub(super) fn ttl<E: Error>(members: &mut Members) -> Result<Option<u64>, E> {
    Ok(members.optional::<i64, _>("ttlMs")?.and_then(|ttl| u64::try_from(ttl).ok()))
}
