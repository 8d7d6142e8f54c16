//! The pages of every list, in every dialect, hold each entry once.

use std::collections::BTreeSet;

use mcp_client::Client;
use mcp_core::protocol::Tool;
use mcp_mock::{ServiceName, World};
use serde_json::{Value, json};

use super::super::client_of;
use super::{body, world};
use crate::in_dialect;

/// Pages that a list is asked for at most; these lists are shorter.
const PAGES_MAX: usize = 40;

/// Tools with arguments for pages that are not walked here, and why.
const NOT_WALKED: [(&str, &str); 6] = [
    ("query", "its pages have 2000 records; a test of the dialect walks them"),
    ("get_commit", "a commit here has few files, and the list is a part of the answer"),
    ("search_commits", "not backed"),
    ("API-patch-block-children", "`after` is a place"),
    ("API-list-data-source-templates", "not backed"),
    ("API-retrieve-a-page-property", "a property here has one page"),
];

/// A list that comes in pages.
struct Paged {
    service: ServiceName,
    dialect: &'static str,
    tool: &'static str,
    arguments: Value,
    /// The argument that says how many entries a page has.
    size: &'static str,
    next: Next,
    /// Where the entries are in the answer, and the name of each in the entry.
    entries: &'static str,
    name: &'static str,
}

