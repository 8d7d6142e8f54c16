//! Names of tools across servers: `mcp_<server>_<tool>` and back.
//!
//! The server comes from our own configuration, never from what a server calls itself. In its part `-`
//! is written `--` and `_` is written `-_`, so the first `_` that no `-` escapes ends it: two different
//! tools never get the same name, and reading it back needs no guess. Names over 64 characters, which
//! many models refuse, are cut and end in a hash; those can only be looked up.

use std::collections::BTreeMap;

use mcp_core::schema::nearest_name;

use crate::call::ToolRef;

const PREFIX: &str = "mcp_";

/// The longest name that model APIs accept.
const NAME_CHARS_MAX: usize = 64;

/// The name of a tool of a server that is unique over all servers.
#[must_use]
pub fn qualified_name(server: &str, tool: &str) -> String {
    let mut name = String::from(PREFIX);
    for letter in server.chars() {
        if matches!(letter, '-' | '_') {
            name.push('-');
        }
        name.push(letter);
    }
    name.push('_');
    name.push_str(tool);
    if name.chars().count() <= NAME_CHARS_MAX {
        return name;
    }
    let hash = format!("_{:08x}", fnv(&name));
    let kept: String = name.chars().take(NAME_CHARS_MAX - hash.len()).collect();
    kept + &hash
}

/// The server and the tool of a [`qualified_name`] that was not cut.
#[must_use]
pub fn tool_of_qualified_name(name: &str) -> Option<ToolRef> {
    let mut server = String::new();
    let mut letters = name.strip_prefix(PREFIX)?.chars();
    loop {
        match letters.next()? {
            '-' => server.push(letters.next().filter(|letter| matches!(letter, '-' | '_'))?),
            '_' => return Some(ToolRef { server, tool: letters.as_str().to_owned() }),
            letter => server.push(letter),
        }
    }
}

/// What follows the name of the server in `server/tool` or in a [`qualified_name`].
pub(super) fn without_server<'a>(server: &str, name: &'a str) -> Option<&'a str> {
    let after_slash = name.strip_prefix(server).and_then(|rest| rest.strip_prefix('/'));
    let tool = after_slash.or_else(|| name.strip_prefix(&qualified_name(server, "")));
    tool.filter(|tool| !tool.is_empty())
}

/// A name that means no tool, or too many.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Several tools have the name.
    #[error("name `{name}` is ambiguous: {}", .candidates.join(", "))]
    Ambiguous {
        /// The name.
        name: String,
        /// The tools, as `server/tool`.
        candidates: Vec<String>,
    },
    /// No tool has the name.
    #[error("no connected server has a tool `{name}`{}", near(.nearest.as_deref()))]
    Unknown {
        /// The name.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
}

/// The names of tools, and which tools each of them means.
#[derive(Debug, Default)]
pub(super) struct NameTable {
    by_name: BTreeMap<String, Vec<ToolRef>>,
}

impl NameTable {
    pub(super) fn add(&mut self, server: &str, tool: &str) {
        let tool_ref = ToolRef { server: server.to_owned(), tool: tool.to_owned() };
        for name in [qualified_name(server, tool), tool.to_owned()] {
            self.by_name.entry(name).or_default().push(tool_ref.clone());
        }
    }

    pub(super) fn resolve(&self, name: &str) -> Result<ToolRef, NameError> {
        match self.by_name.get(name).map(Vec::as_slice) {
            Some([only]) => Ok(only.clone()),
            Some(several) => Err(NameError::Ambiguous {
                name: name.to_owned(),
                candidates: several.iter().map(ToString::to_string).collect(),
            }),
            None => {
                let known = self.by_name.keys().map(String::as_str);
                let nearest = nearest_name(name, known).map(str::to_owned);
                Err(NameError::Unknown { name: name.to_owned(), nearest })
            }
        }
    }
}

fn near(name: Option<&str>) -> String {
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// FNV-1a, 32 bits: short, fixed for all time, and good enough to tell names apart; the table refuses
/// the rest.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_read_as_the_tutorial_writes_them() {
        assert_eq!(qualified_name("github", "create_issue"), "mcp_github_create_issue");
        assert_eq!(qualified_name("my-server", "x"), "mcp_my--server_x");
        assert_eq!(tool_of_qualified_name("mcp_a-_b_c").unwrap().to_string(), "a_b/c");
        assert_eq!(tool_of_qualified_name("github_create_issue"), None);
    }

    #[test]
    fn a_bare_name_must_be_unique() {
        let mut table = NameTable::default();
        table.add("github", "search");
        table.add("notion", "search");
        table.add("slack", "post_message");

        assert_eq!(table.resolve("post_message").unwrap().server, "slack");
        assert_eq!(table.resolve("mcp_notion_search").unwrap().server, "notion");
        insta::assert_snapshot!(table.resolve("search").unwrap_err(), @"name `search` is ambiguous: github/search, notion/search");
        insta::assert_snapshot!(table.resolve("post_mesage").unwrap_err(), @"no connected server has a tool `post_mesage` (did you mean `post_message`?)");
    }

    #[test]
    fn a_long_name_is_cut_and_still_found() {
        let (mut table, tool) = (NameTable::default(), "t".repeat(200));
        table.add("s", &tool);

        let name = qualified_name("s", &tool);

        assert_eq!(name.len(), 64);
        assert_eq!(table.resolve(&name).unwrap().tool, tool);
    }

    proptest! {
        #[test]
        fn names_are_injective_and_read_back(server in "[a-z_-]{1,8}", tool in "[a-zA-Z0-9_.-]{1,20}") {
            let name = qualified_name(&server, &tool);

            prop_assert_eq!(tool_of_qualified_name(&name), Some(ToolRef { server, tool }));
        }
    }
}
