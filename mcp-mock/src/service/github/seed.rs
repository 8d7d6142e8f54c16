//! What GitHub holds at the start, written for people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::ApiError;
use super::{
    Api, Branch, Commit, GitHub, Issue, IssueDetails, IssueState, Milestone, NewIssue, NewPull,
    NewRelease, NewRepo, Organization, Repo, RepoPath, StateReason, database_id, refusal,
};
use crate::world::Clock;

/// The start of a GitHub. Everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitHubSeed {
    /// Login of the account whose token is used.
    pub viewer: Option<String>,
    /// Organizations with their teams and with types and fields for issues.
    pub organizations: Vec<Organization>,
    /// Repositories, oldest first.
    pub repos: Vec<RepoSeed>,
}

/// A repository; it gets a readme when no files are given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RepoSeed {
    /// Account that owns it.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: Option<String>,
    /// Whether only its collaborators see it.
    pub private: bool,
    /// Whether it is read-only.
    pub archived: bool,
    /// Whether issues are switched off.
    pub issues_disabled: bool,
    /// Its default branch; `main` when not given.
    pub default_branch: Option<String>,
    /// Logins that issues can be assigned to.
    pub collaborators: Vec<String>,
    /// Content of the files on the default branch, by path.
    pub files: BTreeMap<String, String>,
    /// Further branches, each from the default branch.
    pub branches: Vec<BranchSeed>,
    /// Names of tags at the head of the default branch.
    pub tags: Vec<String>,
    /// Milestones, numbered from 1.
    pub milestones: Vec<MilestoneSeed>,
    /// Issues; they take the first numbers.
    pub issues: Vec<IssueSeed>,
    /// Pull requests; they take the numbers after the issues.
    pub pulls: Vec<PullSeed>,
    /// Releases, oldest first.
    pub releases: Vec<ReleaseSeed>,
}

/// A milestone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MilestoneSeed {
    /// Its title.
    pub title: String,
    /// Its text.
    pub description: Option<String>,
    /// Open or closed.
    pub state: IssueState,
    /// When it is due.
    pub due_on: Option<Timestamp>,
}

/// A branch, and the commit that it is ahead by when it has files.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BranchSeed {
    /// Its name.
    pub name: String,
    /// Message of the commit.
    pub message: Option<String>,
    /// Content of the files that the commit adds or changes, by path.
    pub files: BTreeMap<String, String>,
}

/// An issue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssueSeed {
    /// The headline.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// Login of who opened it; the viewer when not given.
    pub author: Option<String>,
    /// Open or closed.
    pub state: IssueState,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Logins, of which those with access are kept.
    pub assignees: Vec<String>,
    /// Number of its milestone.
    pub milestone: Option<u64>,
    /// Name of its type, one of the organization.
    #[serde(rename = "type")]
    pub issue_type: Option<String>,
    /// Values of fields of the organization, by name.
    pub fields: BTreeMap<String, Value>,
    /// Number of the issue that it is a sub-issue of, one before it.
    pub parent: Option<u64>,
    /// Whether it takes no comments any more.
    pub locked: bool,
    /// When it was opened; the time of the world when not given.
    pub created_at: Option<Timestamp>,
    /// Comments, oldest first.
    pub comments: Vec<CommentSeed>,
}

/// A comment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommentSeed {
    /// Login of who wrote it; the viewer when not given.
    pub author: Option<String>,
    /// The text.
    pub body: String,
}

/// A pull request; a head that is no branch yet becomes one with a small change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PullSeed {
    /// The headline.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// Login of who opened it; the viewer when not given.
    pub author: Option<String>,
    /// Branch with the changes.
    pub head: String,
    /// Branch that they go into; the default branch when not given.
    pub base: Option<String>,
    /// Open or closed; merged ones come from merging.
    pub state: IssueState,
    /// Whether it is not yet ready to be merged.
    pub draft: bool,
    /// Names of labels.
    pub labels: Vec<String>,
    /// When it was opened; the time of the world when not given.
    pub created_at: Option<Timestamp>,
}

/// A release.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReleaseSeed {
    /// Its tag.
    pub tag: String,
    /// Its title.
    pub name: Option<String>,
    /// Its notes.
    pub body: Option<String>,
    /// Whether only collaborators see it.
    pub draft: bool,
    /// Whether it is marked as not ready for everyone.
    pub prerelease: bool,
}

