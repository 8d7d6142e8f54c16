//! The entry of one server.

use std::path::Path;

use mcp_core::schema::nearest_name;

use super::reader::EntryReader;
use super::secret::{Literal, SecretString};
use super::{Launch, Process, ServerOptions, env_file, options};
use crate::call::LOCAL_SERVER;
use crate::source::Code;
use crate::source::node::{Entry, Node, NodeKind};

/// The names that files have for the transports that we speak.
const TYPES: [&str; 3] = ["http", "stdio", "streamable-http"];

/// Names of transports that we do not speak, and what to do about it.
const UNSUPPORTED_TYPES: [(&str, &str); 2] = [
    (
        "sse",
        "most such servers speak Streamable HTTP as well: look up that address, which often ends in \
         `/mcp`, and write \"type\": \"http\"",
    ),
    (
        "ws",
        "if the server speaks Streamable HTTP as well, write that address and \"type\": \"http\"",
    ),
];

/// Members that we read; others are for other programs.
const NAMES: [&str; 11] = [
    "args",
    "auth",
    "command",
    "cwd",
    "env",
    "envFile",
    "headers",
    "oauth",
    "orchestrator",
    "type",
    "url",
];

/// A longer name would not fit into a qualified tool name.
const NAME_CHARS_MAX: usize = 64;

/// How a server is reached.
enum Kind {
    Http,
    Process,
    Unsupported,
}

impl EntryReader<'_> {
    /// The launch is only to be used when there are no problems.
    pub(super) fn read(&mut self, entry: &Entry) -> (Option<Launch>, ServerOptions) {
        self.check_name(entry);
        let members = self.map(&entry.value, &format!("the entry of `{}`", entry.key));
        let member = |name: &str| members.iter().find(|member| member.key == name);
        let launch = match self.kind(entry, members) {
            Kind::Http => self.endpoint(entry, members).map(Launch::Http),
            Kind::Process => self.process(entry, members).map(Launch::Process),
            Kind::Unsupported => None,
        };
        let options = member("orchestrator").map(|member| options::read(&member.value, self));
        (launch, options.unwrap_or_default())
    }

    fn check_name(&mut self, entry: &Entry) {
        let name = entry.key.as_str();
        let problem = if name == LOCAL_SERVER {
            "is the built-in server"
        } else if name.trim() != name || name.is_empty() {
            "is empty or has a space at an end"
        } else if name.contains(|c: char| c == '/' || c.is_control()) {
            "has a `/` or a control character in it"
        } else if name.chars().count() > NAME_CHARS_MAX {
            "is longer than 64 characters"
        } else {
            return;
        };
        let message = format!("`{name}` cannot be the name of a server: it {problem}");
        self.error(Code::BadName, &entry.span, message, Some("choose another name".to_owned()));
    }

    fn kind(&mut self, entry: &Entry, members: &[Entry]) -> Kind {
        let member = |name: &str| members.iter().find(|member| member.key == name);
        let declared = member("type").and_then(|member| {
            let word = self.text(&member.value, "`type`")?;
            Some((&member.value, word))
        });
        let kind = match declared {
            Some((_, "stdio")) => Kind::Process,
            Some((node, word)) => self.declared_kind(node, word),
            None if member("url").is_some() => Kind::Http,
            None => Kind::Process,
        };
        if member("url").is_some() && member("command").is_some() {
            let message = format!("`{}` has both `command` and `url`", entry.key);
            self.error(Code::Conflict, &entry.span, message, Some("keep one of them".to_owned()));
        }
        kind
    }

    fn declared_kind(&mut self, node: &Node, word: &str) -> Kind {
        if let Some((name, help)) = UNSUPPORTED_TYPES.iter().find(|(name, _)| *name == word) {
            let message = format!("servers of the type `{name}` are not supported");
            self.error(Code::UnsupportedKey, &node.span, message, Some((*help).to_owned()));
            return Kind::Unsupported;
        }
        if !TYPES.contains(&word) {
            self.unknown_word(node, word, &TYPES);
        }
        Kind::Http
    }

    fn process(&mut self, entry: &Entry, members: &[Entry]) -> Option<Process> {
        let member = |name: &str| members.iter().find(|member| member.key == name);
        let args = member("args").map_or_else(Vec::new, |args| self.args(&args.value));
        let mut env = self.env_file(member("envFile"));
        env.extend(self.strings_by_name(member("env")));
        let cwd =
            member("cwd").and_then(|it| self.interpolated(&it.value, "`cwd`", Literal::Shown));
        let Some(command) = member("command") else {
            if matches!(entry.value.kind, NodeKind::Map(_)) {
                self.missing_command(entry, members);
            }
            return None;
        };
        let command = self.interpolated(&command.value, "`command`", Literal::Shown)?;
        Some(Process { command, args, env, cwd })
    }

    /// The variables of a file; those that stand in the entry itself win.
    fn env_file(&mut self, member: Option<&Entry>) -> Vec<(String, SecretString)> {
        let Some(member) = member else { return Vec::new() };
        let Some(path) = self.interpolated(&member.value, "`envFile`", Literal::Shown) else {
            return Vec::new();
        };
        env_file::read(&Path::new(self.references.folder).join(path.expose())).unwrap_or_else(
            |error| {
                let help = "relative paths begin at the folder of the project".to_owned();
                self.error(Code::Unreadable, &member.value.span, error.to_string(), Some(help));
                Vec::new()
            },
        )
    }

    fn missing_command(&mut self, entry: &Entry, members: &[Entry]) {
        let strangers = members.iter().map(|member| member.key.as_str());
        let near = strangers.filter(|name| !NAMES.contains(name));
        let help = nearest_name("command", near)
            .map(|name| format!("`{name}` is not known; did you mean `command`?"));
        let message = format!("`{}` has neither `command` nor `url`", entry.key);
        self.error(Code::MissingKey, &entry.span, message, help);
    }

    fn args(&mut self, node: &Node) -> Vec<SecretString> {
        let NodeKind::List(items) = &node.kind else {
            self.wrong_type(node, "`args`", "a list of texts");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.interpolated(item, "an item of `args`", Literal::Shown))
            .collect()
    }
}
