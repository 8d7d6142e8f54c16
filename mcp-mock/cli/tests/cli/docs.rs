//! `docs/mocks.md` says what is there: its tests run, its files are read, its tables are complete.

use std::ffi::OsString;
use std::time::Duration;

use mcp_client::Client;
use mcp_mock::{Fault, Latency, Limits, Rules, Seed, ServiceName, World, any_tool, tool};
use serde_json::{Value, json};

const DOCUMENT: &str = include_str!("../../../../docs/mocks.md");

/// The blocks of the document whose fence says this.
fn blocks(fence: &str) -> Vec<&'static str> {
    let opening = format!("```{fence}\n");
    let blocks = DOCUMENT.split(opening.as_str()).skip(1);
    blocks.map(|rest| rest.split_once("```\n").unwrap().0).collect()
}

/// What `mcp-mock` prints for these arguments.
async fn printed(arguments: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("mcp-mock").chain(arguments.iter().copied());
    let code = mcp_mock_cli::run(arguments.map(OsString::from), &mut out, &mut err).await;
    assert_eq!((code, err.len()), (0, 0));
    String::from_utf8(out).unwrap()
}

/// The tests of the document stand here to the letter, so that they are compiled and run.
#[test]
fn documented_tests_are_these() {
    let source = include_str!("docs.rs");
    let blocks = blocks("rust");
    assert_eq!(blocks.len(), 4);

    for block in blocks {
        let (_, body) = block.split_once("#[tokio::test]").unwrap();
        assert!(source.contains(body), "{body}");
    }
}

#[tokio::test]
async fn one_issue_is_opened_and_nothing_else_happens() {
    let world = World::new(42);
    let before = world.state();
    let client = Client::connect(world.github().transport()).await.unwrap();

    let issue = json!({ "owner": "company", "repo": "support", "title": "Printer on fire" });
    let opened: Value = client.call("create_issue", issue).await.unwrap();

    assert_eq!(opened["number"], 3);
    world.diff(&before).assert_only(["added github.repos[company/support].issues[3]"]);
}

#[tokio::test]
async fn world_is_put_back() {
    let content = r##"{ "slack": { "channels": [{ "name": "support" }] } }"##;
    let world = World::seeded(7, Seed::from_json(content).unwrap()).unwrap();
    let before = world.state();
    let slack = Client::connect(world.slack().transport()).await.unwrap();

    world.advance(Duration::from_secs(90));
    let hello = json!({ "channel": "#support", "text": "hello" });
    slack.call::<Value>("post_message", hello).await.unwrap();

    world.diff(&before).assert_only(["added slack.channels[*].messages[*]"]);
    world.restore(before.clone());
    assert!(world.diff(&before).is_empty());
}

#[tokio::test]
async fn rules_read_as_sentences() {
    let github = World::new(42).github();
    let ms = Duration::from_millis;
    github.on("create_issue").times(1).fault(Fault::LoseAnswer);
    github.on(tool("get_repo").arg("owner", "acme")).nth(2..=3).reply(json!({ "name": "app" }));
    github.on(tool("update_issue").arg("/labels/0", "bug")).fault(Fault::Hang);
    github.on("merge_pr").times(1).then_state("pull", "merged").reply(json!({ "merged": true }));
    github.on("merge_pr").when_state("pull", "merged").reply(json!({ "merged": false }));
    github.on("list_prs").expect(1..).pass();
    github.on(any_tool()).priority(-1).delay(Latency::log_normal(ms(5), 0.5)).pass();
    github.on(any_tool().when(|call| call.number > 99)).probability(0.1).fault(Fault::Close);

    let client = Client::connect(github.transport()).await.unwrap();
    let pull = json!({ "owner": "company", "repo": "app", "number": 3 });
    let first: Value = client.call("merge_pr", &pull).await.unwrap();
    let second: Value = client.call("merge_pr", &pull).await.unwrap();
    client.call_raw("list_prs", json!({ "owner": "company", "repo": "app" })).await.unwrap();

    assert_eq!((&first["merged"], &second["merged"]), (&json!(true), &json!(false)));
    github.assert_called("merge_pr", 2);
}

#[tokio::test]
async fn eleventh_search_for_code_has_to_wait() {
    let world = World::new(42);
    world.enforce_limits(Limits::vendor());
    let github = Client::connect(world.github().transport()).await.unwrap();
    let search = async || github.call_raw("search_code", json!({ "query": "login" })).await;

    for _ in 0..10 {
        search().await.unwrap();
    }
    assert!(search().await.is_err());

    world.advance(Duration::from_secs(60));
    search().await.unwrap();
}

/// Every limit that there is, with its number.
#[test]
fn documented_limits_are_those_of_the_vendors() {
    let limits = serde_json::to_value(Limits::vendor()).unwrap();

    for (service, members) in limits.as_object().unwrap() {
        for (member, number) in members.as_object().unwrap() {
            let ends = format!(" | {number} | `{member}` |");
            let row =
                |line: &str| line.starts_with(&format!("| {service} |")) && line.ends_with(&ends);
            assert_eq!(DOCUMENT.lines().filter(|line| row(line)).count(), 1, "{service} {member}");
        }
    }
}

#[test]
fn documented_seed_takes_root() {
    let [seed, detailed] = blocks("json seed")[..] else { panic!("the document has two seeds") };

    let world = World::seeded(1, Seed::from_json(seed).unwrap()).unwrap();
    let github = World::seeded(1, Seed::from_json(detailed).unwrap()).unwrap().state().github;

    assert_eq!(world.now().to_string(), "2026-03-02T08:00:00Z");
    assert!(world.state().github.repo("acme", "app").is_some());
    assert_eq!(github.issue("acme", "app", 1).unwrap().issue_type.as_deref(), Some("Bug"));
}

#[test]
fn documented_rules_are_about_tools_that_there_are() {
    let world = World::new(1);
    let files = blocks("json rules");

    assert_eq!(files.len(), 2);
    for rules in files {
        assert_eq!(world.github().add_rules(&Rules::from_json(rules).unwrap()), Ok(()));
    }
}

#[tokio::test]
async fn documented_dialects_are_those_that_are_listed() {
    let world = World::new(1);
    let listed = printed(&["list"]).await;

    for line in listed.lines().skip(1) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [service, dialect, tools, backed, cases, facts @ ..] = &words[..] else {
            panic!("{line}")
        };
        let named = service.parse().unwrap();
        let server = world.server(named);
        let server = server.in_dialect(mcp_mock_dialects::named(named, dialect).unwrap());
        let client = Client::connect(server.transport()).await.unwrap();
        let (revision, facts) = (client.version(), facts.join(" "));
        let row = format!(
            "| {service} | `{dialect}` | {tools} | {backed} | {cases} | {revision} | {facts} |\n"
        );
        assert!(DOCUMENT.contains(&row), "{row}");
    }
}

/// Each dialect of a vendor has its row about failures too.
#[test]
fn every_dialect_says_how_it_fails() {
    for service in ServiceName::ALL {
        for dialect in mcp_mock_dialects::names(service) {
            let row = format!("| {service} | `{dialect}` |");
            let rows = DOCUMENT.lines().filter(|line| line.starts_with(&row)).count();
            let expected = if dialect == "simple" { 1 } else { 2 };
            assert_eq!(rows, expected, "{row}");
        }
    }
}
