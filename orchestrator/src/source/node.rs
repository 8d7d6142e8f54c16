//! YAML, and with it JSON, as a tree in which every key and value knows its place.
//!
//! This is the only file that knows the YAML crate. Words such as `no` stay strings, numbers that would
//! lose digits are refused, and a plain scalar keeps the characters of the file.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location, Options, Spanned};

use super::diagnostic::{Code, Diagnostic};
use super::{FILE_BYTES_MAX, Source, Span, comments};

/// The deepest nesting; steps in groups in groups with nested arguments stay far below.
const DEPTH_MAX: usize = 64;
/// The most keys and values together, aliases expanded.
const NODES_MAX: usize = 100_000;

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Span,
}

/// The forms of a value.
#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// `text` has the characters of the file, for plain scalars that are not strings by themselves.
    Scalar {
        value: Value,
        text: Option<String>,
    },
}

/// One member of a map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Span,
    pub(crate) value: Node,
}

/// The notation of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, with comments as editors write them. It is read as the YAML that it is then.
    Json,
    /// YAML, and so JSON.
    Yaml,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
        }
    }
}

impl Node {
    /// Reads a whole text.
    pub(crate) fn parse(source: &Source, format: Format) -> Result<Self, Vec<Diagnostic>> {
        let start = Span(0..0);
        let text = match format {
            Format::Json => Cow::Owned(comments::blanked(&source.text)),
            Format::Yaml => Cow::Borrowed(source.text.as_str()),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        if text.len() > FILE_BYTES_MAX {
            let message = format!("the text has {} bytes, more than {FILE_BYTES_MAX}", text.len());
            return Err(vec![Diagnostic::error(Code::Syntax, &start, message)]);
        }
        let shift = source.text.len() - text.len();
        let tree: Spanned<Tree> = serde_saphyr::from_str_with_options(text, options())
            .map_err(|error| vec![syntax_error(&error, text, shift, format)])?;
        let mut lowering = Lowering { text, shift, problems: Vec::new() };
        let node = lowering.node(tree);
        if lowering.problems.is_empty() { Ok(node) } else { Err(lowering.problems) }
    }

    /// The value without places.
    pub(crate) fn to_value(&self) -> Value {
        match &self.kind {
            NodeKind::List(items) => items.iter().map(Self::to_value).collect(),
            NodeKind::Map(entries) => Value::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
            NodeKind::Scalar { value, .. } => value.clone(),
        }
    }

    /// The string, when the value is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { value, .. } => value.as_str(),
            _ => None,
        }
    }

    /// The type of the value, with its article.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
            NodeKind::Scalar { value: Value::Null, .. } => "nothing",
            NodeKind::Scalar { value: Value::Bool(_), .. } => "true or false",
            NodeKind::Scalar { value: Value::Number(_), .. } => "a number",
            NodeKind::Scalar { .. } => "a text",
        }
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_nodes: NODES_MAX },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: NODES_MAX },
        duplicate_keys: DuplicateKeyPolicy::Error,
        leading_zero_numbers_as_strings: true,
        merge_keys: MergeKeyPolicy::Merge,
        reject_unsupported_tags: true,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn syntax_error(
    error: &serde_saphyr::Error,
    text: &str,
    shift: usize,
    format: Format,
) -> Diagnostic {
    let error = error.without_snippet();
    let range = error.location().map_or(0..0, |location| error_range(location, text));
    let span = Span(range.start + shift..range.end + shift);
    if let serde_saphyr::Error::DuplicateMappingKey { key, .. } = error {
        let name = key.as_deref().unwrap_or("?");
        return Diagnostic::error(Code::DuplicateKey, &span, format!("key `{name}` stands twice"))
            .with_label("second time here")
            .with_help("keep one of them".to_owned());
    }
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or(&text);
    let words = words.replace(Format::Yaml.name(), format.name());
    Diagnostic::error(Code::Syntax, &span, format!("not valid {}: {words}", format.name()))
}

/// The place of an error: its bytes when known, else its line and column.
fn error_range(location: Location, text: &str) -> Range<usize> {
    if location.span().byte_offset().is_some() {
        let range = byte_range(location);
        return range.start..range.end.max(range.start + 1);
    }
    let line = usize::try_from(location.line()).unwrap_or(1).max(1);
    let column = usize::try_from(location.column()).unwrap_or(1).max(1);
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let at = before + rest.chars().take(column - 1).map(char::len_utf8).sum::<usize>();
    at..at + 1
}

