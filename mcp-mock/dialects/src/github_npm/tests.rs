use mcp_client::Client;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::probes::{Probe, assert_includes, shown};
use super::*;
use mcp_mock::dialect::simple;
use mcp_mock::service::ServiceName;
use mcp_mock::world::{Seed, State, World};
use mcp_mock::{Fault, tool};

/// The recorded upstream refused for these owners, whatever was asked.
fn refusal(owner: &str) -> Option<ApiError> {
    let missing = json!({
        "errors": [{ "resource": "Issue", "field": "title", "code": "missing_field" }],
        "documentation_url": "https://docs.github.com/rest/issues/issues#create-an-issue",
    });
    let at = json!({ "reset_at": "2026-11-22T06:17:01.573Z" });
    match owner {
        "invalid" => {
            Some(ApiError::new(422, "missing_field", "Validation Failed").with_details(missing))
        }
        "limited" => {
            Some(ApiError::new(403, "forbidden", "API rate limit exceeded for user ID 1."))
        }
        "limited429" => {
            let words = "You have exceeded a secondary rate limit.";
            Some(ApiError::new(429, "rate_limited", words).with_details(at))
        }
        _ => None,
    }
}

fn demo() -> State {
    let mut state = State::empty(1);
    state.apply_seed(Seed::demo()).unwrap();
    state
}

#[track_caller]
fn call(state: &mut State, tool: &str, arguments: Value) -> Value {
    let reply = dialect().call(state, tool, serde_json::from_value(arguments).unwrap()).reply;
    let result = shown(&reply);
    let text = result["result"]["content"][0]["text"].as_str();
    serde_json::from_str(text.unwrap_or_else(|| panic!("`{tool}` failed: {result}"))).unwrap()
}

#[track_caller]
fn words(state: &mut State, tool: &str, arguments: Value) -> String {
    let reply = dialect().call(state, tool, serde_json::from_value(arguments).unwrap()).reply;
    reply.unwrap_err().message
}

/// The answer with the refused body inside its words taken apart.
fn taken_apart(mut answer: Value) -> Value {
    let message = answer["error"]["message"].as_str().unwrap_or_default().to_owned();
    if let Some((words, body)) = message.split_once("\nDetails: ") {
        let body: Value = serde_json::from_str(body).unwrap();
        answer["error"]["message"] = json!([words, body]);
    }
    answer
}

#[test]
fn recorded_calls_are_answered_as_recorded() {
    let probes = Probe::all(include_str!("probes.json"));
    assert_eq!(probes.len(), 10);

    for probe in probes {
        let owner = probe.argument("owner").as_str().unwrap_or_default();
        let answer = match refusal(owner) {
            Some(error) => shown(&dialect().refuse(&probe.request.name, &error)),
            None => probe.replay(&*dialect(), &mut State::empty(1)),
        };

        assert_includes(&taken_apart(answer), &taken_apart(probe.response));
    }
}

#[test]
fn server_declares_tools_and_nothing_else() {
    let capabilities = dialect().info().capabilities;

    assert_eq!(capabilities, *json!({ "tools": {} }).as_object().unwrap());
}

#[test]
fn empty_title_is_refused_with_the_stack_of_the_server() {
    let message =
        words(&mut demo(), "create_issue", json!({ "owner": "acme", "repo": "app", "title": "" }));

    assert!(message.starts_with("Failed to create issue: Validation Failed\nStack: "), "{message}");
}

#[test]
fn new_issue_comes_back_whole_and_as_github_has_it() {
    let arguments =
        json!({ "owner": "company", "repo": "support", "title": "New", "labels": ["a,b", "high"] });

    let issue = call(&mut demo(), "create_issue", arguments);

    assert_eq!((&issue["number"], &issue["state"]), (&json!(3), &json!("open")));
    assert_eq!(issue["user"]["login"], "octocat");
    assert_eq!(issue["labels"][0]["name"], "a,b");
    assert_eq!(issue["url"], "https://api.github.com/repos/company/support/issues/3");
}

