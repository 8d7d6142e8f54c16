//! Commits and what lies at a path.

use serde_json::{Value, json};

use super::repo::api_url;
use super::{Rest, node_id};
use mcp_mock::service::github::{ContentEntry, HistoryEntry, Repo};

impl Rest<'_> {
    /// A commit as lists and searches show it.
    pub(in super::super) fn commit(self, repo: &Repo, entry: &HistoryEntry) -> Value {
        let (api, sha) = (api_url(repo), &entry.commit.sha);
        let author = self.account(&entry.commit.author);
        let mut inner = git_commit(repo, entry);
        if let Value::Object(inner) = &mut inner {
            inner.retain(|name, _| {
                !matches!(name.as_str(), "sha" | "node_id" | "parents" | "html_url")
            });
            inner.insert("comment_count".to_owned(), json!(0));
        }
        json!({
            "sha": sha,
            "node_id": node_id("C", repo.id),
            "commit": inner,
            "url": format!("{api}/commits/{sha}"),
            "html_url": format!("{}/commit/{sha}", repo.html_url),
            "comments_url": format!("{api}/commits/{sha}/comments"),
            "author": author,
            "committer": author,
            "parents": parents(repo, entry),
        })
    }
}

/// A commit as git's own part of the API shows it.
pub(in super::super) fn git_commit(repo: &Repo, entry: &HistoryEntry) -> Value {
    let (api, commit) = (api_url(repo), &entry.commit);
    let author = json!({
        "name": commit.author,
        "email": format!("{}@users.noreply.github.com", commit.author),
        "date": commit.date,
    });
    json!({
        "sha": commit.sha,
        "node_id": node_id("C", repo.id),
        "url": format!("{api}/git/commits/{}", commit.sha),
        "html_url": format!("{}/commit/{}", repo.html_url, commit.sha),
        "author": author,
        "committer": author,
        "message": commit.message,
        "tree": { "sha": entry.tree_sha, "url": format!("{api}/git/trees/{}", entry.tree_sha) },
        "parents": parents(repo, entry),
    })
}

/// A file or folder as its folder lists it, at a branch, tag or commit.
pub(in super::super) fn content(repo: &Repo, reference: &str, entry: &ContentEntry) -> Value {
    let (api, path) = (api_url(repo), &entry.path);
    let kind = if entry.is_directory { "tree" } else { "blob" };
    let raw = format!("https://raw.githubusercontent.com/{}/{reference}/{path}", repo.full_name());
    let url = format!("{api}/contents/{path}?ref={reference}");
    let git_url = format!("{api}/git/{kind}s/{}", entry.sha);
    json!({
            "name": entry.name,
            "path": path,
            "sha": entry.sha,
            "size": entry.size,
            "url": url,
            "html_url": entry.html_url,
            "git_url": git_url,
            "download_url": (!entry.is_directory).then_some(raw),
            "type": if entry.is_directory { "dir" } else { "file" },
            "_links": { "self": url, "git": git_url, "html": entry.html_url },
    })
}

fn parents(repo: &Repo, entry: &HistoryEntry) -> Vec<Value> {
    let parent = |sha: &String| {
        json!({
            "sha": sha,
            "url": format!("{}/commits/{sha}", api_url(repo)),
            "html_url": format!("{}/commit/{sha}", repo.html_url),
        })
    };
    entry.parent.iter().map(parent).collect()
}
