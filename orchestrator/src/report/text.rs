//! Makes text that others wrote safe to show.
//!
//! A terminal obeys escape sequences, and letters that cannot be seen or that turn the direction of
//! writing can make a line look like another one. They are shown as what they are: `\u{1b}`.

pub use mcp_core::display::is_unsafe;

/// A string inside of a line is cut after this many characters; the whole of it is in the JSON.
const LINE_CHARS_MAX: usize = 400;

/// A string of several lines is cut after this many characters.
const BLOCK_CHARS_MAX: usize = 20_000;

/// The text as a part of one line: line ends are shown as `\n`, and it is cut when it is long.
#[must_use]
pub fn line(text: &str) -> String {
    let shown = capped(text.trim_end(), LINE_CHARS_MAX);
    escaped(&shown, |_| false)
}

/// The text with its line ends and tabs, cut when it is very long.
#[must_use]
pub fn block(text: &str) -> String {
    whole(&capped(text.trim_end(), BLOCK_CHARS_MAX))
}

/// The text with its line ends and tabs, however long it is: for what somebody asked for by name.
#[must_use]
pub fn whole(text: &str) -> String {
    escaped(text, |letter| matches!(letter, '\n' | '\t'))
}

/// The first sentence, as a part of one line.
#[must_use]
pub fn first_sentence(text: &str) -> String {
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    let end = first_line.find(". ").map_or(first_line.len(), |at| at + 1);
    line(first_line.get(..end).unwrap_or(first_line))
}

fn capped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => {
            let (shown, rest) = text.split_at(end);
            format!("{shown}… ({} more characters)", rest.chars().count())
        }
    }
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if is_kept(letter) || !is_unsafe(letter) => shown.push(letter),
            '\n' | '\r' | '\t' => shown.extend(letter.escape_default()),
            _ => shown.extend(letter.escape_unicode()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        let cases = [
            ("a\u{1b}[31mred", "a\\u{1b}[31mred"),
            ("two\r\nlines\t\u{7}", "two\\r\\nlines\\t\\u{7}"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("Grüße, 世界 🎉", "Grüße, 世界 🎉"),
        ];

        for (text, expected) in cases {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn blocks_keep_their_lines() {
        assert_eq!(block("a\n\tb\r\n\u{1b}c\n"), "a\n\tb\\r\n\\u{1b}c");
    }

    #[test]
    fn long_lines_are_cut() {
        let shown = line(&"é".repeat(500));

        assert!(shown.ends_with("é… (100 more characters)"), "{shown}");
    }

    #[test]
    fn first_sentence_ends_with_its_stop() {
        assert_eq!(first_sentence("  Opens v1.2 issues. And more.\nMore."), "Opens v1.2 issues.");
        assert_eq!(first_sentence("Opens an issue\nMore."), "Opens an issue");
        assert_eq!(first_sentence(""), "");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_passes(text in "\\PC*|[\\x00-\\x{3000}]{0,80}") {
            prop_assert!(!line(&text).chars().any(is_unsafe));
            prop_assert!(!block(&text).chars().any(|c| is_unsafe(c) && !matches!(c, '\n' | '\t')));
        }
    }
}
