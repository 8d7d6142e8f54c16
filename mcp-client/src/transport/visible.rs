//! Text of a peer, made fit for an error message or a log line.

use mcp_core::display::is_unsafe;

/// Decodes leniently and makes every character visible that could move the cursor, reorder the
/// text, hide in it or end the line.
pub(crate) fn visible(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => shown.push(' '),
            _ if is_deceptive(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    shown
}

/// Joiners hide as well, but emoji and some scripts are made with them.
fn is_deceptive(character: char) -> bool {
    is_unsafe(character) && !matches!(character, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        assert_eq!(visible("Größe: 3 µm 👩‍💻".as_bytes()), "Größe: 3 µm 👩‍💻");
    }

    #[test]
    fn escape_sequences_are_shown_and_not_carried_out() {
        assert_eq!(visible(b"a\x1b[2Jb\x07\r\nc\td"), "a\\u{1b}[2Jb\\u{7}\\u{d}\\u{a}c d");
        assert_eq!(visible("\u{9b}31m".as_bytes()), "\\u{9b}31m");
    }

    #[test]
    fn reordering_and_hidden_characters_are_shown() {
        assert_eq!(
            visible("a\u{202e}b\u{200b}\u{e0041}".as_bytes()),
            "a\\u{202e}b\\u{200b}\\u{e0041}"
        );
    }

    #[test]
    fn broken_utf8_is_replaced() {
        assert_eq!(visible(b"a\xffb"), "a\u{fffd}b");
    }
}
