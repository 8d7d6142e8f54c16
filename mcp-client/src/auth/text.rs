//! Words of servers, made fit for error messages.

use mcp_core::display::is_unsafe;
use oauth2::url::Url;

/// How long such words may get.
const SHOWN_CHARACTERS_MAX: usize = 200;

/// The first characters of a string, without those that move the cursor or hide.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(SHOWN_CHARACTERS_MAX)
        .map(|c| if is_unsafe(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(SHOWN_CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Where a URL leads, without what may be secret in it.
pub(super) fn shown_url(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail on URLs that cannot hold any, and then there is nothing to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    shown(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_length_are_tamed() {
        assert_eq!(shown("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(shown(&"x".repeat(500)).chars().count(), SHOWN_CHARACTERS_MAX + 1);
    }

    #[test]
    fn secrets_of_a_url_are_left_out() {
        let url = Url::parse("https://user:pass@host/path?code=1#token").unwrap();

        assert_eq!(shown_url(&url), "https://host/path");
    }
}
