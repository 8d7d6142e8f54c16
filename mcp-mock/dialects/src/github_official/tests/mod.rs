mod arguments;
mod organizations;
mod threads;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::probes::shown;
use super::*;
use crate::github_npm;
use mcp_mock::world::{Seed, State};

fn demo() -> State {
    let mut state = State::empty(1);
    state.apply_seed(Seed::demo()).unwrap();
    state
}

fn answer(state: &mut State, tool: &str, arguments: Value) -> Value {
    shown(&dialect().call(state, tool, serde_json::from_value(arguments).unwrap()).reply)
}

#[track_caller]
fn words(state: &mut State, tool: &str, arguments: Value) -> String {
    let answer = answer(state, tool, arguments);
    let text = answer["result"]["content"][0]["text"].as_str();
    text.unwrap_or_else(|| panic!("`{tool}` failed: {answer}")).to_owned()
}

#[track_caller]
fn call(state: &mut State, tool: &str, arguments: Value) -> Value {
    let answer = answer(state, tool, arguments);
    assert!(answer["result"]["isError"].is_null(), "`{tool}` failed: {answer}");
    serde_json::from_str(answer["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
}

#[track_caller]
fn refused(state: &mut State, tool: &str, arguments: Value) -> String {
    let answer = answer(state, tool, arguments);
    assert_eq!(answer["result"]["isError"], true, "`{tool}`: {answer}");
    answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
}

/// `more` with an owner and a repository.
fn of(repo: &str, more: Value) -> Value {
    let (owner, name) = repo.split_once('/').unwrap();
    joined(json!({ "owner": owner, "repo": name }), more)
}

fn joined(mut arguments: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("`{more}` is no object") };
    arguments.as_object_mut().unwrap().extend(more);
    arguments
}

#[test]
fn tool_that_asks_a_person_first_fails_loudly() {
    let failed = answer(&mut demo(), "delete_repository", of("acme/app", json!({})));

    assert_eq!(failed["error"]["data"]["mock"], "not backed");
}

#[test]
fn new_issue_has_its_number_in_its_page_only() {
    let mut state = demo();
    let new = json!({ "method": "create", "title": "New", "labels": ["support"] });

    let issue = call(&mut state, "issue_write", of("company/support", new));

    let id = state.github.issue("company", "support", 3).unwrap().id;
    let page = "https://github.com/company/support/issues/3";
    assert_eq!(issue, json!({ "id": id.to_string(), "url": page }));
}

#[test]
fn npm_gives_the_whole_issue_where_official_gives_its_page() {
    let mut state = demo();
    let new = of("company/support", json!({ "method": "create", "title": "New" }));

    let official = call(&mut state, "issue_write", new.clone());
    let arguments = serde_json::from_value(new).unwrap();
    let npm = shown(&github_npm::dialect().call(&mut state, "create_issue", arguments).reply);
    let npm: Value =
        serde_json::from_str(npm["result"]["content"][0]["text"].as_str().unwrap()).unwrap();

    assert!(official.get("number").is_none());
    assert_eq!((npm["number"].as_u64(), npm["id"].is_u64()), (Some(4), true));
}

#[test]
fn issue_list_has_no_pull_requests_and_closed_issues_too() {
    let mut state = demo();

    let all = call(&mut state, "list_issues", of("company/support", json!({})));
    let app = call(&mut state, "list_issues", of("company/app", json!({})));

    let states: Vec<_> =
        all["issues"].as_array().unwrap().iter().map(|issue| issue["state"].clone()).collect();
    assert_eq!(states, ["CLOSED", "OPEN"]);
    assert_eq!(
        (&app["totalCount"], &app["issues"][0]["labels"]),
        (&json!(2), &json!(["enhancement"]))
    );
}

#[test]
fn issue_list_goes_by_cursor() {
    let mut state = demo();
    let first = call(
        &mut state,
        "list_issues",
        of("company/app", json!({ "perPage": 1, "fields": ["number"] })),
    );
    let after = first["pageInfo"]["endCursor"].clone();

    let rest =
        call(&mut state, "list_issues", of("company/app", json!({ "perPage": 1, "after": after })));
    let page = refused(&mut state, "list_issues", of("company/app", json!({ "page": 2 })));

    assert_eq!(
        (&first["issues"], &first["pageInfo"]["hasNextPage"]),
        (&json!([{ "number": 2 }]), &json!(true))
    );
    assert_eq!(
        (&rest["issues"][0]["number"], &rest["pageInfo"]["hasNextPage"]),
        (&json!(1), &json!(false))
    );
    assert!(page.starts_with("This tool uses cursor-based pagination."), "{page}");
}

#[test]
fn refusals_name_the_request_and_the_details() {
    let mut state = demo();

    let missing = refused(
        &mut state,
        "issue_write",
        of("no/where", json!({ "method": "create", "title": "T" })),
    );
    let untitled =
        refused(&mut state, "issue_write", of("acme/app", json!({ "method": "create" })));
    let pull = json!({ "title": "T", "head": "nope", "base": "main" });
    let pull = refused(&mut state, "create_pull_request", of("acme/app", pull));
    let graph = refused(&mut state, "list_issues", of("no/where", json!({})));

    let path = "https://api.github.com/repos/no/where/issues";
    assert_eq!(missing, format!("failed to create issue: POST {path}: 404 Not Found []"));
    assert_eq!(untitled, "missing required parameter: title");
    assert_eq!(
        pull,
        "failed to create pull request: Validation Failed\nPullRequest.head (invalid)"
    );
    assert_eq!(
        graph,
        "failed to list issues: Could not resolve to a Repository with the name 'no/where'."
    );
}

#[test]
fn missing_issue_is_an_error_of_the_protocol() {
    let arguments = of("acme/app", json!({ "method": "get", "issue_number": 99 }));

    let answer = answer(&mut demo(), "issue_read", arguments);

    let path = "https://api.github.com/repos/acme/app/issues/99";
    let words = format!("failed to get issue: GET {path}: 404 Not Found []");
    assert_eq!(answer["error"]["message"], words);
}

#[test]
fn issue_is_read_with_its_comments_and_labels() {
    let mut state = demo();
    let read =
        |method: &str| of("company/support", json!({ "method": method, "issue_number": "1" }));

    let issue = call(&mut state, "issue_read", read("get"));
    let comments = call(&mut state, "issue_read", read("get_comments"));
    let labels = call(&mut state, "issue_read", read("get_labels"));

    assert_eq!((&issue["number"], &issue["labels"]), (&json!(1), &json!(["support", "high"])));
    assert_eq!((&comments[0]["user"]["login"], &labels["totalCount"]), (&json!("ada"), &json!(2)));
}

#[test]
fn closed_issue_keeps_its_reason() {
    let mut state = demo();
    let close = json!({ "method": "update", "issue_number": 1, "state": "closed", "state_reason": "not_planned" });
    let duplicate = json!({ "method": "update", "issue_number": 1, "state": "closed", "state_reason": "duplicate" });

    let words = refused(&mut state, "issue_write", of("acme/app", duplicate));
    call(&mut state, "issue_write", of("acme/app", close));

    let read = of("acme/app", json!({ "method": "get", "issue_number": 1 }));
    assert_eq!(call(&mut state, "issue_read", read)["state_reason"], "not_planned");
    assert_eq!(words, "duplicate_of must be provided when state_reason is 'duplicate'");
}

#[test]
fn merged_pull_request_reads_as_unmerged_in_a_list() {
    let mut state = demo();
    let merge = of("company/app", json!({ "pullNumber": 3, "merge_method": "squash" }));
    assert_eq!(call(&mut state, "merge_pull_request", merge)["merged"], true);

    let get = of("company/app", json!({ "method": "get", "pullNumber": 3 }));
    let pull = call(&mut state, "pull_request_read", get);
    let list =
        call(&mut state, "list_pull_requests", of("company/app", json!({ "state": "closed" })));

    assert_eq!((&pull["merged"], &pull["changed_files"]), (&json!(true), &json!(1)));
    let listed = list.as_array().unwrap().iter().find(|pull| pull["number"] == 3).unwrap();
    assert_eq!((&listed["merged"], listed["merged_at"].is_string()), (&json!(false), true));
}

#[test]
fn pull_request_is_read_part_by_part() {
    let mut state = demo();
    let read = |method: &str| of("company/app", json!({ "method": method, "pullNumber": 3 }));

    let files = call(&mut state, "pull_request_read", read("get_files"));
    let commits = call(&mut state, "pull_request_read", read("get_commits"));
    let status = call(&mut state, "pull_request_read", read("get_status"));
    let checks = call(&mut state, "pull_request_read", read("get_check_runs"));
    let diff = words(&mut state, "pull_request_read", read("get_diff"));

    assert_eq!((&files[0]["filename"], &files[0]["changes"]), (&json!("src/login.rs"), &json!(2)));
    assert_eq!(commits[0]["message"], "Refuse names of blanks");
    assert_eq!((&status["state"], &checks["total_count"]), (&json!("pending"), &json!(0)));
    assert!(diff.starts_with("diff --git a/src/login.rs b/src/login.rs\n--- a/src"), "{diff}");
}

#[test]
fn review_is_begun_commented_and_given() {
    let mut state = demo();
    let pull = |more: Value| joined(of("company/app", json!({ "pullNumber": 3 })), more);
    let comment =
        json!({ "path": "src/login.rs", "body": "Here", "subjectType": "LINE", "line": 3 });

    let early = refused(&mut state, "add_comment_to_pending_review", pull(comment.clone()));
    let begun = words(&mut state, "pull_request_review_write", pull(json!({ "method": "create" })));
    words(&mut state, "add_comment_to_pending_review", pull(comment));
    let submit = json!({ "method": "submit_pending", "event": "APPROVE", "body": "Good" });
    let given = words(&mut state, "pull_request_review_write", pull(submit));
    let threads =
        call(&mut state, "pull_request_read", pull(json!({ "method": "get_review_comments" })));
    let reviews = call(&mut state, "pull_request_read", pull(json!({ "method": "get_reviews" })));

    assert_eq!(early, "No pending review found for the viewer");
    assert_eq!(begun, "pending pull request created");
    assert_eq!(given, "pending pull request review successfully submitted");
    assert_eq!(threads["review_threads"][0]["comments"][0]["line"], 3);
    assert_eq!(reviews[0]["state"], "APPROVED");
}

#[test]
fn own_pull_request_cannot_be_approved() {
    let mut state = demo();
    let branch = of("acme/app", json!({ "branch": "x" }));
    call(&mut state, "create_branch", branch);
    let push = json!({ "branch": "x", "message": "m", "files": [{ "path": "a", "content": "b" }] });
    call(&mut state, "push_files", of("acme/app", push));
    let pull = json!({ "title": "T", "head": "x", "base": "main", "reviewers": ["ada"] });
    call(&mut state, "create_pull_request", of("acme/app", pull));

    let review = json!({ "method": "create", "pullNumber": 3, "event": "APPROVE" });
    let words = refused(&mut state, "pull_request_review_write", of("acme/app", review));

    assert_eq!(words, "Can not approve your own pull request");
    let pull = state.github.issue("acme", "app", 3).unwrap().pull.clone().unwrap();
    assert_eq!(pull.requested_reviewers, ["ada"]);
}

#[test]
fn file_is_a_resource_and_is_not_overwritten_blindly() {
    let mut state = demo();
    let read = of("acme/app", json!({ "path": "README.md" }));
    let write =
        json!({ "path": "README.md", "content": "New\n", "message": "m", "branch": "main" });

    let file = answer(&mut state, "get_file_contents", read);
    let blind = refused(&mut state, "create_or_update_file", of("acme/app", write.clone()));
    let resource = &file["result"]["content"][1]["resource"];
    let said = file["result"]["content"][0]["text"].as_str().unwrap();
    let sha = said.split_once("(SHA: ").unwrap().1.trim_end_matches(')').to_owned();
    let mut write = of("acme/app", write);
    write["sha"] = json!(sha);
    let written = call(&mut state, "create_or_update_file", write);

    assert!(resource["text"].as_str().unwrap().starts_with("# Acme app"));
    assert!(resource["uri"].as_str().unwrap().starts_with("repo://acme/app/sha/"), "{resource}");
    assert!(blind.starts_with("File already exists at README.md."), "{blind}");
    assert_eq!(written["commit"]["message"], "m");
}

#[test]
fn empty_repository_is_begun_by_the_first_push() {
    let mut state = demo();
    call(&mut state, "create_repository", json!({ "name": "new" }));
    let push =
        json!({ "branch": "main", "message": "m", "files": [{ "path": "a", "content": "b" }] });

    call(&mut state, "push_files", of("octocat/new", push));

    let repo = state.github.repo("octocat", "new").unwrap();
    assert!(repo.private);
    assert_eq!(repo.branches["main"].files().into_keys().collect::<Vec<_>>(), ["README.md", "a"]);
}

#[test]
fn searches_are_narrowed_to_their_kind() {
    let mut state = demo();

    let issues = call(&mut state, "search_issues", of("company/app", json!({ "query": "theme" })));
    let pulls =
        call(&mut state, "search_pull_requests", of("company/app", json!({ "query": "theme" })));
    let users = call(&mut state, "search_users", json!({ "query": "a" }));
    let repos = call(&mut state, "search_repositories", json!({ "query": "user:company" }));
    let code = call(&mut state, "search_code", json!({ "query": "login user:company" }));

    assert_eq!(
        (&issues["items"][0]["number"], &pulls["items"][0]["number"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(users["items"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&repos["total_count"], &code["items"][0]["repository"]),
        (&json!(2), &json!("company/app"))
    );
}

#[test]
fn releases_commits_and_accounts_are_read() {
    let mut state = demo();

    let me = call(&mut state, "get_me", json!({}));
    let latest = call(&mut state, "get_latest_release", of("company/app", json!({})));
    let none = answer(&mut state, "get_latest_release", of("company/support", json!({})));
    let tag = call(&mut state, "get_release_by_tag", of("company/app", json!({ "tag": "v1.4.0" })));
    let tags = call(&mut state, "list_tags", of("company/app", json!({})));
    let reference = call(&mut state, "get_tag", of("company/app", json!({ "tag": "v1.4.0" })));
    let branches = call(&mut state, "list_branches", of("company/app", json!({ "perPage": 2 })));
    let commit = call(&mut state, "get_commit", of("company/app", json!({ "sha": "fix-login" })));
    let commits =
        call(&mut state, "list_commits", of("company/app", json!({ "sha": "fix-login" })));
    let people = call(&mut state, "list_repository_collaborators", of("acme/app", json!({})));
    let label = call(&mut state, "get_label", of("acme/app", json!({ "name": "bug" })));

    assert_eq!((&me["login"], &latest["tag_name"]), (&json!("octocat"), &json!("v1.4.0")));
    assert!(
        none["error"]["message"].as_str().unwrap().starts_with("failed to get latest release: ")
    );
    assert_eq!((&tag["id"], &tags[0]["name"]), (&latest["id"], &json!("v1.4.0")));
    assert_eq!(reference["object"]["sha"], tags[0]["sha"]);
    assert_eq!(branches.as_array().unwrap().len(), 2);
    assert_eq!((&commit["stats"]["total"], &commits[0]["sha"]), (&json!(2), &commit["sha"]));
    assert_eq!((&people["items"][0]["login"], &label["name"]), (&json!("ada"), &json!("bug")));
}

proptest! {
    #[test]
    fn issues_written_by_the_old_server_are_read_by_the_new_one(titles in prop::collection::vec("[a-z]{1,12}", 1..6)) {
        let mut state = demo();
        for title in &titles {
            let new = serde_json::from_value(of("acme/app", json!({ "title": title }))).unwrap();
            github_npm::dialect().call(&mut state, "create_issue", new).reply.unwrap();
        }

        let direction = json!({ "direction": "ASC", "fields": ["title"] });
        let seen = call(&mut state, "list_issues", of("acme/app", direction));

        let seen = seen["issues"].as_array().unwrap().iter().skip(1);
        let seen: Vec<_> = seen.map(|issue| issue["title"].as_str().unwrap()).collect();
        prop_assert_eq!(seen, titles);
    }
}
