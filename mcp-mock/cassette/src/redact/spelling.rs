//! The ways in which a string may spell a known value: as it is, with JSON's escapes at any depth, with
//! those of URLs, with those of HTML.

use std::ops::Range;

/// What JSON may write after a backslash for a backslash.
const BACKSLASH_CODE: &[u8] = b"u005c";

/// A value, prepared for searching.
pub(super) struct Spelling {
    elements: Vec<Element>,
    /// The bytes that a spelling may begin with, so that most places are skipped at once.
    starts: [bool; 256],
}

/// What a value consists of.
enum Element {
    /// At least this number of backslashes: JSON inside JSON doubles them.
    Backslashes(usize),
    Letter(char),
}

impl Spelling {
    pub(super) fn of(value: &str) -> Self {
        let mut elements = Vec::new();
        for letter in value.chars() {
            match (letter, elements.last_mut()) {
                ('\\', Some(Element::Backslashes(count))) => *count += 1,
                ('\\', _) => elements.push(Element::Backslashes(1)),
                (letter, _) => elements.push(Element::Letter(letter)),
            }
        }
        let mut starts = [false; 256];
        let first = value.bytes().next();
        let escapes = *b"\\%&+";
        for byte in first.into_iter().chain(escapes) {
            starts[usize::from(byte)] = true;
        }
        Self { elements, starts }
    }

