//! Search over the titles, bodies and comments of issues and pull requests.
//!
//! Qualifiers: `repo:`, `user:`, `org:`, `is:`, `type:`, `state:`, `label:`, `author:`, `assignee:`, `no:`,
//! `in:`, `head:`, `base:`, `draft:`, `created:`, `updated:`, `milestone:`.

use super::super::{Api, Issue, IssueOrder, IssueState, PageNumber, Pull, Quota, Repo, refusal};
use super::{Found, Query, SearchIndex, found, is_when};
use crate::service::ApiError;

/// The qualifiers of an issue search; not all of them find something here.
const KNOWN: [&str; 22] = [
    "repo",
    "user",
    "org",
    "is",
    "type",
    "state",
    "label",
    "author",
    "assignee",
    "no",
    "in",
    "head",
    "base",
    "draft",
    "created",
    "updated",
    "closed",
    "merged",
    "milestone",
    "mentions",
    "involves",
    "review",
];

impl<'a> SearchIndex<'a> {
    /// Finds issues and pull requests, with the repository that each is in.
    ///
    /// # Errors
    ///
    /// 422 for a query that is empty or too long or names a repository that does not exist, and for a page
    /// behind the thousandth result.
    pub fn issues(
        self,
        api: &mut Api<'_>,
        query: &str,
        order: IssueOrder,
        page: PageNumber,
    ) -> Result<Found<(&'a Repo, &'a Issue)>, ApiError> {
        self.present.spend(api, Quota::Search)?;
        let query = Query::read(query, &KNOWN)?;
        // A query may name a repository that is too new to have been searched.
        for full_name in query.values("repo") {
            if !self
                .present
                .repos
                .iter()
                .any(|repo| repo.full_name().eq_ignore_ascii_case(full_name))
            {
                let message = "The listed users and repositories cannot be searched either because the \
                               resources do not exist or you do not have permission to view them.";
                return Err(refusal::explained("Search", "q", message));
            }
        }
        let mut issues: Vec<&'a Issue> = Vec::new();
        for repo in &self.content.repos {
            let hit = |issue: &&Issue| {
                query.qualified(|key, value| self.qualifies(repo, issue, (key, value)))
                    && query.is_in(&searched(&query, issue))
            };
            issues.extend(repo.issues.iter().filter(hit));
        }
        order.sort(&mut issues);
        let in_repo = |issue: &&'_ Issue| {
            self.content
                .repos
                .iter()
                .find(|repo| repo.issues.iter().any(|other| other.id == issue.id))
        };
        let hits = issues.into_iter().filter_map(|issue| Some((in_repo(&issue)?, issue)));
        found(hits.collect(), page)
    }

    fn qualifies(&self, repo: &Repo, issue: &Issue, (key, value): (&str, &str)) -> bool {
        let is_login = |login: &str| {
            login.eq_ignore_ascii_case(value)
                || (value == "@me" && login.eq_ignore_ascii_case(&self.present.viewer))
        };
        let is_same = |name: &str| name.to_lowercase() == value;
        let milestone = issue.milestone.and_then(|number| repo.milestone(number));
        let pull = issue.pull.as_ref();
        match key {
            "repo" => repo.full_name().eq_ignore_ascii_case(value),
            "user" | "org" => is_login(&repo.owner),
            "type" if issue.issue_type.as_ref().is_some_and(|kind| is_same(kind)) => true,
            "is" | "type" | "state" => is(repo, issue, value),
            "milestone" => milestone.is_some_and(|milestone| is_same(&milestone.title)),
            "label" => issue.labels.iter().any(|label| label.name.eq_ignore_ascii_case(value)),
            "author" => is_login(&issue.author),
            "assignee" => issue.assignees.iter().any(|login| is_login(login)),
            "no" if value == "label" => issue.labels.is_empty(),
            "no" if value == "assignee" => issue.assignees.is_empty(),
            "no" if value == "milestone" => milestone.is_none(),
            "no" => false,
            "in" => matches!(value, "title" | "body" | "comments"),
            "head" => pull.is_some_and(|pull| pull.head.eq_ignore_ascii_case(value)),
            "base" => pull.is_some_and(|pull| pull.base.eq_ignore_ascii_case(value)),
            "draft" => pull.is_some_and(|pull| pull.draft.to_string() == value),
            "created" => is_when(&issue.created_at, value),
            "updated" => is_when(&issue.updated_at, value),
            _ => false,
        }
    }
}

