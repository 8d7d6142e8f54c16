//! Secrets that are known by their form.

use std::ops::Range;

/// A token with a well-known prefix.
struct Shape {
    name: &'static str,
    prefix: &'static str,
    /// The minimum number of letters after the prefix, and their kind.
    letters_min: usize,
    is_letter: fn(u8) -> bool,
}

/// Vendors' tokens, most specific first.
const SHAPES: [Shape; 18] = [
    shape("github-token", "github_pat_", 20, is_word),
    shape("github-token", "ghp_", 20, is_alphanumeric),
    shape("github-token", "gho_", 20, is_alphanumeric),
    shape("github-token", "ghu_", 20, is_alphanumeric),
    shape("github-token", "ghs_", 20, is_word_or_dot),
    shape("github-token", "ghr_", 20, is_alphanumeric),
    shape("gitlab-token", "glpat-", 16, is_word),
    shape("slack-token", "xapp-", 10, is_word),
    shape("slack-token", "xoxa-", 10, is_word),
    shape("slack-token", "xoxb-", 10, is_word),
    shape("slack-token", "xoxe-", 10, is_word),
    shape("slack-token", "xoxp-", 10, is_word),
    shape("api-key", "sk-", 20, is_word),
    shape("google-token", "ya29.", 16, is_word_or_dot),
    shape("google-key", "AIza", 30, is_word),
    shape("notion-token", "ntn_", 20, is_alphanumeric),
    shape("notion-token", "secret_", 20, is_alphanumeric),
    shape("aws-key", "AKIA", 16, is_alphanumeric),
];

const JWT_PREFIX: &str = "eyJ";
/// Header, claims and signature of the shortest token that anybody signs.
const JWT_LETTERS_MIN: usize = 30;

/// Words before a secret of any form.
const SCHEMES: [&str; 2] = ["bearer", "basic"];
/// Letters of a secret after such a word, when it has a digit.
const CREDENTIAL_LETTERS_MIN: usize = 8;
/// Letters of it when it has none, and may be a word of a sentence.
const WORDLIKE_LETTERS_MIN: usize = 16;

const PEM_START: &str = "-----BEGIN ";
const PEM_KIND: &str = "PRIVATE KEY-----";
const PEM_END: &str = "-----END ";

/// The places of such secrets, and a name for each.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    for shape in &SHAPES {
        for (start, prefix) in text.match_indices(shape.prefix) {
            let end = end_of(text, start + prefix.len(), shape.is_letter);
            let is_long = end - start - prefix.len() >= shape.letters_min;
            if is_long && begins_word(text, start) {
                found.push((start..end, shape.name));
            }
        }
    }
    for (start, _) in text.match_indices(JWT_PREFIX) {
        let end = end_of(text, start, is_word_or_dot);
        let token = text.get(start..end).unwrap_or_default();
        if token.len() >= JWT_LETTERS_MIN && token.matches('.').count() >= 2 {
            found.push((start..end, "jwt"));
        }
    }
    found.extend(credentials(text).into_iter().map(|range| (range, "credentials")));
    found.extend(private_keys(text).into_iter().map(|range| (range, "private-key")));
    found.extend(passwords_in_urls(text).into_iter().map(|range| (range, "url-password")));
    found
}

/// What follows `Bearer` and `Basic`.
fn credentials(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for scheme in SCHEMES {
        for (at, _) in lower.match_indices(scheme) {
            let rest = lower.get(at + scheme.len()..).unwrap_or_default();
            let spaces = if rest.starts_with("%20") {
                3
            } else {
                rest.len() - rest.trim_start_matches([' ', '+']).len()
            };
            let start = at + scheme.len() + spaces;
            let end = end_of(text, start, is_token68);
            let token = text.get(start..end).unwrap_or_default();
            let has_digit = token.bytes().any(|byte| byte.is_ascii_digit());
            let letters_min = if has_digit { CREDENTIAL_LETTERS_MIN } else { WORDLIKE_LETTERS_MIN };
            if spaces > 0 && token.len() >= letters_min && begins_word(text, at) {
                found.push(start..end);
            }
        }
    }
    found
}

