//! Sub-issues: an issue has at most one parent, which keeps their order.

use super::super::ApiError;
use super::{Api, GitHub, Issue, IssuePath, Quota, Repo, refusal};

/// GitHub's limit for the sub-issues of one issue.
const SUB_ISSUES_MAX: usize = 100;

/// Where a sub-issue goes among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubIssuePlace {
    /// Behind the sub-issue with this id.
    After(u64),
    /// In front of the sub-issue with this id.
    Before(u64),
}

impl GitHub {
    /// The sub-issues of an issue in their order, with the repository that each is in.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the issue.
    pub fn sub_issues(&self, at: IssuePath<'_>) -> Result<Vec<(&Repo, &Issue)>, ApiError> {
        let issue = self.issue_at(at)?;
        Ok(issue.sub_issues.iter().filter_map(|id| self.issue_with_id(*id)).collect())
    }

    /// The issue that this one is a sub-issue of, with its repository.
    #[must_use]
    pub fn parent(&self, issue: &Issue) -> Option<(&Repo, &Issue)> {
        self.all_issues().find(|(_, other)| other.sub_issues.contains(&issue.id))
    }

    /// Puts the issue with the id `child` behind the other sub-issues of an issue, and gives that issue.
    /// With `replace` it leaves the parent that it had.
    ///
    /// # Errors
    ///
    /// 404 without the repository or one of the issues, 403 when archived, 422 when the sub-issue belongs to
    /// another owner, has a parent or is above its own parent, and for more than a hundred.
    pub fn add_sub_issue(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        child: u64,
        replace: bool,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        let parent = self.plain_issue(at)?;
        let (repo, sub) = self.issue_with_id(child).ok_or_else(refusal::not_found)?;
        if !repo.owner.eq_ignore_ascii_case(at.repo.owner) {
            return Err(refused("Sub issue must belong to the same owner as the parent issue"));
        }
        if self.is_above(child, parent.id) {
            return Err(refused("Sub issue cannot be an ancestor of the parent issue"));
        }
        let old = self.parent(sub).map(|(_, old)| old.id);
        if old == Some(parent.id) {
            let message =
                "Issue may not contain duplicate sub-issues and Sub issue may only have one parent";
            return Err(refused(message));
        }
        if old.is_some() && !replace {
            return Err(refused("Sub issue may only have one parent"));
        }
        if parent.sub_issues.len() >= SUB_ISSUES_MAX {
            return Err(refused("Parent cannot have more than 100 sub-issues"));
        }
        self.writable(at.repo)?;
        let all = self.repos.iter_mut().flat_map(|repo| &mut repo.issues);
        for issue in all {
            issue.sub_issues.retain(|id| *id != child);
        }
        self.store_sub_issues(at, |ids| ids.push(child))
    }

    /// Takes a sub-issue off an issue, and gives that issue.
    ///
    /// # Errors
    ///
    /// 404 without the repository, the issue or such a sub-issue of it, 403 when archived.
    pub fn remove_sub_issue(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        child: u64,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        if !self.plain_issue(at)?.sub_issues.contains(&child) {
            return Err(refusal::not_found());
        }
        self.store_sub_issues(at, |ids| ids.retain(|id| *id != child))
    }

    /// Moves a sub-issue among the others of an issue, and gives that issue.
    ///
    /// # Errors
    ///
    /// 404 without the repository, the issue or such sub-issues of it, 403 when archived.
    pub fn move_sub_issue(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        child: u64,
        place: SubIssuePlace,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        let mut ids = self.plain_issue(at)?.sub_issues.clone();
        if !ids.contains(&child) {
            return Err(refusal::not_found());
        }
        ids.retain(|id| *id != child);
        let (other, behind) = match place {
            SubIssuePlace::After(other) => (other, 1),
            SubIssuePlace::Before(other) => (other, 0),
        };
        let index = ids.iter().position(|id| *id == other).ok_or_else(refusal::not_found)?;
        ids.insert(index.saturating_add(behind), child);
        self.store_sub_issues(at, |stored| *stored = ids)
    }

    fn store_sub_issues(
        &mut self,
        at: IssuePath<'_>,
        change: impl FnOnce(&mut Vec<u64>),
    ) -> Result<Issue, ApiError> {
        let issue = self.writable(at.repo)?.issue_mut(at.number).ok_or_else(refusal::not_found)?;
        change(&mut issue.sub_issues);
        Ok(issue.clone())
    }

    /// Whether the issue `above` is the issue `id` or above it.
    fn is_above(&self, above: u64, id: u64) -> bool {
        let parent = |id: &u64| {
            let (_, issue) = self.issue_with_id(*id)?;
            self.parent(issue).map(|(_, parent)| parent.id)
        };
        std::iter::successors(Some(id), parent).any(|id| id == above)
    }

