//! What a pull request brings: its files and commits, and how it is brought up to date or pointed
//! elsewhere.

use super::super::ApiError;
use super::branches::files_of;
use super::diff::{self, FileChange};
use super::{
    Api, Branch, Commit, GitHub, Issue, IssueChange, IssuePath, IssueState, Pull, Quota, Repo,
    refusal,
};

/// What is to change about a pull request; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullChange {
    /// Branch that the changes go into.
    pub base: Option<String>,
    /// What pull requests share with issues.
    pub issue: IssueChange,
}

impl GitHub {
    /// The files that a pull request changes, by path.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request.
    pub fn pull_files(&self, at: IssuePath<'_>) -> Result<Vec<FileChange>, ApiError> {
        let pull = self.pull_at(at)?.pull.as_ref().ok_or_else(refusal::not_found)?;
        Ok(self.repo_at(at.repo)?.pull_files(pull))
    }

    /// The commits of a pull request, oldest first.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request.
    pub fn pull_commits(&self, at: IssuePath<'_>) -> Result<Vec<&Commit>, ApiError> {
        let pull = self.pull_at(at)?.pull.as_ref().ok_or_else(refusal::not_found)?;
        let (_, own) = self.repo_at(at.repo)?.split(pull);
        Ok(own)
    }

    /// Whether a pull request could be merged; `None` for one that is closed.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request.
    pub fn is_mergeable(&self, at: IssuePath<'_>) -> Result<Option<bool>, ApiError> {
        let issue = self.pull_at(at)?;
        let repo = self.repo_at(at.repo)?;
        let pull = issue.pull.as_ref().filter(|_| issue.state == IssueState::Open);
        Ok(pull.map(|pull| {
            let (head, base) = (repo.branches.get(&pull.head), repo.branches.get(&pull.base));
            head.zip(base).is_some_and(|(head, base)| !head.conflicts_with(base))
        }))
    }

    /// Merges the base branch into the head of a pull request.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request, 403 when archived, 422 when the head is not the
    /// expected one, when the base has nothing new, or when both sides changed the same file.
    pub fn update_pull_branch(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        expected: Option<&str>,
    ) -> Result<(), ApiError> {
        self.spend(api, Quota::Core)?;
        let author = self.viewer.clone();
        let mut pull = self.pull_at(at)?.pull.clone().ok_or_else(refusal::not_found)?;
        let repo = self.writable(at.repo)?;
        let base = repo.branches.get(&pull.base).cloned().ok_or_else(refusal::not_found)?;
        let head = repo.branches.get_mut(&pull.head).ok_or_else(refusal::not_found)?;
        if expected.is_some_and(|expected| head.head() != Some(expected)) {
            let message = "expected head sha didn't match current head ref.";
            return Err(refusal::unprocessable(message));
        }
        if head.conflicts_with(&base) {
            return Err(refusal::unprocessable("merge conflict between base and head"));
        }
        let new: Vec<Commit> = base.ahead_of(head).into_iter().cloned().collect();
        if new.is_empty() {
            let message = "There are no new commits on the base branch.";
            return Err(refusal::unprocessable(message));
        }
        let now = api.clock.rfc3339();
        let message = format!("Merge branch '{}' into {}", pull.base, pull.head);
        head.commits.extend(new);
        head.commit(Commit { message, author, date: now.clone(), ..Commit::default() });
        base.head().unwrap_or_default().clone_into(&mut pull.base_sha);
        repo.pushed_at.clone_from(&now);
        repo.store(at.number, pull, now);
        Ok(())
    }

    /// Changes a pull request.
    ///
    /// # Errors
    ///
    /// As for [`update_issue`](Self::update_issue); 422 also for an unknown branch.
    pub fn update_pull(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        change: PullChange,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        let (repo, mut pull) = self.changed_pull(at)?;
        if let Some(base) = change.base {
            let branch = repo.branches.get(&base);
            let branch =
                branch.ok_or_else(|| refusal::invalid("PullRequest", "base", "invalid"))?;
            branch.head().unwrap_or_default().clone_into(&mut pull.base_sha);
            pull.base = base;
        }
        self.change_issue(api, at, change.issue)?;
        self.store_pull(api, at, pull)
    }

    /// Makes a pull request a draft, or ready for reviews. Only the GraphQL API can.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request, 403 when archived.
    pub fn set_draft(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        draft: bool,
    ) -> Result<(), ApiError> {
        self.spend(api, Quota::Core)?;
        let (_, mut pull) = self.changed_pull(at)?;
        pull.draft = draft;
        self.store_pull(api, at, pull).map(drop)
    }

    /// Asks for reviews, besides those that were asked for already.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the pull request, 403 when archived, 422 for reviewers without access
    /// and for the author.
    pub fn request_reviewers(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        logins: Vec<String>,
    ) -> Result<(), ApiError> {
        self.spend(api, Quota::Core)?;
        let viewer = self.viewer.clone();
        let author = self.pull_at(at)?.author.clone();
        let (repo, mut pull) = self.changed_pull(at)?;
        let wanted = logins.len();
        let reviewers = repo.with_access(&viewer, logins);
        if reviewers.len() < wanted || reviewers.contains(&author) {
            let message = "Reviews may only be requested from collaborators. One or more of the users or \
                           teams you specified is not a collaborator of the repository.";
            return Err(refusal::unprocessable(message));
        }
        let new = reviewers.into_iter().filter(|login| !pull.requested_reviewers.contains(login));
        let new: Vec<String> = new.collect();
        pull.requested_reviewers.extend(new);
        self.store_pull(api, at, pull).map(drop)
    }

