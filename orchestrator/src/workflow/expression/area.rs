//! Finds the code in a string: what stands between the delimiters.

use std::ops::Range;

pub(super) const EXPRESSION_START: &str = "${{";
pub(super) const EXPRESSION_END: &str = "}}";
pub(super) const BLOCK_START: &str = "{%";
pub(super) const BLOCK_END: &str = "%}";
pub(super) const COMMENT_START: &str = "{#";
pub(super) const COMMENT_END: &str = "#}";

/// The code between `${{` and `}}` when there is nothing around it.
pub(crate) fn whole_expression(text: &str) -> Option<&str> {
    let text = text.trim();
    let inside = text.strip_prefix(EXPRESSION_START)?.strip_suffix(EXPRESSION_END)?;
    let area = areas(text).into_iter().next()?;
    let is_whole = area.inside.end + EXPRESSION_END.len() == text.len();
    // `${{-` and `-}}` cut blanks: that makes a template.
    let cuts_blanks = inside.starts_with(['-', '+']) || inside.ends_with(['-', '+']);
    (is_whole && !cuts_blanks).then_some(inside)
}

/// Code between two delimiters.
pub(super) struct Area {
    pub(super) inside: Range<usize>,
    pub(super) is_block: bool,
}

/// The code in a string without comments and raw parts. Code that is not closed goes to the end.
pub(super) fn areas(source: &str) -> Vec<Area> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, marker)) = next_marker(source, at) {
        let inside = start + marker.len();
        if marker == COMMENT_START {
            at = find(source, inside, COMMENT_END)
                .map_or(source.len(), |end| end + COMMENT_END.len());
            continue;
        }
        let is_block = marker == BLOCK_START;
        let closing = if is_block { BLOCK_END } else { EXPRESSION_END };
        let end = code_end(source, inside, closing);
        at = (end + closing.len()).min(source.len());
        let area = Area { inside: inside..end, is_block };
        let is_raw = is_block && source.get(area.inside.clone()).is_some_and(opens_raw);
        found.push(area);
        if is_raw {
            at = raw_end(source, at);
        }
    }
    found
}

fn next_marker(source: &str, from: usize) -> Option<(usize, &'static str)> {
    let text = source.as_bytes();
    let mut at = from;
    loop {
        at = find(source, at, "{")?;
        let before = at.checked_sub(1).filter(|before| *before >= from);
        match text.get(at + 1) {
            Some(b'%') => return Some((at, BLOCK_START)),
            Some(b'#') => return Some((at, COMMENT_START)),
            Some(b'{') => {
                if let Some(start) = before.filter(|before| text.get(*before) == Some(&b'$')) {
                    return Some((start, EXPRESSION_START));
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn find(source: &str, from: usize, wanted: &str) -> Option<usize> {
    source.get(from..)?.find(wanted).map(|at| at + from)
}

/// Where the closing delimiter stands, outside of quotes and brackets; the end of the source without one.
fn code_end(source: &str, start: usize, closing: &str) -> usize {
    let mut at = start;
    let mut depth = 0_i32;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        if depth == 0 && rest.starts_with(closing) {
            return at;
        }
        at += match rest.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => string_length(rest, *quote),
            Some(b'(' | b'[' | b'{') => {
                depth += 1;
                1
            }
            Some(b')' | b']' | b'}') => {
                depth -= 1;
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    source.len()
}

fn opens_raw(code: &str) -> bool {
    code.trim_matches(['-', '+', ' ', '\n', '\t']) == "raw"
}

/// Where the block that ends a raw part starts.
fn raw_end(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(start) = find(source, at, BLOCK_START) {
        let inside = start + BLOCK_START.len();
        let code = source.get(inside..).unwrap_or_default();
        if code.trim_start_matches(['-', '+', ' ', '\n', '\t']).starts_with("endraw") {
            return start;
        }
        at = inside;
    }
    source.len()
}

/// The length of a string literal, quotes included; to the end when it is not closed.
pub(super) fn string_length(text: &str, quote: u8) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            _ if byte == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_expression_is_told_from_text() {
        for (text, expected) in [
            ("${{ a }}", Some(" a ")),
            (" ${{ '}}' ~ {'a': {}} }}\n", Some(" '}}' ~ {'a': {}} ")),
            ("${{ a }} ${{ b }}", None),
            ("x ${{ a }}", None),
            ("${{- a }}", None),
            ("${{ a", None),
            ("${{", None),
            ("a", None),
        ] {
            assert_eq!(whole_expression(text), expected, "{text}");
        }
    }
}
