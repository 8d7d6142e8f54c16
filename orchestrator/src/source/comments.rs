//! Comments in JSON, as editors write them into their configuration files.

/// Replaces `//` and `/* */` comments outside of strings by spaces, so that every other byte keeps its
/// place. A text with a comment that does not end is returned as it is.
pub(super) fn blanked(text: &str) -> String {
    let mut blanked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kept, blank) = match first {
            '"' => (literal_len(rest), 0),
            '/' if rest.starts_with("//") => (0, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => match rest.get(2..).and_then(|inner| inner.find("*/"))
            {
                Some(end) => (0, end + 4),
                None => return text.to_owned(),
            },
            _ => (first.len_utf8(), 0),
        };
        let (token, tail) = rest.split_at(kept.max(blank));
        if blank > 0 {
            blanked.extend(token.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            blanked.push_str(token);
        }
        rest = tail;
    }
    blanked
}

/// The length of the string literal at the start, up to the end of the line when it is not closed.
pub(crate) fn literal_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comments_become_spaces_and_texts_stay() {
        for (text, expected) in [
            ("{} // a\n1", "{}     \n1"),
            ("[1, /* é\n */ 2]", "[1,      \n    2]"),
            (r#"{"a": "http://x/*"}"#, r#"{"a": "http://x/*"}"#),
            (r#""a\"//b" //"#, r#""a\"//b"   "#),
            ("/* open", "/* open"),
            ("/*/ x", "/*/ x"),
            ("\"open\n// a", "\"open\n    "),
        ] {
            assert_eq!(blanked(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_keeps_its_place(text in "[a/*\" \\\\\né]{0,40}") {
            let blanked = blanked(&text);

            prop_assert_eq!(blanked.len(), text.len());
            prop_assert_eq!(blanked.matches('\n').count(), text.matches('\n').count());
        }
    }
}
