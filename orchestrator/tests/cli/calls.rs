use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Folder, check, render, silent_server};

#[test]
fn answer_is_printed_as_json() {
    let text = Folder::new().run(&[
        "call",
        "--mocks",
        "slack/post_message",
        "channel=#support",
        "text=hello",
    ]);

    check("call", &text);
}

#[test]
fn values_are_coerced_by_the_schema() {
    let output = Folder::new().output(&[
        "call",
        "--mocks",
        "--json",
        "create_issue",
        "owner=company",
        "repo=support",
        "title=12",
        r#"labels=["hot"]"#,
    ]);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let issue = &document["structuredContent"];
    assert_eq!(document["schema_version"], 1);
    assert_eq!(json!([issue["title"], issue["labels"][0]["name"]]), json!(["12", "hot"]));
}

#[test]
fn arguments_come_from_stdin() {
    let folder = Folder::new();
    let arguments =
        ["call", "--mocks", "--json", "slack/post_message", "--args-json", "-", "text=bye"];
    let mut child = folder.program(&arguments).stdin(Stdio::piped()).spawn().unwrap();

    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(br##"{ "channel": "#support", "text": "hello" }"##).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();

    assert!(output.status.success(), "{}", render(&output));
    assert!(render(&output).contains(r#""text": "bye""#));
}

#[test]
fn tool_that_says_no_is_told_in_its_words() {
    let folder = Folder::new();

    insta::assert_snapshot!(folder.run(&["call", "--mocks", "salesforce/get_lead", "id=x"]), @"
    [stderr]
    error: salesforce/get_lead: malformed id x
      = help: orchestrator --mocks tools salesforce/get_lead --schema
    [exit 5]
    ");
    check(
        "call_refused_json",
        &folder.run(&["call", "--mocks", "--json", "salesforce/get_lead", "id=x"]),
    );
}

#[test]
fn unknown_tool_comes_with_the_nearest_one() {
    let text = Folder::new().run(&["call", "--mocks", "github/create_isue", "title=x"]);

    insta::assert_snapshot!(text, @"
    [stderr]
    error: server `github` lists no tool `create_isue`
      = help: did you mean `create_issue`?
    [exit 5]
    ");
}

#[test]
fn missing_arguments_are_named_before_anything_is_sent() {
    let text =
        Folder::new().run(&["call", "--mocks", "github/create_issue", "owner=company", "labels=x"]);

    insta::assert_snapshot!(text, @"
    [stderr]
    error: the arguments do not fit `github/create_issue`: `repo` is required; `title` is required; /labels: expected array, got string
      = help: orchestrator --mocks tools github/create_issue --schema
    [exit 2]
    ");
}

#[test]
fn alias_that_is_not_listed_is_called() {
    let text = Folder::new().run(&[
        "call",
        "--mocks",
        "slack/send_message",
        "channel=#support",
        "text=hello",
    ]);

    assert!(text.ends_with("[exit 0]\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn lost_answer_leaves_a_doubt() {
    let folder = Folder::new().with(".mcp.json", &silent_server(""));

    let text = folder.run(&["call", "silent/hang", "--timeout", "200ms"]);

    check("call_in_doubt", &text);
}

#[cfg(unix)]
#[test]
fn lost_answer_of_a_step_leaves_the_run_in_doubt() {
    let folder = Folder::new()
        .with(".mcp.json", &silent_server(""))
        .with("w.yaml", "workflow: w\nsteps: { a: { call: silent/hang } }\n");

    let text = folder.run(&["run", "w.yaml", "--timeout", "200ms"]);

    check("in_doubt", &text);
}
