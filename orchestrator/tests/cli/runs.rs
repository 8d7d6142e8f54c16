use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{Folder, check};

/// The example that the README shows.
fn support_ticket() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/support-ticket.yaml");
    file.to_str().unwrap().to_owned()
}

const TOLERANT: &str = "
workflow: tolerant
steps:
  lead: { call: salesforce/get_lead, with: { id: nobody }, on_error: continue }
  hello: { needs: [lead], call: slack/send_message, with: { channel: '#support', text: hi } }
";

const FAILING: &str = "
workflow: failing
steps:
  lead: { call: salesforce/get_lead, with: { id: nobody } }
  hello: { needs: [lead], call: slack/post_message, with: { channel: '#support', text: hi } }
";

/// One step on a server that cannot start.
fn on_broken_server(more: &str) -> Folder {
    let workflow = format!("workflow: w\nsteps:\n  a: {{ call: broken/tool{more} }}\n");
    Folder::new()
        .with("w.yaml", &workflow)
        .with(".mcp.json", r#"{ "mcpServers": { "broken": { "command": "/no/such/server" } } }"#)
}

#[test]
fn support_ticket_runs_and_shows_its_timeline() {
    let text = Folder::new().run(&["run", &support_ticket(), "--mocks"]);

    // The three in the middle end in any order.
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2..5].sort_unstable();
    check("support_ticket", &lines.join("\n"));
}

