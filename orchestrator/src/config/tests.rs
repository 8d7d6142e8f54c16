//! Whole files, as people write them.

use std::num::NonZeroUsize;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::source::Style;

fn environment(name: &str) -> Option<String> {
    (name == "TOKEN").then(|| "s3cret".to_owned())
}

fn parsed(text: &str) -> Config {
    Config::parse(&[Source::new("mcp.json", text)], &environment).unwrap()
}

/// What is wrong with the file, or else with its servers.
fn rendered(text: &str) -> String {
    match Config::parse(&[Source::new("mcp.json", text)], &environment) {
        Err(error) => error.render(Style::Plain),
        Ok(config) => {
            let errors = config.servers.iter().filter_map(|server| server.launch.as_ref().err());
            errors.map(|error| error.render(Style::Plain)).collect::<Vec<_>>().join("\n\n")
        }
    }
}

#[test]
fn file_with_processes_and_addresses_is_read() {
    let config = parsed(
        r#"{
	// Tabs and comments are common in these files.
	"mcpServers": {
		"github": {
			"command": "npx",
			"args": ["-y", "server-github"],
			"env": { "TOKEN": "${TOKEN}", "MODE": "plain" },
			"cwd": "${FOLDER:-/srv}",
			"disabled": false,
			"orchestrator": {
				"era": "legacy", "timeout": "30s", "startTimeout": "1m30s",
				"concurrency": 8, "connections": 2, "trustHints": true,
			},
		},
		"web": { "type": "http", "url": "https://example.com/mcp", "headers": { "A": "Bearer ${TOKEN}" } }
	}
}"#,
    );

    let github = config.server("github").unwrap();
    let Ok(Launch::Process(process)) = &github.launch else { panic!("{github:?}") };
    assert_eq!(process.env[0].1.expose(), "s3cret");
    assert_eq!(process.cwd.as_ref().unwrap().expose(), "/srv");
    assert_eq!(github.options.concurrency, NonZeroUsize::new(8));
    assert_eq!(github.options.start_timeout, Some(Duration::from_secs(90)));
    let debug = format!("{config:#?}");
    assert!(!debug.contains("s3cret") && !debug.contains("plain"), "{debug}");
    insta::assert_snapshot!(format!("{:?}\n{:?}", github.launch, config.servers[1].launch), @r#"
    Ok(Process(Process { command: "npx", args: ["-y", "server-github"], env: [("TOKEN", "${TOKEN}"), ("MODE", "***")], cwd: Some("${FOLDER}") }))
    Ok(Http(Endpoint { url: "https://example.com/mcp", headers: [("A", "***${TOKEN}")], login: Login { callback_port: None, client_id: None, client_secret: None, scopes: [] } }))
    "#);
}

