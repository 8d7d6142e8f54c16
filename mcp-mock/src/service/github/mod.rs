//! GitHub: repositories with issues, pull requests, releases, branches and files.
//!
//! Operations are shaped like the REST API and keep its rules: one row of numbers for issues and
//! pull requests, names in any case, the words and fields of its refusals. Files are strings, a
//! branch is the list of its commits, and the ids of blobs, trees and commits are the ones that git computes.
//! Checks are not modelled.
//!
//! Operations named by a verb stand for one request of the API each, and count against its limits. Those
//! named by a noun look something up and cost nothing: for assertions, and for answers that are paid for.

mod branches;
mod closing;
mod commits;
mod compare;
mod contents;
mod details;
mod diff;
mod filter;
mod forks;
mod issues;
mod organizations;
mod page;
mod pulls;
mod quota;
mod reactions;
pub(crate) mod refusal;
mod releases;
mod repos;
mod reviews;
mod search;
mod seed;
mod state;
mod sub_issues;

pub use commits::{CommitFilter, HistoryEntry, Push};
pub use compare::PullChange;
pub use contents::{Content, ContentEntry, INLINE_MAX, NewContent, Written};
pub use details::IssueDetails;
pub use diff::{FileChange, FileStatus};
pub use filter::{IssueFilter, IssueKind, IssueOrder, IssueSort, StateFilter};
pub use forks::account_id;
pub use issues::{IssueChange, NewIssue};
pub use organizations::{FieldType, IssueField, IssueType, Organization, Team};
pub use page::PageNumber;
pub use pulls::{Merge, MergeMethod, Merged, NewPull};
pub use quota::Quota;
pub use reactions::{Reaction, ReactionContent, ReactionTarget};
pub use refusal::not_found;
pub use releases::NewRelease;
pub use repos::NewRepo;
pub use reviews::{NewReview, NewReviewComment, Review, ReviewComment, ReviewState, Side};
pub use search::{CodeHit, Found, SearchIndex};
pub use seed::{
    BranchSeed, CommentSeed, GitHubSeed, IssueSeed, MilestoneSeed, PullSeed, ReleaseSeed, RepoSeed,
};
pub use state::{
    Branch, Comment, Commit, Issue, IssueState, Label, Milestone, Pull, Release, Repo, StateReason,
};

pub use sub_issues::SubIssuePlace;

use serde::{Deserialize, Serialize};

use super::ApiError;

/// What operations take from their world.
pub type Api<'w> = super::Api<'w, GitHub>;

/// Everything that GitHub stores, and who is calling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GitHub {
    /// Login of the account whose token is used; it may write everywhere.
    pub viewer: String,
    /// Organizations of which more is known than that they own repositories.
    pub organizations: Vec<Organization>,
    /// Repositories, oldest first.
    pub repos: Vec<Repo>,
}

impl Default for GitHub {
    /// An empty GitHub, used by `octocat`.
    fn default() -> Self {
        Self { viewer: "octocat".to_owned(), organizations: Vec::new(), repos: Vec::new() }
    }
}

/// Names a repository; letters match in either case, as on GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepoPath<'a> {
    /// Account that owns the repository.
    pub owner: &'a str,
    /// Name of the repository.
    pub name: &'a str,
}

impl<'a> RepoPath<'a> {
    /// The repository `owner/name`.
    #[must_use]
    pub fn new(owner: &'a str, name: &'a str) -> Self {
        Self { owner, name }
    }

    /// The issue or pull request with this number.
    #[must_use]
    pub fn issue(self, number: u64) -> IssuePath<'a> {
        IssuePath { repo: self, number }
    }
}

/// Names an issue or a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuePath<'a> {
    /// The repository that it is in.
    pub repo: RepoPath<'a>,
    /// Its number in the repository.
    pub number: u64,
}

impl GitHub {
    /// The repository `owner/name`.
    #[must_use]
    pub fn repo(&self, owner: &str, name: &str) -> Option<&Repo> {
        self.repos.iter().find(|repo| repo.is(RepoPath::new(owner, name)))
    }

    /// The issues of a repository without its pull requests, oldest first; none when it does not
    /// exist.
    #[must_use]
    pub fn issues(&self, owner: &str, name: &str) -> Vec<&Issue> {
        let all = self.repo(owner, name).map(|repo| repo.issues.iter());
        all.into_iter().flatten().filter(|issue| issue.pull.is_none()).collect()
    }

    /// The pull requests of a repository, oldest first; none when it does not exist.
    #[must_use]
    pub fn pulls(&self, owner: &str, name: &str) -> Vec<&Issue> {
        let all = self.repo(owner, name).map(|repo| repo.issues.iter());
        all.into_iter().flatten().filter(|issue| issue.pull.is_some()).collect()
    }

    /// The issue or pull request with this number.
    #[must_use]
    pub fn issue(&self, owner: &str, name: &str, number: u64) -> Option<&Issue> {
        self.repo(owner, name)?.issue(number)
    }

    /// The releases of a repository, oldest first; none when it does not exist.
    #[must_use]
    pub fn releases(&self, owner: &str, name: &str) -> Vec<&Release> {
        self.repo(owner, name).map(|repo| repo.releases.iter().collect()).unwrap_or_default()
    }

    /// The repository at `path`.
    ///
    /// # Errors
    ///
    /// 404 when there is none.
    pub fn repo_at(&self, path: RepoPath<'_>) -> Result<&Repo, ApiError> {
        self.repo(path.owner, path.name).ok_or_else(not_found)
    }

