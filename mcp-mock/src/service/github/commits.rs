//! Commits: list, read, and write several files at once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::{ApiError, Page};
use super::branches::{Tree, files_of, tree_sha};
use super::contents::check_path;
use super::diff::{self, FileChange};
use super::{Api, Branch, Commit, GitHub, PageNumber, Quota, Repo, RepoPath, refusal};

/// Which commits a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitFilter {
    /// Branch, tag or commit that they can be reached from; the default branch when not given.
    pub from: Option<String>,
    /// Login of who made them.
    pub author: Option<String>,
    /// A file that they wrote, or a folder with one.
    pub path: Option<String>,
    /// Only what was made at this time or later.
    pub since: Option<Timestamp>,
    /// Only what was made at this time or earlier.
    pub until: Option<Timestamp>,
}

/// A commit and what its place in history adds to it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The commit itself.
    pub commit: Commit,
    /// Id of the commit before it. History is a line here: a merge shows one parent.
    pub parent: Option<String>,
    /// The id that git gives to the root folder.
    pub tree_sha: String,
}

impl GitHub {
    /// The commits that the filter shows, newest first.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the place in history, 409 when the repository is empty.
    pub fn list_commits(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        filter: &CommitFilter,
        page: PageNumber,
    ) -> Result<Page<HistoryEntry, u64>, ApiError> {
        self.spend(api, Quota::Core)?;
        let repo = self.repo_at(path)?;
        if repo.branches.is_empty() {
            return Err(refusal::conflict("Git Repository is empty."));
        }
        let from = filter.from.as_deref().unwrap_or(&repo.default_branch);
        let history = repo.history(from).ok_or_else(refusal::not_found)?;
        let places = (0..history.len()).rev();
        let shown =
            places.filter(|place| history.get(*place).is_some_and(|commit| filter.shows(commit)));
        let Page { items, next } = page.cut(shown.collect());
        let items = items.into_iter().filter_map(|place| entry(history, place)).collect();
        Ok(Page { items, next })
    }

    /// A commit and the files that it changed.
    ///
    /// # Errors
    ///
    /// 404 without the repository, 409 when it is empty, 422 without the commit.
    pub fn get_commit(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        reference: &str,
    ) -> Result<(HistoryEntry, Vec<FileChange>), ApiError> {
        self.spend(api, Quota::Core)?;
        self.commit_at(path, reference)
    }

    /// A commit and the files that it changed.
    ///
    /// # Errors
    ///
    /// As for [`get_commit`](Self::get_commit).
    pub fn commit_at(
        &self,
        path: RepoPath<'_>,
        reference: &str,
    ) -> Result<(HistoryEntry, Vec<FileChange>), ApiError> {
        let repo = self.repo_at(path)?;
        if repo.branches.is_empty() {
            return Err(refusal::conflict("Git Repository is empty."));
        }
        let missing = || refusal::unprocessable(format!("No commit found for SHA: {reference}"));
        let history = repo.history(reference).ok_or_else(missing)?;
        let place = history.len().checked_sub(1).ok_or_else(missing)?;
        let new = files_of(history.iter());
        let old = files_of(history.iter().take(place));
        let entry = entry(history, place).ok_or_else(missing)?;
        Ok((entry, diff::changes(&old, &new)))
    }

    /// Writes and removes files in one commit on a branch and gives the id of the commit: three requests, for
    /// the tree, the commit and the branch, of which others see the last.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the branch, 403 when archived, 409 when the repository is empty,
    /// 422 for a malformed path, for removing a file that is not there, or an empty message.
    pub fn push_files(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        push: Push<'_>,
    ) -> Result<String, ApiError> {
        self.spend(api, Quota::Core)?;
        self.spend(api, Quota::Core)?;
        self.spend(api, Quota::Content)?;
        let author = self.viewer.clone();
        let repo = self.writable(path)?;
        if repo.branches.is_empty() {
            return Err(refusal::conflict("Git Repository is empty."));
        }
        let branch = repo.branches.get_mut(push.branch).ok_or_else(refusal::not_found)?;
        let there = branch.files();
        for (file, text) in &push.files {
            check_path(file)?;
            if text.is_none() && !there.contains_key(file.as_str()) {
                return Err(refusal::unprocessable("GitRPC::BadObjectState"));
            }
        }
        if push.message.trim().is_empty() {
            return Err(refusal::unprocessable("Invalid request.\n\n\"message\" wasn't supplied."));
        }
        let now = api.clock.rfc3339();
        let sha = branch.commit(Commit {
            message: push.message.to_owned(),
            author,
            date: now.clone(),
            changes: push.files,
            ..Commit::default()
        });
        if push.branch == repo.default_branch {
            repo.close_linked(push.message, &now);
        }
        repo.pushed_at = now;
        Ok(sha)
    }
}

/// Files to write or to remove in one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Push<'a> {
    /// Branch that gets the commit.
    pub branch: &'a str,
    /// Message of the commit.
    pub message: &'a str,
    /// Content by path; `None` removes the file.
    pub files: BTreeMap<String, Option<String>>,
}

