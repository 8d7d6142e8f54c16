//! A query as it was written, with the place of every name.

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) select: Select,
    /// What hangs on each row: queries whose object is the name of a relation.
    pub(super) children: Vec<Self>,
    pub(super) object: Name,
    pub(super) condition: Option<Condition>,
    pub(super) group: Vec<Name>,
    pub(super) having: Option<Condition>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

/// What to give of each row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Select {
    Count,
    Fields(Vec<Column>),
}

/// What to give of each row or group, and under which name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: Name,
    pub(super) alias: Option<Name>,
}

/// A name and where it stands: a field, a path such as `Account.Name`, or a call such as `COUNT(Id)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) place: usize,
}

/// What rows must meet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare(Name, Comparison, Literal),
    In(Name, Vec<Literal>),
    /// In what another query finds.
    InRows(Name, Box<Query>),
    Like(Name, Literal),
    Not(Box<Self>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    NotEqual,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Literal {
    pub(super) value: LiteralValue,
    pub(super) place: usize,
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LiteralValue {
    /// A day or a time, such as `2026-01-05`.
    Date(String),
    Flag(bool),
    Null,
    Number(f64),
    /// A day in relation to now, such as `LAST_N_DAYS:7`.
    Relative(String),
    /// What stands between the quotes, escapes included.
    Text(String),
}

/// A field to order by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) field: Name,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

/// The characters of a string literal without its escapes, each with whether it was escaped.
pub(super) fn unescaped(raw: &str) -> impl Iterator<Item = (char, bool)> {
    let mut characters = raw.chars();
    std::iter::from_fn(move || match characters.next()? {
        '\\' => Some((escaped(characters.next()?).unwrap_or('\\'), true)),
        other => Some((other, false)),
    })
}

/// What a backslash and this character stand for; `None` when they mean nothing.
pub(super) fn escaped(character: char) -> Option<char> {
    match character {
        'n' | 'N' => Some('\n'),
        'r' | 'R' => Some('\r'),
        't' | 'T' => Some('\t'),
        'b' | 'B' => Some('\u{8}'),
        'f' | 'F' => Some('\u{c}'),
        '\'' | '"' | '\\' | '_' | '%' => Some(character),
        _ => None,
    }
}
