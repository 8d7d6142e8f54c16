//! Sets of scopes, and which of them to ask for. Pure.

use std::fmt;

/// How many scopes are kept of what a server names. Large servers have some dozens.
const SCOPES_MAX: usize = 200;

/// Asks for a refresh token, at authorization servers that advertise it.
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

/// Scopes in the order in which they were named, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// Reads names that are separated by spaces. What cannot be a scope is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split_ascii_whitespace().collect()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a scope is among them.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// The names.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn has_all_of(&self, other: &Self) -> bool {
        other.iter().all(|scope| self.contains(scope))
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What to ask for at first: what the server wants for this request, else what is configured, else
    /// all that the resource names, else nothing.
    pub(super) fn first_choice(challenged: &Self, configured: &Self, supported: &Self) -> Self {
        [challenged, configured, supported]
            .into_iter()
            .find(|scopes| !scopes.is_empty())
            .cloned()
            .unwrap_or_default()
    }

    /// Adds `offline_access` where the authorization server knows it. Without any other scope it would
    /// replace the server's default ones, so it is left out then.
    pub(super) fn with_offline_access(self, supported: &Self) -> Self {
        if self.is_empty() || !supported.contains(OFFLINE_ACCESS) {
            return self;
        }
        self.union(&Self::parse(OFFLINE_ACCESS))
    }
}

impl<T: AsRef<str>> FromIterator<T> for Scopes {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut scopes = Self::default();
        for name in names {
            let name = name.as_ref();
            if scopes.0.len() < SCOPES_MAX && is_scope(name) && !scopes.contains(name) {
                scopes.0.push(name.to_owned());
            }
        }
        scopes
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// RFC 6749, section 3.3: visible ASCII without quote and backslash.
fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text)
    }

    #[test]
    fn each_scope_is_kept_once_and_in_order() {
        assert_eq!(scopes(" b a  b ").to_string(), "b a");
    }

    #[test]
    fn what_cannot_be_a_scope_is_left_out() {
        assert_eq!(scopes("a b\"c d\\e ü f").to_string(), "a f");
    }

    #[test]
    fn number_of_scopes_is_capped() {
        let many: Scopes = (0..1000).map(|n| format!("s{n}")).collect();

        assert_eq!(many.iter().count(), SCOPES_MAX);
    }

    #[test]
    fn first_choice_is_challenge_then_configuration_then_resource_then_nothing() {
        let none = Scopes::default();
        let pick = |a: &str, b: &str, c: &str| {
            Scopes::first_choice(&scopes(a), &scopes(b), &scopes(c)).to_string()
        };

        assert_eq!(pick("a", "b", "c"), "a");
        assert_eq!(pick("", "b", "c"), "b");
        assert_eq!(pick("", "", "c d"), "c d");
        assert_eq!(Scopes::first_choice(&none, &none, &none), none);
    }

    #[test]
    fn offline_access_is_asked_for_only_where_it_is_advertised() {
        let with = |own: &str, supported: &str| {
            scopes(own).with_offline_access(&scopes(supported)).to_string()
        };

        assert_eq!(with("a", "a offline_access"), "a offline_access");
        assert_eq!(with("a", "a"), "a");
        assert_eq!(with("", "offline_access"), "");
    }

    #[test]
    fn union_keeps_what_was_asked_before() {
        assert_eq!(scopes("a b").union(&scopes("b c")).to_string(), "a b c");
        assert!(scopes("a b").has_all_of(&scopes("b")));
        assert!(!scopes("a b").has_all_of(&scopes("c")));
    }
}