/// How the next page is asked for.
enum Next {
    /// By its number in this argument.
    Number(&'static str),
    /// By what the answer says here, in this argument.
    Cursor { argument: &'static str, place: &'static str },
}

/// Commits and comments, which no seed has so many of.
async fn live(world: &World) {
    let github = client_of(&world.github()).await;
    for n in 0..4 {
        let file = json!({
            "owner": "acme", "repo": "app", "path": format!("new-{n}.txt"), "content": "x",
            "message": format!("Add {n}"),
        });
        github.call_raw("create_or_update_file", file).await.unwrap();
    }
    let page = world.state().notion.pages[0].id.clone();
    let notion = client_of(&in_dialect(&world.notion(), "npm-2.5.2")).await;
    for n in 0..5 {
        let text = json!([{ "text": { "content": format!("comment {n}") } }]);
        let comment = json!({ "parent": { "page_id": page }, "rich_text": text });
        notion.call_raw("API-create-a-comment", comment).await.unwrap();
    }
}

fn lists(world: &World) -> Vec<Paged> {
    let mut lists = github_lists();
    lists.extend(notion_lists(world));
    lists.extend(slack_lists(world));
    lists.push(Paged {
        service: ServiceName::Gmail,
        dialect: "simple",
        tool: "list_messages",
        arguments: json!({}),
        size: "limit",
        next: Next::Cursor { argument: "cursor", place: "/next_cursor" },
        entries: "/messages",
        name: "/id",
    });
    lists
}

fn github_lists() -> Vec<Paged> {
    let in_repo = |more: Value| {
        let mut arguments = json!({ "owner": "acme", "repo": "app" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let all = json!({ "state": "all" });
    let pull = json!({ "method": "get_files", "pullNumber": 12 });
    let of_issue = json!({ "method": "get_comments", "issue_number": 8 });
    let none = || in_repo(json!({}));
    let query = |query: &str| json!({ "query": query });
    let q = |query: &str| json!({ "q": query });
    let (npm, official) = ("npm-2025.4.8", "official");
    let by_number = [
        ("simple", "list_issues", in_repo(all.clone()), "per_page", "/issues", "/number"),
        ("simple", "list_prs", in_repo(all.clone()), "per_page", "/prs", "/number"),
        ("simple", "list_repos", json!({ "owner": "acme" }), "per_page", "/repos", "/full_name"),
        ("simple", "search_code", query("word"), "per_page", "/items", "/path"),
        (npm, "list_issues", in_repo(all.clone()), "per_page", "", "/number"),
        (npm, "list_pull_requests", in_repo(all.clone()), "per_page", "", "/number"),
        (npm, "list_commits", none(), "perPage", "", "/sha"),
        (npm, "search_repositories", query("thing"), "perPage", "/items", "/full_name"),
        (npm, "search_code", q("word"), "per_page", "/items", "/path"),
        (npm, "search_issues", q("repo:acme/app"), "per_page", "/items", "/number"),
        (npm, "search_users", q("a"), "per_page", "/items", "/login"),
        (official, "list_branches", none(), "perPage", "", "/name"),
        (official, "list_commits", none(), "perPage", "", "/sha"),
        (official, "list_pull_requests", in_repo(all), "perPage", "", "/number"),
        (official, "list_releases", none(), "perPage", "", "/tag_name"),
        (official, "list_tags", none(), "perPage", "", "/name"),
        (official, "list_repository_collaborators", none(), "perPage", "/items", "/login"),
        (official, "issue_read", in_repo(of_issue), "perPage", "", "/body"),
        (official, "pull_request_read", in_repo(pull), "perPage", "", "/filename"),
        (official, "search_code", query("word"), "perPage", "/items", "/path"),
        (official, "search_issues", query("repo:acme/app"), "perPage", "/items", "/number"),
        (official, "search_pull_requests", query("repo:acme/app"), "perPage", "/items", "/number"),
        (official, "search_repositories", query("thing"), "perPage", "/items", "/full_name"),
        (official, "search_users", query("a"), "perPage", "/items", "/login"),
    ];
    let list = |(dialect, tool, arguments, size, entries, name)| Paged {
        service: ServiceName::GitHub,
        dialect,
        tool,
        arguments,
        size,
        next: Next::Number("page"),
        entries,
        name,
    };
    let mut lists: Vec<_> = by_number.into_iter().map(list).collect();
    lists.push(Paged {
        service: ServiceName::GitHub,
        dialect: official,
        tool: "list_issues",
        arguments: none(),
        size: "perPage",
        next: Next::Cursor { argument: "after", place: "/pageInfo/endCursor" },
        entries: "/issues",
        name: "/number",
    });
    lists
}

fn notion_lists(world: &World) -> Vec<Paged> {
    let notion = world.state().notion;
    let titled = notion.pages.last().unwrap().id.clone();
    let first = notion.pages[0].id.clone();
    let source = notion.databases[0].sources[0].id.clone();
    let npm = "npm-2.5.2";
    let lists = [
        ("simple", "query_database", json!({ "database_id": "rows" }), "/pages"),
        ("simple", "search", json!({ "query": "" }), "/results"),
        (npm, "API-get-users", json!({}), "/results"),
        (npm, "API-post-search", json!({}), "/results"),
        (npm, "API-get-block-children", json!({ "block_id": titled }), "/results"),
        (npm, "API-retrieve-a-comment", json!({ "block_id": first }), "/results"),
        (npm, "API-query-data-source", json!({ "data_source_id": source }), "/results"),
    ];
    let list = |(dialect, tool, arguments, entries)| Paged {
        service: ServiceName::Notion,
        dialect,
        tool,
        arguments,
        size: if dialect == npm { "page_size" } else { "limit" },
        next: Next::Cursor {
            argument: if dialect == npm { "start_cursor" } else { "cursor" },
            place: "/next_cursor",
        },
        entries,
        name: "/id",
    };
    lists.into_iter().map(list).collect()
}

fn slack_lists(world: &World) -> Vec<Paged> {
    let slack = world.state().slack;
    let thread = slack.messages("talk").iter().find(|it| it.reply_count > 0).unwrap().ts.clone();
    let (in_answer, in_metadata) = ("/next_cursor", "/response_metadata/next_cursor");
    let of_thread = json!({ "channel": "C1", "thread_ts": thread });
    let mut lists = vec![
        ("simple", "list_channels", json!({}), in_answer, "/channels", "/id"),
        ("simple", "list_users", json!({}), in_answer, "/users", "/id"),
        (
            "simple",
            "get_channel_history",
            json!({ "channel": "C1" }),
            in_answer,
            "/messages",
            "/ts",
        ),
        ("simple", "get_thread_replies", of_thread, in_answer, "/messages", "/ts"),
    ];
    for dialect in ["npm-2025.4.25", "zencoder-0.0.1"] {
        lists.extend([
            (dialect, "slack_list_channels", json!({}), in_metadata, "/channels", "/id"),
            (dialect, "slack_get_users", json!({}), in_metadata, "/members", "/id"),
        ]);
    }
    let list = |(dialect, tool, arguments, place, entries, name)| Paged {
        service: ServiceName::Slack,
        dialect,
        tool,
        arguments,
        size: "limit",
        next: Next::Cursor { argument: "cursor", place },
        entries,
        name,
    };
    lists.into_iter().map(list).collect()
}

impl Paged {
    fn is_of(&self, service: ServiceName, dialect: &str, tool: &str) -> bool {
        (self.service, self.dialect, self.tool) == (service, dialect, tool)
    }

    fn title(&self) -> String {
        format!("{} {} {}", self.service, self.dialect, self.tool)
    }

    /// The names of all entries in pages of this size, in their order.
    async fn walked(&self, client: &Client, size: usize) -> Vec<String> {
        let mut arguments = self.arguments.clone();
        arguments[self.size] = json!(size);
        let mut names = Vec::new();
        for page in 1..=PAGES_MAX {
            if let Next::Number(argument) = self.next {
                arguments[argument] = json!(page);
            }
            let answer = body(client, self.tool, arguments.clone()).await;
            let entries = answer.pointer(self.entries).and_then(Value::as_array);
            let entries = entries.unwrap_or_else(|| panic!("{}: {answer:#}", self.title()));
            assert!(entries.len() <= size, "{}: {answer:#}", self.title());
            let name = |entry: &Value| match entry.pointer(self.name) {
                Some(name) => name.to_string(),
                None => panic!("{}: {entry:#}", self.title()),
            };
            names.extend(entries.iter().map(name));
            match self.next {
                Next::Number(_) if entries.is_empty() => return names,
                Next::Number(_) => {}
                Next::Cursor { argument, place } => match answer.pointer(place) {
                    Some(Value::String(cursor)) if !cursor.is_empty() && !entries.is_empty() => {
                        arguments[argument] = json!(cursor);
                    }
                    _ => return names,
                },
            }
        }
        panic!("{} has no end", self.title());
    }
}

#[tokio::test]
async fn pages_of_every_list_in_every_dialect_are_complete_and_free_of_duplicates() {
    let world = world(1);
    live(&world).await;

    for list in lists(&world) {
        let server = in_dialect(&world.server(list.service), list.dialect);
        let client = client_of(&server).await;

        let whole = list.walked(&client, 100).await;

        let title = list.title();
        assert!(whole.len() > 2, "{title} is too short to have pages: {whole:?}");
        assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "{title}: {whole:?}");
        for size in 1..=4 {
            assert_eq!(list.walked(&client, size).await, whole, "{title}, {size} on a page");
        }
    }
}

#[tokio::test]
async fn list_with_arguments_for_pages_is_walked_or_said_why_not() {
    let world = world(1);
    live(&world).await;
    let lists = lists(&world);

    for service in ServiceName::ALL {
        for dialect in mcp_mock_dialects::names(service) {
            let server = in_dialect(&world.server(service), dialect);
            for tool in server.tools().iter().filter(|tool| has_pages(tool)) {
                let is_walked = lists.iter().any(|list| list.is_of(service, dialect, &tool.name));
                let is_excused = NOT_WALKED.iter().any(|(name, _)| *name == tool.name);
                assert!(is_walked || is_excused, "{service} {dialect} {}", tool.name);
            }
        }
    }
}

fn has_pages(tool: &Tool) -> bool {
    let schema: Value = serde_json::from_str(tool.input_schema.get()).unwrap();
    let names = ["page", "cursor", "start_cursor", "after"];
    names.iter().any(|name| schema["properties"].get(*name).is_some())
}
