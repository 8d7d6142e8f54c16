//! What a refusal asks for: the `Bearer` challenge of `WWW-Authenticate`. Pure.

use super::scope::Scopes;

/// How much of the header is read. Servers send some hundred bytes.
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// The parts of a `Bearer` challenge that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Why: `invalid_token`, `insufficient_scope`, …
    pub(super) error: Option<String>,
    /// Where the metadata of the protected resource is.
    pub(super) resource_metadata: Option<String>,
    /// The scopes that the refused request needs.
    pub(super) scopes: Scopes,
}

impl Challenge {
    /// Reads the first `Bearer` challenge among several; an empty one when there is none.
    pub(super) fn parse(header: &str) -> Self {
        let mut rest = Rest { text: header.get(..HEADER_BYTES_MAX).unwrap_or(header) };
        let mut found = None;
        while let Some(item) = rest.next_item() {
            match (item, &mut found) {
                (Item::Scheme(_), Some(_)) => break,
                (Item::Scheme(scheme), None) if scheme.eq_ignore_ascii_case("bearer") => {
                    found = Some(Self::default());
                }
                (Item::Parameter(name, value), Some(challenge)) => challenge.set(name, value),
                _ => {}
            }
        }
        found.unwrap_or_default()
    }

    /// Whether more scopes would help.
    pub(super) fn is_insufficient_scope(&self) -> bool {
        self.error.as_deref() == Some("insufficient_scope")
    }

    /// The first occurrence of a parameter counts.
    fn set(&mut self, name: &str, value: String) {
        match name.to_ascii_lowercase().as_str() {
            "error" if self.error.is_none() => self.error = Some(value),
            "resource_metadata" if self.resource_metadata.is_none() => {
                self.resource_metadata = Some(value);
            }
            "scope" if self.scopes.is_empty() => self.scopes = Scopes::parse(&value),
            _ => {}
        }
    }
}

enum Item<'a> {
    Scheme(&'a str),
    Parameter(&'a str, String),
}

/// What is left to read of the header.
struct Rest<'a> {
    text: &'a str,
}

impl<'a> Rest<'a> {
    fn next_item(&mut self) -> Option<Item<'a>> {
        loop {
            self.text = self.text.trim_start_matches([' ', '\t', ',']);
            if self.text.is_empty() {
                return None;
            }
            let name = self.take_while(is_token);
            if name.is_empty() {
                self.skip_character();
                continue;
            }
            let after = self.text.trim_start_matches([' ', '\t']);
            let Some(value) = after.strip_prefix('=') else {
                // `Scheme`, or a token68 without padding, which looks the same and does no harm.
                return Some(Item::Scheme(name));
            };
            let value = value.trim_start_matches([' ', '\t']);
            if value.is_empty() || value.starts_with(['=', ',']) {
                // The padding of a token68, as in `Negotiate YII==`.
                self.text = value.trim_start_matches('=');
                continue;
            }
            self.text = value;
            return Some(Item::Parameter(name, self.take_value()));
        }
    }

    fn take_value(&mut self) -> String {
        let Some(quoted) = self.text.strip_prefix('"') else {
            return self.take_while(|c| !matches!(c, ',' | ' ' | '\t')).to_owned();
        };
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.text = quoted.get(at + 1..).unwrap_or_default();
                    return value;
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                _ => value.push(character),
            }
        }
        self.text = "";
        value
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let end = self.text.find(|c| !keep(c)).unwrap_or(self.text.len());
        let (taken, rest) = self.text.split_at(end);
        self.text = rest;
        taken
    }

    fn skip_character(&mut self) {
        let mut characters = self.text.chars();
        characters.next();
        self.text = characters.as_str();
    }
}

/// The characters of names in headers, and `/`, which base64 adds.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn challenge(error: &str, metadata: &str, scopes: &str) -> Challenge {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Challenge {
            error: some(error),
            resource_metadata: some(metadata),
            scopes: Scopes::parse(scopes),
        }
    }

    #[test]
    fn bearer_challenge_is_read() {
        let header =
            r#"Bearer error="insufficient_scope", scope="a b", resource_metadata="https://x/y""#;

        assert_eq!(Challenge::parse(header), challenge("insufficient_scope", "https://x/y", "a b"));
    }

    #[test]
    fn names_are_case_insensitive_and_values_may_be_bare() {
        assert_eq!(
            Challenge::parse("bEARER Error=invalid_token,SCOPE=a"),
            challenge("invalid_token", "", "a")
        );
    }

    #[test]
    fn bearer_is_found_among_other_challenges() {
        for header in [
            r#"Basic realm="a, Bearer scope=\"no\"", Bearer scope="yes""#,
            r#"Negotiate YII==, Bearer scope="yes", DPoP scope="no", algs="ES256""#,
            r#"Negotiate abc/def+g=, Bearer realm="r" , scope = "yes""#,
            r#"NTLM, Bearer scope="yes", Bearer scope="no""#,
        ] {
            assert_eq!(Challenge::parse(header), challenge("", "", "yes"), "{header}");
        }
    }

    #[test]
    fn quoted_strings_may_hold_escapes_and_commas() {
        assert_eq!(
            Challenge::parse(r#"Bearer error_description="a \"b\", c", error="e\rr""#),
            challenge("err", "", "")
        );
    }

    #[test]
    fn first_occurrence_of_a_parameter_counts() {
        assert_eq!(
            Challenge::parse(
                r#"Bearer resource_metadata="https://a", resource_metadata="https://b""#
            ),
            challenge("", "https://a", "")
        );
    }

    #[test]
    fn header_without_a_bearer_challenge_asks_for_nothing() {
        for header in ["", "Basic realm=x", ",,,", "\"", "=", "Bearer", "Bearer scope=\"unclosed"] {
            let read = Challenge::parse(header);

            assert_eq!(read.error, None, "{header}");
            assert_eq!(read.resource_metadata, None, "{header}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(header in "\\PC{0,80}") {
            Challenge::parse(&header);
        }
    }
}
