//! The settings of the template engine, the names it sees, and its errors in our words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value as Item};
use serde_json::Value;

use super::area;
use super::error::{ExpressionError, missing, undefined_path, unread};
use super::reference::Use;
use super::scan::{Path, Scan};

/// The name of the one template of an environment.
pub(super) const TEMPLATE_NAME: &str = "text";

/// Work that one evaluation may do: about a million steps or 64 MB of text, some tenths of a second.
const FUEL: u64 = 1_000_000;
/// Nested calls inside the engine.
const RECURSION_MAX: usize = 64;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .variable_delimiters(area::EXPRESSION_START, area::EXPRESSION_END)
        .block_delimiters(area::BLOCK_START, area::BLOCK_END)
        .comment_delimiters(area::COMMENT_START, area::COMMENT_END)
        .keep_trailing_newline(true)
        .build()
        .expect("the three start delimiters differ");
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(RECURSION_MAX);
    // Without it errors have no place.
    environment.set_debug(true);
    // It would print every value that a workflow holds.
    environment.remove_global("debug");
    environment
}

/// Compiles an expression and finds out what it reads.
pub(super) fn compile_expression(
    source: &str,
    scan: &Scan<'_>,
) -> Result<(minijinja::Expression<'static, 'static>, Names), ExpressionError> {
    let program =
        ENVIRONMENT.compile_expression_owned(source.to_owned()).map_err(|e| unread(&e))?;
    let names = Names::new(program.undeclared_variables(true), scan);
    if names.guards.is_empty() {
        return Ok((program, names));
    }
    let program =
        ENVIRONMENT.compile_expression_owned(names.flattened(source)).map_err(|e| unread(&e))?;
    Ok((program, names))
}

/// Compiles a template and finds out what it reads.
pub(super) fn compile_template(
    source: &str,
    scan: &Scan<'_>,
) -> Result<(Environment<'static>, Names), ExpressionError> {
    let template = ENVIRONMENT.template_from_str(source).map_err(|e| unread(&e))?;
    let names = Names::new(template.undeclared_variables(true), scan);
    let mut environment = ENVIRONMENT.clone();
    environment
        .add_template_owned(TEMPLATE_NAME, names.flattened(source))
        .map_err(|e| unread(&e))?;
    Ok((environment, names))
}

/// What an expression reads, and how the engine gets to see it.
///
/// A guarded path (see [`Path::is_guarded`]) is handed to the engine as one flat name of the same
/// length, which is undefined when any part of the path is missing. So `default` works on it while
/// everything else stays strict, and the places in errors stay true.
pub(super) struct Names {
    uses: Vec<Use>,
    guards: Vec<Guard>,
}

struct Guard {
    /// The path, parted: names and indexes.
    parts: Vec<String>,
    /// The name that stands for it.
    flat: String,
    start: usize,
}

impl Names {
    fn new(read: impl IntoIterator<Item = String>, scan: &Scan<'_>) -> Self {
        let read = read.into_iter().chain(scan.sliced().map(str::to_owned));
        let mut paths: Vec<String> = read.filter(|path| !is_global(path)).collect();
        paths.sort();
        paths.dedup();
        let guards = guards(&paths, scan);
        let uses = paths.into_iter().map(|path| use_of(path, scan)).collect();
        Self { uses, guards }
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.uses.iter().map(|use_| use_.path.clone()).collect()
    }

    pub(super) fn uses(&self) -> &[Use] {
        &self.uses
    }

    fn flattened(&self, source: &str) -> String {
        let mut text = source.to_owned();
        for guard in &self.guards {
            text.replace_range(guard.start..guard.start + guard.flat.len(), &guard.flat);
        }
        text
    }

    /// The names that the expression reads, as the engine takes them.
    ///
    /// Outputs can be large, so of `steps` and the like only the members that are read are converted.
    pub(super) fn context(&self, names: &Value) -> Item {
        let mut context = BTreeMap::new();
        for (name, value) in names.as_object().into_iter().flatten() {
            if let Some(item) = self.needed(name, value) {
                context.insert(name.clone(), item);
            }
        }
        for guard in &self.guards {
            if let Some(value) = lookup(names, &guard.parts) {
                context.insert(guard.flat.clone(), Item::from(Serde(value)));
            }
        }
        Item::from_pairs(context)
    }

    /// An error of evaluating.
    pub(super) fn failure(&self, error: &Error, source: &str, names: &Value) -> ExpressionError {
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        let range = error.range().filter(|range| source.get(range.clone()).is_some());
        match (error.kind(), undefined_path(&detail)) {
            (ErrorKind::OutOfFuel, _) => {
                ExpressionError::new("it takes more work than an expression may", range)
            }
            (_, Some(path)) => match self.use_through(path) {
                Some(Use { path, start: Some(start), .. }) => {
                    missing(path, names, Some(*start..start + path.len()))
                }
                _ => missing(path, names, range),
            },
            (ErrorKind::UndefinedError, None) => {
                let part = range.clone().and_then(|range| source.get(range));
                missing(part.unwrap_or(source), names, range)
            }
            _ => ExpressionError::new(detail, range),
        }
    }

    /// The unguarded use that leads to or through a path.
    fn use_through(&self, path: &str) -> Option<&Use> {
        self.uses.iter().find(|use_| {
            let rest = use_.path.strip_prefix(path);
            !use_.is_guarded && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    fn needed(&self, name: &str, value: &Value) -> Option<Item> {
        let mut members = Vec::new();
        for use_ in &self.uses {
            let mut parts = use_.path.split('.');
            if parts.next() != Some(name) {
                continue;
            }
            match (parts.next(), value) {
                (Some(member), Value::Object(_)) => members.push(member),
                _ => return Some(Item::from(Serde(value))),
            }
        }
        if members.is_empty() {
            return None;
        }
        let map: BTreeMap<&str, Item> = members
            .into_iter()
            .filter_map(|member| Some((member, Item::from(Serde(value.get(member)?)))))
            .collect();
        Some(Item::from_pairs(map))
    }
}

fn is_global(path: &str) -> bool {
    ENVIRONMENT.globals().any(|(name, _)| name == path)
}

fn use_of(path: String, scan: &Scan<'_>) -> Use {
    let places: Vec<&Path<'_>> = scan.paths.iter().filter(|it| it.reported() == path).collect();
    let bare = places.iter().find(|place| !place.is_guarded);
    let is_guarded = bare.is_none() && !places.is_empty();
    let start = bare.or_else(|| places.first()).map(|place| place.start);
    Use::new(path, is_guarded, start)
}

fn guards(paths: &[String], scan: &Scan<'_>) -> Vec<Guard> {
    let mut guards: Vec<Guard> = Vec::new();
    for path in scan.paths.iter().filter(|path| path.is_guarded && path.text.contains('.')) {
        let flat = path.text.replace(['.', '[', ']'], "_");
        let parts: Vec<String> =
            path.text.split(['.', '[']).map(|part| part.trim_end_matches(']').to_owned()).collect();
        let is_read = paths.iter().any(|read| read == path.reported());
        let is_taken = scan.paths.iter().any(|other| other.text == flat)
            || guards.iter().any(|guard| guard.flat == flat && guard.parts != parts);
        if is_read && !is_taken {
            guards.push(Guard { parts, flat, start: path.start });
        }
    }
    guards
}

fn lookup<'a>(names: &'a Value, parts: &[String]) -> Option<&'a Value> {
    parts.iter().try_fold(names, |value, part| match value {
        Value::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
        _ => value.get(part),
    })
}