#[test]
fn issue_list_has_pull_requests_marked_as_such() {
    let arguments = json!({ "owner": "company", "repo": "app", "state": "all" });

    let issues = call(&mut demo(), "list_issues", arguments);

    let marked = |issue: &&Value| issue.get("pull_request").is_some();
    let issues = issues.as_array().unwrap();
    assert_eq!((issues.len(), issues.iter().filter(marked).count()), (6, 4));
}

#[test]
fn unknown_arguments_are_dropped_and_null_is_no_text() {
    let mut state = demo();
    let extra = json!({ "owner": "acme", "repo": "app", "issue_number": 1, "more": true });
    let null = json!({ "owner": "acme", "repo": "app", "issue_number": 1, "body": null });

    assert_eq!(call(&mut state, "get_issue", extra)["number"], 1);
    assert_eq!(
        words(&mut state, "update_issue", null),
        "Invalid input: [{\"code\":\"invalid_type\",\"expected\":\"string\",\"received\":\"null\",\
         \"path\":[\"body\"],\"message\":\"Expected string, received null\"}]"
    );
}

#[test]
fn milestone_of_the_repository_is_shown_whole_with_its_counts() {
    let mut state = State::empty(1);
    let seed = json!({ "github": { "repos": [{ "owner": "acme", "name": "app",
        "milestones": [{ "title": "v1", "due_on": "2026-03-01T00:00:00Z" }], "issues": [{ "title": "One" }] }] } });
    state.apply_seed(serde_json::from_value(seed).unwrap()).unwrap();
    let new = json!({ "owner": "acme", "repo": "app", "title": "Two", "milestone": 1 });
    let update = json!({ "owner": "acme", "repo": "app", "issue_number": 1, "milestone": 1, "state": "closed" });

    call(&mut state, "create_issue", new);
    let issue = call(&mut state, "update_issue", update);

    let milestone = &issue["milestone"];
    assert_eq!((&milestone["number"], &milestone["title"]), (&json!(1), &json!("v1")));
    assert_eq!((&milestone["open_issues"], &milestone["closed_issues"]), (&json!(1), &json!(1)));
    assert_eq!(milestone["due_on"], "2026-03-01T00:00:00Z");
}

#[test]
fn ids_are_global_numbers_and_node_ids_are_strings() {
    let mut state = demo();
    let get = |repo: &str| json!({ "owner": "company", "repo": repo, "issue_number": 1 });

    let one = call(&mut state, "get_issue", get("support"));
    let other = call(&mut state, "get_issue", get("app"));

    assert_eq!((&one["number"], &other["number"]), (&json!(1), &json!(1)));
    assert!(one["id"].is_u64() && one["id"] != other["id"]);
    assert!(one["node_id"].is_string() && one["node_id"] != other["node_id"]);
}

#[test]
fn list_has_thirty_issues_unless_told_otherwise_and_never_more_than_a_hundred() {
    let mut state = demo();
    for index in 0..101 {
        let new = json!({ "owner": "acme", "repo": "app", "title": format!("Number {index}") });
        call(&mut state, "create_issue", new);
    }
    let mut count = |per_page: Option<u64>| {
        let mut list = json!({ "owner": "acme", "repo": "app" });
        list.as_object_mut()
            .unwrap()
            .extend(per_page.map(|size| ("per_page".to_owned(), json!(size))));
        call(&mut state, "list_issues", list).as_array().unwrap().len()
    };

    assert_eq!((count(None), count(Some(500))), (30, 100));
}

#[test]
fn locked_issue_reads_as_locked_and_a_comment_is_forbidden() {
    let mut state = State::empty(1);
    let seed = json!({ "github": { "repos": [{ "owner": "acme", "name": "app", "issues": [{ "title": "Heated", "locked": true }] }] } });
    state.apply_seed(serde_json::from_value(seed).unwrap()).unwrap();
    let issue = json!({ "owner": "acme", "repo": "app", "issue_number": 1 });
    let comment = json!({ "owner": "acme", "repo": "app", "issue_number": 1, "body": "Me too" });

    assert_eq!(call(&mut state, "get_issue", issue)["locked"], true);
    let message = words(&mut state, "add_issue_comment", comment);
    assert_eq!(message, "Permission Denied: Unable to create comment because issue is locked.");
}

