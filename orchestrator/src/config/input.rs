//! Values that a file wants from a person: `inputs` of VS Code.

use super::secret::SecretString;
use crate::source::node::{Entry, Node, NodeKind};

/// What the names of the variables begin with that answer inputs.
const VARIABLE_PREFIX: &str = "ORCHESTRATOR_INPUT_";

/// A value that a file wants from a person instead of having it written down.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Input {
    /// The name that references use.
    pub id: String,
    /// What to ask for, in the words of the file; may be empty.
    pub description: String,
    /// Whether the answer is not to be seen while it is typed.
    pub is_secret: bool,
    /// The answers to choose from; empty when anything goes.
    pub options: Vec<String>,
    /// What holds without an answer.
    pub default: Option<SecretString>,
}

impl Input {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            description: String::new(),
            is_secret: false,
            options: Vec::new(),
            default: None,
        }
    }

    /// The variable that answers it.
    #[must_use]
    pub fn variable(&self) -> String {
        variable(&self.id)
    }
}

/// The variable that answers an input: capitals, digits and `_`.
pub(super) fn variable(id: &str) -> String {
    let letters = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let letters: String = letters.collect();
    format!("{VARIABLE_PREFIX}{}", letters.to_ascii_uppercase())
}

/// The inputs that a file declares. A mistake in one is reported where it is used.
pub(super) fn read(members: &[Entry]) -> Vec<Input> {
    let declared = members.iter().find(|member| member.key == "inputs");
    let Some(NodeKind::List(items)) = declared.map(|member| &member.value.kind) else {
        return Vec::new();
    };
    items.iter().filter_map(input).collect()
}

fn input(node: &Node) -> Option<Input> {
    let NodeKind::Map(members) = &node.kind else { return None };
    let member = |name: &str| members.iter().find(|member| member.key == name);
    let text = |name: &str| member(name).and_then(|member| member.value.as_text());
    let options = match member("options").map(|member| &member.value.kind) {
        Some(NodeKind::List(items)) => items.iter().filter_map(choice).collect(),
        _ => Vec::new(),
    };
    let is_secret = member("password").is_some_and(|member| member.value.to_value() == true);
    Some(Input {
        description: text("description").unwrap_or_default().to_owned(),
        is_secret,
        options,
        default: text("default").map(SecretString::hidden),
        ..Input::new(text("id")?)
    })
}

/// A string, or a mapping with a `value`.
fn choice(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Map(members) => {
            let value = members.iter().find(|member| member.key == "value")?;
            value.value.as_text().map(str::to_owned)
        }
        _ => node.as_text().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::source::node::Format;

    #[test]
    fn variable_is_one_that_every_shell_can_set() {
        for (id, expected) in [
            ("api-key", "ORCHESTRATOR_INPUT_API_KEY"),
            ("perplexity.Key 2", "ORCHESTRATOR_INPUT_PERPLEXITY_KEY_2"),
            ("é", "ORCHESTRATOR_INPUT__"),
        ] {
            assert_eq!(variable(id), expected);
        }
    }

    #[test]
    fn inputs_are_read_and_what_is_none_is_left_out() {
        let text = r#"{ "inputs": [
            { "type": "promptString", "id": "key", "description": "API key", "password": true },
            { "type": "pickString", "id": "region", "options": ["eu", { "value": "us" }], "default": "eu" },
            { "description": "nobody can name it" }, 5
        ] }"#;
        let tree = Node::parse(&Source::new("mcp.json", text), Format::Json).unwrap();
        let NodeKind::Map(members) = &tree.kind else { panic!("{tree:?}") };

        let inputs = read(members);

        assert_eq!(inputs.len(), 2);
        assert!(inputs[0].is_secret && inputs[0].description == "API key");
        assert_eq!(inputs[1].options, ["eu", "us"]);
        assert_eq!(inputs[1].default.as_ref().unwrap().expose(), "eu");
    }
}
