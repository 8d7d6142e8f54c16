//! Search over the messages of commits on default branches; forks are left out, as on GitHub.
//!
//! Qualifiers: `repo:`, `user:`, `org:`, `is:`, `author:`, `committer:`, `hash:`, `parent:`, `tree:`,
//! `author-date:`, `committer-date:`.

use super::super::commits::entry;
use super::super::{Api, HistoryEntry, PageNumber, Quota, Repo};
use super::{Found, Query, SearchIndex, found, is_when};
use crate::service::ApiError;

/// The qualifiers of a commit search; not all of them find something here.
const KNOWN: [&str; 16] = [
    "repo",
    "user",
    "org",
    "is",
    "author",
    "author-name",
    "author-email",
    "committer",
    "committer-name",
    "committer-email",
    "author-date",
    "committer-date",
    "hash",
    "parent",
    "tree",
    "merge",
];

impl<'a> SearchIndex<'a> {
    /// Finds commits, the newest first unless `ascending`, with the repository that each is in.
    ///
    /// # Errors
    ///
    /// 422 for a query that is empty or too long, and for a page behind the thousandth result.
    pub fn commits(
        self,
        api: &mut Api<'_>,
        query: &str,
        ascending: bool,
        page: PageNumber,
    ) -> Result<Found<(&'a Repo, HistoryEntry)>, ApiError> {
        self.present.spend(api, Quota::Search)?;
        let query = Query::read(query, &KNOWN)?;
        let mut hits: Vec<_> = self.content.repos.iter().flat_map(history).collect();
        hits.retain(|(repo, entry)| {
            query.qualified(|key, value| qualifies(repo, entry, (key, value)))
                && query.is_in(&entry.commit.message.to_lowercase())
        });
        hits.sort_by(|(_, one), (_, other)| {
            let order = one.commit.date.cmp(&other.commit.date);
            if ascending { order } else { order.reverse() }
        });
        found(hits, page)
    }
}

/// The commits of the default branch, newest first.
fn history(repo: &Repo) -> Vec<(&Repo, HistoryEntry)> {
    let branch = repo.branches.get(&repo.default_branch).filter(|_| repo.parent.is_none());
    let commits = branch.map(|branch| branch.commits.as_slice()).unwrap_or_default();
    let places = (0..commits.len()).rev();
    places.filter_map(|place| Some((repo, entry(commits, place)?))).collect()
}

fn qualifies(repo: &Repo, entry: &HistoryEntry, (key, value): (&str, &str)) -> bool {
    let commit = &entry.commit;
    match key {
        "repo" => repo.full_name().eq_ignore_ascii_case(value),
        "user" | "org" => repo.owner.eq_ignore_ascii_case(value),
        "is" => (value == "private") == repo.private && matches!(value, "public" | "private"),
        "author" | "committer" => commit.author.eq_ignore_ascii_case(value),
        "author-date" | "committer-date" => is_when(&commit.date, value),
        "hash" => commit.sha == value,
        "parent" => entry.parent.as_deref() == Some(value),
        "tree" => entry.tree_sha == value,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::tests::{APP, seeded};
    use super::super::super::{NewContent, RepoPath};
    use super::*;

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let (mut github, mut env) = seeded(json!({ "repos": [
            { "owner": "acme", "name": "app", "branches": [{ "name": "side", "files": { "x": "" }, "message": "Mend aside" }] },
        ]}));
        env.clock.advance(std::time::Duration::from_secs(86_400));
        let content = NewContent {
            path: "a".to_owned(),
            message: "Mend login".to_owned(),
            ..NewContent::default()
        };
        github.put_content(&mut env.api(), APP, content).unwrap();
        github.fork(&mut env.api(), RepoPath::new("acme", "app"), None).unwrap();

        let hits = SearchIndex::current(&github)
            .commits(&mut env.api(), query, false, PageNumber::default())
            .unwrap();

        let messages: Vec<_> =
            hits.items.iter().map(|(_, entry)| entry.commit.message.as_str()).collect();
        assert_eq!(messages, expected, "{query}");
    }

    #[test]
    fn commits_of_default_branches_are_found_newest_first() {
        check("mend", &["Mend login"]);
        check("repo:acme/app", &["Mend login", "Initial commit"]);
        check("author:octocat committer-date:<2026-01-06", &["Initial commit"]);
        check("merge:true", &[]);
    }
}
