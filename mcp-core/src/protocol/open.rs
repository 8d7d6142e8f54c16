//! Open objects: the members that a type names, and the rest as it came.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Members that a type does not name, raw. They survive a round trip.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(BTreeMap<String, Box<RawValue>>);

impl Extra {
    /// The members of something that is written as an object; empty for everything else.
    pub fn from_object(object: &impl Serialize) -> Self {
        let members = serde_json::to_string(object).and_then(|json| serde_json::from_str(&json));
        members.map(Self).unwrap_or_default()
    }

    /// The raw JSON of one member.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(|raw| &**raw)
    }

    /// Adds a member, or replaces it.
    pub fn insert(&mut self, name: impl Into<String>, value: Box<RawValue>) {
        self.0.insert(name.into(), value);
    }

    /// The names and the raw JSON of all members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), &**raw))
    }
}

impl PartialEq for Extra {
    /// Equal when names and raw texts are.
    fn eq(&self, other: &Self) -> bool {
        self.iter()
            .map(|(name, raw)| (name, raw.get()))
            .eq(other.iter().map(|(name, raw)| (name, raw.get())))
    }
}

/// The name of a member, borrowed from the frame unless it holds escapes.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Name<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// All members of an object on their way into a type.
///
/// Works with `serde_json` alone, as raw values do.
pub(crate) struct Members(BTreeMap<String, Box<RawValue>>);

impl Members {
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }

    /// Takes a member that must be there.
    pub(crate) fn required<T: DeserializeOwned, E: Error>(
        &mut self,
        name: &'static str,
    ) -> Result<T, E> {
        self.optional(name)?.ok_or_else(|| E::missing_field(name))
    }

    /// Takes a member that may be missing or null.
    pub(crate) fn optional<T: DeserializeOwned, E: Error>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, E> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(raw) if raw.get() == "null" => Ok(None),
            Some(raw) => serde_json::from_str(raw.get())
                .map(Some)
                .map_err(|error| E::custom(format_args!("`{name}`: {error}"))),
        }
    }

    /// Takes a member of which null is a value like any other.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.0.remove(name)
    }

    /// What was not taken.
    pub(crate) fn rest(self) -> Extra {
        Extra(self.0)
    }
}
