//! One configuration file.

use std::ops::Range;
use std::path::{self, Path};

use mcp_core::schema::nearest_name;

use super::input::{self, Input};
use super::interpolation::{Environment, References};
use super::reader::EntryReader;
use super::{ConfigError, Origin, SERVERS_MAX, ServerConfig};
use crate::source::node::{Entry, Format, Node, NodeKind};
use crate::source::{Code, Diagnostic, Source, Span};

/// Members whose values may be secrets, wherever they stand.
const SECRETS: [&str; 6] =
    ["CLIENT_SECRET", "clientSecret", "client_secret", "default", "env", "headers"];

/// The members under which programs keep their servers; the first that is there counts.
const ROOTS: [&str; 2] = ["mcpServers", "servers"];

/// The folder of the project that a file belongs to: that of the file, and the one above for files in
/// the folder of an editor.
pub(super) fn project_folder(file: &Path) -> &Path {
    let folder = file.parent().unwrap_or(file);
    let is_of_editor =
        folder.file_name().is_some_and(|name| name == ".vscode" || name == ".cursor");
    let folder = folder.parent().filter(|_| is_of_editor).unwrap_or(folder);
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// The same folder in full, as far as the system tells it.
pub(super) fn absolute(folder: &Path) -> String {
    let absolute = path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.display().to_string()
}

/// What one file says.
pub(super) struct Contents {
    /// The servers, in the order of the file.
    pub(super) servers: Vec<ServerConfig>,
    /// The inputs without which some of them cannot be used.
    pub(super) unanswered: Vec<Input>,
}

/// Reads the text of a file that belongs to the project in `folder`.
pub(super) fn contents(
    source: &Source,
    folder: &str,
    environment: &Environment<'_>,
) -> Result<Contents, ConfigError> {
    let tree = Node::parse(source, Format::Json)
        .map_err(|problems| ConfigError::unreadable(source, problems))?;
    let mut secrets = Vec::new();
    gather_secrets(&tree, source, &mut secrets);
    let members = members(&tree, source);
    let inputs = members.as_ref().map(|members| input::read(members)).unwrap_or_default();
    let entries = members
        .and_then(|members| entries(&tree, members))
        .map_err(|problem| ConfigError::new(source, &secrets, vec![problem]))?;
    let mut unanswered = Vec::new();
    let mut servers = Vec::new();
    for entry in entries.iter().take(SERVERS_MAX + 1) {
        let references = References { environment, folder, inputs: &inputs };
        let mut reader = EntryReader::new(source, references);
        servers.push(server(entry, &mut reader, source, &secrets));
        unanswered.append(&mut reader.unanswered);
    }
    let unanswered = inputs.into_iter().filter(|input| unanswered.contains(&input.id)).collect();
    Ok(Contents { servers, unanswered })
}

fn server(
    entry: &Entry,
    reader: &mut EntryReader<'_>,
    source: &Source,
    secrets: &[Span],
) -> ServerConfig {
    let (launch, options) = reader.read(entry);
    let problems = std::mem::take(&mut reader.problems);
    let launch = match launch {
        Some(launch) if problems.is_empty() => Ok(launch),
        _ => Err(ConfigError::new(source, secrets, problems)),
    };
    let (line, column) = source.position(entry.span.0.start);
    let origin = Origin { file: source.name.clone(), line, column };
    ServerConfig { name: entry.key.clone(), launch, options, origin }
}

fn members<'t>(tree: &'t Node, source: &Source) -> Result<&'t [Entry], Diagnostic> {
    match &tree.kind {
        NodeKind::Map(members) => Ok(members),
        _ => Err(not_a_map(tree, &format!("`{}`", source.name))),
    }
}

fn not_a_map(node: &Node, what: &str) -> Diagnostic {
    let message = format!("{what} is {}, expected a map", node.kind_name());
    Diagnostic::error(Code::WrongType, &node.span, message)
}

fn entries<'t>(tree: &Node, members: &'t [Entry]) -> Result<&'t [Entry], Diagnostic> {
    let found = ROOTS.iter().find_map(|name| members.iter().find(|member| member.key == *name));
    let Some(root) = found else {
        let near = nearest_name("mcpServers", members.iter().map(|member| member.key.as_str()));
        let help = near.map_or_else(
            || "write { \"mcpServers\": { \"name\": { \"command\": \"…\" } } }".to_owned(),
            |name| format!("`{name}` is not known; did you mean `mcpServers`?"),
        );
        let message = "the file has no `mcpServers`";
        return Err(Diagnostic::error(Code::MissingKey, &tree.span, message).with_help(help));
    };
    match &root.value.kind {
        NodeKind::Map(entries) => Ok(entries),
        _ => Err(not_a_map(&root.value, &format!("`{}`", root.key))),
    }
}

/// The places of all values that may be secrets.
fn gather_secrets(node: &Node, source: &Source, secrets: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::List(items) => {
            items.iter().for_each(|item| gather_secrets(item, source, secrets));
        }
        NodeKind::Map(members) => members.iter().for_each(|member| {
            let is_word = matches!(member.value.kind, NodeKind::Scalar { .. });
            match member.key.as_str() {
                "url" if is_word => secrets.extend(secret_parts(&member.value.span, source)),
                // Some programs take a token there.
                "auth" if is_word => secrets.push(member.value.span.clone()),
                key if SECRETS.contains(&key) => gather_all(&member.value, secrets),
                _ => gather_secrets(&member.value, source, secrets),
            }
        }),
        NodeKind::Scalar { .. } => {}
    }
}

fn gather_all(node: &Node, secrets: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| gather_all(item, secrets)),
        NodeKind::Map(members) => {
            members.iter().for_each(|member| gather_all(&member.value, secrets));
        }
        NodeKind::Scalar { .. } => secrets.push(node.span.clone()),
    }
}

/// User and query of the address at `span`.
fn secret_parts(span: &Span, source: &Source) -> Vec<Span> {
    let url = source.text.get(span.0.clone()).unwrap_or_default();
    let authority = url.find("://").map_or(0, |at| at + "://".len());
    let path = url.get(authority..).and_then(|rest| rest.find(['/', '?', '#']));
    let path = path.map_or(url.len(), |at| authority + at);
    let user = url.get(authority..path).and_then(|authority| authority.rfind('@'));
    let user = user.map(|at| authority..authority + at);
    let query = url.find('?').map(|at| at + 1..url.len());
    let place = |part: Range<usize>| Span(span.0.start + part.start..span.0.start + part.end);
    user.into_iter().chain(query).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_belongs_to_the_project_around_it() {
        for (file, folder) in [
            ("mcp.json", "."),
            (".vscode/mcp.json", "."),
            ("/home/ann/shop/.cursor/mcp.json", "/home/ann/shop"),
            ("/home/ann/shop/config/mcp.json", "/home/ann/shop/config"),
            ("/mcp.json", "/"),
        ] {
            assert_eq!(project_folder(Path::new(file)), Path::new(folder), "{file}");
        }
    }
}
