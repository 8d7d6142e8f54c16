//! The tools over the demo content.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::dialect::simple::tests::Demo;

#[test]
fn there_are_fifteen_tools_in_the_order_of_their_names() {
    let tools = tools();
    let names: Vec<_> = tools.iter().map(|tool| &tool.listed.name).collect();

    assert_eq!(names.len(), 15);
    assert!(names.is_sorted());
}

#[test]
fn every_tool_answers_as_it_declares() {
    let calls = [
        (
            "create_issue",
            json!({ "owner": "company", "repo": "support", "title": "Cannot access dashboard", "labels": ["support", "high"] }),
        ),
        ("get_issue", json!({ "owner": "company", "repo": "support", "number": 1 })),
        (
            "list_issues",
            json!({ "owner": "company", "repo": "app", "state": "all", "include_prs": true }),
        ),
        (
            "update_issue",
            json!({ "owner": "company", "repo": "support", "number": 3, "title": "Dashboard answers 404", "labels": [] }),
        ),
        ("close_issue", json!({ "owner": "company", "repo": "support", "number": 3 })),
        (
            "add_comment",
            json!({ "owner": "company", "repo": "support", "number": 1, "body": "Solved." }),
        ),
        (
            "create_pr",
            json!({ "owner": "company", "repo": "app", "title": "Export", "head": "feature/export" }),
        ),
        ("list_prs", json!({ "owner": "company", "repo": "app", "state": "open", "per_page": 2 })),
        ("merge_pr", json!({ "owner": "company", "repo": "app", "number": 3, "method": "squash" })),
        ("list_repos", json!({ "owner": "company" })),
        ("get_repo", json!({ "owner": "acme", "repo": "app" })),
        (
            "create_release",
            json!({ "owner": "company", "repo": "app", "tag": "v1.5.0", "name": "1.5.0", "body": "New." }),
        ),
        ("get_file", json!({ "owner": "company", "repo": "app", "path": "src" })),
        (
            "create_or_update_file",
            json!({ "owner": "company", "repo": "app", "path": "NEWS.md", "content": "1.5.0", "message": "Add news" }),
        ),
        ("search_code", json!({ "query": "login user:company" })),
    ];
    let mut demo = Demo::new(tools());

    let called: BTreeSet<&str> = calls.iter().map(|(name, _)| *name).collect();
    for (name, arguments) in calls {
        demo.call(name, arguments).unwrap();
    }

    let tools = tools();
    assert_eq!(called, tools.iter().map(|tool| tool.listed.name.as_str()).collect());
}

#[test]
fn new_issue_has_a_number_and_a_page() {
    let mut demo = Demo::new(tools());

    let issue = demo
        .call("create_issue", json!({ "owner": "company", "repo": "support", "title": "New" }))
        .unwrap();

    assert_eq!(issue["number"], 3);
    assert_eq!(issue["html_url"], "https://github.com/company/support/issues/3");
}

#[test]
fn digest_reads_title_and_author_of_open_pull_requests() {
    let mut demo = Demo::new(tools());

    let answer = demo
        .call("list_prs", json!({ "owner": "company", "repo": "app", "state": "open" }))
        .unwrap();

    let lines: Vec<_> = answer["prs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pull| (&pull["title"], &pull["author"]))
        .collect();
    assert_eq!(
        json!(lines),
        json!([
            ["Update dependencies", "grace"],
            ["Dark theme", "linus"],
            ["Refuse names of blanks", "ada"],
        ])
    );
}

#[test]
fn issues_are_listed_without_pull_requests_unless_asked_for() {
    let mut demo = Demo::new(tools());
    let mut count = |include_prs: bool| {
        let arguments = json!({ "owner": "company", "repo": "app", "include_prs": include_prs });
        demo.call("list_issues", arguments).unwrap()["issues"].as_array().unwrap().len()
    };

    assert_eq!((count(false), count(true)), (2, 5));
}

#[test]
fn file_is_replaced_with_the_sha_that_was_read() {
    let mut demo = Demo::new(tools());
    let path = json!({ "owner": "company", "repo": "app", "path": "README.md" });
    let sha = demo.call("get_file", path).unwrap()["sha"].clone();

    let written = demo.call("create_or_update_file", json!({
        "owner": "company", "repo": "app", "path": "README.md", "content": "new", "message": "Rewrite", "sha": sha,
    })).unwrap();

    assert_eq!(written["created"], false);
    assert_ne!(written["sha"], sha);
}

#[test]
fn missing_repository_is_refused_by_every_tool_that_names_one() {
    let mut demo = Demo::new(tools());
    let arguments = json!({ "owner": "company", "repo": "nothing", "number": 1, "title": "x", "head": "x",
        "tag": "x", "path": "x", "content": "x", "message": "x", "body": "x" });

    for tool in tools() {
        let schema: Value = serde_json::from_str(tool.listed.input_schema.get()).unwrap();
        let known = schema["properties"].as_object().unwrap();
        if !known.contains_key("repo") {
            continue;
        }
        let mut arguments = arguments.clone();
        arguments.as_object_mut().unwrap().retain(|name, _| known.contains_key(name));
        let error = demo.call(&tool.listed.name, arguments).unwrap_err();
        assert_eq!(
            (error.status, error.message.as_str()),
            (404, "Not Found"),
            "{}",
            tool.listed.name
        );
    }
}

#[test]
fn negative_numbers_and_pages_do_no_harm() {
    let mut demo = Demo::new(tools());

    let issue = demo.call("get_issue", json!({ "owner": "company", "repo": "app", "number": -3 }));
    let page = demo.call(
        "list_issues",
        json!({ "owner": "company", "repo": "app", "page": -1, "per_page": -5 }),
    );

    assert_eq!(issue.unwrap_err().status, 404);
    assert_eq!(page.unwrap()["issues"].as_array().unwrap().len(), 1);
}
