//! How the types of other layers look in stored events: mirrors that the compiler holds equal.

use mcp_core::Delivery;
use serde::{Deserialize, Serialize};

use crate::call::{Effect, ToolRef};

/// See [`Effect`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Effect", rename_all = "snake_case")]
pub(super) enum StoredEffect {
    Idempotent,
    Read,
    Unsafe,
}

/// See [`Delivery`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Delivery", rename_all = "snake_case")]
pub(super) enum StoredDelivery {
    NotSent,
    Refused,
    Unknown,
    Executed,
}

/// See [`ToolRef`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "ToolRef")]
pub(super) struct StoredTool {
    server: String,
    tool: String,
}

/// A duration as whole microseconds.
pub(super) mod micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_micros)
    }
}

/// A duration that may be missing, as whole microseconds.
pub(super) mod optional_micros {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands the field in like this")]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::micros::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_micros))
    }
}