impl GitHub {
    /// Adds what the seed describes, through the same rules as any other change.
    ///
    /// # Errors
    ///
    /// What the operations refuse, such as an issue without a title or a repository that exists.
    pub fn apply_seed(&mut self, api: &mut Api<'_>, seed: GitHubSeed) -> Result<(), ApiError> {
        if let Some(viewer) = seed.viewer {
            self.viewer = viewer;
        }
        for organization in seed.organizations {
            self.seed_organization(organization)?;
        }
        for repo in seed.repos {
            self.seed_repo(api, repo)?;
        }
        Ok(())
    }

    fn seed_repo(&mut self, api: &mut Api<'_>, mut seed: RepoSeed) -> Result<(), ApiError> {
        let (owner, name) = (seed.owner.clone(), seed.name.clone());
        let path = RepoPath::new(&owner, &name);
        let new = NewRepo {
            name: name.clone(),
            description: seed.description.take(),
            private: seed.private,
            default_branch: seed.default_branch.take(),
            auto_init: false,
        };
        self.create_repo(api, &owner, new)?;
        let author = self.viewer.clone();
        let repo = self.writable(path)?;
        repo.seed_history(api, &author, &mut seed);
        repo.seed_milestones(api, &author, seed.milestones)?;
        for issue in seed.issues {
            self.seed_issue(api, path, issue)?;
        }
        for pull in seed.pulls {
            self.seed_pull(api, path, pull)?;
        }
        for release in seed.releases {
            let ReleaseSeed { tag, name, body, draft, prerelease } = release;
            let new = NewRelease { tag, target: None, name, body, draft, prerelease };
            self.create_release(api, path, new)?;
        }
        let repo = self.writable(path)?;
        repo.has_issues = !seed.issues_disabled;
        repo.archived = seed.archived;
        Ok(())
    }

    fn seed_issue(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        seed: IssueSeed,
    ) -> Result<(), ApiError> {
        let IssueSeed { title, body, labels, assignees, milestone, issue_type, fields, .. } = seed;
        let details = IssueDetails { milestone, issue_type, fields };
        let new = NewIssue { title, body, labels, assignees, details };
        let Issue { id, number, .. } = self.create_issue(api, path, new)?;
        if let Some(parent) = seed.parent {
            self.add_sub_issue(api, path.issue(parent), id, false)?;
        }
        for comment in seed.comments {
            self.add_comment(api, path.issue(number), &comment.body)?;
            let issue = self.writable(path)?.issue_mut(number);
            let stored = issue.and_then(|issue| issue.comments.last_mut());
            if let (Some(stored), Some(author)) = (stored, comment.author) {
                stored.author = author;
            }
        }
        let issue = self.writable(path)?.issue_mut(number).ok_or_else(refusal::not_found)?;
        issue.locked = seed.locked;
        issue.backdate(api, seed.author, seed.created_at);
        let reason = Some(StateReason::Completed);
        let now = api.clock.rfc3339();
        issue.move_to(seed.state, reason, &now)
    }

    fn seed_pull(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        seed: PullSeed,
    ) -> Result<(), ApiError> {
        let author = seed.author.clone().unwrap_or_else(|| self.viewer.clone());
        self.writable(path)?.seed_head(api, &author, &seed.head);
        let PullSeed { title, body, head, base, draft, .. } = seed;
        let new = NewPull { title, head, base, body, draft };
        let number = self.create_pull(api, path, new)?.number;
        let repo = self.writable(path)?;
        let labels = repo.take_labels(api, seed.labels);
        let issue = repo.issue_mut(number).ok_or_else(refusal::not_found)?;
        issue.labels = labels;
        issue.backdate(api, seed.author, seed.created_at);
        let now = api.clock.rfc3339();
        issue.move_to(seed.state, None, &now)
    }
}

