//! Pull requests: open, list, merge.

use std::collections::BTreeMap;

use super::super::{ApiError, Page};
use super::issues::{check_body, check_title};
use super::{
    Api, Branch, Commit, GitHub, Issue, IssueFilter, IssueKind, IssuePath, IssueState, PageNumber,
    Pull, Quota, Repo, RepoPath, StateFilter, refusal,
};

/// What a new pull request is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPull {
    /// The headline.
    pub title: String,
    /// Branch with the changes, `branch` or `owner:branch`.
    pub head: String,
    /// Branch that they go into; the default branch when not given.
    pub base: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// Whether it is not yet ready to be merged.
    pub draft: bool,
}

/// How to merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merge {
    /// What the merge leaves on the base branch.
    pub method: MergeMethod,
    /// Message of the commit; GitHub's own when not given.
    pub message: Option<String>,
    /// The head that the caller looked at; another one is a conflict.
    pub sha: Option<String>,
}

/// What a merge leaves on the base branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MergeMethod {
    /// All commits and a merge commit.
    #[default]
    Merge,
    /// All commits, written anew.
    Rebase,
    /// One commit with all changes.
    Squash,
}

/// A merge that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// The commit at the head of the base branch.
    pub sha: String,
    /// GitHub's words.
    pub message: String,
}

impl GitHub {
    /// Opens a pull request.
    ///
    /// # Errors
    ///
    /// 404 without the repository, 403 when archived, 422 for a missing title, an unknown branch, a
    /// head without commits of its own, or a second pull request for the same branches.
    pub fn create_pull(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        new: NewPull,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Content)?;
        let viewer = self.viewer.clone();
        let repo = self.writable(path)?;
        check_title("PullRequest", &new.title)?;
        check_body("PullRequest", new.body.as_deref())?;
        let base = new.base.unwrap_or_else(|| repo.default_branch.clone());
        let head = repo.own_branch(&new.head).to_owned();
        repo.check_branches(&head, &base)?;
        let base_sha =
            repo.branches.get(&base).and_then(Branch::head).unwrap_or_default().to_owned();
        let mut issue = repo.open(api, &viewer, new.title);
        issue.html_url = format!("{}/pull/{}", repo.html_url, issue.number);
        issue.body = new.body;
        issue.pull = Some(Pull { head, base, base_sha, draft: new.draft, ..Pull::default() });
        repo.issues.push(issue.clone());
        Ok(issue)
    }

    /// The pull request with this number.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number, and when the number is an issue's.
    pub fn get_pull(&self, api: &mut Api<'_>, at: IssuePath<'_>) -> Result<&Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        self.pull_at(at)
    }

    /// The pull requests in this state, newest first.
    ///
    /// # Errors
    ///
    /// 404 without the repository.
    pub fn list_pulls(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        state: StateFilter,
        page: PageNumber,
    ) -> Result<Page<&Issue, u64>, ApiError> {
        let filter = IssueFilter { kind: IssueKind::Pull, state, ..IssueFilter::default() };
        self.list_issues(api, path, &filter, page)
    }

    /// Merges a pull request. Into the default branch it also closes the issues that its text or
    /// its commits say they fix.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request, 403 when archived, 405 when it is closed, a
    /// draft or in conflict with its base, 409 when the head is not the one that the caller looked
    /// at.
    pub fn merge_pull(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        merge: Merge,
    ) -> Result<Merged, ApiError> {
        self.spend(api, Quota::Core)?;
        let viewer = self.viewer.clone();
        let repo = self.writable(at.repo)?;
        let issue = repo.issue(at.number).ok_or_else(refusal::not_found)?.clone();
        let pull = issue.pull.clone().ok_or_else(refusal::not_found)?;
        let new = repo.mergeable(&issue, &pull, merge.sha.as_deref())?;

        let now = api.clock.rfc3339();
        let message = merge.message.unwrap_or_else(|| merge.method.message(&issue, &repo.owner));
        let closing = new.iter().map(|commit| commit.message.as_str());
        let closing: Vec<&str> =
            closing.chain(issue.body.as_deref()).chain([message.as_str()]).collect();
        let closing = closing.join("\n");
        let commit =
            Commit { message, author: viewer.clone(), date: now.clone(), ..Commit::default() };
        let base = repo.branches.entry(pull.base.clone()).or_default();
        let sha = merge.method.land(base, new, commit);

        if pull.base == repo.default_branch {
            repo.close_linked(&closing, &now);
        }
        repo.pushed_at.clone_from(&now);
        if let Some(issue) = repo.issue_mut(at.number) {
            issue.move_to(IssueState::Closed, None, &now)?;
            issue.pull = Some(Pull {
                merged_at: Some(now),
                merged_by: Some(viewer),
                merge_commit_sha: Some(sha.clone()),
                ..pull
            });
        }
        Ok(Merged { sha, message: "Pull Request successfully merged".to_owned() })
    }
}