#[test]
fn times_are_utc_in_whole_seconds() {
    let mut state = demo();
    let new = json!({ "owner": "acme", "repo": "app", "title": "Now" });

    let issue = call(&mut state, "create_issue", new);

    for name in ["created_at", "updated_at"] {
        let time = issue[name].as_str().unwrap();
        assert!(time.len() == "2026-01-05T09:00:00Z".len() && time.ends_with('Z'), "{time}");
    }
}

#[test]
fn large_file_has_no_text_inside() {
    let mut state = demo();
    let mut file = |size: usize| {
        let write = json!({ "owner": "acme", "repo": "app", "path": "big", "content": "x".repeat(size),
            "message": "m", "branch": "main" });
        call(&mut state, "create_or_update_file", write);
        let read = json!({ "owner": "acme", "repo": "app", "path": "big" });
        call(&mut state, "get_file_contents", read)
    };

    let whole = file(1_048_576);
    let large = file(1_048_577);

    assert_eq!(whole["content"].as_str().map(str::len), Some(1_048_576));
    assert_eq!((&large["content"], &large["encoding"]), (&json!(""), &json!("none")));
    assert_eq!(large["size"], 1_048_577);
}

#[test]
fn rate_limit_that_comes_as_403_reads_as_a_lack_of_permission() {
    let limit = ApiError::new(403, "forbidden", "API rate limit exceeded for user ID 1.");

    let answer = shown(&dialect().refuse("get_issue", &limit));

    let expected = "Permission Denied: API rate limit exceeded for user ID 1.";
    assert_eq!(answer["error"]["message"], expected);
}

#[test]
fn what_is_not_modelled_fails_and_names_the_argument() {
    let list = json!({ "owner": "acme", "repo": "app", "sort": "long-running" });
    let users = json!({ "q": "a", "sort": "repositories" });

    for (tool, arguments) in [("list_pull_requests", list), ("search_users", users)] {
        let arguments = serde_json::from_value(arguments).unwrap();
        let answer = shown(&dialect().call(&mut demo(), tool, arguments).reply);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("mcp-mock does not model `sort` = "), "{answer}");
        assert_eq!(answer["error"]["data"]["mock"], "not backed");
    }
}

#[test]
fn unknown_milestone_is_invalid() {
    let arguments = json!({ "owner": "acme", "repo": "app", "issue_number": 1, "milestone": 5 });

    let message = words(&mut demo(), "update_issue", arguments);

    assert!(message.starts_with("Validation Error: Validation Failed\nDetails: {"), "{message}");
    assert!(message.contains("\"field\":\"milestone\""), "{message}");
}

#[test]
fn file_is_decoded_while_its_encoding_still_says_base64() {
    let arguments = json!({ "owner": "acme", "repo": "app", "path": "README.md" });

    let file = call(&mut demo(), "get_file_contents", arguments);

    assert!(file["content"].as_str().unwrap().starts_with("# Acme app"));
    assert_eq!(file["encoding"], "base64");
}

#[test]
fn folder_is_a_list_without_content() {
    let arguments = json!({ "owner": "acme", "repo": "app", "path": "" });

    let folder = call(&mut demo(), "get_file_contents", arguments);

    let types: Vec<_> = folder.as_array().unwrap().iter().map(|entry| &entry["type"]).collect();
    assert_eq!(types, ["file", "dir"]);
    assert!(folder[0].get("content").is_none() && folder[1]["download_url"].is_null());
}

#[test]
fn file_is_overwritten_without_its_sha() {
    let mut state = demo();
    let arguments = json!({ "owner": "acme", "repo": "app", "path": "README.md", "content": "New\n",
        "message": "Rewrite", "branch": "main" });

    let written = call(&mut state, "create_or_update_file", arguments);

    assert_eq!(written["content"]["size"], 4);
    assert_eq!(written["commit"]["message"], "Rewrite");
    let repo = state.github.repo("acme", "app").unwrap();
    assert_eq!(repo.branches["main"].files()["README.md"], "New\n");
}

