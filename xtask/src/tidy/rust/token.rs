//! The tokens of a Rust file. Comments are left out; a string is one token.

/// One token and the line that it starts on, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A string, byte string or character, with its quotes.
    Literal(&'a str),
    /// `::`
    PathSeparator,
    Symbol(char),
    /// An identifier, a keyword or a number.
    Word(&'a str),
}

/// Splits a file. Text that is no Rust gives some tokens and never fails.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (length, kind) = next(rest, first);
        let (piece, after) = rest.split_at(length);
        tokens.extend(kind.map(|kind| Token { kind, line }));
        line += piece.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The bytes of the next piece of a text, and what token it is. White space and comments are none.
fn next(text: &str, first: char) -> (usize, Option<Kind<'_>>) {
    let literal = string(text).or_else(|| character(text));
    if let Some((literal, _)) = literal.and_then(|length| text.split_at_checked(length)) {
        return (literal.len(), Some(Kind::Literal(literal)));
    }
    if text.starts_with("//") {
        return (text.find('\n').unwrap_or(text.len()), None);
    }
    if text.starts_with("/*") {
        return (block_comment(text), None);
    }
    if text.starts_with("::") {
        return (2, Some(Kind::PathSeparator));
    }
    let word = text.strip_prefix("r#").unwrap_or(text);
    let length = word.find(|letter| !is_word(letter)).unwrap_or(word.len());
    if let (1.., Some(word)) = (length, word.get(..length)) {
        let prefix = text.len() - text.strip_prefix("r#").unwrap_or(text).len();
        return (prefix + length, Some(Kind::Word(word)));
    }
    let kind = (!first.is_whitespace()).then_some(Kind::Symbol(first));
    (first.len_utf8(), kind)
}

/// The bytes of a string at the start of a text, raw or not.
fn string(text: &str) -> Option<usize> {
    let unprefixed = text.strip_prefix(['b', 'c']).unwrap_or(text);
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let body = raw.trim_start_matches('#');
        let hashes = raw.len() - body.len();
        let body = body.strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = body.find(&end).map_or(body.len(), |at| at + end.len());
        return Some(text.len() - body.len() + length);
    }
    let body = unprefixed.strip_prefix('"')?;
    Some(text.len() - body.len() + quoted(body, '"'))
}

/// The bytes of a character at the start of a text; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('b').unwrap_or(text).strip_prefix('\'')?;
    let mut letters = body.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    let is_character = first == '\\' || second == '\'';
    is_character.then(|| text.len() - body.len() + quoted(body, '\''))
}

/// The bytes up to and with the closing quote.
fn quoted(body: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in body.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// The bytes of a comment that may hold others.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind<'_>> {
        tokens(text).iter().map(|token| token.kind).collect()
    }

    #[test]
    fn comments_are_left_out() {
        let text = "a // b::c\n/* d /* e */ f */ /// g\nh";

        let found: Vec<_> = tokens(text).iter().map(|token| (token.kind, token.line)).collect();

        assert_eq!(found, [(Kind::Word("a"), 1), (Kind::Word("h"), 3)]);
    }

    #[test]
    fn strings_and_characters_are_one_token() {
        for text in [
            r#""a::b \" c""#,
            "r\"a\\\"",
            "r#\"a \" b\"#",
            "b\"x\"",
            "br##\"x\"# y\"##",
            "c\"x\"",
            r"'\''",
            "'\"'",
            "b'{'",
            "'ü'",
        ] {
            assert_eq!(kinds(text), [Kind::Literal(text)], "{text}");
        }
    }

    #[test]
    fn lifetimes_and_raw_names_are_no_strings() {
        let wanted = [Kind::Symbol('\''), Kind::Word("a"), Kind::Symbol(','), Kind::Word("type")];

        assert_eq!(kinds("'a, r#type"), wanted);
    }

    #[test]
    fn broken_text_ends() {
        for text in ["\"", "r#\"", "'", "/*", "b'", "'\\", "é\"é"] {
            tokens(text);
        }
    }
}