/// From the first line to the last one; to the end of the text when that is missing.
fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(PEM_START) {
        let rest = text.get(start..).unwrap_or_default();
        let first_line = rest.split(['\n', '\\']).next().unwrap_or_default();
        if first_line.contains(PEM_KIND) {
            let length = rest.find(PEM_END).map_or(rest.len(), |end| {
                let after = rest.get(end + PEM_END.len()..).unwrap_or_default();
                let tail = after.find(PEM_KIND).map_or(after.len(), |at| at + PEM_KIND.len());
                end + PEM_END.len() + tail
            });
            found.push(start..start + length);
        }
    }
    found
}

/// `postgres://user:password@host`.
fn passwords_in_urls(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, separator) in text.match_indices("://") {
        let start = at + separator.len();
        let end = end_of(text, start, is_authority);
        let authority = text.get(start..end).unwrap_or_default();
        let Some((user_info, _)) = authority.rsplit_once('@') else { continue };
        let Some((user, password)) = user_info.split_once(':') else { continue };
        if !password.is_empty() {
            let start = start + user.len() + 1;
            found.push(start..start + password.len());
        }
    }
    found
}

const fn shape(
    name: &'static str,
    prefix: &'static str,
    letters_min: usize,
    is_letter: fn(u8) -> bool,
) -> Shape {
    Shape { name, prefix, letters_min, is_letter }
}

/// The end of the run of letters that begins at `start`.
fn end_of(text: &str, start: usize, is_letter: fn(u8) -> bool) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| is_letter(**byte)).count()
}

fn begins_word(text: &str, start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    !before.is_some_and(|byte| byte.is_ascii_alphanumeric())
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_word_or_dot(byte: u8) -> bool {
    is_word(byte) || byte == b'.'
}

fn is_token68(byte: u8) -> bool {
    is_word_or_dot(byte) || matches!(byte, b'~' | b'+' | b'/' | b'=' | b'%')
}

fn is_authority(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with every find replaced by its name.
    fn named(text: &str) -> String {
        let mut found = find(text);
        found.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        found.into_iter().fold(text.to_owned(), |mut text, (range, name)| {
            text.replace_range(range, &format!("<{name}>"));
            text
        })
    }

    #[test]
    fn tokens_of_vendors_are_known_by_their_form() {
        for (text, expected) in [
            ("use ghp_abcdefghijklmnopqrstuvwxyz0123456789!", "use <github-token>!"),
            ("github_pat_11ABCDEFG0abcdefghijkl_mnop", "<github-token>"),
            ("t=xoxb-1234567890-abcdefgh;", "t=<slack-token>;"),
            ("sk-proj-abcdefghij0123456789", "<api-key>"),
            ("ya29.a0AfH6SMBx1234567890", "<google-token>"),
            ("ntn_1234567890abcdefghijklmnop", "<notion-token>"),
            ("AKIAIOSFODNN7EXAMPLE", "<aws-key>"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "<jwt>"),
            ("Authorization: Bearer abc12345", "Authorization: Bearer <credentials>"),
            ("basic dXNlcjpwYXNzd29yZA==", "basic <credentials>"),
            ("postgres://me:p4ss@db.example/x", "postgres://me:<url-password>@db.example/x"),
        ] {
            assert_eq!(named(text), expected);
        }
    }

    #[test]
    fn private_key_goes_with_its_frame() {
        let text = "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb";

        assert_eq!(named(text), "a\n<private-key>\nb");
        assert_eq!(named("-----BEGIN PRIVATE KEY-----\nMIIE"), "<private-key>");
        assert_eq!(named("-----BEGIN CERTIFICATE-----"), "-----BEGIN CERTIFICATE-----");
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "a task-force of risk-averse people-who-write-long-words-with-dashes",
            "Bearer authentication is needed, basic knowledge is enough",
            "secret_santa_is_coming_to_the_town",
            "https://example.com:8080/path?at=a@b.c",
            "AKIA is a prefix and eyJ too",
        ] {
            assert_eq!(named(text), text);
        }
    }
}
