//! The commands that the README promises.

use super::Finding;
use crate::ci::README_COMMANDS;

/// Checks that both commands stand, verbatim, in a `console` or `sh` block.
pub(super) fn commands(readme: &str) -> Vec<Finding> {
    let shown = shell_lines(readme);
    README_COMMANDS
        .iter()
        .filter(|command| !shown.contains(command))
        .map(|command| {
            Finding::new("README.md", format!("has no `{command}` in a `console` block"))
        })
        .collect()
}

/// The lines of all shell blocks, without prompts.
fn shell_lines(readme: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut language = None;
    for line in readme.lines().map(str::trim) {
        match (line.strip_prefix("```"), language) {
            (Some(name), None) => language = Some(name),
            (Some(_), Some(_)) => language = None,
            (None, Some("console" | "sh")) => lines.push(line.strip_prefix("$ ").unwrap_or(line)),
            (None, _) => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_count_in_shell_blocks_only() {
        let [run, test] = README_COMMANDS;
        let readme =
            format!("```console\n$ {run}\noutput\n```\n\n{test}\n\n```text\n{test}\n```\n");

        let findings = commands(&readme);

        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains(test));
    }

    #[test]
    fn readme_with_both_commands_is_fine() {
        let blocks = README_COMMANDS.map(|command| format!("```sh\n{command}\n```\n"));

        assert_eq!(commands(&blocks.concat()), []);
    }
}
