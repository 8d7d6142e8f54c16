use crate::harness::{Folder, check};

#[test]
fn mocks_are_five_servers() {
    check("servers_mocks", &Folder::new().run(&["servers", "--mocks"]));
}

#[test]
fn broken_command_is_told_with_its_reason() {
    let folder = Folder::new()
        .with(".mcp.json", r#"{ "mcpServers": { "broken": { "command": "/no/such/server" } } }"#);

    check("servers_broken", &folder.run(&["servers"]));
    check("servers_broken_json", &folder.run(&["servers", "--json"]));
}

#[test]
fn last_words_of_a_server_are_shown() {
    let folder = Folder::new().with(
        "mine.json",
        r#"{ "mcpServers": { "sh": { "command": "/bin/sh", "args": ["-c", "echo no token >&2; exit 3"] } } }"#,
    );

    let text = folder.run(&["servers", "-s", "mine.json"]);

    assert!(text.contains("no token") && text.ends_with("[exit 4]\n"), "{text}");
}

#[test]
fn missing_variable_is_named_with_its_place() {
    let config = r#"{
  "mcpServers": {
    "slack": { "command": "slack-server", "env": { "SLACK_TOKEN": "${UNSET_TOKEN}" } }
  }
}
"#;
    let folder = Folder::new().with(".mcp.json", config);

    check("missing_variable", &folder.run(&["servers"]));
}

#[test]
fn no_configuration_says_what_to_do() {
    insta::assert_snapshot!(Folder::new().run(&["servers"]), @"
    [stderr]
    error: no servers are configured
      = help: write `.mcp.json`, or name a file with `--servers FILE`
      = help: or try it without any set-up: `--mocks`
    [exit 2]
    ");
}