    /// An issue that is no pull request.
    fn plain_issue(&self, at: IssuePath<'_>) -> Result<&Issue, ApiError> {
        let issue = self.issue_at(at)?;
        if issue.pull.is_none() { Ok(issue) } else { Err(refusal::not_found()) }
    }

    fn issue_with_id(&self, id: u64) -> Option<(&Repo, &Issue)> {
        self.all_issues().find(|(_, issue)| issue.id == id && issue.pull.is_none())
    }

    fn all_issues(&self) -> impl Iterator<Item = (&Repo, &Issue)> {
        self.repos.iter().flat_map(|repo| repo.issues.iter().map(move |issue| (repo, issue)))
    }
}

fn refused(reason: &str) -> ApiError {
    let message =
        format!("An error occurred while adding the sub-issue to the parent issue. {reason}");
    refusal::unprocessable(message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::tests::{APP, env, seeded};
    use super::*;

    fn app() -> GitHub {
        seeded(json!({ "repos": [
            { "owner": "acme", "name": "app", "issues": [
                { "title": "Epic" }, { "title": "One", "parent": 1 }, { "title": "Two", "parent": 1 }, { "title": "Three" },
            ], "pulls": [{ "title": "Change", "head": "change" }] },
            { "owner": "other", "name": "app", "issues": [{ "title": "Foreign" }] },
        ]}))
        .0
    }

    fn id(github: &GitHub, number: u64) -> u64 {
        github.issue("acme", "app", number).unwrap().id
    }

    fn numbers(github: &GitHub) -> Vec<u64> {
        let sub_issues = github.sub_issues(APP.issue(1)).unwrap();
        sub_issues.iter().map(|(_, issue)| issue.number).collect()
    }

    #[test]
    fn sub_issues_are_added_moved_and_removed() {
        let mut github = app();
        let (one, three) = (id(&github, 2), id(&github, 4));

        github.add_sub_issue(&mut env().api(), APP.issue(1), three, false).unwrap();
        github
            .move_sub_issue(&mut env().api(), APP.issue(1), three, SubIssuePlace::Before(one))
            .unwrap();
        github.remove_sub_issue(&mut env().api(), APP.issue(1), one).unwrap();

        assert_eq!(numbers(&github), [4, 3]);
        let issue = github.issue("acme", "app", 4).unwrap();
        assert_eq!(github.parent(issue).unwrap().1.number, 1);
        assert_eq!(
            github.remove_sub_issue(&mut env().api(), APP.issue(1), one).unwrap_err().status,
            404
        );
    }

    #[test]
    fn second_parent_is_refused_unless_it_replaces_the_first() {
        let mut github = app();
        let one = id(&github, 2);

        let error = github.add_sub_issue(&mut env().api(), APP.issue(4), one, false).unwrap_err();
        github.add_sub_issue(&mut env().api(), APP.issue(4), one, true).unwrap();

        assert!(error.message.ends_with("Sub issue may only have one parent"), "{error}");
        assert_eq!(numbers(&github), [3]);
    }

    #[test]
    fn circles_strangers_and_pull_requests_are_refused() {
        let mut github = app();
        let before = github.clone();
        let (epic, pull) = (id(&github, 1), id(&github, 5));
        let foreign = github.repos[1].issues[0].id;

        let statuses = [
            github.add_sub_issue(&mut env().api(), APP.issue(1), epic, true),
            github.add_sub_issue(&mut env().api(), APP.issue(2), epic, true),
            github.add_sub_issue(&mut env().api(), APP.issue(1), foreign, true),
            github.add_sub_issue(&mut env().api(), APP.issue(1), pull, true),
            github.add_sub_issue(&mut env().api(), APP.issue(5), epic, true),
            github.add_sub_issue(&mut env().api(), APP.issue(1), 7, true),
        ]
        .map(|refused| refused.unwrap_err().status);

        assert_eq!(statuses, [422, 422, 422, 404, 404, 404]);
        assert_eq!(github, before);
    }

    proptest! {
        #[test]
        fn no_issue_is_ever_above_itself(links in prop::collection::vec((1_u64..5, 1_u64..5, any::<bool>()), 0..20)) {
            let mut github = app();

            for (parent, child, replace) in links {
                let child = id(&github, child);
                let _refused = github.add_sub_issue(&mut env().api(), APP.issue(parent), child, replace);
            }

            for number in 1..5 {
                let issue = github.issue("acme", "app", number).unwrap();
                let steps = std::iter::successors(Some(issue), |issue| Some(github.parent(issue)?.1));
                prop_assert!(steps.take(10).count() < 10);
            }
        }
    }
}
