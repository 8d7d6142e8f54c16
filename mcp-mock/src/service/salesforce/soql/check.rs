//! A query held against the fields of its object: after this, nothing can go wrong.

use jiff::Timestamp;
use jiff::civil::Date;

use super::SoqlError;
use super::children::ChildPlan;
use super::date::{Period, midnight};
use super::group::{Groups, is_aggregate};
use super::path::{Found, find};
use super::syntax::{
    Column, Comparison, Condition, Literal, LiteralValue, Name, Order, Query, Select, unescaped,
};
use crate::service::salesforce::fields::FieldKind;
use crate::service::salesforce::ids::long_id;
use crate::service::salesforce::objects::ObjectRule;
use crate::service::salesforce::state::Salesforce;

/// The vendor's largest offset.
const OFFSET_MAX: usize = 2_000;
/// Most rows of a query for all fields.
const ALL_FIELDS_ROWS_MAX: usize = 200;

/// A query that was checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub(super) object: String,
    /// Paths to fields; `None` for `COUNT()`.
    pub(super) select: Option<Vec<String>>,
    /// How rows are put together; `None` when each stands for itself.
    pub(super) groups: Option<Groups>,
    pub(super) test: Option<Test>,
    pub(super) order: Vec<SortKey>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
    /// What hangs on each row.
    pub(super) children: Vec<ChildPlan>,
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
        let Some(object) = salesforce.find_object(&name.text) else {
            let message = format!(
                "sObject type '{}' is not supported. If you are attempting to use a custom object, \
                 be sure to append the '__c' after the entity name. Please reference your WSDL or \
                 the describe call for the appropriate names.",
                name.text
            );
            return Err(SoqlError::new(name.place, "INVALID_TYPE", message));
        };
        Self::of(salesforce, object, query, now)
    }

    /// Checks a query whose object is known.
    pub(super) fn of(
        salesforce: &Salesforce,
        object: ObjectRule<'_>,
        query: Query,
        now: Timestamp,
    ) -> Result<Self, SoqlError> {
        if query.offset > OFFSET_MAX {
            let message = format!("Maximum SOQL offset allowed is {OFFSET_MAX}");
            return Err(SoqlError::new(0, "NUMBER_OUTSIDE_VALID_RANGE", message));
        }
        let rows = Checker { salesforce, object, now, grouped_by: None };
        let test = query.condition.map(|condition| rows.test(condition)).transpose()?;
        let (limit, offset) = (query.limit, query.offset);
        let columns = match query.select {
            Select::Count if !query.group.is_empty() => {
                let message = "Grouped query cannot use COUNT() without a field";
                return Err(SoqlError::new(0, "MALFORMED_QUERY", message));
            }
            Select::Count => Vec::new(),
            Select::Fields(columns) => columns,
        };
        let is_grouped =
            !query.group.is_empty() || columns.iter().any(|column| is_aggregate(&column.name.text));
        let mut plan = Self {
            object: object.name.to_owned(),
            select: None,
            groups: None,
            test,
            order: Vec::new(),
            limit,
            offset,
            children: Vec::new(),
        };
        if is_grouped {
            if let Some(inner) = query.children.first() {
                let message = "a query with groups gives no children";
                return Err(SoqlError::new(inner.object.place, "MALFORMED_QUERY", message));
            }
            let keys = rows.keys(&query.group)?;
            let groups = Checker { grouped_by: Some(keys.clone()), ..rows };
            let having = query.having.map(|having| groups.test(having)).transpose()?;
            plan.order = groups.order(&query.order)?;
            plan.groups = Some(Groups { columns: groups.columns(&columns)?, keys, having });
            return Ok(plan);
        }
        plan.order = rows.order(&query.order)?;
        if !columns.is_empty() || !query.children.is_empty() {
            plan.select = Some(rows.select(&columns, limit)?);
        }
        plan.children = rows.children(query.children)?;
        Ok(plan)
    }

    /// Whether only the number of rows is wanted.
    pub(super) fn counts(&self) -> bool {
        self.select.is_none() && self.groups.is_none()
    }

    /// The fields to give of each row.
    pub(super) fn selected(&self) -> &[String] {
        self.select.as_deref().unwrap_or_default()
    }
}

pub(super) struct Checker<'a> {
    pub(super) salesforce: &'a Salesforce,
    pub(super) object: ObjectRule<'a>,
    pub(super) now: Timestamp,
    /// What rows are grouped by, where names are those of groups.
    grouped_by: Option<Vec<String>>,
}