#[test]
fn the_document_names_every_step_attempt_and_output() {
    let output = Folder::new().output(&["run", &support_ticket(), "--mocks", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();

    let steps: Vec<Value> = document["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let attempts = step["attempts"].as_array().unwrap();
            let tools: Vec<String> = attempts
                .iter()
                .map(|attempt| {
                    format!("{}/{}", attempt["server"], attempt["tool"]).replace('"', "")
                })
                .collect();
            json!([step["step"], step["state"], tools, step["output"].is_object()])
        })
        .collect();
    assert_eq!(
        json!([document["schema_version"], document["workflow"], document["state"], steps]),
        json!([
            1,
            "support-ticket",
            "succeeded",
            [
                ["issue", "succeeded", ["github/create_issue"], true],
                ["slack", "succeeded", ["slack/post_message"], true],
                ["email", "succeeded", ["gmail/send_message"], true],
                ["notion", "succeeded", ["notion/create_page"], true],
                ["crm", "succeeded", ["salesforce/create_case"], true],
            ]
        ])
    );
    assert!(document["outputs"]["issue"].as_str().unwrap().starts_with("https://github.com/"));
    assert!(output.stderr.is_empty());
    assert!(output.status.success());
}

#[test]
fn three_steps_of_the_support_ticket_overlap() {
    let output = Folder::new().output(&["run", &support_ticket(), "--mocks", "--json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();

    let time = |step: usize, name: &str| document["steps"][step][name].as_u64().unwrap();
    let last_start = (1..4).map(|step| time(step, "started_us")).max().unwrap();
    let first_end = (1..4).map(|step| time(step, "ended_us")).min().unwrap();

    assert!(last_start < first_end, "{last_start} {first_end}");
}

#[test]
fn inputs_come_from_the_command_line() {
    let workflow = "workflow: w\ninputs: { n: integer, list: { type: array }, who: string }\nsteps: { a: { set: '${{ inputs }}' } }\noutputs: { all: '${{ steps.a.output }}' }\n";
    let folder = Folder::new().with("w.yaml", workflow);

    let text = folder.run(&["run", "w.yaml", "-q", "-i", "n=3", "-i", "list:=[1]", "-i", "who=7"]);

    insta::assert_snapshot!(text, @r#"
      all  {"list":[1],"n":3,"who":"7"}
    [exit 0]
    "#);
}

#[test]
fn wrong_inputs_are_all_named() {
    let workflow = "workflow: w\ninputs: { number: integer, who: string }\nsteps: { a: { set: '${{ inputs.number }} ${{ inputs.who }}' } }\n";
    let folder = Folder::new().with("w.yaml", workflow);

    let text = folder.run(&["run", "w.yaml", "-i", "numbr=3"]);

    insta::assert_snapshot!(text, @"
    [stderr]
    error: input `number` is required; input `who` is required; the workflow has no input `numbr` (did you mean `number`?)
      = help: add -i number=… -i who=…
    [exit 2]
    ");
}

#[test]
fn unknown_step_key_is_shown_in_its_line() {
    let folder = Folder::new()
        .with("w.yaml", "workflow: w\nsteps:\n  a: { call: slack/list_users, ned: [b] }\n");

    check("unknown_step_key", &folder.run(&["run", "w.yaml", "--mocks"]));
    check("unknown_step_key_json", &folder.run(&["run", "w.yaml", "--mocks", "--json"]));
}

#[test]
fn unknown_server_is_found_before_anything_is_sent() {
    let folder =
        Folder::new().with("w.yaml", "workflow: w\nsteps:\n  a: { call: githup/create_issue }\n");

    check("unknown_server", &folder.run(&["run", "w.yaml", "--mocks"]));
}

#[test]
fn unlisted_tool_is_a_warning() {
    let folder =
        Folder::new().with("w.yaml", "workflow: w\nsteps:\n  a: { call: github/create_isue }\n");

    check("unlisted_tool", &folder.run(&["run", "w.yaml", "--mocks"]));
}

#[test]
fn failure_says_what_to_type_next() {
    let folder = Folder::new().with("w.yaml", FAILING);

    check("failing", &folder.run(&["run", "w.yaml", "--mocks"]));
}

#[test]
fn failure_is_one_line_of_json_beside_the_document() {
    let folder = Folder::new().with("w.yaml", FAILING);

    let output = folder.output(&["run", "w.yaml", "--mocks", "--json"]);

    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["state"], "failed");
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r#"{"error":{"code":"tool_is_error","exit":5,"message":"the run failed: step `lead` (salesforce/get_lead): malformed id nobody","server":"salesforce","step":"lead","hint":"orchestrator --mocks tools salesforce/get_lead --schema"}}"#);
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn tolerated_failure_is_no_failure_unless_strict() {
    let folder = Folder::new().with("w.yaml", TOLERANT);

    check("tolerant", &folder.run(&["run", "w.yaml", "--mocks"]));
    let strict = folder.output(&["run", "w.yaml", "--mocks", "--strict"]);

    let stderr = String::from_utf8(strict.stderr).unwrap();
    let error = stderr.lines().find(|line| line.starts_with("error")).unwrap();
    insta::assert_snapshot!(error, @"error: `--strict` is set, and a step was tolerated: step `lead` (salesforce/get_lead): malformed id nobody");
    assert_eq!(strict.status.code(), Some(6));
}

#[test]
fn server_that_cannot_start_stops_the_run_before_it_begins() {
    insta::assert_snapshot!(on_broken_server("").run(&["run", "w.yaml"]), @"
    [stderr]
    error: server `broken` is not available: failed to start `/no/such/server`: not found
    [exit 4]
    ");
}

#[test]
fn server_that_only_tolerated_steps_need_may_be_away() {
    let text = on_broken_server(", on_error: continue").run(&["run", "w.yaml"]);

    check("tolerated_server", &text);
}

#[test]
fn a_workflow_without_servers_needs_no_configuration() {
    let folder = Folder::new().with(
        "w.yaml",
        "workflow: w\nsteps:\n  log: { call: local/append_file, with: { path: log.txt, text: hi } }\n",
    );

    let output = folder.output(&["run", "w.yaml", "--state-dir", "state"]);

    assert!(output.status.success(), "{output:?}");
    let log = folder.path().join("state/log.txt");
    assert_eq!(std::fs::read_to_string(log).unwrap(), "hi\n");
}

#[test]
fn colours_are_used_when_asked_for() {
    let folder = Folder::new().with("w.yaml", "workflow: w\nsteps: { a: { set: 1 } }\n");

    let plain = folder.run(&["run", "w.yaml"]);
    let coloured = folder.run(&["run", "w.yaml", "--color", "always"]);

    assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}[32m✔"), "{coloured:?}");
}
