//! From tokens to a query.

use super::SoqlError;
use super::syntax::{
    Column, Comparison, Condition, Literal, LiteralValue, Name, Order, Query, Select,
};
use super::token::{Token, TokenKind, tokens, unexpected};

/// Deepest nesting of brackets and `NOT`, so that no query can exhaust the stack.
const DEPTH_MAX: usize = 32;

/// Reads a query.
pub(super) fn parse(soql: &str) -> Result<Query, SoqlError> {
    let tokens = tokens(soql)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, place: Place::Outside };
    let query = parser.query()?;
    match parser.peek() {
        TokenKind::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    place: Place,
}

/// Around which query the reader is, if any. No query has one inside that has one inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    InChildren,
    InCondition,
}

impl Parser<'_> {
    fn query(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let (select, children) = self.select()?;
        self.expect_word("FROM")?;
        let object = self.name()?;
        let condition = if self.takes_word("WHERE") { Some(self.condition()?) } else { None };
        let group = self.after("GROUP", Self::name)?;
        let has_having = !group.is_empty() && self.takes_word("HAVING");
        let having = if has_having { Some(self.condition()?) } else { None };
        let order = self.after("ORDER", Self::order)?;
        let limit = if self.takes_word("LIMIT") { Some(self.count()?) } else { None };
        let offset = if self.takes_word("OFFSET") { self.count()? } else { 0 };
        Ok(Query { select, children, object, condition, group, having, order, limit, offset })
    }

    fn select(&mut self) -> Result<(Select, Vec<Query>), SoqlError> {
        let (mut columns, mut children) = (Vec::new(), Vec::new());
        loop {
            if self.takes_symbol("(") {
                children.push(self.inner(Place::InChildren)?);
            } else {
                columns.push(self.column()?);
            }
            if !self.takes_symbol(",") {
                break;
            }
        }
        match columns.as_slice() {
            [Column { name, alias: None }] if name.text == "COUNT()" && children.is_empty() => {
                Ok((Select::Count, children))
            }
            _ => Ok((Select::Fields(columns), children)),
        }
    }

    /// Reads a query inside of another, up to and with its closing bracket.
    fn inner(&mut self, place: Place) -> Result<Query, SoqlError> {
        let message = match (self.place, place) {
            (Place::Outside, _) => None,
            (Place::InCondition, Place::InCondition) => {
                Some("Nesting of semi join sub-selects is not supported")
            }
            (_, Place::InCondition) => Some("a query for children has no query in its condition"),
            (_, _) => Some("a query inside of a query has no children of its own"),
        };
        if let Some(message) = message {
            return Err(SoqlError::new(self.place(), "MALFORMED_QUERY", message));
        }
        self.place = place;
        let query = self.query()?;
        self.place = Place::Outside;
        self.expect_symbol(")")?;
        Ok(query)
    }

    fn column(&mut self) -> Result<Column, SoqlError> {
        let name = self.name()?;
        let has_alias = matches!(self.peek(), TokenKind::Word(_)) && !self.is_word("FROM");
        let alias = if has_alias { Some(self.name()?) } else { None };
        Ok(Column { name, alias })
    }

    /// Reads what stands after `GROUP BY` or `ORDER BY`; nothing when the clause is not there.
    fn after<T>(
        &mut self,
        word: &str,
        item: fn(&mut Self) -> Result<T, SoqlError>,
    ) -> Result<Vec<T>, SoqlError> {
        let mut items = Vec::new();
        if self.takes_word(word) {
            self.expect_word("BY")?;
            items.push(item(self)?);
            while self.takes_symbol(",") {
                items.push(item(self)?);
            }
        }
        Ok(items)
    }

    /// Reads conditions joined by `AND` or by `OR`; as with the vendor, brackets must stand between the two.
    fn condition(&mut self) -> Result<Condition, SoqlError> {
        let mut conditions = vec![self.single_condition()?];
        let all = self.is_word("AND");
        let joint = if all { "AND" } else { "OR" };
        while self.takes_word(joint) {
            conditions.push(self.single_condition()?);
        }
        if conditions.len() == 1 {
            return Ok(conditions.remove(0));
        }
        Ok(if all { Condition::All(conditions) } else { Condition::Any(conditions) })
    }

    fn single_condition(&mut self) -> Result<Condition, SoqlError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("the query is nested deeper than {DEPTH_MAX} levels");
            return Err(SoqlError::new(self.place(), "MALFORMED_QUERY", message));
        }
        let condition = if self.takes_word("NOT") {
            Condition::Not(Box::new(self.single_condition()?))
        } else if self.takes_symbol("(") {
            let inner = self.condition()?;
            self.expect_symbol(")")?;
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn comparison(&mut self) -> Result<Condition, SoqlError> {
        let field = self.name()?;
        if self.takes_word("LIKE") {
            return Ok(Condition::Like(field, self.literal()?));
        }
        if self.takes_word("IN") {
            return self.among(field);
        }
        if self.takes_word("NOT") {
            self.expect_word("IN")?;
            return Ok(Condition::Not(Box::new(self.among(field)?)));
        }
        let comparison = match self.peek() {
            TokenKind::Symbol("=") => Comparison::Equal,
            TokenKind::Symbol("!=" | "<>") => Comparison::NotEqual,
            TokenKind::Symbol("<") => Comparison::Less,
            TokenKind::Symbol("<=") => Comparison::LessOrEqual,
            TokenKind::Symbol(">") => Comparison::Greater,
            TokenKind::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(Condition::Compare(field, comparison, self.literal()?))
    }

    /// Reads what follows `IN`: values, or a query that finds them.
    fn among(&mut self, field: Name) -> Result<Condition, SoqlError> {
        self.expect_symbol("(")?;
        if self.is_word("SELECT") {
            let query = self.inner(Place::InCondition)?;
            return Ok(Condition::InRows(field, Box::new(query)));
        }
        Ok(Condition::In(field, self.list()?))
    }

    /// Reads values up to and with the closing bracket.
    fn list(&mut self) -> Result<Vec<Literal>, SoqlError> {
        let mut list = vec![self.literal()?];
        while self.takes_symbol(",") {
            list.push(self.literal()?);
        }
        self.expect_symbol(")")?;
        Ok(list)
    }

    fn literal(&mut self) -> Result<Literal, SoqlError> {
        let value = match self.peek() {
            TokenKind::Date(text) => LiteralValue::Date(text.clone()),
            TokenKind::Number(number, _) => LiteralValue::Number(*number),
            TokenKind::Text(raw) => LiteralValue::Text(raw.clone()),
            TokenKind::Word(word) => match word.to_ascii_uppercase().as_str() {
                "NULL" => LiteralValue::Null,
                "TRUE" => LiteralValue::Flag(true),
                "FALSE" => LiteralValue::Flag(false),
                relative => LiteralValue::Relative(relative.to_owned()),
            },
            TokenKind::End | TokenKind::Symbol(_) => return Err(self.unexpected()),
        };
        let place = self.place();
        self.next += 1;
        Ok(Literal { value, place })
    }

    fn order(&mut self) -> Result<Order, SoqlError> {
        let field = self.name()?;
        let descending = self.takes_word("DESC");
        if !descending {
            self.takes_word("ASC");
        }
        let mut nulls_last = false;
        if self.takes_word("NULLS") {
            nulls_last = self.takes_word("LAST");
            if !nulls_last {
                self.expect_word("FIRST")?;
            }
        }
        Ok(Order { field, descending, nulls_last })
    }

    fn count(&mut self) -> Result<usize, SoqlError> {
        let count = match self.peek() {
            TokenKind::Number(_, text) => text.parse().ok(),
            _ => None,
        };
        let count = count.ok_or_else(|| self.unexpected())?;
        self.next += 1;
        Ok(count)
    }

    fn name(&mut self) -> Result<Name, SoqlError> {
        let place = self.place();
        let mut text = self.word()?;
        if self.takes_symbol("(") {
            let closes = matches!(self.peek(), TokenKind::Symbol(")"));
            let inner = if closes { String::new() } else { self.word()? };
            self.expect_symbol(")")?;
            text = format!("{}({inner})", text.to_ascii_uppercase());
        }
        Ok(Name { text, place })
    }

    fn word(&mut self) -> Result<String, SoqlError> {
        let TokenKind::Word(word) = self.peek() else { return Err(self.unexpected()) };
        let word = word.clone();
        self.next += 1;
        Ok(word)
    }

    fn is_word(&self, wanted: &str) -> bool {
        matches!(self.peek(), TokenKind::Word(word) if word.eq_ignore_ascii_case(wanted))
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let found = self.is_word(wanted);
        self.next += usize::from(found);
        found
    }

    fn expect_word(&mut self, wanted: &str) -> Result<(), SoqlError> {
        if self.takes_word(wanted) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn takes_symbol(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), TokenKind::Symbol(symbol) if *symbol == wanted);
        self.next += usize::from(found);
        found
    }

    fn expect_symbol(&mut self, wanted: &str) -> Result<(), SoqlError> {
        if self.takes_symbol(wanted) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn peek(&self) -> &TokenKind {
        self.tokens.get(self.next).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn place(&self) -> usize {
        self.tokens.get(self.next).or_else(|| self.tokens.last()).map_or(0, |token| token.place)
    }

    fn unexpected(&self) -> SoqlError {
        let text = match self.peek() {
            TokenKind::End => "<EOF>",
            TokenKind::Date(text)
            | TokenKind::Number(_, text)
            | TokenKind::Text(text)
            | TokenKind::Word(text) => text,
            TokenKind::Symbol(symbol) => symbol,
        };
        unexpected(self.place(), text)
    }
}
