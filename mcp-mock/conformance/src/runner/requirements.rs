//! The scenarios of a revision for one end, from the output of the suite's `list --requirements`.

use anyhow::{Result, ensure};

use super::subject::Side;

/// The scenarios of one end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Requirements {
    pub(super) required: Vec<String>,
    pub(super) not_scored: Vec<NotScored>,
}

/// A scenario that is run and reported but never fails the run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotScored {
    pub(super) name: String,
    /// Why it is not scored. The many scenarios of tasks are a group of their own.
    pub(super) group: String,
}

/// The part of the list that a line belongs to.
enum Section {
    Head,
    Required(Side),
    NotScored { reason: String },
}

impl Requirements {
    /// Parses the list, which names both ends.
    pub(super) fn parse(list: &str, side: Side) -> Result<Self> {
        let mut requirements = Self::default();
        let mut section = Section::Head;
        for line in list.lines().map(str::trim) {
            match (line.strip_prefix("- "), &section) {
                (Some(name), Section::Required(of)) if *of == side => {
                    requirements.required.push(name.to_owned());
                }
                (Some(entry), Section::NotScored { reason }) => {
                    requirements.not_scored.extend(not_scored(entry, reason, side));
                }
                (Some(_), _) => {}
                (None, _) => section = next_section(line).unwrap_or(section),
            }
        }
        let text = list.chars().take(200).collect::<String>();
        ensure!(!requirements.required.is_empty(), "a list without scenarios: {text:?}");
        Ok(requirements)
    }

    pub(super) fn contains(&self, scenario: &str) -> bool {
        let mut not_scored = self.not_scored.iter().map(|entry| &entry.name);
        self.required.iter().any(|name| name == scenario) || not_scored.any(|name| name == scenario)
    }
}

fn next_section(line: &str) -> Option<Section> {
    if line.starts_with("Server scenarios") {
        Some(Section::Required(Side::Server))
    } else if line.starts_with("Client scenarios") {
        Some(Section::Required(Side::Client))
    } else if line.ends_with(':') {
        let reason = line.split_whitespace().next()?.to_owned();
        Some(Section::NotScored { reason })
    } else {
        None
    }
}

/// Reads `name [side]`.
fn not_scored(entry: &str, reason: &str, side: Side) -> Option<NotScored> {
    let name = entry.strip_suffix(&format!(" [{}]", side.name()))?.to_owned();
    let tasks = if name.starts_with("tasks-") { " tasks-*" } else { "" };
    Some(NotScored { group: format!("{reason}{tasks}"), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = include_str!("samples/list.txt");

    fn not_scored(name: &str, group: &str) -> NotScored {
        NotScored { name: name.into(), group: group.into() }
    }

    #[test]
    fn list_is_read_for_each_side() {
        let server = Requirements::parse(LIST, Side::Server).unwrap();
        let client = Requirements::parse(LIST, Side::Client).unwrap();

        assert_eq!(server.required, ["server-stateless", "completion-complete", "tools-list"]);
        let wanted = [
            not_scored("tasks-lifecycle", "extension tasks-*"),
            not_scored("tasks-wire-fields", "extension tasks-*"),
            not_scored("json-schema-2020-12", "pending"),
        ];
        assert_eq!(server.not_scored, wanted);
        assert_eq!(client.required, ["tools_call", "auth/basic-cimd"]);
        let wanted = [
            not_scored("auth/dpop", "extension"),
            not_scored("json-schema-2020-12-preservation", "added-after-release"),
        ];
        assert_eq!(client.not_scored, wanted);
    }

    #[test]
    fn scenarios_are_found_in_either_list() {
        let client = Requirements::parse(LIST, Side::Client).unwrap();

        assert!(client.contains("tools_call") && client.contains("auth/dpop"));
        assert!(!client.contains("tools-list"));
    }

    #[test]
    fn something_else_is_no_list() {
        let error = Requirements::parse("No requirement set for 2099-01-01.", Side::Server);

        let wanted = "a list without scenarios: \"No requirement set for 2099-01-01.\"";
        assert_eq!(error.unwrap_err().to_string(), wanted);
    }
}