impl Repo {
    /// `owner:branch` as `branch`, when the owner is the one of this repository.
    fn own_branch<'a>(&self, head: &'a str) -> &'a str {
        match head.split_once(':') {
            Some((owner, branch)) if owner.eq_ignore_ascii_case(&self.owner) => branch,
            _ => head,
        }
    }

    fn check_branches(&self, head: &str, base: &str) -> Result<(), ApiError> {
        let branch = |name: &str, field: &str| {
            let branch = self.branches.get(name);
            branch.ok_or_else(|| refusal::invalid("PullRequest", field, "invalid"))
        };
        let (from, into) = (branch(head, "head")?, branch(base, "base")?);
        let is_same = |issue: &Issue| {
            let pull = issue.pull.as_ref().filter(|_| issue.state == IssueState::Open);
            pull.is_some_and(|pull| pull.head == head && pull.base == base)
        };
        if self.issues.iter().any(is_same) {
            let message = format!("A pull request already exists for {}:{head}.", self.owner);
            return Err(refusal::custom("PullRequest", &message));
        }
        if from.ahead_of(into).is_empty() {
            let message = format!("No commits between {base} and {head}");
            return Err(refusal::custom("PullRequest", &message));
        }
        Ok(())
    }

    /// The commits that a merge would bring, when it can take place.
    fn mergeable(
        &self,
        issue: &Issue,
        pull: &Pull,
        seen: Option<&str>,
    ) -> Result<Vec<Commit>, ApiError> {
        let refused = || refusal::not_mergeable("Pull Request is not mergeable");
        if issue.state == IssueState::Closed {
            return Err(refused());
        }
        if pull.draft {
            return Err(refusal::not_mergeable("Pull Request is still a draft"));
        }
        let head = self.branches.get(&pull.head).ok_or_else(refused)?;
        let base = self.branches.get(&pull.base).ok_or_else(refused)?;
        if seen.is_some_and(|seen| head.head() != Some(seen)) {
            let message = "Head branch was modified. Review and try the merge again.";
            return Err(refusal::conflict(message));
        }
        if head.conflicts_with(base) {
            return Err(refused());
        }
        Ok(head.ahead_of(base).into_iter().cloned().collect())
    }
}

impl MergeMethod {
    /// The first line that GitHub writes when the caller says nothing.
    #[must_use]
    pub fn title(self, issue: &Issue, owner: &str) -> String {
        let number = issue.number;
        match self {
            Self::Merge => {
                let head = issue.pull.as_ref().map(|pull| pull.head.as_str()).unwrap_or_default();
                format!("Merge pull request #{number} from {owner}/{head}")
            }
            Self::Rebase | Self::Squash => format!("{} (#{number})", issue.title),
        }
    }

    /// What GitHub writes when the caller says nothing.
    fn message(self, issue: &Issue, owner: &str) -> String {
        let title = self.title(issue, owner);
        if self == Self::Merge { format!("{title}\n\n{}", issue.title) } else { title }
    }

