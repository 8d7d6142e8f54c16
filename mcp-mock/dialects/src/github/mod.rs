//! GitHub's REST bodies, as far as servers show them or take them apart.

pub(super) mod arguments;
pub(super) mod commit;
pub(super) mod issue;
pub(super) mod pull;
mod repo;

use serde_json::{Map, Value, json};

pub(super) use self::arguments::{
    InRepo, MergeRequest, Number, OfIssue, OfPull, Paging, PullList, head_sha, read_time,
    refuse_unmodelled, search_order, state,
};
use mcp_mock::service::github::{Found, GitHub, account_id};

/// Renders the records of a GitHub as its REST API does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rest<'a> {
    github: &'a GitHub,
}

impl<'a> Rest<'a> {
    pub(super) fn new(github: &'a GitHub) -> Self {
        Self { github }
    }

    pub(super) fn github(self) -> &'a GitHub {
        self.github
    }

    /// An account, as it stands in other bodies.
    pub(super) fn account(self, login: &str) -> Value {
        let id = account_id(login);
        let is_organization = self.github.is_organization(login);
        json!({
            "login": login,
            "id": id,
            "node_id": node_id(if is_organization { "O" } else { "U" }, id),
            "avatar_url": avatar_url(login),
            "url": format!("https://api.github.com/users/{login}"),
            "html_url": format!("https://github.com/{login}"),
            "repos_url": format!("https://api.github.com/users/{login}/repos"),
            "type": if is_organization { "Organization" } else { "User" },
            "site_admin": false,
        })
    }

    fn accounts(self, logins: &[String]) -> Vec<Value> {
        logins.iter().map(|login| self.account(login)).collect()
    }

    /// One page of a search.
    pub(super) fn found<T>(self, found: Found<T>, item: impl Fn(Self, T) -> Value) -> Value {
        let scored = |hit| {
            let mut body = item(self, hit);
            body["score"] = json!(1.0);
            body
        };
        let items: Vec<Value> = found.items.into_iter().map(scored).collect();
        json!({ "total_count": found.total_count, "incomplete_results": false, "items": items })
    }
}

/// Where the picture of an account lies.
pub(super) fn avatar_url(login: &str) -> String {
    format!("https://avatars.githubusercontent.com/u/{}?v=4", account_id(login))
}

/// The id of a record in GitHub's other API.
fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_kwDO{id:x}")
}

/// Adds members to a body.
fn extended(mut body: Value, more: Value) -> Value {
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend::<Map<String, Value>>(more);
    }
    body
}
