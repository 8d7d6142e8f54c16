//! The summary at the end of the suite's output, the only place that names every scenario it ran.

use anyhow::{Context, Result, ensure};

/// The numbers of checks of one scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) scenario: String,
    pub(super) passed: usize,
    pub(super) failed: usize,
}

/// Parses the stdout of a run of all scenarios of a revision.
pub(super) fn parse(stdout: &str) -> Result<Vec<Tally>> {
    let (_, summary) = stdout.split_once("SUMMARY ===").context("the suite gave no summary")?;
    let (lines, _) = summary.split_once("\nTotal:").context("the summary has no total")?;
    let tallies: Option<Vec<_>> =
        lines.lines().filter(|line| !line.trim().is_empty()).map(tally).collect();
    let tallies =
        tallies.with_context(|| format!("the summary is not of the known form: {lines}"))?;
    ensure!(!tallies.is_empty(), "the summary names no scenario");
    Ok(tallies)
}

/// Parses `✓ name: 3 passed, 0 failed`, perhaps with warnings, or `- name: skipped`.
fn tally(line: &str) -> Option<Tally> {
    let (_mark, line) = line.split_once(' ')?;
    let (scenario, counts) = line.rsplit_once(": ")?;
    let scenario = scenario.to_owned();
    if counts == "skipped" {
        return Some(Tally { scenario, passed: 0, failed: 0 });
    }
    let count = |unit: &str| {
        let mut parts = counts.split(", ");
        parts.find_map(|part| part.strip_suffix(unit)).and_then(|number| number.parse().ok())
    };
    Some(Tally { scenario, passed: count(" passed")?, failed: count(" failed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(scenario: &str, passed: usize, failed: usize) -> Tally {
        Tally { scenario: scenario.into(), passed, failed }
    }

    #[test]
    fn summary_of_a_server_is_read() {
        let tallies = parse(include_str!("samples/server.txt")).unwrap();

        let wanted = [
            tally("tools-list", 3, 0),
            tally("caching", 0, 7),
            tally("tasks-capability-negotiation", 0, 1),
            tally("tasks-status-notifications", 0, 0),
        ];
        assert_eq!(tallies, wanted);
    }

    #[test]
    fn summary_of_a_client_is_read() {
        let tallies = parse(include_str!("samples/client.txt")).unwrap();

        let wanted = [
            tally("tools_call", 2, 0),
            tally("auth/authorization-server-migration", 2, 1),
            tally("auth/basic-cimd", 1, 0),
            tally("auth/dpop", 0, 0),
        ];
        assert_eq!(tallies, wanted);
    }

    #[test]
    fn changed_form_is_refused() {
        for (stdout, wanted) in [
            ("", "the suite gave no summary"),
            ("=== SUMMARY ===\n✓ a: 1 passed, 0 failed\n", "the summary has no total"),
            ("=== SUMMARY ===\n\nTotal: 0", "the summary names no scenario"),
            (
                "=== SUMMARY ===\n✓ a: ok\nTotal: 1",
                "the summary is not of the known form: \n✓ a: ok",
            ),
        ] {
            assert_eq!(parse(stdout).unwrap_err().to_string(), wanted);
        }
    }
}
