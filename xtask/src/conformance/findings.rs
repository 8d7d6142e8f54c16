//! What one leg came to, and whether it is what is wanted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::checks::{Check, Status};
use super::leg::Leg;
use super::requirements::Requirements;
use super::summary::Tally;

/// What one leg came to.
pub(super) struct Findings {
    pub(super) leg: &'static Leg,
    /// Where the details are.
    pub(super) folder: PathBuf,
    pub(super) required: Vec<Scenario>,
    /// By their groups.
    pub(super) not_scored: Vec<(String, Vec<Scenario>)>,
    pub(super) seconds: f64,
    /// Whether the suite itself ended well.
    is_accepted: bool,
    complaint: Option<String>,
}

/// One scenario and what is known of it.
pub(super) struct Scenario {
    pub(super) name: String,
    /// Nothing when the suite did not run it.
    tally: Option<Tally>,
    /// Empty when the scenario broke off.
    checks: Vec<Check>,
}

/// What the suite left behind.
pub(super) struct Left {
    pub(super) folder: PathBuf,
    /// Whether the suite itself ended well.
    pub(super) is_accepted: bool,
    /// How the server misbehaved as a process.
    pub(super) complaint: Option<String>,
    pub(super) seconds: f64,
    pub(super) tallies: Vec<Tally>,
    pub(super) checks: BTreeMap<String, Vec<Check>>,
}

impl Findings {
    /// Sorts what the suite left behind by what the revision asks for.
    pub(super) fn sort(leg: &'static Leg, requirements: &Requirements, mut left: Left) -> Self {
        let mut scenario = |name: &String| Scenario {
            name: name.clone(),
            tally: left.tallies.iter().find(|tally| tally.scenario == *name).cloned(),
            checks: left.checks.remove(name).unwrap_or_default(),
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
            leg,
            folder: left.folder,
            required,
            not_scored,
            seconds: left.seconds,
            is_accepted: left.is_accepted,
            complaint: left.complaint,
        }
    }

    pub(super) fn all_not_scored(&self) -> impl Iterator<Item = &Scenario> {
        self.not_scored.iter().flat_map(|(_, scenarios)| scenarios)
    }

    /// What is not as it should be, in sentences.
    pub(super) fn misses(&self) -> Vec<String> {
        let Self { leg, required, .. } = self;
        let total = required.len();
        let mut misses = Vec::new();
        if total != leg.wanted {
            misses.push(format!("{leg}: {total} required scenarios, not {}", leg.wanted));
        }
        let failed = required.iter().filter(|it| !it.is_passed()).count();
        if failed > 0 {
            misses.push(format!("{leg}: {failed} of {total} required scenarios did not pass"));
        } else if !self.is_accepted {
            misses.push(format!("{leg}: the suite itself finds fault, for the reason in `stdout`"));
        }
        misses.extend(self.complaint.iter().map(|complaint| format!("{leg}: {complaint}")));
        misses
    }
}

impl Scenario {
    /// Whether something succeeded and nothing failed. A scenario that nothing was seen of has not
    /// passed, though the suite marks it so in its summary.
    pub(super) fn is_passed(&self) -> bool {
        self.tally.as_ref().is_some_and(|tally| tally.failed == 0 && tally.passed > 0)
    }

    /// How many checks succeeded, and how many of them there are that can.
    pub(super) fn checks(&self) -> (usize, usize) {
        let tally = self.tally.as_ref();
        tally.map_or((0, 0), |tally| (tally.passed, tally.passed + tally.failed))
    }

    pub(super) fn warnings(&self) -> usize {
        self.checks.iter().filter(|check| check.status == Status::Warning).count()
    }

    /// Why it did not pass; the first reason may be one of many.
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
    use crate::conformance::leg::{LEGS, Side};
    use crate::conformance::{checks, summary};

    /// The findings of a server that fails much, with the required scenarios that are given.
    pub(in crate::conformance) fn findings(required: &[&str]) -> Findings {
        let list = include_str!("samples/list.txt");
        let requirements = Requirements {
            required: required.iter().map(|&name| name.to_owned()).collect(),
            not_scored: Requirements::parse(list, Side::Server).unwrap().not_scored,
        };
        let tallies = summary::parse(include_str!("samples/server.txt")).unwrap();
        let sample = checks::parse(include_str!("samples/checks.json")).unwrap();
        let checks = BTreeMap::from([("caching".to_owned(), sample)]);
        let folder = PathBuf::from("out");
        let left =
            Left { folder, is_accepted: true, complaint: None, seconds: 1.5, tallies, checks };
        Findings::sort(&LEGS[1], &requirements, left)
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
        let misses = findings(&["tools-list", "caching"]).misses();

        let wanted = [
            "server 2026-07-28: 2 required scenarios, not 37",
            "server 2026-07-28: 1 of 2 required scenarios did not pass",
        ];
        assert_eq!(misses, wanted);
    }

    #[test]
    fn verdict_of_the_suite_and_end_of_the_server_count_too() {
        let mut findings = findings(&["tools-list"; 37]);
        let passed = findings.misses();
        findings.is_accepted = false;
        findings.complaint = Some("the server ended".to_owned());

        let misses = findings.misses();

        assert_eq!(passed, [""; 0]);
        let wanted = [
            "server 2026-07-28: the suite itself finds fault, for the reason in `stdout`",
            "server 2026-07-28: the server ended",
        ];
        assert_eq!(misses, wanted);
    }

    #[test]
    fn groups_of_scenarios_that_are_not_scored_are_kept() {
        let findings = findings(&[]);

        let groups: Vec<_> =
            findings.not_scored.iter().map(|(group, list)| (group.as_str(), list.len())).collect();
        assert_eq!(groups, [("extension tasks-*", 2), ("pending", 1)]);
    }
}
