//! Search over repositories by name and description, and over accounts by login.

use super::super::{Api, PageNumber, Quota, Repo};
use super::{Found, Query, SearchIndex, found, tokens};
use crate::service::ApiError;

/// The qualifiers of a repository search; not all of them find something here.
const REPO_KEYS: [&str; 14] = [
    "repo", "user", "org", "in", "is", "archived", "fork", "language", "topic", "stars", "forks",
    "created", "pushed", "license",
];
/// The qualifiers of an account search; not all of them find something here.
const ACCOUNT_KEYS: [&str; 8] =
    ["user", "org", "in", "type", "repos", "location", "followers", "language"];

impl<'a> SearchIndex<'a> {
    /// Finds repositories, the latest pushed first. Forks are left out unless asked for.
    ///
    /// # Errors
    ///
    /// 422 for a query that is empty or too long, and for a page behind the thousandth result.
    pub fn repos(
        self,
        api: &mut Api<'_>,
        query: &str,
        page: PageNumber,
    ) -> Result<Found<&'a Repo>, ApiError> {
        self.present.spend(api, Quota::Search)?;
        let query = Query::read(query, &REPO_KEYS)?;
        let with_forks = query.values("fork").next().is_some();
        let hit = |repo: &&Repo| {
            (with_forks || repo.parent.is_none())
                && query.qualified(|key, value| qualifies(repo, (key, value)))
                && is_named(&query, repo)
        };
        let mut repos: Vec<&Repo> = self.content.repos.iter().filter(hit).collect();
        repos.sort_by(|one, other| other.pushed_at.cmp(&one.pushed_at));
        found(repos, page)
    }

    /// Finds the logins of accounts, in order.
    ///
    /// # Errors
    ///
    /// 422 for a query that is empty or too long, and for a page behind the thousandth result.
    pub fn accounts(
        self,
        api: &mut Api<'_>,
        query: &str,
        page: PageNumber,
    ) -> Result<Found<&'a str>, ApiError> {
        self.present.spend(api, Quota::Search)?;
        let query = Query::read(query, &ACCOUNT_KEYS)?;
        let qualifies = |login: &str, key: &str, value: &str| match key {
            "user" => login.eq_ignore_ascii_case(value),
            "org" => login.eq_ignore_ascii_case(value) && self.content.is_organization(login),
            "type" => (value == "org") == self.content.is_organization(login),
            "in" => matches!(value, "login" | "name"),
            _ => false,
        };
        let hit = |login: &&str| {
            let lower = login.to_lowercase();
            query.qualified(|key, value| qualifies(login, key, value))
                && query
                    .words
                    .iter()
                    .chain(&query.phrases)
                    .all(|word| lower.contains(word.as_str()))
        };
        found(self.content.accounts().into_iter().filter(hit).collect(), page)
    }
}

/// Names match by the beginning of their words, other strings by whole words.
fn is_named(query: &Query, repo: &Repo) -> bool {
    let description = repo.description.as_deref().unwrap_or_default();
    let text = format!("{} {description}", repo.full_name()).to_lowercase();
    let begins = |word: &String| tokens(&text).any(|token| token.starts_with(word.as_str()));
    query.words.iter().all(begins)
        && query.phrases.iter().all(|phrase| text.contains(phrase.as_str()))
}

fn qualifies(repo: &Repo, (key, value): (&str, &str)) -> bool {
    match key {
        "repo" => repo.full_name().eq_ignore_ascii_case(value),
        "user" | "org" => repo.owner.eq_ignore_ascii_case(value),
        "in" => matches!(value, "name" | "description"),
        "is" => (value == "private") == repo.private && matches!(value, "public" | "private"),
        "archived" => repo.archived.to_string() == value,
        "fork" => value == "true" || (value == "only" && repo.parent.is_some()),
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
        let (mut github, mut env) = seeded(json!({ "repos": [
            { "owner": "acme", "name": "web-app", "description": "Dashboards for teams", "collaborators": ["ada"] },
            { "owner": "other", "name": "tool", "archived": true },
        ]}));
        let path = super::super::super::RepoPath::new("acme", "web-app");
        github.fork(&mut env.api(), path, None).unwrap();
        github
    }

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let github = github();

        let hits = SearchIndex::current(&github)
            .repos(&mut env().api(), query, PageNumber::default())
            .unwrap();

        let names: Vec<_> = hits.items.iter().map(|repo| repo.full_name()).collect();
        assert_eq!(names, expected, "{query}");
    }

    #[test]
    fn repositories_are_found_by_name_and_description() {
        check("dash", &["acme/web-app"]);
        check("app user:acme", &["acme/web-app"]);
        check("archived:true", &["other/tool"]);
        check("language:rust", &[]);
    }

    #[test]
    fn forks_are_found_when_asked_for() {
        check("web fork:true", &["acme/web-app", "octocat/web-app"]);
        check("web fork:only", &["octocat/web-app"]);
    }

    #[test]
    fn accounts_are_found_by_a_part_of_their_login() {
        let github = github();
        let logins = |query| {
            SearchIndex::current(&github)
                .accounts(&mut env().api(), query, PageNumber::default())
                .unwrap()
                .items
        };

        assert_eq!(logins("ad"), ["ada"]);
        assert_eq!(logins("type:org"), ["acme", "other"]);
    }
}