    /// The places where the string spells the value.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let end = if self.starts[usize::from(*byte)] { self.end_at(bytes, at) } else { None };
            match end {
                Some(end) => {
                    found.push(at..end);
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Where the spelling that begins at `start` ends. A `%` may be one or begin the spelling of one, so
    /// all ways to read on are followed at once.
    fn end_at(&self, text: &[u8], start: usize) -> Option<usize> {
        let mut ways = vec![Way { at: start, is_escaped: false }];
        for element in &self.elements {
            let mut next = Vec::new();
            for way in ways {
                match element {
                    Element::Backslashes(least) => {
                        let runs =
                            [false, true].map(|has_codes| backslashes(text, way.at, has_codes));
                        let ends = runs.into_iter().filter(|(_, count)| count >= least);
                        next.extend(ends.map(|(at, _)| Way { at, is_escaped: true }));
                    }
                    Element::Letter(letter) => {
                        let ends = letter_ends(text, way, *letter).into_iter().flatten();
                        next.extend(ends.map(|at| Way { at, is_escaped: false }));
                    }
                }
            }
            next.dedup();
            ways = next;
        }
        let end = ways.iter().map(|way| way.at).max();
        end.filter(|end| *end > start)
    }
}

/// The part of the value that was read so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    at: usize,
    /// Whether a backslash was the last that was read.
    is_escaped: bool,
}

/// Where a run of backslashes ends, and how many there are. With `has_codes`, `\u005c` is one as well.
fn backslashes(text: &[u8], start: usize, has_codes: bool) -> (usize, usize) {
    let (mut at, mut count) = (start, 0);
    loop {
        let is_code = || {
            let code = text.get(at + 1..at + 1 + BACKSLASH_CODE.len());
            has_codes && code.is_some_and(|code| code.eq_ignore_ascii_case(BACKSLASH_CODE))
        };
        at += match text.get(at) {
            Some(b'\\') if is_code() => 1 + BACKSLASH_CODE.len(),
            Some(b'\\') => 1,
            Some(b'%') if percent_end(text, at, b'\\').is_some() => 3,
            _ => return (at, count),
        };
        count += 1;
    }
}

/// The places where the next spelled letter may end.
fn letter_ends(text: &[u8], way: Way, letter: char) -> [Option<usize>; 5] {
    let at = way.at;
    let mut buffer = [0; 4];
    let raw = letter.encode_utf8(&mut buffer).as_bytes();
    let is_raw = text.get(at..).is_some_and(|rest| rest.starts_with(raw));
    let is_plus = letter == ' ' && text.get(at) == Some(&b'+');
    let (after_escape, count) = backslashes(text, at, false);
    let has_escape = way.is_escaped || count > 0;
    [
        is_raw.then_some(at + raw.len()),
        is_plus.then_some(at + 1),
        raw.iter().try_fold(at, |at, byte| percent_end(text, at, *byte)),
        if has_escape { escape_end(text, after_escape, letter) } else { None },
        entity_end(text, at, letter),
    ]
}

/// `%2F` and `%2f`.
fn percent_end(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    let spelled = text.get(at..at + 3)?;
    let digits = spelled.strip_prefix(b"%").and_then(|digits| std::str::from_utf8(digits).ok())?;
    (u8::from_str_radix(digits, 16).ok()? == byte).then_some(at + 3)
}

/// What stands after the backslash: `"`, `n`, `u00e9`.
fn escape_end(text: &[u8], at: usize, letter: char) -> Option<usize> {
    let short = match letter {
        '\n' => Some(b'n'),
        '\r' => Some(b'r'),
        '\t' => Some(b't'),
        '\u{8}' => Some(b'b'),
        '\u{c}' => Some(b'f'),
        mark if mark.is_ascii_punctuation() => u8::try_from(mark).ok(),
        _ => None,
    };
    if short.is_some() && text.get(at).copied() == short {
        return Some(at + 1);
    }
    let mut units = [0; 2];
    let mut at = at;
    for (index, unit) in letter.encode_utf16(&mut units).iter().enumerate() {
        if index > 0 {
            at = backslashes(text, at, false).0;
        }
        let digits = text.get(at..at + 5)?.strip_prefix(b"u")?;
        let spelled = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        if spelled != *unit {
            return None;
        }
        at += 5;
    }
    Some(at)
}

/// `&quot;` and the like.
fn entity_end(text: &[u8], at: usize, letter: char) -> Option<usize> {
    let spellings: &[&str] = match letter {
        '&' => &["&amp;", "&#38;", "&#x26;"],
        '<' => &["&lt;", "&#60;", "&#x3c;"],
        '>' => &["&gt;", "&#62;", "&#x3e;"],
        '"' => &["&quot;", "&#34;", "&#x22;"],
        '\'' => &["&apos;", "&#39;", "&#x27;"],
        _ => return None,
    };
    let rest = text.get(at..)?;
    let is_spelled = |spelling: &&&str| {
        rest.get(..spelling.len())
            .is_some_and(|text| text.eq_ignore_ascii_case(spelling.as_bytes()))
    };
    spellings.iter().find(is_spelled).map(|spelling| at + spelling.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: &str, text: &str) {
        assert_eq!(Spelling::of(value).find(text), vec![0..text.len()], "{text}");
    }

    #[test]
    fn escapes_of_json_urls_and_html_are_seen_through() {
        check("a\"b", "a\\\"b");
        check("a\"b", "a\\\\\\\"b");
        check("a\\n/é😀", "a\\\\n\\/\\u00e9\\ud83d\\ude00");
        check("one\ntwo", "one\\ntwo");
        check("one\ntwo", "one\\\\ntwo");
        check("a b/c", "a+b%2fc");
        check("a b/é", "a%20b%2F%C3%A9");
        check("a<b&'c", "a&lt;b&amp;&#39;c");
        check("a%b%25", "a%25b%2525");
        check("a%b%25", "a%b%25");
    }

    #[test]
    fn other_texts_are_left_alone() {
        let spelling = Spelling::of("a\\b");

        assert_eq!(spelling.find("ab a/b a b %5 \\"), Vec::<Range<usize>>::new());
        assert_eq!(spelling.find("x a\\b a\\\\b"), vec![2..5, 6..10]);
    }

    proptest! {
        #[test]
        fn every_spelling_is_found(value in "[\\PC\n]{1,20}", levels in 0..3_usize) {
            let mut json = value.clone();
            for _ in 0..levels {
                json = serde_json::to_string(&json).unwrap();
                json = json[1..json.len() - 1].to_owned();
            }
            let url: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let ascii: String = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();

            for text in [json, url, ascii] {
                let text = format!("«{text}»");
                let end = text.len() - "»".len();
                let found = Spelling::of(&value).find(&text);
                prop_assert!(found.iter().any(|range| range.contains(&(end - 1))), "{}", text);
            }
        }
    }
}
