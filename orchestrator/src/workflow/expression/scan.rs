//! Finds the paths, filters and tests in code, with their places.
//!
//! The engine reports which paths are read, but neither their places nor what follows them. This is not a
//! second parser: it skips what it does not recognise.

use std::ops::Range;

use mcp_core::schema::nearest_name;

use super::area::{areas, string_length};
use super::error::ExpressionError;
use crate::workflow::name::ROOTS;

/// The most names, values and signs between two delimiters. The engine recurses once for each operator
/// in a row; a stack of 2 MB holds about 1100 of the heaviest.
pub(super) const PARTS_MAX: usize = 512;
/// The same for all the code of one template, so that the scan stays quick.
const PARTS_OF_TEXT_MAX: usize = 8 * PARTS_MAX;
/// The most blocks in one template. The engine recurses once for each `elif` in a row; a stack of 2 MB
/// holds about 800.
pub(super) const BLOCKS_MAX: usize = 200;

/// The filters of the language: all pure, none reads a clock, a random source or a file.
const FILTERS: [&str; 44] = [
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "zip",
];

/// The words after which a list may stand: `in [1, 2]`.
const OPERATORS: [&str; 6] = ["and", "else", "if", "in", "not", "or"];

/// The tests of the language, after `is`.
const TESTS: [&str; 29] = [
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "even",
    "false",
    "float",
    "ge",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "le",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// The blocks that can open, and the words that go on or close one.
const BLOCKS: [&str; 5] = ["if", "for", "set", "with", "raw"];
const BLOCK_PARTS: [&str; 6] = ["elif", "else", "endif", "endfor", "endwith", "endraw"];

/// The parts of the code of a template or expression.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    pub(super) paths: Vec<Path<'a>>,
    filters: Vec<Word<'a>>,
    tests: Vec<Word<'a>>,
    blocks: Vec<Word<'a>>,
    parts: usize,
    /// Where a cap on parts was passed; nothing is looked at from there on.
    too_long: Option<Range<usize>>,
}

/// A dotted path where it stands: `steps.prs.output.prs[0].title`.
#[derive(Debug)]
pub(super) struct Path<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    /// Whether `| default` or `is defined` follows.
    pub(super) is_guarded: bool,
    /// Whether brackets follow that are more than an index, such as `[1:]`.
    is_sliced: bool,
}

#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Scan<'a> {
    /// Scans an expression.
    pub(super) fn of_expression(source: &'a str) -> Self {
        let mut scan = Self::default();
        scan.code(source, 0..source.len());
        scan
    }

    /// Scans the code areas of a template.
    pub(super) fn of_template(source: &'a str) -> Self {
        let mut scan = Self::default();
        for area in areas(source) {
            if scan.too_long.is_some() || scan.blocks.len() > BLOCKS_MAX {
                break;
            }
            let mut inside = area.inside;
            if area.is_block {
                let code = source.get(inside.clone()).unwrap_or_default();
                let skipped =
                    code.len() - code.trim_start_matches(['-', '+', ' ', '\n', '\t']).len();
                let name = word_at(code.get(skipped..).unwrap_or_default());
                scan.blocks.push(Word { text: name, start: inside.start + skipped });
                inside.start += skipped + name.len();
            }
            scan.code(source, inside);
        }
        scan
    }

    /// Says what is over a cap, and which filter, test or block is not part of the language.
    pub(super) fn check(&self) -> Result<(), ExpressionError> {
        if let Some(range) = &self.too_long {
            let message = "the expression has too many parts; split it over several steps";
            return Err(ExpressionError::new(message, Some(range.clone())));
        }
        if let Some(word) = self.blocks.get(BLOCKS_MAX) {
            let message = format!("the text has more than {BLOCKS_MAX} blocks");
            return Err(ExpressionError::new(message, Some(word.range())));
        }
        check(&self.filters, &FILTERS, "filter")?;
        check(&self.tests, &TESTS, "test")?;
        let unknown = self
            .blocks
            .iter()
            .find(|word| !BLOCKS.contains(&word.text) && !BLOCK_PARTS.contains(&word.text));
        match unknown {
            Some(word) => {
                let known = BLOCKS.map(|name| format!("`{name}`")).join(", ");
                let message = format!("block `{}` is not supported (known: {known})", word.text);
                Err(ExpressionError::new(message, Some(word.range())))
            }
            None => Ok(()),
        }
    }

    /// The paths before a slice, which the engine does not report. In a template with names of its own
    /// (`for`, `set`), only what cannot be such a name.
    pub(super) fn sliced(&self) -> impl Iterator<Item = &str> {
        let has_own_names = self.blocks.iter().any(|block| matches!(block.text, "for" | "set"));
        let sliced = self.paths.iter().filter(|path| path.is_sliced).map(Path::reported);
        sliced.filter(move |path| {
            let root = path.split('.').next().unwrap_or_default();
            !has_own_names || ROOTS.contains(&root)
        })
    }

    fn code(&mut self, source: &'a str, range: Range<usize>) {
        let parts_max = PARTS_OF_TEXT_MAX.min(self.parts + PARTS_MAX);
        let end = range.end;
        let mut at = range.start;
        let mut before = Before::Other;
        while let Some(rest) = source.get(at..end).filter(|rest| !rest.is_empty()) {
            let (length, now) = match rest.as_bytes().first() {
                Some(quote @ (b'"' | b'\'')) => (string_length(rest, *quote), Before::Other),
                Some(b'|') => (1, Before::Pipe),
                Some(b'.') => (1, Before::Dot),
                Some(digit) if digit.is_ascii_digit() => (number_length(rest), Before::Other),
                Some(letter) if is_word(*letter) => self.word(rest, at, before),
                Some(blank) if blank.is_ascii_whitespace() => {
                    at += 1;
                    continue;
                }
                _ => (rest.chars().next().map_or(1, char::len_utf8), Before::Other),
            };
            at += length;
            before = now;
            self.parts += 1;
            if self.parts > parts_max {
                self.too_long.get_or_insert(range);
                return;
            }
        }
    }

    /// Sorts a word by its role; returns its length and what it means for the next word.
    fn word(&mut self, rest: &'a str, start: usize, before: Before) -> (usize, Before) {
        let text = word_at(rest);
        let word = Word { text, start };
        match (before, text) {
            (Before::Pipe, _) => self.filters.push(word),
            (Before::Is, "not") => return (text.len(), Before::Is),
            (Before::Is, _) => self.tests.push(word),
            (Before::Dot, _) => {}
            (Before::Other, "is") => return (text.len(), Before::Is),
            (Before::Other, _) => {
                let length = path_length(rest);
                let (path, after) = rest.split_at(length);
                self.parts += path.matches(['.', '[']).count();
                let is_sliced = after.starts_with('[') && !OPERATORS.contains(&path);
                self.paths.push(Path { text: path, start, is_guarded: is_guard(after), is_sliced });
                return (length, Before::Other);
            }
        }
        (text.len(), Before::Other)
    }
}

