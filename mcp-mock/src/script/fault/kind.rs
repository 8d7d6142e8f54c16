//! Faults that come in many kinds, each with a name of its own.

/// A kind of a fault: what stands after `=`.
pub(crate) trait Kind: Copy + Eq + 'static {
    /// What a kind is, in words for the reference.
    const ALL: &'static [Known<Self>];

    /// The kind of that name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|known| known.name == name).map(|known| known.kind)
    }
}

/// One kind of the reference.
#[derive(Debug)]
pub(crate) struct Known<K> {
    pub(crate) kind: K,
    pub(crate) name: &'static str,
    /// What a client sees.
    pub(crate) meaning: &'static str,
}

/// A line of a table of kinds.
pub(super) const fn known<K>(kind: K, name: &'static str, meaning: &'static str) -> Known<K> {
    Known { kind, name, meaning }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;

    use super::super::{MalformedAnswer, ProcessFault, ToolListFault};
    use super::*;

    #[track_caller]
    fn check_names<K: Kind + Debug + DeserializeOwned>() {
        assert!(K::ALL.is_sorted_by_key(|known| known.name));
        for known in K::ALL {
            let read: K = serde_json::from_value(known.name.into()).unwrap();

            assert_eq!((read, K::named(known.name)), (known.kind, Some(known.kind)));
        }
    }

    #[test]
    fn every_kind_is_read_by_its_name_from_text_and_from_json() {
        check_names::<MalformedAnswer>();
        check_names::<ProcessFault>();
        check_names::<ToolListFault>();
    }
}
