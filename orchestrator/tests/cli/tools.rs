use serde_json::Value;

use crate::harness::{Folder, check};

#[test]
fn overview_shows_counts_and_first_tools() {
    check("tools_overview", &Folder::new().run(&["tools", "--mocks"]));
}

#[test]
fn one_server_lists_its_tools_as_signatures() {
    check("tools_slack", &Folder::new().run(&["tools", "--mocks", "slack"]));
}

#[test]
fn one_tool_shows_its_schemas() {
    check(
        "tools_schema",
        &Folder::new().run(&["tools", "--mocks", "gmail/trash_message", "--schema"]),
    );
}

#[test]
fn names_resolve_bare_and_qualified() {
    let folder = Folder::new();

    let bare = folder.run(&["tools", "--mocks", "create_issue"]);
    let qualified = folder.run(&["tools", "--mocks", "mcp_github_create_issue"]);

    assert!(bare.starts_with("github/create_issue("), "{bare}");
    assert_eq!(bare, qualified);
}

#[test]
fn document_has_the_tools_as_the_server_lists_them() {
    let output = Folder::new().output(&["tools", "--mocks", "--json"]);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["servers"][0]["tools"].as_array().unwrap().len(), 15);
    assert!(document["servers"][0]["tools"][0]["inputSchema"]["properties"].is_object());
}

#[test]
fn unknown_names_come_with_the_nearest_one() {
    let folder = Folder::new();

    insta::assert_snapshot!(folder.run(&["tools", "--mocks", "slack/post_mesage"]), @"
    [stderr]
    error: server `slack` lists no tool `post_mesage`
      = help: did you mean `post_message`?
    [exit 5]
    ");
    insta::assert_snapshot!(folder.run(&["tools", "--mocks", "slak"]), @"
    [stderr]
    error: no connected server has a tool `slak`
      = help: `slack` is a server: `slack/…` names a tool of it
    [exit 5]
    ");
}