#[test]
fn root_of_another_editor_is_read() {
    let config =
        parsed(r#"{ "inputs": [], "servers": { "a": { "type": "stdio", "command": "x" } } }"#);

    assert!(config.server("a").unwrap().launch.is_ok());
}

#[test]
fn later_file_replaces_servers_of_an_earlier_one() {
    let first =
        Source::new("a.json", r#"{"mcpServers": {"x": {"command": "a"}, "y": {"command": "a"}}}"#);
    let second = Source::new("b.json", r#"{"mcpServers": {"x": {"command": "b"}}}"#);

    let config = Config::parse(&[first, second], &environment).unwrap();

    let names: Vec<_> = config.servers.iter().map(|server| server.name.as_str()).collect();
    assert_eq!(names, ["x", "y"]);
    assert_eq!(config.servers[0].origin.file, "b.json");
    assert_eq!(config.notes, ["`x` of a.json:1:17 is replaced by b.json:1:17"]);
}

#[test]
fn missing_variable_breaks_one_server_only() {
    let text = r#"{
  "mcpServers": {
    "github": {
      "command": "npx",
      "env": { "GITHUB_TOKEN": "${GITHUB_TOKEN}", "OTHER": "ghp_literal" }
    },
    "slack": { "command": "npx" }
  }
}"#;

    let config = parsed(text);

    assert!(config.server("slack").unwrap().launch.is_ok());
    let error = config.server("github").unwrap().launch.as_ref().unwrap_err();
    insta::assert_snapshot!(error, @"variable `GITHUB_TOKEN` is not set (mcp.json:5:33)");
    insta::assert_snapshot!(error.render(Style::Plain), @r#"
    error[W0301]: variable `GITHUB_TOKEN` is not set
     --> mcp.json:5:33
      |
    5 |       "env": { "GITHUB_TOKEN": "${GITHUB_TOKEN}", "OTHER": "***********" }
      |                                 ^^^^^^^^^^^^^^^
      |
      = help: set it with `export GITHUB_TOKEN=…`, or give a default: `${GITHUB_TOKEN:-default}`
    "#);
}

#[test]
fn broken_json_names_its_place_and_hides_values() {
    insta::assert_snapshot!(rendered("{\n  \"mcpServers\": {\n    \"a\": { \"env\": { \"T\": \"ghp_1\" \"x\": 1 } }\n  }\n}"), @r#"
    error[W0101]: not valid JSON: invalid trailing content after double-quoted scalar
     --> mcp.json:3:34
      |
    3 |     "a": { "env": { "T": "*****" "x": * } }
      |                                  ^
    "#);
}

#[test]
fn server_named_twice_is_refused() {
    insta::assert_snapshot!(rendered("{\"mcpServers\": {\n  \"a\": {\"command\": \"x\"},\n  \"a\": {\"command\": \"y\"}\n}}"), @r#"
    error[W0103]: key `a` stands twice
     --> mcp.json:3:3
      |
    3 |   "a": {"command": "*"}
      |   ^^^ second time here
      |
      = help: keep one of them
    "#);
}

#[test]
fn file_without_servers_says_what_to_write() {
    insta::assert_snapshot!(rendered(r#"{ "mcpserver": {} }"#), @r#"
    error[W0106]: the file has no `mcpServers`
     --> mcp.json:1:1
      |
    1 | { "mcpserver": {} }
      | ^^^^^^^^^^^^^^^^
      |
      = help: `mcpserver` is not known; did you mean `mcpServers`?
    "#);
    insta::assert_snapshot!(rendered("[]"), @"
    error[W0107]: `mcp.json` is a list, expected a map
     --> mcp.json:1:1
      |
    1 | []
      | ^
    ");
    insta::assert_snapshot!(rendered(""), @"error[W0107]: `mcp.json` is nothing, expected a map");
}

#[test]
fn every_problem_of_an_entry_is_reported() {
    let text = r#"{ "mcpServers": {
  "a/b": { "comand": "npx", "args": "-y", "env": { "PORT": 80, "T": "ghp_1" } },
  "both": { "command": "x", "url": "https://example.com", "type": "htp" },
  "local": 5
} }"#;

    insta::assert_snapshot!(rendered(text), @r#"
    error[W0111]: `a/b` cannot be the name of a server: it has a `/` or a control character in it
     --> mcp.json:2:3
      |
    2 |   "a/b": { "comand": "npx", "args": "-y", "env": { "PORT": **, "T": "*****" } },
      |   ^^^^^
      |
      = help: choose another name

    error[W0107]: `args` is a text, expected a list of texts
     --> mcp.json:2:37
      |
    2 |   "a/b": { "comand": "npx", "args": "-y", "env": { "PORT": **, "T": "*****" } },
      |                                     ^^^^

    error[W0107]: `PORT` is a number, expected a text
     --> mcp.json:2:60
      |
    2 |   "a/b": { "comand": "npx", "args": "-y", "env": { "PORT": **, "T": "*****" } },
      |                                                            ^^
      |
      = help: put it in quotes

    error[W0106]: `a/b` has neither `command` nor `url`
     --> mcp.json:2:3
      |
    2 |   "a/b": { "comand": "npx", "args": "-y", "env": { "PORT": **, "T": "*****" } },
      |   ^^^^^
      |
      = help: `comand` is not known; did you mean `command`?

    error[W0108]: `htp` is not one of http, stdio, streamable-http
     --> mcp.json:3:67
      |
    3 |   "both": { "command": "x", "url": "https://example.com", "type": "htp" },
      |                                                                   ^^^^^
      |
      = help: did you mean `http`?

    error[W0113]: `both` has both `command` and `url`
     --> mcp.json:3:3
      |
    3 |   "both": { "command": "x", "url": "https://example.com", "type": "htp" },
      |   ^^^^^^
      |
      = help: keep one of them

    error[W0111]: `local` cannot be the name of a server: it is the built-in server
     --> mcp.json:4:3
      |
    4 |   "local": 5
      |   ^^^^^^^
      |
      = help: choose another name

    error[W0107]: the entry of `local` is a number, expected a map
     --> mcp.json:4:12
      |
    4 |   "local": 5
      |            ^
    "#);
}

#[test]
fn every_problem_of_the_options_is_reported() {
    let text = r#"{ "mcpServers": { "a": { "command": "x", "orchestrator": {
  "timout": "30s",
  "era": "modrn",
  "timeout": "soon",
  "connections": 0
} } } }"#;

    insta::assert_snapshot!(rendered(text), @r#"
    error[W0104]: `timout` is not an option of a server
     --> mcp.json:2:3
      |
    2 |   "timout": "30s",
      |   ^^^^^^^^
      |
      = help: did you mean `timeout`?

    error[W0108]: `modrn` is not one of auto, legacy, modern
     --> mcp.json:3:10
      |
    3 |   "era": "modrn",
      |          ^^^^^^^
      |
      = help: did you mean `modern`?

    error[W0110]: `soon` is not a duration for `timeout`
     --> mcp.json:4:14
      |
    4 |   "timeout": "soon",
      |              ^^^^^^
      |
      = help: write for example "30s", "500ms" or "1m30s"; the most is 24h

    error[W0109]: `connections` is 0, expected a whole number from 1 to 64
     --> mcp.json:5:18
      |
    5 |   "connections": 0
      |                  ^
    "#);
}

#[test]
fn unreadable_file_is_named() {
    let error = Config::read(&[Path::new("missing/mcp.json")], &environment).unwrap_err();

    assert!(error.to_string().starts_with("cannot read `missing/mcp.json`: "), "{error}");
}

#[test]
fn number_of_servers_is_capped() {
    let entries: Vec<_> =
        (0..=SERVERS_MAX).map(|n| format!(r#""s{n}": {{"command": "x"}}"#)).collect();
    let text = format!(r#"{{"mcpServers": {{{}}}}}"#, entries.join(","));

    let error = Config::parse(&[Source::new("mcp.json", text)], &environment).unwrap_err();

    assert_eq!(error.to_string(), "257 servers are configured, more than 256");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "(\\{\"mcpServers\": ?)?[{}\\[\\]\",:a1 $\\\\\né/*-]{0,60}") {
        drop(rendered(&text));
    }
}