    /// The issue or pull request with this number.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number.
    pub fn issue_at(&self, at: IssuePath<'_>) -> Result<&Issue, ApiError> {
        self.repo_at(at.repo)?.issue(at.number).ok_or_else(not_found)
    }

    /// The pull request with this number.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number, and when the number is an issue's.
    pub fn pull_at(&self, at: IssuePath<'_>) -> Result<&Issue, ApiError> {
        let issue = self.issue_at(at)?;
        if issue.pull.is_some() { Ok(issue) } else { Err(not_found()) }
    }

    /// A repository that takes changes: an archived one refuses them.
    fn writable(&mut self, path: RepoPath<'_>) -> Result<&mut Repo, ApiError> {
        let repo = self.repos.iter_mut().find(|repo| repo.is(path));
        let repo = repo.ok_or_else(not_found)?;
        if repo.archived {
            return Err(refusal::forbidden("Repository was archived so is read-only."));
        }
        Ok(repo)
    }
}

/// A database id with as many digits as GitHub's have.
fn database_id(api: &mut Api<'_>) -> u64 {
    1_000_000_000 + api.ids.below(9_000_000_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{Clock, Env, Ids};

    pub(super) fn env() -> Env {
        Env { clock: Clock::default(), ids: Ids::new(1) }
    }

    pub(super) fn seeded(seed: serde_json::Value) -> (GitHub, Env) {
        let (mut github, mut env) = (GitHub::default(), env());
        let seed = serde_json::from_value(seed).unwrap();
        github.apply_seed(&mut env.api(), seed).unwrap();
        (github, env)
    }

    pub(super) const APP: RepoPath<'static> = RepoPath { owner: "acme", name: "app" };

    #[test]
    fn names_match_in_any_case() {
        let seed = serde_json::json!({ "repos": [{ "owner": "Acme", "name": "App" }] });
        let (mut github, mut env) = seeded(seed);

        let new = NewIssue { title: "Case".to_owned(), ..NewIssue::default() };
        let issue = github.create_issue(&mut env.api(), RepoPath::new("aCME", "aPP"), new).unwrap();

        assert_eq!(issue.html_url, "https://github.com/Acme/App/issues/1");
    }

    #[test]
    fn missing_repository_is_not_found_in_githubs_words() {
        let error = GitHub::default().get_repo(&mut env().api(), APP).unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (404, "Not Found"));
    }

    #[test]
    fn archived_repository_is_read_only() {
        let seed =
            serde_json::json!({ "repos": [{ "owner": "acme", "name": "app", "archived": true }] });
        let (mut github, mut env) = seeded(seed);

        let new = NewIssue { title: "Late".to_owned(), ..NewIssue::default() };
        let error = github.create_issue(&mut env.api(), APP, new).unwrap_err();

        assert_eq!(error.status, 403);
        assert_eq!(error.message, "Repository was archived so is read-only.");
    }

    #[test]
    fn state_survives_a_snapshot() {
        let seed = serde_json::json!({ "repos": [{ "owner": "acme", "name": "app",
            "issues": [{ "title": "One", "labels": ["bug"] }], "pulls": [{ "title": "Two", "head": "two" }] }] });
        let (github, _) = seeded(seed);

        let text = serde_json::to_string(&github).unwrap();

        assert_eq!(serde_json::from_str::<GitHub>(&text).unwrap(), github);
    }

    proptest! {
        #[test]
        fn numbers_are_unique_and_rise_in_any_order_of_creation(order in prop::collection::vec(any::<bool>(), 1..30)) {
            let seed = serde_json::json!({ "repos": [{ "owner": "acme", "name": "app" }] });
            let (mut github, mut env) = seeded(seed);

            let mut numbers = Vec::new();
            for (index, is_pull) in order.into_iter().enumerate() {
                let title = format!("Number {index}");
                let issue = if is_pull {
                    let head = format!("branch-{index}");
                    github.create_branch(&mut env.api(), APP, &head, None).unwrap();
                    let content = NewContent {
                        path: head.clone(),
                        message: title.clone(),
                        branch: Some(head.clone()),
                        ..NewContent::default()
                    };
                    github.put_content(&mut env.api(), APP, content).unwrap();
                    github.create_pull(&mut env.api(), APP, NewPull { title, head, ..NewPull::default() })
                } else {
                    github.create_issue(&mut env.api(), APP, NewIssue { title, ..NewIssue::default() })
                };
                numbers.push(issue.unwrap().number);
            }

            prop_assert!(numbers.is_sorted_by(|one, other| one < other));
        }

        #[test]
        fn pages_are_complete_and_free_of_duplicates(count in 0_usize..45, per_page in 1_u64..20) {
            let seed = serde_json::json!({ "repos": [{ "owner": "acme", "name": "app" }] });
            let (mut github, mut env) = seeded(seed);
            for index in 0..count {
                let new = NewIssue { title: format!("Number {index}"), ..NewIssue::default() };
                github.create_issue(&mut env.api(), APP, new).unwrap();
            }

            let (mut seen, mut next) = (Vec::new(), Some(1));
            while let Some(page) = next {
                let page = PageNumber { page, per_page };
                let listing = github.list_issues(&mut env.api(), APP, &IssueFilter::default(), page).unwrap();
                seen.extend(listing.items.iter().map(|issue| issue.number));
                next = listing.next;
            }

            let expected: Vec<u64> = (1..=count as u64).rev().collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