impl Repo {
    /// The first commit, the branches and the tags.
    fn seed_history(&mut self, api: &Api<'_>, author: &str, seed: &mut RepoSeed) {
        let mut files = std::mem::take(&mut seed.files);
        if files.is_empty() {
            files.insert("README.md".to_owned(), format!("# {}\n", self.name));
        }
        let commit = |message: String, files: BTreeMap<String, String>| Commit {
            message,
            author: author.to_owned(),
            date: api.clock.rfc3339(),
            changes: files.into_iter().map(|(path, text)| (path, Some(text))).collect(),
            ..Commit::default()
        };
        let mut default = Branch::default();
        let first = default.commit(commit("Initial commit".to_owned(), files));
        for seeded in std::mem::take(&mut seed.branches) {
            let mut branch = default.clone();
            if !seeded.files.is_empty() {
                let message = seeded.message.unwrap_or_else(|| format!("Update {}", seeded.name));
                branch.commit(commit(message, seeded.files));
            }
            self.branches.insert(seeded.name, branch);
        }
        self.branches.insert(self.default_branch.clone(), default);
        self.tags.extend(seed.tags.drain(..).map(|tag| (tag, first.clone())));
        self.collaborators = std::mem::take(&mut seed.collaborators);
    }

    fn seed_milestones(
        &mut self,
        api: &mut Api<'_>,
        creator: &str,
        seeds: Vec<MilestoneSeed>,
    ) -> Result<(), ApiError> {
        for (number, seed) in (1..).zip(seeds) {
            if seed.title.is_empty() {
                return Err(refusal::invalid("Milestone", "title", "missing_field"));
            }
            self.milestones.push(Milestone {
                id: database_id(api),
                number,
                title: seed.title,
                description: seed.description,
                state: seed.state,
                creator: creator.to_owned(),
                due_on: seed.due_on.map(|due| Clock::at(due).rfc3339()),
                created_at: api.clock.rfc3339(),
            });
        }
        Ok(())
    }

    /// A branch for a pull request that names one which does not exist: one small commit ahead.
    fn seed_head(&mut self, api: &Api<'_>, author: &str, head: &str) {
        if self.branches.contains_key(head) {
            return;
        }
        let mut branch = self.branches.get(&self.default_branch).cloned().unwrap_or_default();
        let changes = BTreeMap::from([(format!("changes/{head}.md"), Some(format!("{head}\n")))]);
        branch.commit(Commit {
            message: format!("Add {head}"),
            author: author.to_owned(),
            date: api.clock.rfc3339(),
            changes,
            ..Commit::default()
        });
        self.branches.insert(head.to_owned(), branch);
    }
}

impl Issue {
    fn backdate(&mut self, api: &Api<'_>, author: Option<String>, created_at: Option<Timestamp>) {
        if let Some(author) = author {
            self.author = author;
        }
        let created_at = created_at.map_or(*api.clock, Clock::at).rfc3339();
        self.updated_at.clone_from(&created_at);
        self.created_at = created_at;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{env, seeded};
    use super::*;

    #[test]
    fn demo_seed_fits_the_tutorial() {
        let text = include_str!("../../../seeds/demo/github.json");
        let mut github = GitHub::default();

        github.apply_seed(&mut env().api(), serde_json::from_str(text).unwrap()).unwrap();

        for (owner, name) in [("company", "support"), ("company", "app"), ("acme", "app")] {
            assert!(github.repo(owner, name).is_some(), "{owner}/{name}");
        }
        let open =
            |pulls: Vec<&Issue>| pulls.iter().filter(|pull| pull.state == IssueState::Open).count();
        assert!(open(github.pulls("company", "app")) >= 3);
        assert!(github.repo("company", "app").unwrap().latest_release().is_some());
    }

    #[test]
    fn unknown_member_is_refused() {
        let seed = json!({ "repos": [{ "owner": "a", "name": "b", "isues": [] }] });

        let error = serde_json::from_value::<GitHubSeed>(seed).unwrap_err().to_string();

        assert!(error.contains("unknown field `isues`"), "{error}");
    }

    #[test]
    fn author_state_and_age_come_from_the_seed() {
        let (github, _) = seeded(json!({ "repos": [{ "owner": "a", "name": "b", "pulls": [
            { "title": "Old", "head": "old", "author": "ada", "created_at": "2025-12-24T08:00:00Z" },
        ], "issues": [{ "title": "Done", "state": "closed", "comments": [{ "author": "bob", "body": "ok" }] }] }] }));

        let (issue, pull) = (&github.repos[0].issues[0], &github.repos[0].issues[1]);

        assert_eq!(
            (pull.author.as_str(), pull.created_at.as_str()),
            ("ada", "2025-12-24T08:00:00Z")
        );
        assert_eq!((issue.state, issue.comments[0].author.as_str()), (IssueState::Closed, "bob"));
    }
}
