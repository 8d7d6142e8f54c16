//! The result for one subject, and the comparison with what its revision requires.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::checks::{Check, Status};
use super::requirements::Requirements;
use super::subject::Subject;
use super::summary::Tally;

/// The result for one subject.
pub(super) struct Findings {
    pub(super) subject: &'static Subject,
    /// The folder with the details.
    pub(super) folder: PathBuf,
    pub(super) required: Vec<Scenario>,
    /// Scenarios that do not count, by their groups.
    pub(super) not_scored: Vec<(String, Vec<Scenario>)>,
    pub(super) seconds: f64,
    /// Whether the exit code of the suite was 0.
    is_accepted: bool,
}

/// One scenario and its result.
pub(super) struct Scenario {
    pub(super) name: String,
    /// `None` when the suite did not run it.
    tally: Option<Tally>,
    /// Empty when the scenario broke off.
    checks: Vec<Check>,
}

/// What one run of the suite wrote.
pub(super) struct RunOutput {
    pub(super) folder: PathBuf,
    /// Whether the exit code of the suite was 0.
    pub(super) is_accepted: bool,
    pub(super) seconds: f64,
    pub(super) tallies: Vec<Tally>,
    pub(super) checks: BTreeMap<String, Vec<Check>>,
}

impl Findings {
    /// Sorts the output of a run by the requirements of the revision.
    pub(super) fn sort(
        subject: &'static Subject,
        requirements: &Requirements,
        mut output: RunOutput,
    ) -> Self {
        let mut scenario = |name: &String| Scenario {
            name: name.clone(),
            tally: output.tallies.iter().find(|tally| tally.scenario == *name).cloned(),
            checks: output.checks.remove(name).unwrap_or_default(),
        };
        let required = requirements.required.iter().map(&mut scenario).collect();
        let mut not_scored: Vec<(String, Vec<Scenario>)> = Vec::new();
        for entry in &requirements.not_scored {
            let scenario = scenario(&entry.name);
            match not_scored.iter_mut().find(|(group, _)| *group == entry.group) {
                Some((_, scenarios)) => scenarios.push(scenario),
                None => not_scored.push((entry.group.clone(), vec![scenario])),
            }
        }
        Self {
            subject,
            folder: output.folder,
            required,
            not_scored,
            seconds: output.seconds,
            is_accepted: output.is_accepted,
        }
    }

    pub(super) fn all_not_scored(&self) -> impl Iterator<Item = &Scenario> {
        self.not_scored.iter().flat_map(|(_, scenarios)| scenarios)
    }

    /// The differences from what the revision requires, a sentence each.
    pub(super) fn problems(&self) -> Vec<String> {
        let Self { subject, required, .. } = self;
        let total = required.len();
        let mut problems = Vec::new();
        if total != subject.required {
            problems
                .push(format!("{subject}: {total} required scenarios, not {}", subject.required));
        }
        let failed = required.iter().filter(|it| !it.is_passed()).count();
        if failed > 0 {
            problems
                .push(format!("{subject}: {failed} of {total} required scenarios did not pass"));
        } else if !self.is_accepted {
            problems.push(format!(
                "{subject}: the suite itself finds fault, for the reason in `stdout`"
            ));
        }
        problems
    }
}

impl Scenario {
    /// Whether at least one check succeeded and none failed. The suite also marks a scenario without checks as
    /// passed; here it has not passed.
    pub(super) fn is_passed(&self) -> bool {
        self.tally.as_ref().is_some_and(|tally| tally.failed == 0 && tally.passed > 0)
    }

    /// The number of checks that succeeded, and of those that succeeded or failed.
    pub(super) fn checks(&self) -> (usize, usize) {
        let tally = self.tally.as_ref();
        tally.map_or((0, 0), |tally| (tally.passed, tally.passed + tally.failed))
    }

    pub(super) fn warnings(&self) -> usize {
        self.checks.iter().filter(|check| check.status == Status::Warning).count()
    }

    /// The reasons for which it did not pass.
    pub(super) fn reasons(&self) -> Vec<String> {
        let failures = self.checks.iter().filter(|check| check.status == Status::Failure);
        let reasons: Vec<_> = failures.map(Check::reason).collect();
        match &self.tally {
            _ if !reasons.is_empty() => reasons,
            None => vec!["it was not run".to_owned()],
            Some(tally) if tally.failed > 0 => {
                vec!["it broke off, for the reason in the file `stderr`".to_owned()]
            }
            Some(_) => vec!["none of its checks applied".to_owned()],
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::runner::subject::{SUBJECTS, Side};
    use crate::runner::{checks, summary};

    /// The findings of a server that fails many scenarios, with these required ones.
    pub(in crate::runner) fn findings(required: &[&str]) -> Findings {
        let list = include_str!("samples/list.txt");
        let requirements = Requirements {
            required: required.iter().map(|&name| name.to_owned()).collect(),
            not_scored: Requirements::parse(list, Side::Server).unwrap().not_scored,
        };
        let tallies = summary::parse(include_str!("samples/server.txt")).unwrap();
        let sample = checks::parse(include_str!("samples/checks.json")).unwrap();
        let checks = BTreeMap::from([("caching".to_owned(), sample)]);
        let folder = PathBuf::from("out");
        let output = RunOutput { folder, is_accepted: true, seconds: 1.5, tallies, checks };
        Findings::sort(&SUBJECTS[1], &requirements, output)
    }

    #[test]
    fn reasons_tell_how_far_a_scenario_came() {
        let names = [
            "tools-list",
            "caching",
            "tasks-capability-negotiation",
            "tasks-status-notifications",
            "other",
        ];

        let findings = findings(&names);

        let seen: Vec<_> =
            findings.required.iter().map(|it| (it.is_passed(), it.reasons().join("; "))).collect();
        let seen: Vec<_> = seen.iter().map(|(passed, reason)| (*passed, reason.as_str())).collect();
        let wanted = [
            (true, "none of its checks applied"),
            (false, "Tool returns image content: Failed: no"),
            (false, "it broke off, for the reason in the file `stderr`"),
            (false, "none of its checks applied"),
            (false, "it was not run"),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn failures_and_changed_totals_are_missed() {
        let problems = findings(&["tools-list", "caching"]).problems();

        let wanted = [
            "server 2026-07-28: 2 required scenarios, not 37",
            "server 2026-07-28: 1 of 2 required scenarios did not pass",
        ];
        assert_eq!(problems, wanted);
    }

    #[test]
    fn verdict_of_the_suite_counts_too() {
        let mut findings = findings(&["tools-list"; 37]);
        let passed = findings.problems();
        findings.is_accepted = false;

        let problems = findings.problems();

        assert_eq!(passed, [""; 0]);
        let wanted =
            ["server 2026-07-28: the suite itself finds fault, for the reason in `stdout`"];
        assert_eq!(problems, wanted);
    }

    #[test]
    fn groups_of_scenarios_that_are_not_scored_are_kept() {
        let findings = findings(&[]);

        let groups: Vec<_> =
            findings.not_scored.iter().map(|(group, list)| (group.as_str(), list.len())).collect();
        assert_eq!(groups, [("extension tasks-*", 2), ("pending", 1)]);
    }
}
