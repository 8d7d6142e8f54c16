//! Which issues and pull requests a list shows, and in which order.

use jiff::Timestamp;

use super::{Issue, IssueState, Reaction, ReactionContent, Repo};

/// Which issues a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueFilter {
    /// Issues, pull requests or both.
    pub kind: IssueKind,
    /// In which state.
    pub state: StateFilter,
    /// Labels that an issue must have, all of them.
    pub labels: Vec<String>,
    /// Login that it must be assigned to.
    pub assignee: Option<String>,
    /// Only what changed at this time or later.
    pub since: Option<Timestamp>,
    /// Branch with the changes of a pull request, `owner:branch`.
    pub head: Option<String>,
    /// Branch that the changes of a pull request go into.
    pub base: Option<String>,
    /// The order of the list.
    pub order: IssueOrder,
}

/// Issues, pull requests or both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IssueKind {
    /// Both, as GitHub's REST API lists them.
    #[default]
    Any,
    /// Issues only.
    Issue,
    /// Pull requests only.
    Pull,
}

/// The state that a list asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StateFilter {
    /// Whatever the state.
    All,
    /// Closed ones.
    Closed,
    /// Open ones, GitHub's default.
    #[default]
    Open,
}

/// The order of a list; newest first by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssueOrder {
    /// What the list is sorted by.
    pub by: IssueSort,
    /// Whether the least comes first.
    pub ascending: bool,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IssueSort {
    /// Number of comments.
    Comments,
    /// When it was opened.
    #[default]
    Created,
    /// Number of reactions and comments together.
    Interactions,
    /// Number of reactions of this kind.
    Reaction(ReactionContent),
    /// Number of reactions.
    Reactions,
    /// When it changed last.
    Updated,
}

impl IssueFilter {
    pub(super) fn shows(&self, repo: &Repo, issue: &Issue) -> bool {
        let kind = match self.kind {
            IssueKind::Any => true,
            IssueKind::Issue => issue.pull.is_none(),
            IssueKind::Pull => issue.pull.is_some(),
        };
        let state = match self.state {
            StateFilter::All => true,
            StateFilter::Closed => issue.state == IssueState::Closed,
            StateFilter::Open => issue.state == IssueState::Open,
        };
        let has_label =
            |name: &String| issue.labels.iter().any(|label| label.name.eq_ignore_ascii_case(name));
        let assigned = self.assignee.as_ref().is_none_or(|login| {
            issue.assignees.iter().any(|assignee| assignee.eq_ignore_ascii_case(login))
        });
        let recent = self.since.is_none_or(|since| {
            issue.updated_at.parse::<Timestamp>().is_ok_and(|updated| updated >= since)
        });
        kind && state
            && assigned
            && recent
            && self.has_branches(repo, issue)
            && self.labels.iter().all(has_label)
    }

    /// GitHub narrows by head only when the owner is given too; a bare branch is ignored.
    fn has_branches(&self, repo: &Repo, issue: &Issue) -> bool {
        let head = self.head.as_deref().and_then(|head| head.split_once(':'));
        let Some(pull) = &issue.pull else { return head.is_none() && self.base.is_none() };
        head.is_none_or(|(owner, branch)| {
            owner.eq_ignore_ascii_case(&repo.owner) && branch == pull.head
        }) && self.base.as_ref().is_none_or(|base| *base == pull.base)
    }
}

impl IssueOrder {
    pub(super) fn sort(self, issues: &mut [&Issue]) {
        let key = |issue: &Issue| {
            let (created, updated) = (issue.created_at.clone(), issue.updated_at.clone());
            match self.by {
                IssueSort::Comments => (issue.comments.len(), created, issue.number),
                IssueSort::Created => (0, created, issue.number),
                IssueSort::Interactions => {
                    (issue.comments.len() + issue.reactions.len(), created, issue.number)
                }
                IssueSort::Reaction(content) => {
                    let is_it = |reaction: &&Reaction| reaction.content == content;
                    (issue.reactions.iter().filter(is_it).count(), created, issue.number)
                }
                IssueSort::Reactions => (issue.reactions.len(), created, issue.number),
                IssueSort::Updated => (0, updated, issue.number),
            }
        };
        issues.sort_by(|one, other| {
            let order = key(one).cmp(&key(other));
            if self.ascending { order } else { order.reverse() }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::tests::{APP, env, seeded};
    use super::super::{GitHub, PageNumber};
    use super::*;

    fn app() -> GitHub {
        let (mut github, mut env) = seeded(json!({ "repos": [{
            "owner": "acme", "name": "app",
            "issues": [{ "title": "One" }, { "title": "Two" }],
            "pulls": [{ "title": "Three", "head": "three" }],
        }]}));
        env.clock.advance(Duration::from_secs(3600));
        github.add_comment(&mut env.api(), APP.issue(1), "Still there").unwrap();
        github
    }

    #[track_caller]
    fn check(filter: &IssueFilter, expected: &[u64]) {
        let github = app();

        let listing =
            github.list_issues(&mut env().api(), APP, filter, PageNumber::default()).unwrap();

        let numbers: Vec<u64> = listing.items.iter().map(|issue| issue.number).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn since_goes_by_the_time_of_the_last_change() {
        let since = Some("2026-01-05T10:00:00Z".parse().unwrap());

        check(&IssueFilter { since, ..IssueFilter::default() }, &[1]);
    }

    #[test]
    fn order_is_newest_first_unless_told_otherwise() {
        let by = |by, ascending| IssueFilter {
            order: IssueOrder { by, ascending },
            ..IssueFilter::default()
        };

        check(&IssueFilter::default(), &[3, 2, 1]);
        check(&by(IssueSort::Created, true), &[1, 2, 3]);
        check(&by(IssueSort::Updated, false), &[1, 3, 2]);
        check(&by(IssueSort::Comments, false), &[1, 3, 2]);
    }

    #[test]
    fn head_narrows_only_with_its_owner() {
        let pulls = |head: &str| IssueFilter {
            kind: IssueKind::Pull,
            head: Some(head.to_owned()),
            ..IssueFilter::default()
        };

        check(&pulls("acme:three"), &[3]);
        check(&pulls("acme:four"), &[]);
        check(&pulls("four"), &[3]);
    }
}
