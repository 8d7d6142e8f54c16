//! A query held against the fields of its object: after this, nothing can go wrong.

use jiff::Timestamp;
use jiff::civil::Date;

use super::SoqlError;
use super::date::{Period, midnight};
use super::syntax::{Comparison, Condition, Literal, LiteralValue, Name, Query, Select, unescaped};
use crate::service::salesforce::fields::{Field, FieldKind};
use crate::service::salesforce::ids::long_id;
use crate::service::salesforce::objects::ObjectRule;
use crate::service::salesforce::state::Salesforce;

/// The vendor's largest offset.
const OFFSET_MAX: usize = 2_000;

/// A query that was checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) object: &'static str,
    /// Names of fields; `None` for `COUNT()`.
    pub(super) select: Option<Vec<String>>,
    pub(super) test: Option<Test>,
    pub(super) order: Vec<SortKey>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

/// What a row must meet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare(String, Comparison, Operand),
    In(String, Vec<Operand>),
    Like(String, Vec<Glob>),
    Not(Box<Self>),
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Flag(bool),
    Id(String),
    Null,
    Number(f64),
    Period(Period),
    /// In lower case.
    Text(String),
}

/// A part of a `LIKE` pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glob {
    Any,
    /// In lower case.
    Character(char),
    One,
}

/// A field to order by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SortKey {
    pub(super) field: String,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}

impl Plan {
    /// Checks a query. `now` is what relative dates count from.
    pub(super) fn new(
        salesforce: &Salesforce,
        query: Query,
        now: Timestamp,
    ) -> Result<Self, SoqlError> {
        let name = &query.object;
        let Some(object) = ObjectRule::named(&name.text) else {
            let message = format!(
                "sObject type '{}' is not supported. If you are attempting to use a custom object, \
                 be sure to append the '__c' after the entity name. Please reference your WSDL or \
                 the describe call for the appropriate names.",
                name.text
            );
            return Err(SoqlError::new(name.place, "INVALID_TYPE", message));
        };
        if query.offset > OFFSET_MAX {
            let message = format!("Maximum SOQL offset allowed is {OFFSET_MAX}");
            return Err(SoqlError::new(0, "NUMBER_OUTSIDE_VALID_RANGE", message));
        }
        let checker = Checker { salesforce, object, now };
        let select = match query.select {
            Select::Count => None,
            Select::Fields(names) => Some(checker.select(&names)?),
        };
        let test = query.condition.map(|condition| checker.test(condition)).transpose()?;
        let mut order = Vec::new();
        for key in query.order {
            let field = checker.field(&key.field)?;
            if field.kind == FieldKind::TextArea {
                let message = format!("field '{}' can not be sorted in a query call", field.name);
                return Err(SoqlError::new(key.field.place, "INVALID_FIELD", message));
            }
            let (descending, nulls_last) = (key.descending, key.nulls_last);
            order.push(SortKey { field: field.name.to_owned(), descending, nulls_last });
        }
        let (limit, offset) = (query.limit, query.offset);
        Ok(Self { object: object.name, select, test, order, limit, offset })
    }

    /// Whether only the number of rows is wanted.
    pub(super) fn counts(&self) -> bool {
        self.select.is_none()
    }

    /// The fields to give of each row.
    pub(super) fn selected(&self) -> &[String] {
        self.select.as_deref().unwrap_or_default()
    }
}

struct Checker<'a> {
    salesforce: &'a Salesforce,
    object: &'static ObjectRule,
    now: Timestamp,
}