/// The tree of the YAML crate, before places and numbers are looked at.
enum Tree {
    List(Vec<Spanned<Self>>),
    Map(Vec<(Spanned<String>, Spanned<Self>)>),
    Scalar(Value),
    /// A whole number beyond 64 bits.
    TooLong,
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Tree, E> {
        Ok(Number::from_i128(value).map_or(Tree::TooLong, |number| Tree::Scalar(number.into())))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Tree, E> {
        Ok(Number::from_u128(value).map_or(Tree::TooLong, |number| Tree::Scalar(number.into())))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        Number::from_f64(value)
            .map(|number| Tree::Scalar(number.into()))
            .ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar(Value::Null))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Tree, E> {
        self.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries: Vec<(Spanned<String>, Spanned<Tree>)> = Vec::new();
        while let Some(entry) = map.next_entry::<Spanned<String>, Spanned<Tree>>()? {
            // The crate tells `1` from `"1"`; as names both are the same.
            if entries.iter().any(|(key, _)| key.value == entry.0.value) {
                return Err(A::Error::custom(format!("key `{}` stands twice", entry.0.value)));
            }
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}

/// Adds to every value its place and its characters in the file.
struct Lowering<'a> {
    text: &'a str,
    /// Bytes before `text` in the source: a byte order mark.
    shift: usize,
    problems: Vec<Diagnostic>,
}

impl Lowering<'_> {
    fn node(&mut self, tree: Spanned<Tree>) -> Node {
        let start = byte_range(tree.defined);
        match tree.value {
            Tree::List(items) => {
                let items: Vec<Node> = items.into_iter().map(|item| self.node(item)).collect();
                let span = self.around(start, items.last().map(|item| &item.span));
                Node { kind: NodeKind::List(items), span }
            }
            Tree::Map(entries) => {
                let entries: Vec<Entry> =
                    entries.into_iter().map(|(key, value)| self.entry(key, value)).collect();
                let span = self.around(start, entries.last().map(|entry| &entry.value.span));
                Node { kind: NodeKind::Map(entries), span }
            }
            Tree::Scalar(value) => {
                let written = self.text.get(start.clone()).unwrap_or_default();
                let span = self.shifted(start.clone());
                if value.is_f64() && is_whole(written) {
                    self.too_long(&span);
                }
                let text = (!value.is_string() && !written.is_empty()).then(|| written.to_owned());
                Node { kind: NodeKind::Scalar { value, text }, span }
            }
            Tree::TooLong => {
                let span = self.shifted(start);
                self.too_long(&span);
                Node { kind: NodeKind::Scalar { value: Value::Null, text: None }, span }
            }
        }
    }

    fn entry(&mut self, key: Spanned<String>, value: Spanned<Tree>) -> Entry {
        let span = self.shifted(byte_range(key.defined));
        let value = self.node(value);
        Entry { key: key.value, span, value }
    }

    /// From where a list or map starts to where its last part ends.
    fn around(&self, start: Range<usize>, last: Option<&Span>) -> Span {
        let own = self.shifted(start);
        let end = last.map_or(own.0.end, |last| last.0.end.max(own.0.end));
        Span(own.0.start..end)
    }

    fn shifted(&self, range: Range<usize>) -> Span {
        Span(range.start + self.shift..range.end + self.shift)
    }

    fn too_long(&mut self, span: &Span) {
        let problem = Diagnostic::error(
            Code::NumberRange,
            span,
            "this whole number does not fit into 64 bits and would lose digits",
        );
        self.problems.push(problem.with_help("put it in quotes to keep it as a text".to_owned()));
    }
}

fn byte_range(location: Location) -> Range<usize> {
    let start = location.span().byte_offset().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
    let length = location.span().byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    start..start.saturating_add(length)
}

/// Whether a number is written with digits only.
fn is_whole(written: &str) -> bool {
    let digits = written.strip_prefix(['-', '+']).unwrap_or(written);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Node {
        Node::parse(&Source::new("a.yaml", text), Format::Yaml).unwrap()
    }

    /// Every key and scalar with the source text that its span covers.
    fn listed(node: &Node, text: &str) -> String {
        match &node.kind {
            NodeKind::List(items) => {
                items.iter().map(|item| listed(item, text)).collect::<Vec<_>>().join(" ")
            }
            NodeKind::Map(entries) => entries
                .iter()
                .map(|entry| {
                    format!("{}= {}", &text[entry.span.0.clone()], listed(&entry.value, text))
                })
                .collect::<Vec<_>>()
                .join(" "),
            NodeKind::Scalar { value, text: plain } => {
                format!("<{}|{value}|{plain:?}>", &text[node.span.0.clone()])
            }
        }
    }

    #[test]
    fn every_key_and_scalar_knows_its_place_and_text() {
        let text =
            "é: {a: 1.10, \"b\": [no, 012 , 'x']} # c\nc:\n  - ~\n  -\n  - |\n    two\n    lines\n";

        insta::assert_snapshot!(listed(&parsed(text), text), @r#"
        é= a= <1.10|1.1|Some("1.10")> "b"= <no|"no"|None> <012|"012"|None> <'x'|"x"|None> c= <~|null|Some("~")> <|null|None> <two
            lines
        |"two\nlines\n"|None>
        "#);
    }

    #[test]
    fn byte_order_mark_shifts_places() {
        let text = "\u{feff}a: 1\n";

        assert_eq!(parsed(text).span, Span(3..7));
        let problems =
            Node::parse(&Source::new("a.yaml", "\u{feff}a: 1\na: 2\n"), Format::Yaml).unwrap_err();
        assert_eq!(problems[0].span, Span(8..9));
    }

    #[test]
    fn json_is_read() {
        let json = "{\"a\": [1, 2.5, null, true, \"\\u00e9\\n\\ud83d\\ude00\", {}], \"b\": 1e3}";

        let expected: Value = serde_json::from_str(json).unwrap();
        assert_eq!(parsed(json).to_value(), expected);
    }

    #[test]
    fn whole_number_beyond_64_bits_is_refused() {
        let source = Source::new("a.yaml", "a: 12345678901234567890123\nb: 18446744073709551615\n");

        let problems = Node::parse(&source, Format::Yaml).unwrap_err();

        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, Code::NumberRange);
        assert_eq!(&source.text[problems[0].span.0.clone()], "12345678901234567890123");
    }

    #[test]
    fn depth_and_aliases_are_capped() {
        let deep = "[".repeat(200);
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";

        for text in [deep.as_str(), bomb, "a: 1\n---\nb: 2\n", "a: !made-up 1\n", "a: .inf\n"] {
            assert!(Node::parse(&Source::new("a.yaml", text), Format::Yaml).is_err(), "{text}");
        }
    }
}
