//! The configuration files: five services, once as fakes and once as published servers.

use orchestrator::config::{Config, Launch, ServerConfig};

use super::examples;

#[track_caller]
fn read(file: &str, environment: &dyn Fn(&str) -> Option<String>) -> Config {
    let path = examples().join(file);
    Config::read(&[&path], environment).unwrap_or_else(|error| panic!("{error}"))
}

/// The command lines of the servers, or what is wrong with them.
fn commands(config: &Config) -> String {
    let line = |server: &ServerConfig| match &server.launch {
        Ok(Launch::Process(process)) => {
            let words = process.args.iter().map(ToString::to_string);
            let line: Vec<_> =
                [process.command.expose().to_owned()].into_iter().chain(words).collect();
            format!("{}: {}", server.name, line.join(" "))
        }
        Ok(other) => format!("{}: {other:?}", server.name),
        Err(error) => format!("{}: {error}", server.name),
    };
    config.servers.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn fakes_are_child_processes() {
    let usual = read("mcp.json", &|_| None);
    let chosen =
        read("mcp.json", &|name| (name == "MCP_MOCK").then(|| "target/mcp-mock".to_owned()));

    insta::assert_snapshot!(commands(&usual), @r"
    github: mcp-mock serve github
    slack: mcp-mock serve slack
    gmail: mcp-mock serve gmail
    notion: mcp-mock serve notion
    salesforce: mcp-mock serve salesforce
    ");
    assert!(commands(&chosen).starts_with("github: target/mcp-mock serve github\n"));
}

#[test]
fn published_servers_get_their_tokens_from_the_environment() {
    let set = read("mcp.real.json", &|name| Some(format!("value of {name}")));

    insta::assert_snapshot!(commands(&set), @r"
    github: npx -y @modelcontextprotocol/server-github@2025.4.8
    slack: npx -y @modelcontextprotocol/server-slack@2025.4.25
    gmail: npx -y @gongrzhe/server-gmail-autoauth-mcp@1.1.11
    notion: npx -y @notionhq/notion-mcp-server@2.5.2
    salesforce: npx -y @tsmztech/mcp-server-salesforce@0.0.6
    ");
    assert!(!format!("{:?}", set.servers).contains("value of"), "a token is shown");
}

#[test]
fn a_token_that_is_not_set_is_named_with_its_place() {
    let unset = read("mcp.real.json", &|_| None);

    let folder = examples().display().to_string();
    insta::assert_snapshot!(commands(&unset).replace(&format!("{folder}/"), ""), @r"
    github: variable `GITHUB_PERSONAL_ACCESS_TOKEN` is not set (mcp.real.json:6:49)
    slack: variable `SLACK_BOT_TOKEN` is not set (mcp.real.json:12:29); variable `SLACK_TEAM_ID` is not set (mcp.real.json:13:27)
    gmail: npx -y @gongrzhe/server-gmail-autoauth-mcp@1.1.11
    notion: variable `NOTION_TOKEN` is not set (mcp.real.json:27:33)
    salesforce: variable `SALESFORCE_USERNAME` is not set (mcp.real.json:34:33); variable `SALESFORCE_PASSWORD` is not set (mcp.real.json:35:33); variable `SALESFORCE_TOKEN` is not set (mcp.real.json:36:30)
    ");
}
