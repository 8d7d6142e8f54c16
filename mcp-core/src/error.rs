//! Questions that every failure answers, whichever layer it comes from.

/// Whether a request that failed may have been carried out.
///
/// The rule of the workspace: a call that may have happened and is not safe to repeat is never sent
/// again automatically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// No byte of the request left.
    NotSent,
    /// The peer got it and refused it before doing anything.
    Refused,
    /// It left, and nothing is known of what became of it.
    Unknown,
    /// The peer carried it out, or tried to and said how that ended.
    Executed,
}

impl Delivery {
    /// Whether it is certain that the request had no effect.
    #[must_use]
    pub fn is_certainly_without_effect(self) -> bool {
        matches!(self, Self::NotSent | Self::Refused)
    }
}
