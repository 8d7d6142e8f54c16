//! Arguments about fields of issues: `issue_fields`, which writes values, and `field_filters`, which narrows a
//! list by them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::github::InRepo;
use super::check::go_type;
use super::failure::{graphql_error, repo_name, server_error};
use super::organizations::of_repo;
use mcp_mock::dialect::Refusal;
use mcp_mock::service::github::{Api, FieldType, GitHub, Issue, IssueField};

/// What `issue_fields` writes, by the name of the field: a value, or null to take one away.
pub(super) fn written(
    github: &GitHub,
    api: &mut Api<'_>,
    at: &InRepo,
    given: Option<&Value>,
) -> Result<BTreeMap<String, Value>, Refusal> {
    let items = items(given, "issue_fields", "item")?;
    let inputs = items.into_iter().map(Input::read).collect::<Result<Vec<_>, _>>()?;
    if inputs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let words = "failed to resolve issue_fields: failed to query issue fields metadata";
    let found = of_repo(github, api, at).map_err(graphql_error(words, &repo_name(at)))?;
    let resolved = inputs.into_iter().map(|input| {
        let field = found.and_then(|organization| organization.issue_field(input.name.trim()));
        let value = match field {
            Some(field) => input.resolve(field),
            None => {
                let InRepo { owner, repo } = at;
                Err(format!("issue field {:?} was not found in {owner}/{repo}", input.name))
            }
        };
        let value =
            value.map_err(|words| server_error(format!("failed to resolve issue_fields: {words}")));
        Ok((input.name.trim().to_owned(), value?))
    });
    resolved.collect()
}

/// One item of `issue_fields`.
struct Input<'a> {
    name: &'a str,
    change: Change<'a>,
}

enum Change<'a> {
    Delete,
    Option(&'a str),
    Value(&'a Value),
}

impl<'a> Input<'a> {
    fn read(item: &'a Map<String, Value>) -> Result<Self, Refusal> {
        let name = item.get("field_name").and_then(Value::as_str).unwrap_or_default();
        if name.trim().is_empty() {
            return Err(server_error("field_name is required for each issue_fields item"));
        }
        let option = match item.get("field_option_name") {
            None => "",
            Some(Value::String(option)) => option,
            Some(other) => return Err(mistyped("field_option_name", "string", other)),
        };
        let deletes = match item.get("delete") {
            None => false,
            Some(Value::Bool(deletes)) => *deletes,
            Some(other) => return Err(mistyped("delete", "bool", other)),
        };
        let change = match (item.get("value"), option, deletes) {
            (Some(Value::Null), _, _) => {
                return Err(server_error(format!("value cannot be null for field {name:?}")));
            }
            (None, "", true) => Change::Delete,
            (_, _, true) => {
                let words = "cannot specify 'delete' together with 'value' or 'field_option_name'";
                return Err(server_error(format!("issue field {name:?} {words}")));
            }
            (Some(value), "", false) => Change::Value(value),
            (None, "", false) => {
                let words = "must specify either value or field_option_name";
                return Err(server_error(format!("issue field {name:?} {words}")));
            }
            (None, option, false) => Change::Option(option),
            (Some(_), _, false) => {
                let words = "cannot specify both value and field_option_name";
                return Err(server_error(format!("issue field {name:?} {words}")));
            }
        };
        Ok(Self { name, change })
    }

    fn resolve(&self, field: &IssueField) -> Result<Value, String> {
        let name = self.name;
        let option = match self.change {
            Change::Delete => return Ok(Value::Null),
            Change::Value(value) => return Ok(value.clone()),
            Change::Option(option) => option,
        };
        if field.data_type != FieldType::SingleSelect {
            let kind = field.data_type.as_str();
            return Err(format!(
                "issue field {name:?} is {kind:?}, so field_option_name cannot be used"
            ));
        }
        let known = field.option(option).map(Value::from);
        known.ok_or_else(|| {
            format!("issue field option {option:?} was not found for field {name:?}")
        })
    }
}

/// One item of `field_filters`, with the value in the form that issues keep it in.
pub(super) struct Filter {
    field: String,
    value: String,
}

impl Filter {
    pub(super) fn shows(&self, issue: &Issue) -> bool {
        issue.fields.get(&self.field) == Some(&self.value)
    }
}

/// What `field_filters` narrows a list by.
pub(super) fn filters(
    github: &GitHub,
    api: &mut Api<'_>,
    at: &InRepo,
    given: Option<&Value>,
) -> Result<Vec<Filter>, Refusal> {
    let read = |item: &Map<String, Value>| {
        let text = |name: &str| match item.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            None | Some(Value::String(_)) => Err(format!("missing required parameter: {name}")),
            Some(_) => Err(format!("parameter {name} is not of type string")),
        };
        let field = text("field_name");
        let field = field.map_err(|words| server_error(format!("field_filters entry: {words}")))?;
        let value = text("value");
        let value = value
            .map_err(|words| server_error(format!("field_filters entry {field:?}: {words}")))?;
        Ok(Filter { field, value })
    };
    let items = items(given, "field_filters", "entry")?;
    let raw = items.into_iter().map(read).collect::<Result<Vec<_>, Refusal>>()?;
    if raw.is_empty() {
        return Ok(raw);
    }
    let words = "failed to look up issue fields for field_filters";
    let found = of_repo(github, api, at).map_err(graphql_error(words, &repo_name(at)))?;
    let known = found.map(|organization| organization.issue_fields.as_slice()).unwrap_or_default();
    let resolved = raw.iter().map(|filter| filter.resolve(known));
    resolved
        .collect::<Result<_, _>>()
        .map_err(|words| server_error(format!("field_filters: {words}")))
}

impl Filter {
    fn resolve(&self, known: &[IssueField]) -> Result<Self, String> {
        let (name, value) = (&self.field, &self.value);
        let Some(field) = known.iter().find(|field| field.name.eq_ignore_ascii_case(name)) else {
            let known: Vec<&str> = known.iter().map(|field| field.name.as_str()).collect();
            return Err(format!("unknown field {name:?}. Known fields: {}", known.join(", ")));
        };
        let name = &field.name;
        let value = match field.data_type {
            FieldType::Text => value.clone(),
            FieldType::SingleSelect => {
                let options = || field.options.join(", ");
                let words = || format!("{value:?} is not a valid option for {name:?}");
                let option = field.option(value).map(str::to_owned);
                option.ok_or_else(|| format!("{}. Valid options: {}", words(), options()))?
            }
            FieldType::Date => match value.parse::<jiff::civil::Date>() {
                Ok(_) => value.clone(),
                Err(_) => {
                    let form = "(expected YYYY-MM-DD)";
                    return Err(format!("{value:?} is not a valid date for {name:?} {form}"));
                }
            },
            FieldType::Number => {
                let number = value.parse::<f64>().map(|number| number.to_string());
                number.map_err(|_| format!("{value:?} is not a valid number for {name:?}"))?
            }
        };
        Ok(Self { field: name.clone(), value })
    }
}

fn items<'a>(
    given: Option<&'a Value>,
    name: &str,
    what: &str,
) -> Result<Vec<&'a Map<String, Value>>, Refusal> {
    let items = match given {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(server_error(format!("{name} must be an array"))),
    };
    let object = |item: &'a Value| {
        item.as_object()
            .ok_or_else(|| server_error(format!("each {name} {what} must be an object")))
    };
    items.iter().map(object).collect()
}

fn mistyped(name: &str, expected: &str, found: &Value) -> Refusal {
    server_error(format!("parameter {name} is not of type {expected}, is {}", go_type(found)))
}
