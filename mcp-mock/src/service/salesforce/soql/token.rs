//! From a query to tokens.

use super::SoqlError;
use super::syntax::escaped;

/// A token and where it stands, counted in characters from 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) place: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// Starts with four digits and a dash.
    Date(String),
    End,
    Number(f64, String),
    Symbol(&'static str),
    /// What stands between the quotes; escapes are kept, and known to be right.
    Text(String),
    /// A name, a keyword, or a relative date with its count.
    Word(String),
}

/// Longer ones first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 10] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// Cuts a query into tokens; the last one is `End`.
pub(super) fn tokens(soql: &str) -> Result<Vec<Token>, SoqlError> {
    let characters: Vec<char> = soql.chars().collect();
    let mut reader = Reader { characters: &characters, place: 0 };
    let mut tokens = Vec::new();
    loop {
        reader.run(char::is_whitespace);
        let place = reader.place;
        let kind = reader.token()?;
        let last = kind == TokenKind::End;
        tokens.push(Token { kind, place });
        if last {
            return Ok(tokens);
        }
    }
}

struct Reader<'a> {
    characters: &'a [char],
    place: usize,
}

impl Reader<'_> {
    fn token(&mut self) -> Result<TokenKind, SoqlError> {
        let start = self.place;
        let Some(first) = self.peek(0) else { return Ok(TokenKind::End) };
        if first.is_ascii_alphabetic() {
            let word = self.run(|c| c.is_ascii_alphanumeric() || "_.:".contains(c));
            return Ok(TokenKind::Word(word));
        }
        let signed = matches!(first, '-' | '+') && self.peek(1).is_some_and(|c| c.is_ascii_digit());
        if first.is_ascii_digit() || signed {
            let text = self.run(|c| c.is_ascii_alphanumeric() || "-+.:".contains(c));
            return number_or_date(text).map_err(|text| unexpected(start, &text));
        }
        if first == '\'' {
            self.place += 1;
            return self.text(start);
        }
        let rest = self.characters.get(start..).unwrap_or_default();
        let starts = |symbol: &&&str| symbol.chars().eq(rest.iter().copied().take(symbol.len()));
        match SYMBOLS.iter().find(starts) {
            Some(symbol) => {
                self.place += symbol.len();
                Ok(TokenKind::Symbol(symbol))
            }
            None => Err(unexpected(start, &first.to_string())),
        }
    }

    fn text(&mut self, start: usize) -> Result<TokenKind, SoqlError> {
        let mut raw = String::new();
        while let Some(character) = self.peek(0) {
            self.place += 1;
            if character == '\'' {
                return Ok(TokenKind::Text(raw));
            }
            raw.push(character);
            if character == '\\' {
                let next = self.peek(0).filter(|next| escaped(*next).is_some());
                let next = next.ok_or_else(|| {
                    SoqlError::new(self.place - 1, "MALFORMED_QUERY", "illegal character sequence")
                })?;
                raw.push(next);
                self.place += 1;
            }
        }
        Err(SoqlError::new(start, "MALFORMED_QUERY", "the text has no closing quote"))
    }

    /// Takes characters as long as they fit.
    fn run(&mut self, fits: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(character) = self.peek(0).filter(|c| fits(*c)) {
            text.push(character);
            self.place += 1;
        }
        text
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.place + ahead).copied()
    }
}

/// The refusal of a token that has no business where it stands.
pub(super) fn unexpected(place: usize, text: &str) -> SoqlError {
    let text = crate::service::salesforce::refusal::truncated(text);
    SoqlError::new(place, "MALFORMED_QUERY", format!("unexpected token: '{text}'"))
}

fn number_or_date(text: String) -> Result<TokenKind, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(TokenKind::Number(number, text)),
        Err(_) if text.as_bytes().get(4) == Some(&b'-') => Ok(TokenKind::Date(text)),
        _ => Err(text),
    }
}
