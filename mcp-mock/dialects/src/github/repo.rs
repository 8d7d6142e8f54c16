//! Repositories and branches.

use serde_json::{Value, json};

use super::{Rest, node_id};
use mcp_mock::service::github::{Repo, RepoPath};

impl Rest<'_> {
    pub(in super::super) fn repo(self, repo: &Repo) -> Value {
        let (full_name, page) = (repo.full_name(), &repo.html_url);
        let open = repo.issues.iter().filter(|issue| issue.closed_at.is_none()).count();
        json!({
            "id": repo.id,
            "node_id": node_id("R", repo.id),
            "name": repo.name,
            "full_name": full_name,
            "private": repo.private,
            "owner": self.account(&repo.owner),
            "html_url": page,
            "description": repo.description,
            "fork": repo.parent.is_some(),
            "url": api_url(repo),
            "created_at": repo.created_at,
            "updated_at": repo.pushed_at,
            "pushed_at": repo.pushed_at,
            "git_url": format!("git://github.com/{full_name}.git"),
            "ssh_url": format!("git@github.com:{full_name}.git"),
            "clone_url": format!("{page}.git"),
            "homepage": null,
            "size": 0,
            "stargazers_count": 0,
            "watchers_count": 0,
            "language": null,
            "has_issues": repo.has_issues,
            "forks_count": self.forks(repo),
            "archived": repo.archived,
            "disabled": false,
            "open_issues_count": open,
            "license": null,
            "topics": [],
            "visibility": if repo.private { "private" } else { "public" },
            "default_branch": repo.default_branch,
        })
    }

    /// The repository that a fork was made from.
    pub(in super::super) fn parent(self, fork: &Repo) -> Value {
        let parent = fork.parent.as_deref().and_then(|full_name| full_name.split_once('/'));
        let parent =
            parent.and_then(|(owner, name)| self.github.repo_at(RepoPath::new(owner, name)).ok());
        parent.map_or(Value::Null, |parent| self.repo(parent))
    }

    /// A branch as a reference of git.
    pub(in super::super) fn reference(self, repo: &Repo, branch: &str) -> Value {
        let sha = repo.branches.get(branch).and_then(|branch| branch.head()).unwrap_or_default();
        let api = api_url(repo);
        json!({
            "ref": format!("refs/heads/{branch}"),
            "node_id": node_id("REF", repo.id),
            "url": format!("{api}/git/refs/heads/{branch}"),
            "object": { "sha": sha, "type": "commit", "url": format!("{api}/git/commits/{sha}") },
        })
    }

    pub(in super::super) fn forks(self, repo: &Repo) -> usize {
        let full_name = repo.full_name();
        let is_fork = |other: &&Repo| other.parent.as_ref() == Some(&full_name);
        self.github.repos.iter().filter(is_fork).count()
    }
}

pub(super) fn api_url(repo: &Repo) -> String {
    format!("https://api.github.com/repos/{}", repo.full_name())
}
