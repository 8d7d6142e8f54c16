//! What GitHub stores: plain records, in the order in which they came to be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Reaction, RepoPath, Review};

/// A repository and all that lives in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Repo {
    /// Database id.
    pub id: u64,
    /// Account that owns it, in its own spelling.
    pub owner: String,
    /// Its name, in its own spelling.
    pub name: String,
    /// PageNumber for people.
    pub html_url: String,
    /// One line about it.
    pub description: Option<String>,
    /// Whether only its collaborators see it.
    pub private: bool,
    /// Whether it is read-only.
    pub archived: bool,
    /// `owner/name` of the repository that this one is a fork of.
    pub parent: Option<String>,
    /// Whether issues are switched on; pull requests always are.
    pub has_issues: bool,
    /// The branch that pull requests go into unless they say otherwise.
    pub default_branch: String,
    /// Logins that issues can be assigned to, besides the owner and the viewer.
    pub collaborators: Vec<String>,
    /// Labels, in the order in which they were created.
    pub labels: Vec<Label>,
    /// Milestones, which have a row of numbers of their own; oldest first.
    pub milestones: Vec<Milestone>,
    /// Issues and pull requests, which share one row of numbers; oldest first.
    pub issues: Vec<Issue>,
    /// Releases, oldest first.
    pub releases: Vec<Release>,
    /// Branches by name.
    pub branches: BTreeMap<String, Branch>,
    /// Commit that each tag points to.
    pub tags: BTreeMap<String, String>,
    /// The highest number that an issue or pull request was given.
    pub last_number: u64,
    /// When it was created.
    pub created_at: String,
    /// When a commit arrived last.
    pub pushed_at: String,
}

impl Repo {
    /// Its path.
    #[must_use]
    pub fn path(&self) -> RepoPath<'_> {
        RepoPath::new(&self.owner, &self.name)
    }

    /// `owner/name`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The issue or pull request with this number.
    #[must_use]
    pub fn issue(&self, number: u64) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.number == number)
    }

    /// The milestone with this number.
    #[must_use]
    pub fn milestone(&self, number: u64) -> Option<&Milestone> {
        self.milestones.iter().find(|milestone| milestone.number == number)
    }

    /// The newest release that is neither a draft nor a prerelease.
    #[must_use]
    pub fn latest_release(&self) -> Option<&Release> {
        self.releases.iter().rev().find(|release| !release.draft && !release.prerelease)
    }

    pub(super) fn is(&self, path: RepoPath<'_>) -> bool {
        self.owner.eq_ignore_ascii_case(path.owner) && self.name.eq_ignore_ascii_case(path.name)
    }

    pub(super) fn issue_mut(&mut self, number: u64) -> Option<&mut Issue> {
        self.issues.iter_mut().find(|issue| issue.number == number)
    }
}

/// An issue, or a pull request when [`pull`](Self::pull) is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Issue {
    /// Database id, unlike the number that people see.
    pub id: u64,
    /// Number within the repository, shared with pull requests.
    pub number: u64,
    /// The headline.
    pub title: String,
    /// The text, when there is one.
    pub body: Option<String>,
    /// Open or closed.
    pub state: IssueState,
    /// Why it is in this state; pull requests have none.
    pub state_reason: Option<StateReason>,
    /// Login of who opened it.
    pub author: String,
    /// Labels, in the order in which they were put on.
    pub labels: Vec<Label>,
    /// Logins that it is assigned to.
    pub assignees: Vec<String>,
    /// Number of its milestone.
    pub milestone: Option<u64>,
    /// Name of its type.
    pub issue_type: Option<String>,
    /// Values of fields of the organization, by the name of the field.
    pub fields: BTreeMap<String, String>,
    /// Ids of its sub-issues, in their order.
    pub sub_issues: Vec<u64>,
    /// Whether it takes no comments any more.
    pub locked: bool,
    /// Reactions, oldest first.
    pub reactions: Vec<Reaction>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// PageNumber for people.
    pub html_url: String,
    /// When it was opened.
    pub created_at: String,
    /// When anything about it changed last.
    pub updated_at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
    /// What makes it a pull request.
    pub pull: Option<Pull>,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueState {
    /// Still to be dealt with.
    #[default]
    Open,
    /// Dealt with or given up.
    Closed,
}

impl IssueState {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Why an issue is closed or open again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateReason {
    /// It was done.
    Completed,
    /// Another issue says the same.
    Duplicate,
    /// It will not be done.
    NotPlanned,
    /// It was closed and is open again.
    Reopened,
}

impl StateReason {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Duplicate => "duplicate",
            Self::NotPlanned => "not_planned",
            Self::Reopened => "reopened",
        }
    }
}

/// What a pull request has besides what an issue has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pull {
    /// Branch with the changes.
    pub head: String,
    /// Branch that the changes go into.
    pub base: String,
    /// Head of the base branch when the changes were last compared with it: what the files of the
    /// pull request are told from, also after the merge.
    pub base_sha: String,
    /// Whether it is not yet ready to be merged.
    pub draft: bool,
    /// When it was merged.
    pub merged_at: Option<String>,
    /// Login of who merged it.
    pub merged_by: Option<String>,
    /// The commit that the merge left on the base branch.
    pub merge_commit_sha: Option<String>,
    /// Logins that were asked for a review and have not given one.
    pub requested_reviewers: Vec<String>,
    /// Reviews, oldest first.
    pub reviews: Vec<Review>,
}

/// A label of a repository.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Label {
    /// Database id.
    pub id: u64,
    /// Its name, in its own spelling.
    pub name: String,
    /// Six hexadecimal digits.
    pub color: String,
}

/// A milestone of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Milestone {
    /// Database id, unlike the number that calls name it by.
    pub id: u64,
    /// Number within the repository.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text, when it has one.
    pub description: Option<String>,
    /// Open or closed.
    pub state: IssueState,
    /// Login of who created it.
    pub creator: String,
    /// When it is due.
    pub due_on: Option<String>,
    /// When it was created.
    pub created_at: String,
}

/// A comment on an issue or pull request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comment {
    /// Database id.
    pub id: u64,
    /// Login of who wrote it.
    pub author: String,
    /// The text.
    pub body: String,
    /// Place on the page of the issue.
    pub html_url: String,
    /// Reactions, oldest first.
    pub reactions: Vec<Reaction>,
    /// When it was written.
    pub created_at: String,
}

/// A release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Release {
    /// Database id.
    pub id: u64,
    /// The tag that it belongs to; a draft's tag may not exist yet.
    pub tag: String,
    /// Branch or commit that the tag was, or will be, created from.
    pub target: String,
    /// Its title, when it has one.
    pub name: Option<String>,
    /// Its notes, when there are any.
    pub body: Option<String>,
    /// Whether only collaborators see it.
    pub draft: bool,
    /// Whether it is marked as not ready for everyone.
    pub prerelease: bool,
    /// Login of who created it.
    pub author: String,
    /// PageNumber for people.
    pub html_url: String,
    /// When it was created.
    pub created_at: String,
    /// When it was published; a draft was not.
    pub published_at: Option<String>,
}

/// A branch: its commits, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Branch {
    /// The whole history that can be reached from its head.
    pub commits: Vec<Commit>,
}

/// A commit and the files that it wrote or removed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Commit {
    /// The id that git computes from the files, the commit before it and the rest of this.
    pub sha: String,
    /// What it says about itself.
    pub message: String,
    /// Login of who made it.
    pub author: String,
    /// When it was made.
    pub date: String,
    /// The content of the files that it wrote, by path; `None` for a file that it removed.
    pub changes: BTreeMap<String, Option<String>>,
}
