//! GitHub in the `simple` dialect.
//!
//! Answers are flat: logins instead of user objects, strings instead of base64, lists under a name
//! with the number of the next page. Numbers, states and refusals are GitHub's.

mod files;
mod issues;
mod pulls;
mod repos;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::dialect::schema::{
    Field, choice, integer, list, nullable, object, optional, required, text,
};
use crate::dialect::{Call, CatalogTool, Outcome};
use crate::service::Page;
use crate::service::github::{GitHub, IssuePath, PageNumber, RepoPath, StateFilter};

/// All tools, by name.
pub(crate) fn tools() -> Vec<CatalogTool<GitHub>> {
    let nouns = [files::tools(), issues::tools(), pulls::tools(), repos::tools()];
    let mut tools: Vec<_> = nouns.into_iter().flatten().collect();
    tools.sort_by(|one, other| one.listed.name.cmp(&other.listed.name));
    tools
}

fn tool(
    name: &str,
    description: &str,
    run: fn(Call<'_, GitHub>) -> Outcome,
) -> CatalogTool<GitHub> {
    CatalogTool::new(name, description, run)
}

/// The repository that a tool is about.
#[derive(Deserialize)]
struct InRepo {
    owner: String,
    repo: String,
}

impl InRepo {
    fn path(&self) -> RepoPath<'_> {
        RepoPath::new(&self.owner, &self.repo)
    }
}

/// The issue or pull request that a tool is about.
#[derive(Deserialize)]
struct Thread {
    #[serde(flatten)]
    at: InRepo,
    number: i64,
}

impl Thread {
    /// A number below zero reads as 0, which no issue has.
    fn path(&self) -> IssuePath<'_> {
        self.at.path().issue(unsigned(self.number))
    }
}

/// The page of a list that a call asks for.
#[derive(Deserialize)]
struct Paging {
    page: Option<i64>,
    per_page: Option<i64>,
}

impl Paging {
    fn number(&self) -> PageNumber {
        let usual = PageNumber::default();
        PageNumber {
            page: self.page.map_or(usual.page, unsigned),
            per_page: self.per_page.map_or(usual.per_page, unsigned),
        }
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn owner() -> Field {
    required("owner", text("Account that owns the repository."))
}

fn repo() -> Field {
    required("repo", text("Name of the repository."))
}

fn page() -> Field {
    optional("page", integer("Number of the page, from 1."))
}

fn per_page() -> Field {
    optional("per_page", integer("Entries on a page, 30 if not given, 100 at most."))
}

fn state() -> Field {
    let states = choice(&["open", "closed", "all"], "Which state to list; open if not given.");
    optional("state", states)
}

fn state_filter(state: &str) -> StateFilter {
    match state {
        "all" => StateFilter::All,
        "closed" => StateFilter::Closed,
        _ => StateFilter::Open,
    }
}

/// One page of a list under the name `key`.
fn page_schema(key: &'static str, items: Value) -> Value {
    object([
        required(key, list(items, "This page, newest first.")),
        required("next_page", next_page_schema()),
    ])
}

fn render_page<T>(key: &str, page: &Page<&T, u64>, entry: fn(&T) -> Value) -> Value {
    let items: Vec<Value> = page.items.iter().map(|item| entry(item)).collect();
    json!({ key: items, "next_page": page.next })
}

fn next_page_schema() -> Value {
    nullable(integer("Number of the next page, null on the last one."))
}