    /// Puts the commits on the base branch and gives the id of its new head.
    fn land(self, base: &mut Branch, new: Vec<Commit>, mut own: Commit) -> String {
        match self {
            Self::Merge => {
                base.commits.extend(new);
                base.commit(own)
            }
            Self::Rebase => {
                for commit in new {
                    base.commit(commit);
                }
                base.head().unwrap_or_default().to_owned()
            }
            Self::Squash => {
                own.changes =
                    new.into_iter().flat_map(|commit| commit.changes).collect::<BTreeMap<_, _>>();
                base.commit(own)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::NewContent;
    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    /// Issue 1, and pull request 2 from `fix` that says it closes the issue.
    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [{
            "owner": "acme", "name": "app", "files": { "a.txt": "one\n" },
            "branches": [{ "name": "fix", "files": { "a.txt": "two\n" } }, { "name": "same" }],
            "issues": [{ "title": "Broken" }],
            "pulls": [{ "title": "Mend", "head": "fix", "body": "Fixes #1" }],
        }]}))
    }

    fn new(head: &str) -> NewPull {
        NewPull { title: "T".to_owned(), head: head.to_owned(), ..NewPull::default() }
    }

    #[track_caller]
    fn check_refused(new: NewPull, field: Option<&str>, message: Option<&str>) {
        let (mut github, mut env) = app();

        let error = github.create_pull(&mut env.api(), APP, new).unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (422, "Validation Failed"));
        let details = &error.details.unwrap()["errors"][0];
        assert_eq!((details["field"].as_str(), details["message"].as_str()), (field, message));
        assert_eq!(github.pulls("acme", "app").len(), 1);
    }

    #[test]
    fn head_may_name_its_owner() {
        let (mut github, mut env) = app();

        let base = Some("same".to_owned());
        let pull =
            github.create_pull(&mut env.api(), APP, NewPull { base, ..new("ACME:fix") }).unwrap();

        assert_eq!(pull.pull.unwrap().head, "fix");
    }

    #[test]
    fn unknown_head_is_invalid() {
        check_refused(new("nowhere"), Some("head"), None);
        check_refused(new("stranger:fix"), Some("head"), None);
    }

    #[test]
    fn unknown_base_is_invalid() {
        check_refused(NewPull { base: Some("x".to_owned()), ..new("fix") }, Some("base"), None);
    }

    #[test]
    fn second_pull_request_for_the_same_branches_is_refused() {
        check_refused(new("acme:fix"), None, Some("A pull request already exists for acme:fix."));
    }

    #[test]
    fn head_without_commits_of_its_own_is_refused() {
        check_refused(new("same"), None, Some("No commits between main and same"));
    }

    #[test]
    fn merge_closes_the_pull_request_and_the_linked_issue() {
        let (mut github, mut env) = app();

        let merged = github.merge_pull(&mut env.api(), APP.issue(2), Merge::default()).unwrap();

        let pull = github.issue("acme", "app", 2).unwrap();
        assert_eq!(pull.state, IssueState::Closed);
        assert_eq!(pull.pull.as_ref().unwrap().merge_commit_sha.as_ref(), Some(&merged.sha));
        assert_eq!(github.issue("acme", "app", 1).unwrap().state, IssueState::Closed);
        assert_eq!(github.repos[0].branches["main"].files()["a.txt"], "two\n");
    }

    #[test]
    fn merge_into_another_branch_closes_no_issue() {
        let (mut github, mut env) = app();
        let base = Some("same".to_owned());
        let new = NewPull { base, body: Some("Closes #1".to_owned()), ..new("fix") };
        let number = github.create_pull(&mut env.api(), APP, new).unwrap().number;

        github.merge_pull(&mut env.api(), APP.issue(number), Merge::default()).unwrap();

        assert_eq!(github.issue("acme", "app", 1).unwrap().state, IssueState::Open);
    }

    #[test]
    fn merged_pull_request_is_not_mergeable_and_stays_closed() {
        let (mut github, mut env) = app();
        github.merge_pull(&mut env.api(), APP.issue(2), Merge::default()).unwrap();

        let again = github.merge_pull(&mut env.api(), APP.issue(2), Merge::default()).unwrap_err();
        let change =
            super::super::IssueChange { state: Some(IssueState::Open), ..Default::default() };
        let reopen = github.update_issue(&mut env.api(), APP.issue(2), change).unwrap_err();

        assert_eq!((again.status, again.message.as_str()), (405, "Pull Request is not mergeable"));
        assert_eq!(reopen.status, 422);
    }

    #[test]
    fn draft_is_not_mergeable() {
        let (mut github, mut env) = app();
        github.repos[0].issues[1].pull.as_mut().unwrap().draft = true;

        let error = github.merge_pull(&mut env.api(), APP.issue(2), Merge::default()).unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (405, "Pull Request is still a draft"));
    }

    #[test]
    fn conflicting_changes_are_not_mergeable() {
        let (mut github, mut env) = app();
        let sha = Some(super::super::branches::blob_sha("one\n"));
        let content = NewContent {
            path: "a.txt".into(),
            text: "three\n".into(),
            message: "m".into(),
            sha,
            branch: None,
        };
        github.put_content(&mut env.api(), APP, content).unwrap();

        let error = github.merge_pull(&mut env.api(), APP.issue(2), Merge::default()).unwrap_err();

        assert_eq!(error.status, 405);
    }

    #[test]
    fn moved_head_is_a_conflict() {
        let (mut github, mut env) = app();
        let merge = Merge { sha: Some("0".repeat(40)), ..Merge::default() };

        let error = github.merge_pull(&mut env.api(), APP.issue(2), merge).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (409, "conflict"));
    }

    #[test]
    fn methods_leave_different_commits() {
        let commits = |method| {
            let (mut github, mut env) = app();
            github
                .merge_pull(&mut env.api(), APP.issue(2), Merge { method, ..Merge::default() })
                .unwrap();
            let main = &github.repos[0].branches["main"];
            main.commits.iter().skip(1).map(|commit| commit.message.clone()).collect::<Vec<_>>()
        };

        assert_eq!(
            commits(MergeMethod::Merge),
            ["Update fix", "Merge pull request #2 from acme/fix\n\nMend"]
        );
        assert_eq!(commits(MergeMethod::Rebase), ["Update fix"]);
        assert_eq!(commits(MergeMethod::Squash), ["Mend (#2)"]);
    }
}