impl Checker<'_> {
    fn select(&self, names: &[Name]) -> Result<Vec<String>, SoqlError> {
        let mut fields: Vec<String> = Vec::new();
        for name in names {
            let field = self.field(name)?.name.to_owned();
            if fields.contains(&field) {
                let message = format!("duplicate field selected: {field}");
                return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn field(&self, name: &Name) -> Result<Field<'_>, SoqlError> {
        self.salesforce.field(self.object, &name.text).ok_or_else(|| {
            let message = format!(
                "No such column '{}' on entity '{}'. If you are attempting to use a custom field, \
                 be sure to append the '__c' after the custom field name. Please reference your \
                 WSDL or the describe call for the appropriate names.",
                name.text, self.object.name
            );
            SoqlError::new(name.place, "INVALID_FIELD", message)
        })
    }

    /// Goes as deep as the parser, which has a limit.
    fn test(&self, condition: Condition) -> Result<Test, SoqlError> {
        let all = |conditions: Vec<Condition>| {
            let tests = conditions.into_iter().map(|condition| self.test(condition));
            tests.collect::<Result<Vec<_>, _>>()
        };
        match condition {
            Condition::All(conditions) => all(conditions).map(Test::All),
            Condition::Any(conditions) => all(conditions).map(Test::Any),
            Condition::Not(condition) => Ok(Test::Not(Box::new(self.test(*condition)?))),
            Condition::Like(name, literal) => {
                let field = self.filtered(&name)?;
                let LiteralValue::Text(raw) = &literal.value else {
                    return Err(mismatch(&field, "string", &literal));
                };
                if type_word(field.kind) != "string" {
                    return Err(bad_operator(&name, "LIKE"));
                }
                Ok(Test::Like(field.name.to_owned(), pattern(raw)))
            }
            Condition::In(name, literals) => {
                let field = self.filtered(&name)?;
                let operands = literals.iter().map(|literal| self.operand(&field, literal));
                Ok(Test::In(field.name.to_owned(), operands.collect::<Result<_, _>>()?))
            }
            Condition::Compare(name, comparison, literal) => {
                let field = self.filtered(&name)?;
                let operand = self.operand(&field, &literal)?;
                let orders = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                if orders && matches!(operand, Operand::Null | Operand::Flag(_)) {
                    return Err(bad_operator(&name, "with an order"));
                }
                Ok(Test::Compare(field.name.to_owned(), comparison, operand))
            }
        }
    }

    fn filtered(&self, name: &Name) -> Result<Field<'_>, SoqlError> {
        let field = self.field(name)?;
        if field.kind == FieldKind::TextArea {
            let message = format!("field '{}' can not be filtered in a query call", field.name);
            return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
        }
        Ok(field)
    }

    fn operand(&self, field: &Field<'_>, literal: &Literal) -> Result<Operand, SoqlError> {
        let wanted = type_word(field.kind);
        let operand = match (wanted, &literal.value) {
            (_, LiteralValue::Null) => Some(Operand::Null),
            ("string", LiteralValue::Text(raw)) => {
                let text: String = unescaped(raw).map(|(character, _)| character).collect();
                Some(Operand::Text(text.to_lowercase()))
            }
            ("ID", LiteralValue::Text(raw)) => {
                let id = long_id(raw).map(Operand::Id).ok_or_else(|| {
                    let message = format!("invalid ID field: {raw}");
                    SoqlError::new(literal.place, "INVALID_QUERY_FILTER_OPERATOR", message)
                })?;
                Some(id)
            }
            ("double", LiteralValue::Number(number)) => Some(Operand::Number(*number)),
            ("boolean", LiteralValue::Flag(flag)) => Some(Operand::Flag(*flag)),
            ("date" | "dateTime", LiteralValue::Relative(word)) => {
                Period::relative(word, self.now).map(Operand::Period)
            }
            ("date", LiteralValue::Date(text)) => {
                let day = text.parse::<Date>().ok().filter(|_| !text.contains('T'));
                day.and_then(midnight).map(Period::moment).map(Operand::Period)
            }
            ("dateTime", LiteralValue::Date(text)) => {
                text.parse::<Timestamp>().ok().map(Period::moment).map(Operand::Period)
            }
            _ => None,
        };
        operand.ok_or_else(|| mismatch(field, wanted, literal))
    }
}

fn type_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Boolean => "boolean",
        FieldKind::Currency | FieldKind::Double | FieldKind::Int | FieldKind::Percent => "double",
        FieldKind::Date => "date",
        FieldKind::DateTime => "dateTime",
        FieldKind::Id | FieldKind::Reference => "ID",
        FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Picklist
        | FieldKind::String
        | FieldKind::TextArea
        | FieldKind::Url => "string",
    }
}

fn mismatch(field: &Field<'_>, wanted: &str, literal: &Literal) -> SoqlError {
    let not = if matches!(wanted, "string" | "ID") { "" } else { "not " };
    let message = format!(
        "value of filter criterion for field '{}' must be of type {wanted} and should {not}be \
         enclosed in quotes",
        field.name
    );
    SoqlError::new(literal.place, "INVALID_FIELD", message)
}

fn bad_operator(name: &Name, operator: &str) -> SoqlError {
    let message = format!("field '{}' cannot be compared {operator}", name.text);
    SoqlError::new(name.place, "INVALID_QUERY_FILTER_OPERATOR", message)
}

fn pattern(raw: &str) -> Vec<Glob> {
    let mut globs = Vec::new();
    for (character, escaped) in unescaped(raw) {
        match character {
            '%' if !escaped => globs.push(Glob::Any),
            '_' if !escaped => globs.push(Glob::One),
            other => globs.extend(other.to_lowercase().map(Glob::Character)),
        }
    }
    globs
}
