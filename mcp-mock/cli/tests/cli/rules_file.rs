//! Rules as a file for the binary.

use std::path::Path;
use std::process::Command;

use mcp_client::transport::stdio::ChildCommand;
use mcp_client::{Client, ClientOptions};
use serde_json::{Value, json};

use super::new_issue;

const BINARY: &str = env!("CARGO_BIN_EXE_mcp-mock");

/// What a command prints that ends by itself.
fn printed(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(BINARY).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// What a file with this text is refused with.
#[track_caller]
fn refused(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.json"), text).unwrap();

    let (is_success, out, err) =
        printed(folder.path(), &["serve", "github", "--rules", "rules.json"]);

    assert_eq!((is_success, out.as_str()), (false, ""));
    err
}

#[tokio::test]
async fn process_begins_with_the_rules_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.json");
    let rules = json!({ "rules": [
        { "on": { "tool": "create_issue", "nth": 1 }, "reply": { "number": 100 } },
        { "on": { "tool": "create_issue", "nth": 2 }, "fault": "crash" },
    ] });
    std::fs::write(&path, rules.to_string()).unwrap();
    let arguments = ["serve", "github", "--rules", path.to_str().unwrap()];
    let command = ChildCommand::new(BINARY).with_args(arguments);
    let client = Client::open(&command, ClientOptions::default()).await.unwrap();

    let first: Value = client.call("create_issue", new_issue()).await.unwrap();
    let second = client.call_raw("create_issue", new_issue()).await.unwrap_err();

    assert_eq!(first["number"], 100);
    assert!(second.to_string().contains("exit status 70"), "{second}");
    client.close().await;
}

#[test]
fn mistakes_of_a_file_come_with_their_places() {
    let text = r#"{ "rules": [
        { "on": { "tol": "create_issue" }, "fault": "crahs" },
        { "fault": { "slow-drip": { "bytes_per_second": 0 } } }
    ] }"#;

    insta::assert_snapshot!(refused(text), @"
    error: rules.json:/rules/0/fault: `crahs` is no fault (did you mean `crash`?)
    rules.json:/rules/0/on/tol: `tol` is unknown (did you mean `tool`?)
    rules.json:/rules/1/fault/slow-drip/bytes_per_second: expected at least 1, got 0
    help: correct the file; `mcp-mock schema` prints what may be written
    ");
}

#[test]
fn file_that_is_no_json_or_is_about_nobody_is_refused() {
    insta::assert_snapshot!(refused("{ \"rules\": [ }"), @"
    error: rules.json:1:14: expected value
    help: correct the file; `mcp-mock schema` prints what may be written
    ");
    insta::assert_snapshot!(refused(r#"{ "rules": [{ "on": { "tool": "merge_pull" } }] }"#), @"
    error: rules.json:/rules/0/on/tool: tool `merge_pull` is unknown on server `github` (did you mean `merge_pr`?)
    help: correct the file; `mcp-mock schema` prints what may be written
    ");
}

#[test]
fn missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();

    let (_, _, err) = printed(folder.path(), &["serve", "github", "--rules", "rules.json"]);

    insta::assert_snapshot!(err, @"
    error: failed to read rules file `rules.json`: No such file or directory (os error 2)
    help: correct the path
    ");
}

#[test]
fn schema_is_printed_for_editors() {
    let (is_success, out, err) = printed(Path::new("."), &["schema"]);

    let schema: Value = serde_json::from_str(&out).unwrap();
    assert!(is_success && err.is_empty());
    assert_eq!(schema["title"], "Rules of mcp-mock");
    let fault = &schema["properties"]["rules"]["items"]["properties"]["fault"]["anyOf"];
    assert!(fault[0]["enum"].as_array().unwrap().contains(&json!("crash")));
}

#[test]
fn schema_of_seeds_is_printed_for_editors() {
    let (is_success, out, err) = printed(Path::new("."), &["schema", "seed"]);

    let schema: Value = serde_json::from_str(&out).unwrap();
    assert!(is_success && err.is_empty());
    assert_eq!(schema["title"], "Seeds of mcp-mock");
    assert_eq!(schema["properties"]["slack"]["type"], "object");
}

#[test]
fn faults_are_printed_as_a_table() {
    let (_, out, _) = printed(Path::new("."), &["faults"]);

    // The documents hold the rest of it.
    assert!(out.starts_with("| fault | carried out |"), "{out}");
    assert!(out.contains("\n| `crash` | no | the process ends with code 70;"), "{out}");
    assert!(
        out.contains("\n| `malformed=batch` | the answer is the only one of a batch |"),
        "{out}"
    );
}
