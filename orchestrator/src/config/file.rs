//! One configuration file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::entry::Reader;
use super::interpolation::Environment;
use super::{ConfigError, Origin, SERVERS_MAX, ServerConfig, comments};
use crate::workflow::definition::Span;
use crate::workflow::diagnostic::{Code, Diagnostic, Source};
use crate::workflow::node::{Entry, FILE_BYTES_MAX, Node, NodeKind};
use crate::workflow::suggest;

/// The members under which programs keep their servers; the first that is there counts.
const ROOTS: [&str; 2] = ["mcpServers", "servers"];

/// Reads a file into memory.
pub(super) fn load(path: &Path) -> Result<Source, ConfigError> {
    let name = path.display().to_string();
    // One byte more than the cap, so that the parser sees that the cap is passed.
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text)).map_err(
        |error| {
            let message = format!("cannot read `{name}`: {error}");
            ConfigError::without_place(Code::Unreadable, message)
        },
    )?;
    Ok(Source::new(name, text))
}

/// The servers of one file, in its order.
pub(super) fn servers(
    source: &Source,
    environment: &Environment<'_>,
) -> Result<Vec<ServerConfig>, ConfigError> {
    let tree = Node::parse(&Source::new(source.name.clone(), comments::blanked(&source.text)))
        .map_err(|problems| {
            let problems = problems.into_iter().map(in_words_of_json).collect();
            ConfigError::unreadable(source, problems)
        })?;
    let mut secrets = Vec::new();
    gather_secrets(&tree, false, &mut secrets);
    let entries = entries(&tree, source)
        .map_err(|problem| ConfigError::new(source, &secrets, vec![problem]))?;
    let server = |entry: &Entry| server(entry, source, &secrets, environment);
    Ok(entries.iter().take(SERVERS_MAX + 1).map(server).collect())
}

fn server(
    entry: &Entry,
    source: &Source,
    secrets: &[Span],
    environment: &Environment<'_>,
) -> ServerConfig {
    let mut reader = Reader::new(source, environment);
    let (launch, options) = reader.read(entry);
    let problems = reader.problems;
    let launch = match launch {
        Some(launch) if problems.is_empty() => Ok(launch),
        _ => Err(ConfigError::new(source, secrets, problems)),
    };
    let (line, column) = source.position(entry.span.0.start);
    let origin = Origin { file: source.name.clone(), line, column };
    ServerConfig { name: entry.key.clone(), launch, options, origin }
}

fn entries<'t>(tree: &'t Node, source: &Source) -> Result<&'t [Entry], Diagnostic> {
    let wrong = |node: &Node, what: &str| {
        let message = format!("{what} is {}, expected a map", node.kind_name());
        Diagnostic::error(Code::WrongType, &node.span, message)
    };
    let NodeKind::Map(members) = &tree.kind else {
        return Err(wrong(tree, &format!("`{}`", source.name)));
    };
    let found = ROOTS.iter().find_map(|name| members.iter().find(|member| member.key == *name));
    let Some(root) = found else {
        let near = suggest::nearest("mcpServers", members.iter().map(|member| member.key.as_str()));
        let help = near.map_or_else(
            || "write { \"mcpServers\": { \"name\": { \"command\": \"…\" } } }".to_owned(),
            |name| format!("`{name}` is not known; did you mean `mcpServers`?"),
        );
        let message = "the file has no `mcpServers`";
        return Err(Diagnostic::error(Code::MissingKey, &tree.span, message).with_help(help));
    };
    match &root.value.kind {
        NodeKind::Map(entries) => Ok(entries),
        _ => Err(wrong(&root.value, &format!("`{}`", root.key))),
    }
}

/// JSON is read as the YAML that it is, which nobody needs to know.
fn in_words_of_json(mut problem: Diagnostic) -> Diagnostic {
    if problem.code == Code::Syntax {
        problem.message = problem.message.replace("YAML", "JSON");
    }
    problem
}

/// The places of all values under `env` and `headers`, wherever they stand.
fn gather_secrets(node: &Node, inside: bool, secrets: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::List(items) => {
            items.iter().for_each(|item| gather_secrets(item, inside, secrets));
        }
        NodeKind::Map(members) => members.iter().for_each(|member| {
            let inside = inside || matches!(member.key.as_str(), "env" | "headers");
            gather_secrets(&member.value, inside, secrets);
        }),
        NodeKind::Scalar { .. } if inside => secrets.push(node.span.clone()),
        NodeKind::Scalar { .. } => {}
    }
}
