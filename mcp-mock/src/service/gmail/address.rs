//! Mail addresses as headers write them.

/// The bare address of `Ann <ann@example.com>` or `ann@example.com`; `None` when it is not one.
///
/// Looks at the shape only, and refuses control characters, with which a header could be smuggled in.
#[must_use]
pub fn email_of(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return None;
    }
    let email = match text.strip_suffix('>') {
        Some(open) => open.rsplit_once('<')?.1,
        None => text,
    };
    let (local, domain) = email.split_once('@')?;
    let stranger = |c: char| c.is_whitespace() || "<>,;:\"()[]\\@".contains(c);
    let fits = !local.is_empty()
        && !email.replacen('@', "", 1).contains(stranger)
        && domain.split('.').all(|label| !label.is_empty());
    fits.then_some(email)
}

/// Splits a list of addresses at the commas that are not inside a quoted display name.
#[must_use]
pub fn split_addresses(text: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{email_of, split_addresses};

    #[test]
    fn an_address_is_found_with_and_without_a_name() {
        assert_eq!(email_of("Ann <ann@example.com>"), Some("ann@example.com"));
        assert_eq!(email_of(" ann@example.com "), Some("ann@example.com"));
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for text in [
            "",
            "ann",
            "ann@",
            "@example.com",
            "a b@example.com",
            "a@b@c",
            "a@b..c",
            "a@b\nBcc: x@y",
        ] {
            assert_eq!(email_of(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_comma_in_a_quoted_name_does_not_split() {
        let parts = split_addresses("\"Lee, Ann\" <a@x.example>, b@x.example,");

        assert_eq!(parts, ["\"Lee, Ann\" <a@x.example>", "b@x.example"]);
    }
}