impl Checker<'_> {
    fn select(&self, columns: &[Column], limit: Option<usize>) -> Result<Vec<String>, SoqlError> {
        let mut fields: Vec<String> = Vec::new();
        for Column { name, alias } in columns {
            if let Some(alias) = alias {
                let message = "only aggregate expressions use field aliasing";
                return Err(SoqlError::new(alias.place, "MALFORMED_QUERY", message));
            }
            if name.text.eq_ignore_ascii_case("FIELDS(ALL)") {
                fields.extend(self.all_fields(name, limit)?);
                continue;
            }
            let field = self.find(name)?.key;
            if fields.contains(&field) {
                let message = format!("duplicate field selected: {field}");
                return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn all_fields(&self, name: &Name, limit: Option<usize>) -> Result<Vec<String>, SoqlError> {
        if limit.is_none_or(|limit| limit > ALL_FIELDS_ROWS_MAX) {
            let message = format!(
                "The SOQL FIELDS function must have a LIMIT of at most {ALL_FIELDS_ROWS_MAX}"
            );
            return Err(SoqlError::new(name.place, "MALFORMED_QUERY", message));
        }
        let fields = self.salesforce.fields(self.object);
        Ok(fields.iter().map(|field| field.name.to_owned()).collect())
    }

    fn keys(&self, names: &[Name]) -> Result<Vec<String>, SoqlError> {
        let key = |name| {
            let found = self.find(name)?;
            if found.kind == FieldKind::TextArea {
                let message = format!("field '{}' can not be grouped in a query call", found.key);
                return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
            }
            Ok(found.key)
        };
        names.iter().map(key).collect()
    }

    /// The columns of groups, each with the name that its value has in the answer.
    fn columns(&self, columns: &[Column]) -> Result<Vec<(String, String)>, SoqlError> {
        let mut unnamed = 0;
        let column = |Column { name, alias }: &Column| {
            let key = self.find(name)?.key;
            let label = match alias {
                Some(alias) => alias.text.clone(),
                None if key.contains('(') => {
                    unnamed += 1;
                    format!("expr{}", unnamed - 1)
                }
                None => key.rsplit('.').next().unwrap_or_default().to_owned(),
            };
            Ok((label, key))
        };
        columns.iter().map(column).collect()
    }

    fn order(&self, order: &[Order]) -> Result<Vec<SortKey>, SoqlError> {
        let key = |key: &Order| {
            let found = self.find(&key.field)?;
            if found.kind == FieldKind::TextArea {
                let message = format!("field '{}' can not be sorted in a query call", found.key);
                return Err(SoqlError::new(key.field.place, "INVALID_FIELD", message));
            }
            let (descending, nulls_last) = (key.descending, key.nulls_last);
            Ok(SortKey { field: found.key, descending, nulls_last })
        };
        order.iter().map(key).collect()
    }

    /// What a name means here: a field of a row, or something that a group has one of.
    fn find(&self, name: &Name) -> Result<Found, SoqlError> {
        let found = find(self.salesforce, self.object, name)?;
        match &self.grouped_by {
            None if is_aggregate(&name.text) => {
                let message = format!("unexpected token: '{}'", name.text);
                Err(SoqlError::new(name.place, "MALFORMED_QUERY", message))
            }
            Some(keys) if !is_aggregate(&name.text) && !keys.contains(&found.key) => {
                let message = format!("Field must be grouped or aggregated: {}", found.key);
                Err(SoqlError::new(name.place, "MALFORMED_QUERY", message))
            }
            _ => Ok(found),
        }
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
                Ok(Test::Like(field.key.clone(), pattern(raw)))
            }
            Condition::In(name, literals) => {
                let field = self.filtered(&name)?;
                let operands = literals.iter().map(|literal| self.operand(&field, literal));
                Ok(Test::In(field.key.clone(), operands.collect::<Result<_, _>>()?))
            }
            Condition::InRows(name, query) => {
                let field = self.filtered(&name)?;
                Ok(Test::In(field.key.clone(), self.found(&name, &field, *query)?))
            }
            Condition::Compare(name, comparison, literal) => {
                let field = self.filtered(&name)?;
                let operand = self.operand(&field, &literal)?;
                let orders = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                if orders && matches!(operand, Operand::Null | Operand::Flag(_)) {
                    return Err(bad_operator(&name, "with an order"));
                }
                Ok(Test::Compare(field.key.clone(), comparison, operand))
            }
        }
    }

    fn filtered(&self, name: &Name) -> Result<Found, SoqlError> {
        let field = self.find(name)?;
        if field.kind == FieldKind::TextArea {
            let message = format!("field '{}' can not be filtered in a query call", field.key);
            return Err(SoqlError::new(name.place, "INVALID_FIELD", message));
        }
        Ok(field)
    }

    fn operand(&self, field: &Found, literal: &Literal) -> Result<Operand, SoqlError> {
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

pub(super) fn type_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Boolean => "boolean",
        FieldKind::Currency | FieldKind::Double | FieldKind::Int | FieldKind::Percent => "double",
        FieldKind::Date => "date",
        FieldKind::DateTime => "dateTime",
        FieldKind::Id | FieldKind::Reference => "ID",
        FieldKind::Email
        | FieldKind::MultiPicklist
        | FieldKind::Phone
        | FieldKind::Picklist
        | FieldKind::String
        | FieldKind::TextArea
        | FieldKind::Url => "string",
    }
}

fn mismatch(field: &Found, wanted: &str, literal: &Literal) -> SoqlError {
    let not = if matches!(wanted, "string" | "ID") { "" } else { "not " };
    let message = format!(
        "value of filter criterion for field '{}' must be of type {wanted} and should {not}be \
         enclosed in quotes",
        field.key
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