#[test]
fn new_repository_is_empty_even_with_auto_init() {
    let mut state = demo();

    let repo = call(&mut state, "create_repository", json!({ "name": "new", "autoInit": true }));
    let push = json!({ "owner": "octocat", "repo": "new", "branch": "main", "message": "m",
        "files": [{ "path": "a", "content": "b" }] });

    assert_eq!(repo["full_name"], "octocat/new");
    assert_eq!(words(&mut state, "push_files", push), "Conflict: Git Repository is empty.");
}

#[test]
fn branch_starts_at_main_whatever_the_default_branch_is() {
    let mut state = State::empty(1);
    let seed = json!({ "github": { "repos": [{ "owner": "acme", "name": "app", "default_branch": "trunk" }] } });
    state.apply_seed(serde_json::from_value(seed).unwrap()).unwrap();
    let mut arguments = json!({ "owner": "acme", "repo": "app", "branch": "x" });

    let message = words(&mut state, "create_branch", arguments.clone());
    arguments["from_branch"] = json!("trunk");
    let branch = call(&mut state, "create_branch", arguments.clone());

    assert_eq!(message, "Not Found: Resource not found: Not Found");
    assert_eq!(branch["ref"], "refs/heads/x");
    let again = words(&mut state, "create_branch", arguments);
    assert!(again.starts_with("Validation Error: Reference already exists\n"), "{again}");
}

#[test]
fn pull_request_goes_from_branch_to_merge() {
    let mut state = demo();
    let of = |more: Value| {
        let Value::Object(more) = more else { panic!("`{more}` is no object") };
        let mut arguments = json!({ "owner": "company", "repo": "app", "pull_number": 3 });
        arguments.as_object_mut().unwrap().extend(more);
        arguments
    };

    let files = call(&mut state, "get_pull_request_files", of(json!({})));
    let review = json!({ "body": "Good", "event": "APPROVE",
        "comments": [{ "path": "src/login.rs", "line": 3, "body": "Here" }] });
    let review = call(&mut state, "create_pull_request_review", of(review));
    let reviews = call(&mut state, "get_pull_request_reviews", of(json!({})));
    let comments = call(&mut state, "get_pull_request_comments", of(json!({})));
    let status = call(&mut state, "get_pull_request_status", of(json!({})));
    let merged = call(&mut state, "merge_pull_request", of(json!({ "commit_message": "Why" })));
    let pull = call(&mut state, "get_pull_request", of(json!({})));

    assert_eq!((&files[0]["filename"], &files[0]["changes"]), (&json!("src/login.rs"), &json!(2)));
    assert_eq!((&review["state"], &reviews[0]["id"]), (&json!("APPROVED"), &review["id"]));
    assert_eq!((&comments[0]["body"], &status["state"]), (&json!("Here"), &json!("pending")));
    assert_eq!(merged["merged"], true);
    assert_eq!((&pull["state"], pull["merged_at"].is_null()), (&json!("closed"), false));
    assert!(pull.get("merged").is_none(), "the server does not know this member");
    let repo = state.github.repo("company", "app").unwrap();
    let commit = repo.branches["main"].commits.last().unwrap();
    assert_eq!(commit.message, "Merge pull request #3 from company/fix-login\n\nWhy");
}

#[test]
fn second_merge_and_own_approval_are_refused_in_their_classes() {
    let mut state = demo();
    let pull = json!({ "owner": "acme", "repo": "app", "pull_number": 2 });
    call(&mut state, "merge_pull_request", pull.clone());

    let again = words(&mut state, "merge_pull_request", pull);

    assert_eq!(again, "GitHub API Error: Pull Request is not mergeable");
}

