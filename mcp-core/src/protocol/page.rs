//! Pages of lists: the same for everything that servers list.

use serde::de::{DeserializeOwned, Error};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::open::{Extra, Members};

/// Something that servers list, page by page.
pub trait Listed: Serialize + DeserializeOwned {
    /// The request that lists it.
    const METHOD: &'static str;
    /// The member of a page that holds the entries.
    const MEMBER: &'static str;
    /// One of it, in words.
    const NOUN: &'static str;
    /// Several of it, in words.
    const PLURAL: &'static str;

    /// What is unique among the entries of one server.
    fn key(&self) -> &str;
}

/// One page of a list. An entry that cannot be read is left out and named in `rejected`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entries of this page.
    pub entries: Vec<T>,
    /// Where the next page begins; absent on the last one. An empty text is a cursor like any other.
    pub next_cursor: Option<String>,
    /// For how long the page may be cached, in milliseconds (2026-07-28 on).
    pub ttl_ms: Option<u64>,
    /// Why entries of the page were left out, in words. It is not sent.
    pub rejected: Vec<String>,
    /// What else the server sends.
    pub extra: Extra,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for Page<T> {
    /// The only page of a list.
    fn from(entries: Vec<T>) -> Self {
        let extra = Extra::default();
        Self { entries, next_cursor: None, ttl_ms: None, rejected: Vec::new(), extra }
    }
}

impl<T: Listed> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(T::MEMBER, &self.entries)?;
        if let Some(cursor) = &self.next_cursor {
            map.serialize_entry("nextCursor", cursor)?;
        }
        if let Some(ttl) = &self.ttl_ms {
            map.serialize_entry("ttlMs", ttl)?;
        }
        for (name, value) in self.extra.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: Listed> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        let raw: Vec<Box<RawValue>> = members.required(T::MEMBER)?;
        let mut entries = Vec::with_capacity(raw.len());
        let mut rejected = Vec::new();
        for (index, entry) in raw.iter().enumerate() {
            match serde_json::from_str(entry.get()) {
                Ok(entry) => entries.push(entry),
                Err(error) => rejected.push(format!("{} {index} of the page: {error}", T::NOUN)),
            }
        }
        Ok(Self {
            entries,
            next_cursor: members.optional("nextCursor")?,
            ttl_ms: ttl(&mut members)?,
            rejected,
            extra: members.rest(),
        })
    }
}

/// Takes for how long a result may be cached. A negative time counts as none.
pub(super) fn ttl<E: Error>(members: &mut Members) -> Result<Option<u64>, E> {
    Ok(members.optional::<i64, _>("ttlMs")?.and_then(|ttl| u64::try_from(ttl).ok()))
}