    /// A copy of a pull request to change, and its repository, which takes changes.
    fn changed_pull(&mut self, at: IssuePath<'_>) -> Result<(&Repo, Pull), ApiError> {
        let pull = self.pull_at(at)?.pull.clone().ok_or_else(refusal::not_found)?;
        Ok((self.writable(at.repo)?, pull))
    }

    fn store_pull(
        &mut self,
        api: &Api<'_>,
        at: IssuePath<'_>,
        pull: Pull,
    ) -> Result<Issue, ApiError> {
        if self.pull_at(at)?.pull.as_ref() != Some(&pull) {
            self.writable(at.repo)?.store(at.number, pull, api.clock.rfc3339());
        }
        self.pull_at(at).cloned()
    }
}

impl Repo {
    pub(super) fn pull_files(&self, pull: &Pull) -> Vec<FileChange> {
        let (shared, own) = self.split(pull);
        let new = files_of(shared.iter().chain(&own).copied());
        diff::changes(&files_of(shared.into_iter()), &new)
    }

    /// The commits of the head that the base had when they were last compared, and those of the pull
    /// request itself.
    fn split(&self, pull: &Pull) -> (Vec<&Commit>, Vec<&Commit>) {
        let base = self.branches.get(&pull.base).and_then(|base| base.until(&pull.base_sha));
        let base = base.unwrap_or_default();
        let head = self.branches.get(&pull.head).map(|head: &Branch| head.commits.as_slice());
        let commits = head.unwrap_or_default().iter();
        commits.partition(|commit| base.iter().any(|other| other.sha == commit.sha))
    }

    pub(super) fn store(&mut self, number: u64, pull: Pull, now: String) {
        if let Some(issue) = self.issue_mut(number) {
            issue.pull = Some(pull);
            issue.updated_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, seeded};
    use super::super::{Merge, MergeMethod, NewContent};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [{
            "owner": "acme", "name": "app", "files": { "a.txt": "one\n" }, "collaborators": ["ada"],
            "branches": [{ "name": "fix", "files": { "a.txt": "one\ntwo\n" } }],
            "pulls": [{ "title": "Mend", "head": "fix" }],
        }]}))
    }

    fn write(github: &mut GitHub, api: &mut Api<'_>, path: &str) {
        let content = NewContent {
            path: path.to_owned(),
            text: "new\n".to_owned(),
            message: "Add".to_owned(),
            ..NewContent::default()
        };
        github.put_content(api, APP, content).unwrap();
    }

    #[test]
    fn files_stay_the_same_after_any_merge() {
        for method in [MergeMethod::Merge, MergeMethod::Rebase, MergeMethod::Squash] {
            let (mut github, mut env) = app();
            let before = github.pull_files(APP.issue(1)).unwrap();

            github
                .merge_pull(&mut env.api(), APP.issue(1), Merge { method, ..Merge::default() })
                .unwrap();

            assert_eq!(before.len(), 1);
            assert_eq!(github.pull_files(APP.issue(1)).unwrap(), before, "{method:?}");
        }
    }

    #[test]
    fn update_brings_the_base_in_and_leaves_the_files_of_the_pull_request() {
        let (mut github, mut env) = app();
        write(&mut github, &mut env.api(), "b.txt");

        github.update_pull_branch(&mut env.api(), APP.issue(1), None).unwrap();

        assert!(github.repos[0].branches["fix"].files().contains_key("b.txt"));
        let files = github.pull_files(APP.issue(1)).unwrap();
        assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a.txt"]);
    }

    #[test]
    fn update_without_news_or_with_another_head_is_refused() {
        let (mut github, mut env) = app();

        let nothing = github.update_pull_branch(&mut env.api(), APP.issue(1), None).unwrap_err();
        let moved =
            github.update_pull_branch(&mut env.api(), APP.issue(1), Some("abc")).unwrap_err();

        assert_eq!(nothing.message, "There are no new commits on the base branch.");
        assert_eq!(moved.message, "expected head sha didn't match current head ref.");
    }

    #[test]
    fn reviewers_are_asked_once_and_need_access() {
        let (mut github, mut env) = app();
        let ask = |login: &str| vec![login.to_owned()];
        github.request_reviewers(&mut env.api(), APP.issue(1), ask("ada")).unwrap();

        github.request_reviewers(&mut env.api(), APP.issue(1), ask("ada")).unwrap();
        let again = github.pull_at(APP.issue(1)).unwrap().clone();
        let stranger =
            github.request_reviewers(&mut env.api(), APP.issue(1), ask("stranger")).unwrap_err();

        assert_eq!(again.pull.unwrap().requested_reviewers, ["ada"]);
        assert_eq!(stranger.status, 422);
    }
}