impl Path<'_> {
    /// The part that the engine reports as a reference: up to the first index.
    pub(super) fn reported(&self) -> &str {
        self.text.split('[').next().unwrap_or(self.text)
    }
}

impl Word<'_> {
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The token before a word, as far as it decides the role of the word.
#[derive(Debug, Clone, Copy)]
enum Before {
    Dot,
    Is,
    Other,
    Pipe,
}

fn check(words: &[Word<'_>], known: &[&str], noun: &str) -> Result<(), ExpressionError> {
    let Some(word) = words.iter().find(|word| !known.contains(&word.text)) else { return Ok(()) };
    let hint = nearest_name(word.text, known.iter().copied())
        .map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"));
    Err(ExpressionError::new(
        format!("{noun} `{}` is unknown{hint}", word.text),
        Some(word.range()),
    ))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word_at(text: &str) -> &str {
    let length = text.bytes().take_while(|byte| is_word(*byte)).count();
    text.get(..length).unwrap_or_default()
}

/// The length of `name.name[0].name` at the start of a string.
fn path_length(text: &str) -> usize {
    let mut length = word_at(text).len();
    while let Some(rest) = text.get(length..) {
        let more = match rest.as_bytes().first() {
            Some(b'.') => match word_at(rest.get(1..).unwrap_or_default()) {
                "" => 0,
                word => word.len() + 1,
            },
            Some(b'[') => index_length(rest),
            _ => 0,
        };
        if more == 0 {
            break;
        }
        length += more;
    }
    length
}

/// The length of `[12]`; nothing for any other index.
fn index_length(text: &str) -> usize {
    let digits = text.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    let is_closed = text.as_bytes().get(digits + 1) == Some(&b']');
    if digits > 0 && is_closed { digits + 2 } else { 0 }
}

fn number_length(text: &str) -> usize {
    text.bytes().take_while(|byte| is_word(*byte) || *byte == b'.').count().max(1)
}

/// Whether what follows a path copes with its absence.
fn is_guard(after: &str) -> bool {
    let after = after.trim_start();
    if let Some(filter) = after.strip_prefix('|') {
        return matches!(word_at(filter.trim_start()), "default" | "d");
    }
    let Some(test) = after.strip_prefix("is").filter(|test| test.starts_with(char::is_whitespace))
    else {
        return false;
    };
    let test = test.trim_start();
    let test = match word_at(test) {
        "not" => test.get(3..).unwrap_or_default().trim_start(),
        _ => test,
    };
    matches!(word_at(test), "defined" | "undefined")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_and_test_of_the_lists_exists() {
        let environment = minijinja::Environment::new();

        for (names, test) in [(&FILTERS[..], "filter"), (&TESTS[..], "test")] {
            for name in names {
                let source = format!("'{name}' is {test}");
                let known = environment.compile_expression(&source).unwrap().eval(()).unwrap();
                assert!(known.is_true(), "{test} {name}");
            }
        }
    }
}