impl CommitFilter {
    fn shows(&self, commit: &Commit) -> bool {
        let date: Option<Timestamp> = commit.date.parse().ok();
        let is_in = |path: &String| {
            let path = path.trim_matches('/');
            commit.changes.keys().any(|changed| {
                changed
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        self.author.as_ref().is_none_or(|author| author.eq_ignore_ascii_case(&commit.author))
            && self.path.as_ref().is_none_or(is_in)
            && self.since.is_none_or(|since| date.is_some_and(|date| date >= since))
            && self.until.is_none_or(|until| date.is_some_and(|date| date <= until))
    }
}

impl Repo {
    /// The commits that can be reached from a branch, a tag or a commit, oldest first.
    pub(super) fn history(&self, reference: &str) -> Option<&[Commit]> {
        if let Some(branch) = self.branches.get(reference) {
            return Some(&branch.commits);
        }
        let sha = self.tags.get(reference).map_or(reference, String::as_str);
        self.branches.values().find_map(|branch| branch.until(sha))
    }
}

impl Branch {
    /// The commits up to this one, oldest first.
    pub(super) fn until(&self, sha: &str) -> Option<&[Commit]> {
        let place = self.commits.iter().position(|commit| commit.sha == sha)?;
        self.commits.get(..=place)
    }
}

pub(super) fn entry(history: &[Commit], place: usize) -> Option<HistoryEntry> {
    let commit = history.get(place)?.clone();
    let parent = place.checked_sub(1).and_then(|before| history.get(before));
    let tree: Tree<'_> = files_of(history.iter().take(place.saturating_add(1)));
    Some(HistoryEntry {
        commit,
        parent: parent.map(|parent| parent.sha.clone()),
        tree_sha: tree_sha(&tree, ""),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::FileStatus;
    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(
            json!({ "repos": [{ "owner": "acme", "name": "app", "files": { "a.txt": "one\n" } }] }),
        )
    }

    fn push(github: &mut GitHub, api: &mut Api<'_>, branch: &str) -> Result<String, ApiError> {
        let files = BTreeMap::from([
            ("a.txt".to_owned(), Some("two\n".to_owned())),
            ("src/b.txt".to_owned(), Some("new\n".to_owned())),
        ]);
        github.push_files(api, APP, Push { branch, message: "Both", files })
    }

    #[test]
    fn pushed_files_are_one_commit_with_the_old_head_as_parent() {
        let (mut github, mut env) = app();
        let before = github.repos[0].branches["main"].head().unwrap().to_owned();

        let sha = push(&mut github, &mut env.api(), "main").unwrap();

        let (entry, changes) = github.get_commit(&mut env.api(), APP, "main").unwrap();
        assert_eq!((&entry.commit.sha, entry.parent.as_ref()), (&sha, Some(&before)));
        let shown: Vec<_> =
            changes.iter().map(|change| (change.path.as_str(), change.status)).collect();
        assert_eq!(shown, [("a.txt", FileStatus::Modified), ("src/b.txt", FileStatus::Added)]);
    }

    #[test]
    fn removed_file_is_gone_and_cannot_be_removed_again() {
        let (mut github, mut env) = app();
        let remove = |github: &mut GitHub, api: &mut Api<'_>| {
            let files = BTreeMap::from([("a.txt".to_owned(), None)]);
            github.push_files(api, APP, Push { branch: "main", message: "Tidy", files })
        };

        let sha = remove(&mut github, &mut env.api()).unwrap();
        let again = remove(&mut github, &mut env.api()).unwrap_err();

        let (entry, changes) = github.get_commit(&mut env.api(), APP, &sha).unwrap();
        assert_eq!((changes[0].status, changes[0].deletions), (FileStatus::Removed, 1));
        assert_eq!(changes[0].patch, "@@ -1 +0,0 @@\n-one");
        assert_eq!(entry.tree_sha, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!((again.status, again.message.as_str()), (422, "GitRPC::BadObjectState"));
    }

    #[test]
    fn pushing_to_no_branch_is_not_found_and_to_an_empty_repository_a_conflict() {
        let (mut github, mut env) = app();

        let missing = push(&mut github, &mut env.api(), "nope").unwrap_err();
        github.repos[0].branches.clear();
        let empty = push(&mut github, &mut env.api(), "main").unwrap_err();

        assert_eq!((missing.status, empty.status), (404, 409));
        assert_eq!(empty.message, "Git Repository is empty.");
    }

    #[test]
    fn commits_are_listed_newest_first_and_by_file() {
        let (mut github, mut env) = app();
        push(&mut github, &mut env.api(), "main").unwrap();
        let mut messages = |filter: CommitFilter| {
            let listing =
                github.list_commits(&mut env.api(), APP, &filter, PageNumber::default()).unwrap();
            listing.items.into_iter().map(|entry| entry.commit.message).collect::<Vec<_>>()
        };

        let all = messages(CommitFilter::default());
        let of_folder =
            messages(CommitFilter { path: Some("src".to_owned()), ..Default::default() });

        assert_eq!(
            (all.len(), all[0].as_str(), of_folder.as_slice()),
            (2, "Both", &["Both".to_owned()][..])
        );
    }

    #[test]
    fn unknown_commit_is_unprocessable() {
        let (github, mut env) = app();

        let error = github.get_commit(&mut env.api(), APP, "abc").unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (422, "No commit found for SHA: abc"));
    }
}