#[test]
fn fork_shows_its_parent_and_branch_updates_say_success() {
    let mut state = demo();
    let repo = json!({ "owner": "company", "repo": "app" });
    let file = json!({ "owner": "company", "repo": "app", "path": "NEWS.md", "content": "New\n",
        "message": "Add news", "branch": "main" });
    call(&mut state, "create_or_update_file", file);

    let fork = call(&mut state, "fork_repository", repo);
    let update = json!({ "owner": "company", "repo": "app", "pull_number": 3 });
    let updated = call(&mut state, "update_pull_request_branch", update);

    assert_eq!((&fork["full_name"], &fork["fork"]), (&json!("octocat/app"), &json!(true)));
    assert_eq!(fork["parent"]["full_name"], "company/app");
    assert_eq!(updated, json!({ "success": true }));
}

#[test]
fn searches_count_and_list() {
    let mut state = demo();

    let code = call(&mut state, "search_code", json!({ "q": "login user:company" }));
    let issues =
        call(&mut state, "search_issues", json!({ "q": "repo:company/app is:pr is:open" }));
    let repos = call(&mut state, "search_repositories", json!({ "query": "user:company" }));
    let users = call(&mut state, "search_users", json!({ "q": "ada" }));

    assert_eq!(code["items"][0]["repository"]["full_name"], "company/app");
    assert_eq!(issues["total_count"], 3);
    assert_eq!(repos["total_count"], 2);
    assert_eq!(users["items"][0]["login"], "ada");
}

#[test]
fn commits_are_listed_newest_first_with_their_parents() {
    let arguments = json!({ "owner": "company", "repo": "app", "sha": "fix-login" });

    let commits = call(&mut demo(), "list_commits", arguments);

    assert_eq!(commits[0]["commit"]["message"], "Refuse names of blanks");
    assert_eq!(commits[0]["parents"][0]["sha"], commits[1]["sha"]);
}

#[tokio::test(start_paused = true)]
async fn client_of_today_copes_with_the_old_revision_and_reads_json_from_text() {
    let github = World::new(1).github().in_dialect(dialect());
    let client = Client::connect(github.transport()).await.unwrap();
    let new = json!({ "owner": "company", "repo": "support", "title": "New" });

    let issue: Value = client.call("create_issue", new).await.unwrap();

    assert_eq!((client.version(), &issue["number"]), (ProtocolVersion::V2024_11_05, &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn issue_whose_answer_is_lost_is_there_once() {
    let world = World::new(1);
    let github = world.github().in_dialect(dialect());
    github.on(tool("create_issue")).times(1).fault(Fault::LoseAnswer);
    let client = Client::connect(github.transport()).await.unwrap();
    let new = json!({ "owner": "company", "repo": "support", "title": "New" });

    let lost = client.call::<Value>("create_issue", new).await;

    assert!(lost.is_err());
    assert_eq!(world.state().github.issues("company", "support").len(), 3);
}

proptest! {
    #[test]
    fn issues_written_in_one_dialect_are_read_in_the_others(titles in prop::collection::vec(("[a-z]{1,12}", any::<bool>()), 1..8)) {
        let (npm, simple) = (dialect(), simple(ServiceName::GitHub));
        let mut state = demo();
        for (title, is_npm) in &titles {
            let new = json!({ "owner": "acme", "repo": "app", "title": title });
            let dialect = if *is_npm { &npm } else { &simple };
            dialect.call(&mut state, "create_issue", serde_json::from_value(new).unwrap()).reply.unwrap();
        }

        let list = json!({ "owner": "acme", "repo": "app", "state": "open", "per_page": 100 });
        let npm = call(&mut state, "list_issues", list.clone());
        let listed = simple.call(&mut state, "list_issues", serde_json::from_value(list).unwrap()).reply;

        let listed = shown(&listed)["result"]["structuredContent"]["issues"].clone();
        let seen = |issues: &Value| -> Vec<(Value, Value)> {
            let issues = issues.as_array().unwrap().iter();
            let issues = issues.filter(|issue| !issue["pull_request"].is_object());
            issues.map(|issue| (issue["number"].clone(), issue["title"].clone())).collect()
        };
        prop_assert_eq!(seen(&npm), seen(&listed));
        prop_assert_eq!(seen(&npm).len(), titles.len() + 1);
    }
}
