//! Which letters must not be shown as they are, and how long a string is shown. Asked by everything that
//! shows text of a peer.

use std::borrow::Cow;

/// At most `characters_max` characters of a string, with `…` in the place of the rest.
///
/// ```
/// use mcp_core::display::truncated;
///
/// assert_eq!(truncated("naïve", 5), "naïve");
/// assert_eq!(truncated("naïve", 3), "naï…");
/// ```
#[must_use]
pub fn truncated(text: &str, characters_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters_max) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or(text))),
        None => Cow::Borrowed(text),
    }
}

/// Whether a letter must not reach a terminal as it is.
#[must_use]
pub fn is_unsafe(letter: char) -> bool {
    letter.is_control() || turns_direction(letter) || is_invisible(letter)
}

/// Marks that change the direction of writing.
fn turns_direction(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Letters without width, fillers, and the letters that only tags are made of.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_hide_or_turn_are_unsafe_and_ordinary_ones_are_not() {
        for letter in ['\u{1b}', '\u{9b}', '\n', '\u{202e}', '\u{2066}', '\u{200b}', '\u{e0041}'] {
            assert!(is_unsafe(letter), "{letter:?}");
        }
        for letter in ['a', 'ß', 'µ', '中', ' ', '👩'] {
            assert!(!is_unsafe(letter), "{letter:?}");
        }
    }
}
