//! Code search over the default branches.
//!
//! Words match whole words in a file or its path, in any case and order; `"two words"` match as
//! they stand. Qualifiers: `repo:`, `user:`, `org:`, `path:`, `filename:`, `extension:`. Others,
//! such as `language:`, find nothing, so that a query does not seem to work here and fails on
//! GitHub.

use super::super::branches::blob_sha;
use super::super::{Api, PageNumber, Quota, Repo, refusal};
use super::{Found, Query, SearchIndex, found};
use crate::service::ApiError;

/// The qualifiers of a code search; not all of them find something here.
const KNOWN: [&str; 11] = [
    "repo",
    "user",
    "org",
    "path",
    "filename",
    "extension",
    "language",
    "in",
    "size",
    "fork",
    "is",
];

/// A file that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeHit {
    /// `owner/name` of the repository.
    pub repository: String,
    /// Path of the file.
    pub path: String,
    /// Id of its blob.
    pub sha: String,
    /// PageNumber for people.
    pub html_url: String,
}

impl SearchIndex<'_> {
    /// Finds files, by repository and path.
    ///
    /// # Errors
    ///
    /// 422 for a query that is empty, too long or has nothing but qualifiers, and for a page behind
    /// the thousandth result.
    pub fn code(
        self,
        api: &mut Api<'_>,
        query: &str,
        page: PageNumber,
    ) -> Result<Found<CodeHit>, ApiError> {
        self.present.spend(api, Quota::CodeSearch)?;
        let query = Query::read(query, &KNOWN)?;
        if query.is_bare() {
            let message = "ERROR_TYPE_QUERY_PARSING_FATAL unable to parse query!";
            return Err(refusal::unprocessable(message));
        }
        let hits: Vec<_> = self.content.repos.iter().flat_map(|repo| query.hits(repo)).collect();
        found(hits, page)
    }
}

impl Query {
    fn hits(&self, repo: &Repo) -> Vec<CodeHit> {
        let Some(branch) = repo.branches.get(&repo.default_branch) else { return Vec::new() };
        let hit = |(path, text): (&str, &str)| CodeHit {
            repository: repo.full_name(),
            path: path.to_owned(),
            sha: blob_sha(text),
            html_url: format!("{}/blob/{}/{path}", repo.html_url, repo.default_branch),
        };
        let matching = branch.files().into_iter().filter(|(path, text)| {
            self.qualified(|key, value| qualifies(repo, path, (key, value)))
                && self.is_in(&format!("{path}\n{text}").to_lowercase())
        });
        matching.map(hit).collect()
    }
}

fn qualifies(repo: &Repo, path: &str, (key, value): (&str, &str)) -> bool {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    match key {
        "repo" => repo.full_name().eq_ignore_ascii_case(value),
        "user" | "org" => repo.owner.eq_ignore_ascii_case(value),
        "path" => path.starts_with(value.trim_start_matches('/')),
        "filename" => name == value,
        "extension" => name.rsplit_once('.').is_some_and(|(_, extension)| extension == value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::GitHub;
    use super::super::super::tests::{env, seeded};
    use super::*;

    fn github() -> GitHub {
        seeded(json!({ "repos": [
            { "owner": "acme", "name": "app", "files": {
                "src/login.rs": "fn login_user() { retry(3) }", "docs/login.md": "How to retry the Login." } },
            { "owner": "other", "name": "tool", "files": { "main.py": "def retry(): pass" } },
        ]}))
        .0
    }

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let found = SearchIndex::current(&github())
            .code(&mut env().api(), query, PageNumber::default())
            .unwrap();

        let paths: Vec<_> = found.items.iter().map(|hit| hit.path.as_str()).collect();
        assert_eq!(paths, expected, "{query}");
        assert_eq!(found.total_count, expected.len());
    }

    #[test]
    fn all_words_must_match_whole_words_in_any_case() {
        check("RETRY", &["docs/login.md", "src/login.rs", "main.py"]);
        check("retry how", &["docs/login.md"]);
        check("retr", &[]);
        check("\"retry the\"", &["docs/login.md"]);
    }

    #[test]
    fn qualifiers_narrow_the_search() {
        check("retry repo:Acme/App", &["docs/login.md", "src/login.rs"]);
        check("retry user:other", &["main.py"]);
        check("retry org:acme extension:rs", &["src/login.rs"]);
        check("retry path:docs", &["docs/login.md"]);
        check("retry filename:main.py", &["main.py"]);
        check("retry language:rust", &[]);
    }

    #[test]
    fn total_counts_all_pages() {
        let found = SearchIndex::current(&github())
            .code(&mut env().api(), "retry", PageNumber { page: 2, per_page: 2 })
            .unwrap();

        assert_eq!((found.total_count, found.items.len(), found.next_page), (3, 1, None));
    }

    #[test]
    fn queries_without_words_are_refused() {
        for (query, code) in [("  ", "missing"), ("repo:acme/app", "unprocessable")] {
            let error = SearchIndex::current(&github())
                .code(&mut env().api(), query, PageNumber::default())
                .unwrap_err();

            assert_eq!((error.status, error.code.as_str()), (422, code));
        }
    }

    #[test]
    fn results_end_at_a_thousand() {
        let error = SearchIndex::current(&github())
            .code(&mut env().api(), "retry", PageNumber { page: 11, per_page: 100 })
            .unwrap_err();

        assert_eq!(error.message, "Only the first 1000 search results are available");
    }
}
