//! What calls cost at GitHub, in every dialect.

use mcp_mock::dialect::{Called, Dialect};
use mcp_mock::service::ServiceName;
use mcp_mock::world::State;
use mcp_mock::{GitHubLimits, Limits, World};
use serde_json::{Map, Value, json};

const NOTHING: GitHubLimits = GitHubLimits {
    requests_per_hour: 0,
    searches_per_minute: 0,
    code_searches_per_minute: 0,
    content_per_minute: 0,
    content_per_hour: 0,
};

/// The demo content, on which pull request 3 of `company/app` is open.
fn demo(limits: GitHubLimits) -> State {
    let world = World::new(1);
    world.enforce_limits(Limits { github: Some(limits), ..Limits::default() });
    world.state()
}

fn call(state: &mut State, dialect: &dyn Dialect, tool: &str, arguments: &Value) -> Called {
    dialect.call(state, tool, arguments.as_object().cloned())
}

/// The words of an answer or of an error.
fn words(called: &Called) -> String {
    match &called.reply {
        Ok(result) => result.content[0].as_text().unwrap().to_owned(),
        Err(error) => error.message.clone(),
    }
}

/// A value for an argument of this name.
fn sample(name: &str, schema: &Value) -> Value {
    match name {
        "owner" | "org" => json!("company"),
        "repo" => json!("app"),
        "path" => json!("README.md"),
        "branch" | "base" => json!("main"),
        "head" => json!("feature/export"),
        "files" => json!([{ "path": "a.txt", "content": "a" }]),
        "method" => json!("add"),
        "event" => json!("COMMENT"),
        _ => match schema["type"].as_str() {
            Some("number" | "integer") => json!(3),
            _ => json!("login"),
        },
    }
}

/// Arguments that a tool takes, for each of its methods.
fn arguments(tool: &str, schema: &Value) -> Vec<Value> {
    // Not required by the schema, and insisted on all the same.
    let also = match tool {
        "add_issue_comment" => ["body", ""],
        "add_reply_to_pull_request_comment" => ["body", "pullNumber"],
        "issue_write" => ["title", "issue_number"],
        "sub_issue_write" => ["after_id", ""],
        "update_pull_request" => ["title", ""],
        _ => ["", ""],
    };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names = required.chain(also.into_iter().filter(|name| !name.is_empty()));
    let given = names.map(|name| (name.to_owned(), sample(name, &schema["properties"][name])));
    let given: Map<String, Value> = given.collect();
    let Some(methods) = schema["properties"]["method"]["enum"].as_array() else {
        return vec![given.into()];
    };
    let with = |method: &Value| {
        let mut given = given.clone();
        given.insert("method".to_owned(), method.clone());
        Value::from(given)
    };
    methods.iter().filter(|method| !is_unmodelled(method)).map(with).collect()
}

fn is_unmodelled(method: &Value) -> bool {
    method == "resolve_thread" || method == "unresolve_thread"
}

#[test]
fn no_tool_works_when_no_request_has_room() {
    let before = demo(NOTHING);

    for dialect in mcp_mock_dialects::all(ServiceName::GitHub) {
        for tool in dialect.tools().iter().filter(|tool| dialect.is_backed(&tool.name)) {
            let schema = serde_json::from_str(tool.input_schema.get()).unwrap();
            for arguments in arguments(&tool.name, &schema) {
                let mut state = before.clone();

                let words = words(&call(&mut state, &*dialect, &tool.name, &arguments));

                let place = format!("`{}` of `{}` {arguments}", tool.name, dialect.name());
                assert!(words.contains("rate limit exceeded"), "{place}: {words}");
                assert_eq!(state, before, "{place}");
            }
        }
    }
}

#[test]
fn every_request_of_a_call_is_counted() {
    let of = |more: Value| {
        let mut arguments = json!({ "owner": "company", "repo": "app" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        arguments
    };
    let push = || {
        let files = json!([{ "path": "a.txt", "content": "a" }]);
        of(json!({ "branch": "main", "message": "m", "files": files }))
    };
    let write = || of(json!({ "path": "b", "content": "b", "message": "m", "branch": "main" }));
    let pull = |method: &str| of(json!({ "method": method, "pullNumber": 3 }));
    let (npm, official) = ("npm-2025.4.8", "official");
    let cases = [
        ("simple", "get_issue", of(json!({ "number": 1 })), 1),
        (npm, "create_branch", of(json!({ "branch": "new" })), 2),
        (npm, "create_or_update_file", write(), 2),
        (npm, "get_pull_request_status", of(json!({ "pull_number": 3 })), 2),
        (npm, "push_files", push(), 4),
        (official, "create_branch", of(json!({ "branch": "new" })), 3),
        (official, "create_branch", of(json!({ "branch": "new", "from_branch": "main" })), 2),
        (official, "create_or_update_file", write(), 2),
        (official, "get_file_contents", of(json!({ "path": "/" })), 3),
        (official, "get_file_contents", of(json!({ "path": "/", "ref": "main" })), 2),
        (official, "pull_request_read", pull("get"), 1),
        (official, "pull_request_read", pull("get_status"), 2),
        (official, "pull_request_review_write", pull("create"), 2),
        (official, "push_files", push(), 5),
        (official, "update_pull_request", of(json!({ "pullNumber": 3, "title": "New" })), 2),
    ];

    for (name, tool, arguments, requests) in cases {
        let dialect = mcp_mock_dialects::named(ServiceName::GitHub, name).unwrap();
        let has_room = |requests_per_hour| {
            let limits = GitHubLimits { requests_per_hour, ..GitHubLimits::default() };
            !call(&mut demo(limits), &*dialect, tool, &arguments).has_failed
        };

        assert!(has_room(requests), "`{tool}` of `{name}` sends more than {requests}");
        assert!(!has_room(requests - 1), "`{tool}` of `{name}` sends fewer than {requests}");
    }
}

#[test]
fn only_methods_that_create_something_count_as_content() {
    let limits = GitHubLimits { content_per_minute: 1, ..GitHubLimits::default() };
    let dialect = mcp_mock_dialects::named(ServiceName::GitHub, "official").unwrap();
    let review = json!({ "owner": "company", "repo": "app", "pullNumber": 3 });
    let issue = json!({ "owner": "company", "repo": "support", "issue_number": 1, "title": "New" });
    let refused = |tool: &str, arguments: &Value, method: &str| {
        let mut state = demo(limits);
        let mut arguments = arguments.clone();
        arguments["method"] = json!(method);
        let mut calls = Vec::new();
        calls.resize_with(3, || words(&call(&mut state, &*dialect, tool, &arguments)));
        calls.iter().filter(|words| words.contains("secondary rate limit")).count()
    };

    assert_eq!(refused("pull_request_review_write", &review, "create"), 2);
    assert_eq!(refused("pull_request_review_write", &review, "delete_pending"), 0);
    assert_eq!(refused("issue_write", &issue, "create"), 2);
    assert_eq!(refused("issue_write", &issue, "update"), 0);
}
