//! Files, commits and searches; every argument does something or fails.

use super::*;

#[test]
fn deleted_file_leaves_a_commit_and_reads_as_removed() {
    let mut state = demo();
    let delete =
        of("acme/app", json!({ "path": "README.md", "message": "Tidy", "branch": "main" }));

    let deleted = call(&mut state, "delete_file", delete.clone());
    let again = refused(&mut state, "delete_file", delete);
    let sha = deleted["commit"]["sha"].clone();
    let commit = call(&mut state, "get_commit", of("acme/app", json!({ "sha": sha })));
    let gone =
        refused(&mut state, "get_file_contents", of("acme/app", json!({ "path": "README.md" })));

    assert_eq!(
        (&deleted["content"], &deleted["commit"]["message"]),
        (&Value::Null, &json!("Tidy"))
    );
    assert_eq!(commit["files"][0]["status"], "removed");
    assert_eq!(again, "failed to create tree: GitRPC::BadObjectState");
    assert!(gone.starts_with("Failed to get file contents."), "{gone}");
}

#[test]
fn deleting_on_no_branch_is_an_error_of_the_protocol() {
    let delete = of("acme/app", json!({ "path": "README.md", "message": "Tidy", "branch": "no" }));

    let answer = answer(&mut demo(), "delete_file", delete);

    let path = "https://api.github.com/repos/acme/app/git/ref/heads/no";
    let words = format!("failed to get branch reference: GET {path}: 404 Not Found []");
    assert_eq!(answer["error"]["message"], words);
}

#[test]
fn removed_file_is_in_the_diff_of_its_pull_request() {
    let mut state = demo();
    call(&mut state, "create_branch", of("acme/app", json!({ "branch": "tidy" })));
    let delete = json!({ "path": "README.md", "message": "Tidy", "branch": "tidy" });
    call(&mut state, "delete_file", of("acme/app", delete));
    let pull = json!({ "title": "Tidy", "head": "tidy", "base": "main" });
    call(&mut state, "create_pull_request", of("acme/app", pull));

    let read = of("acme/app", json!({ "method": "get_diff", "pullNumber": 3 }));
    let diff = words(&mut state, "pull_request_read", read);

    let head = "diff --git a/README.md b/README.md\ndeleted file mode 100644\n--- a/README.md\n+++ /dev/null\n";
    assert!(diff.starts_with(head), "{diff}");
}

#[test]
fn large_file_is_a_link_without_its_text() {
    let mut state = demo();
    let text = "x".repeat(1_048_576);
    let write = json!({ "path": "big", "content": text, "message": "m", "branch": "main" });
    call(&mut state, "create_or_update_file", of("acme/app", write));

    let file = answer(&mut state, "get_file_contents", of("acme/app", json!({ "path": "big" })));

    let [words, link] = &file["result"]["content"].as_array().unwrap()[..] else {
        panic!("{file}")
    };
    let said = words["text"].as_str().unwrap();
    assert!(said.starts_with("File big is too large to display (1048576 bytes)."), "{said}");
    assert_eq!((&link["type"], &link["size"]), (&json!("resource_link"), &json!(1_048_576)));
}

#[test]
fn commits_are_searched_with_the_repository_of_each() {
    let mut state = demo();
    let search = |more: Value| joined(json!({ "query": "initial user:company" }), more);

    let found = call(&mut state, "search_commits", search(json!({ "perPage": 1 })));
    let none = call(&mut state, "search_commits", json!({ "query": "initial user:nobody" }));
    let empty = refused(&mut state, "search_commits", json!({ "query": " " }));

    let repository =
        json!({ "full_name": "company/support", "html_url": "https://github.com/company/support" });
    assert_eq!((&found["total_count"], &found["items"][0]["repository"]), (&json!(2), &repository));
    assert_eq!(none["total_count"], 0);
    assert!(
        empty.starts_with("failed to search commits with query ' ': Validation Failed"),
        "{empty}"
    );
}

#[test]
fn files_of_a_commit_come_by_page() {
    let mut state = demo();
    let files = json!([{ "path": "a", "content": "a" }, { "path": "b", "content": "b" }]);
    let push = json!({ "branch": "main", "message": "m", "files": files });
    call(&mut state, "push_files", of("acme/app", push));

    let page = json!({ "sha": "main", "page": 2, "perPage": 1 });
    let commit = call(&mut state, "get_commit", of("acme/app", page));

    assert_eq!(commit["files"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&commit["files"][0]["filename"], &commit["stats"]["total"]),
        (&json!("b"), &json!(2))
    );
}

#[test]
fn issues_are_sorted_by_reactions_and_order_counts_only_with_sort() {
    let mut state = demo();
    let react = of("company/app", json!({ "issue_number": 1, "reaction": "heart" }));
    call(&mut state, "add_issue_comment", react);
    let mut first = |more: Value| {
        let search =
            joined(of("company/app", json!({ "query": "is:issue", "fields": ["number"] })), more);
        call(&mut state, "search_issues", search)["items"][0]["number"].clone()
    };

    let usual = first(json!({}));

    assert_eq!(usual, first(json!({ "order": "asc" })));
    assert_eq!(first(json!({ "sort": "reactions-heart" })), 1);
    assert_eq!(first(json!({ "sort": "interactions" })), 1);
    assert_ne!(usual, first(json!({ "sort": "created", "order": "asc" })));
}

#[test]
fn what_is_not_modelled_fails_and_names_the_argument() {
    let cases = [
        (
            "list_pull_requests",
            json!({ "owner": "acme", "repo": "app", "sort": "long-running" }),
            "`sort` = `long-running`",
        ),
        ("search_code", json!({ "query": "x", "sort": "indexed" }), "`sort` = `indexed`"),
        ("search_repositories", json!({ "query": "x", "sort": "forks" }), "`sort` = `forks`"),
        (
            "search_repositories",
            json!({ "query": "x", "sort": "updated", "order": "asc" }),
            "`order` = `asc`",
        ),
        (
            "search_users",
            json!({ "query": "x", "sort": "repositories" }),
            "`sort` = `repositories`",
        ),
    ];

    for (tool, arguments, expected) in cases {
        let answer = answer(&mut demo(), tool, arguments);
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("mcp-mock does not model {expected}")), "{answer}");
        assert_eq!(answer["error"]["data"]["mock"], "not backed");
    }
}
