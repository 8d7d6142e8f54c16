//! The fixed top level of the repository.

use super::Finding;

const REQUIRED: [&str; 17] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "mcp-client",
    "mcp-core",
    "mcp-mock",
    "orchestrator",
    "rustfmt.toml",
    "xtask",
];

const OPTIONAL: [&str; 4] = ["ARCHITECTURE.md", "deny.toml", "docs", "examples"];

/// Checks the names at the root; a new one is a decision, not an accident.
pub(super) fn top_level(names: &[String]) -> Vec<Finding> {
    let unknown = names
        .iter()
        .filter(|name| !REQUIRED.contains(&name.as_str()) && !OPTIONAL.contains(&name.as_str()))
        .map(|name| Finding::new(name.as_str(), "does not belong to the top level"));
    let missing = REQUIRED
        .iter()
        .filter(|wanted| !names.iter().any(|name| name == *wanted))
        .map(|wanted| Finding::new(*wanted, "is missing at the top level"));
    unknown.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::lines;

    #[test]
    fn stray_and_missing_names_are_found() {
        let mut names: Vec<String> = REQUIRED.iter().map(|name| (*name).to_owned()).collect();
        names.retain(|name| name != "README.md");
        names.extend(["docs".to_owned(), "notes.txt".to_owned()]);

        let findings = top_level(&names);

        assert_eq!(
            lines(&findings),
            [
                "error: notes.txt: does not belong to the top level",
                "error: README.md: is missing at the top level",
            ]
        );
    }
}