fn is(repo: &Repo, issue: &Issue, value: &str) -> bool {
    let is_merged = |pull: &Pull| pull.merged_at.is_some();
    let pull = issue.pull.as_ref();
    match value {
        "open" => issue.state == IssueState::Open,
        "closed" => issue.state == IssueState::Closed,
        "issue" => pull.is_none(),
        "pr" | "pull-request" => pull.is_some(),
        "merged" => pull.is_some_and(is_merged),
        "unmerged" => pull.is_some_and(|pull| !is_merged(pull)),
        "draft" => pull.is_some_and(|pull| pull.draft),
        "public" => !repo.private,
        "private" => repo.private,
        "archived" => repo.archived,
        _ => false,
    }
}

/// The parts that the query looks at, in lower case: all of them unless `in:` says otherwise.
fn searched(query: &Query, issue: &Issue) -> String {
    let places: Vec<&str> = query.values("in").collect();
    let looks_at = |place| places.is_empty() || places.contains(&place);
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(&part.to_lowercase());
        text.push('\n');
    };
    if looks_at("title") {
        add(&issue.title);
    }
    if looks_at("body") {
        add(issue.body.as_deref().unwrap_or_default());
    }
    if looks_at("comments") {
        issue.comments.iter().for_each(|comment| add(&comment.body));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::GitHub;
    use super::super::super::tests::{env, seeded};
    use super::*;

    fn github() -> GitHub {
        seeded(json!({ "repos": [
            { "owner": "acme", "name": "app", "collaborators": ["ada"],
              "issues": [
                { "title": "Login fails", "labels": ["bug", "good first issue"], "assignees": ["ada"], "created_at": "2025-12-24T08:00:00Z" },
                { "title": "Dark theme", "author": "ada", "state": "closed", "comments": [{ "body": "No login needed." }] },
              ],
              "pulls": [{ "title": "Mend the login", "head": "fix", "draft": true }] },
            { "owner": "other", "name": "tool", "issues": [{ "title": "Login page" }] },
        ]}))
        .0
    }

    #[track_caller]
    fn check(query: &str, expected: &[&str]) {
        let github = github();

        let hits = SearchIndex::current(&github)
            .issues(&mut env().api(), query, IssueOrder::default(), PageNumber::default())
            .unwrap();

        let titles: Vec<_> = hits.items.iter().map(|(_, issue)| issue.title.as_str()).collect();
        assert_eq!(titles, expected, "{query}");
    }

    #[test]
    fn words_are_looked_for_in_title_text_and_comments() {
        check("login org:acme", &["Mend the login", "Dark theme", "Login fails"]);
        check("login in:title user:acme", &["Mend the login", "Login fails"]);
        check("\"no login\"", &["Dark theme"]);
    }

    #[test]
    fn qualifiers_narrow_and_a_minus_excludes() {
        check("repo:acme/app is:issue is:open", &["Login fails"]);
        check("repo:acme/app is:pr draft:true", &["Mend the login"]);
        check("repo:acme/app -label:bug is:issue", &["Dark theme"]);
        check("label:\"good first issue\"", &["Login fails"]);
        check("state:closed", &["Dark theme"]);
        check("author:ada", &["Dark theme"]);
        check("assignee:ada", &["Login fails"]);
        check("created:<2026-01-01", &["Login fails"]);
        check("created:2025-12-24..2025-12-24", &["Login fails"]);
        check("login involves:ada", &[]);
    }

    #[test]
    fn unknown_repository_is_refused() {
        let github = github();

        let error = SearchIndex::current(&github).issues(
            &mut env().api(),
            "repo:no/where x",
            IssueOrder::default(),
            PageNumber::default(),
        );

        assert_eq!(error.unwrap_err().status, 422);
    }
}
