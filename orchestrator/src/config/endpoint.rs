//! Servers behind URLs: the members `url`, `headers`, `oauth` and `auth`.

use std::num::NonZeroU16;

use serde_json::Value;

use super::reader::EntryReader;
use super::secret::{Literal, SecretString};
use crate::source::Code;
use crate::source::node::{Entry, Node, NodeKind};

/// A server behind a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The address.
    pub url: SecretString,
    /// Headers of every request, in the order of the file.
    pub headers: Vec<(String, SecretString)>,
    /// What the entry says about logging in.
    pub login: Login,
}

/// How to log in to a server, as far as it is not to be discovered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Login {
    /// The local port that waits for the redirect; any free one without it.
    pub callback_port: Option<NonZeroU16>,
    /// The client id that is registered with the authorization server.
    pub client_id: Option<SecretString>,
    /// The secret that goes with it.
    pub client_secret: Option<SecretString>,
    /// The scopes to request when the server names none.
    pub scopes: Vec<String>,
}

impl Endpoint {
    /// The address for people: without what follows `?`, and with variables by their names.
    #[must_use]
    pub fn address(&self) -> String {
        let shown = self.url.to_string();
        shown.split(['?', '#']).next().unwrap_or_default().to_owned()
    }

    /// Whether the entry has an `Authorization` header, so that no login is needed.
    #[must_use]
    pub fn has_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    }
}

impl EntryReader<'_> {
    /// Reads what is behind a URL.
    pub(super) fn endpoint(&mut self, entry: &Entry, members: &[Entry]) -> Option<Endpoint> {
        let member = |name: &str| members.iter().find(|member| member.key == name);
        let headers = self.headers(member("headers"));
        let mut login = Login::default();
        for member in ["oauth", "auth"].into_iter().filter_map(member) {
            self.login(&member.value, &mut login);
        }
        let Some(url) = member("url") else {
            let message = format!("`{}` has no `url`", entry.key);
            let help = "add it, or start a process with `command` and the type `stdio`".to_owned();
            self.error(Code::MissingKey, &entry.span, message, Some(help));
            return None;
        };
        let url = self.url(&url.value)?;
        Some(Endpoint { url, headers, login })
    }

    fn url(&mut self, node: &Node) -> Option<SecretString> {
        let url = self.interpolated(node, "`url`", Literal::Shown)?;
        let Some((message, help)) = fault_of_url(url.expose()) else { return Some(url) };
        self.error(Code::WrongType, &node.span, message.to_owned(), Some(help.to_owned()));
        None
    }

    fn headers(&mut self, member: Option<&Entry>) -> Vec<(String, SecretString)> {
        let Some(member) = member else { return Vec::new() };
        let headers = self.strings_by_name(Some(member));
        let NodeKind::Map(entries) = &member.value.kind else { return headers };
        for entry in entries.iter().filter(|entry| !is_token(&entry.key)) {
            let message = format!("`{}` cannot be the name of a header", entry.key);
            let help = Some("letters, digits and `-` make a name".to_owned());
            self.error(Code::BadName, &entry.span, message, help);
        }
        for entry in entries {
            let value = headers.iter().find(|(name, _)| *name == entry.key);
            if value.is_some_and(|(_, value)| value.expose().chars().any(char::is_control)) {
                let message = format!("header `{}` has a line break or the like in it", entry.key);
                let help =
                    Some("a variable that was read from a file often ends with one".to_owned());
                self.error(Code::WrongType, &entry.value.span, message, help);
            }
        }
        headers
    }

    /// What stands under `oauth` (Claude Code, VS Code) or `auth` (Cursor). Other forms than a map
    /// belong to other programs.
    fn login(&mut self, node: &Node, login: &mut Login) {
        let NodeKind::Map(members) = &node.kind else { return };
        for member in members {
            let what = format!("`{}`", member.key);
            match member.key.as_str() {
                "CLIENT_ID" | "clientId" => {
                    login.client_id = self.interpolated(&member.value, &what, Literal::Shown);
                }
                "CLIENT_SECRET" | "clientSecret" => {
                    login.client_secret = self.interpolated(&member.value, &what, Literal::Hidden);
                }
                "callbackPort" => login.callback_port = self.port(member),
                "scopes" => login.scopes = self.scopes(&member.value),
                _ => {}
            }
        }
    }

    /// A list, or one string with blanks between the scopes.
    fn scopes(&mut self, node: &Node) -> Vec<String> {
        let nodes = match &node.kind {
            NodeKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut scopes = Vec::new();
        for node in nodes {
            let text = self.interpolated(node, "`scopes`", Literal::Shown);
            let words = text.iter().flat_map(|text| text.expose().split_ascii_whitespace());
            scopes.extend(words.map(str::to_owned));
        }
        scopes
    }

    fn port(&mut self, member: &Entry) -> Option<NonZeroU16> {
        let port = match &member.value.kind {
            NodeKind::Scalar { value: Value::Number(number), .. } => number.as_u64(),
            _ => None,
        };
        let port = port.and_then(|port| u16::try_from(port).ok()).and_then(NonZeroU16::new);
        if port.is_none() {
            let message = format!("`{}` is not a port from 1 to 65535", member.key);
            self.error(Code::NumberRange, &member.value.span, message, None);
        }
        port
    }
}

/// What is wrong with an address, and what to do about it. The address is not quoted: it may come from
/// a variable.
fn fault_of_url(url: &str) -> Option<(&'static str, &'static str)> {
    const HTTP: &str = "write an address such as https://example.com/mcp";
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" if host.is_empty() => Some(("`url` has no host", HTTP)),
        "http" | "https" if host.contains('@') => Some((
            "`url` has a user name or a password in it",
            "write an `Authorization` header under `headers` instead",
        )),
        "http" | "https" if url.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            Some(("`url` has a blank or a control character in it", HTTP))
        }
        "http" | "https" => None,
        "pipe" | "unix" => Some((
            "servers behind a local socket are not supported",
            "let the server listen on http://127.0.0.1, or start it with `command`",
        )),
        "ws" | "wss" => Some((
            "servers behind a WebSocket are not supported",
            "if it speaks Streamable HTTP as well, write that address",
        )),
        _ => Some(("`url` does not begin with http:// or https://", HTTP)),
    }
}

fn is_token(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Launch};
    use crate::source::{Source, Style};

    fn environment(name: &str) -> Option<String> {
        match name {
            "HOME" => Some("/home/ann".to_owned()),
            "TOKEN" | "ORCHESTRATOR_INPUT_KEY" => Some("s3cret".to_owned()),
            "BROKEN" => Some("s3cret\n".to_owned()),
            _ => None,
        }
    }

    fn parsed(text: &str) -> Config {
        Config::parse(&[Source::new("mcp.json", text)], &environment).unwrap()
    }

    /// The one server of a file.
    fn endpoint(entry: &str) -> Endpoint {
        let config = parsed(&format!(r#"{{ "mcpServers": {{ "x": {entry} }} }}"#));
        match &config.servers[0].launch {
            Ok(Launch::Http(endpoint)) => endpoint.clone(),
            other => panic!("{entry}: {other:?}"),
        }
    }

    /// What is wrong with it.
    fn refused(entry: &str) -> String {
        let config = parsed(&format!("{{ \"mcpServers\": {{ \"x\": {entry} }} }}"));
        let error = config.servers[0].launch.as_ref().unwrap_err();
        let (text, help) = (error.to_string(), error.diagnostics[0].help.as_deref());
        assert!(!error.render(Style::Plain).contains("s3cret"), "{}", error.render(Style::Plain));
        format!("{text}\n  = {}", help.unwrap_or("-"))
    }

    #[test]
    fn every_notation_of_an_address_is_read() {
        for entry in [
            r#"{ "type": "http", "url": "https://example.com/mcp" }"#,
            r#"{ "type": "streamable-http", "url": "https://example.com/mcp" }"#,
            r#"{ "url": "https://example.com/mcp" }"#,
            r#"{ "url": "${ADDRESS:-https://example.com/mcp}", "disabled": true, "gallery": 1 }"#,
        ] {
            assert_eq!(endpoint(entry).url.expose(), "https://example.com/mcp", "{entry}");
        }
    }

    #[test]
    fn every_notation_of_a_login_is_read() {
        let claude = r#"{ "type": "http", "url": "https://a.example", "oauth": {
            "clientId": "id", "callbackPort": 8080, "scopes": "read write",
            "authServerMetadataUrl": "https://as.example/.well-known/openid-configuration" } }"#;
        let cursor = r#"{ "url": "https://a.example", "auth": {
            "CLIENT_ID": "${env:TOKEN}", "CLIENT_SECRET": "${TOKEN}", "scopes": ["read", "write"] } }"#;
        let code =
            r#"{ "type": "http", "url": "https://a.example", "oauth": { "clientId": "id" } }"#;
        let other = r#"{ "url": "https://a.example", "auth": "oauth", "oauth": false }"#;

        let logins =
            [claude, cursor, code, other].map(|entry| format!("{:?}", endpoint(entry).login));

        insta::assert_snapshot!(logins.join("\n"), @r#"
        Login { callback_port: Some(8080), client_id: Some("id"), client_secret: None, scopes: ["read", "write"] }
        Login { callback_port: None, client_id: Some("${TOKEN}"), client_secret: Some("${TOKEN}"), scopes: ["read", "write"] }
        Login { callback_port: None, client_id: Some("id"), client_secret: None, scopes: [] }
        Login { callback_port: None, client_id: None, client_secret: None, scopes: [] }
        "#);
    }

    #[test]
    fn header_of_the_entry_stands_for_a_login() {
        let entry =
            |name| format!(r#"{{ "url": "https://a.example", "headers": {{ "{name}": "x" }} }}"#);

        assert!(endpoint(&entry("authorization")).has_authorization());
        assert!(!endpoint(&entry("X-Api-Key")).has_authorization());
    }

    #[test]
    fn address_is_shown_without_what_may_be_secret() {
        for (url, shown) in [
            ("https://example.com/mcp?key=s3cret#x", "https://example.com/mcp"),
            ("https://example.com/${TOKEN}/mcp", "https://example.com/${TOKEN}/mcp"),
            ("HTTP://127.0.0.1:80", "HTTP://127.0.0.1:80"),
        ] {
            assert_eq!(endpoint(&format!(r#"{{ "url": "{url}" }}"#)).address(), shown);
        }
    }

    #[test]
    fn what_is_not_supported_says_what_to_do() {
        let messages = [
            r#"{ "type": "sse", "url": "https://a.example/sse" }"#,
            r#"{ "type": "ws", "url": "wss://a.example" }"#,
            r#"{ "url": "wss://a.example" }"#,
            r#"{ "url": "unix:///run/mcp.sock" }"#,
        ]
        .map(refused);

        insta::assert_snapshot!(messages.join("\n"), @r#"
        servers of the type `sse` are not supported (mcp.json:1:34)
          = most such servers speak Streamable HTTP as well: look up that address, which often ends in `/mcp`, and write "type": "http"
        servers of the type `ws` are not supported (mcp.json:1:34)
          = if the server speaks Streamable HTTP as well, write that address and "type": "http"
        servers behind a WebSocket are not supported (mcp.json:1:33)
          = if it speaks Streamable HTTP as well, write that address
        servers behind a local socket are not supported (mcp.json:1:33)
          = let the server listen on http://127.0.0.1, or start it with `command`
        "#);
    }

    #[test]
    fn problem_of_an_entry_is_told_without_its_secrets() {
        let messages = [
            r#"{ "type": "http" }"#,
            r#"{ "url": "example.com/mcp?key=s3cret" }"#,
            r#"{ "url": "https:///mcp" }"#,
            r#"{ "url": "https://me:s3cret@a.example/mcp" }"#,
            r#"{ "url": "https://${TOKEN}@a.example/mcp" }"#,
            r#"{ "url": "https://a.example/a b" }"#,
            r#"{ "url": "https://a.example", "headers": { "A B": "s3cret" } }"#,
            r#"{ "url": "https://a.example", "headers": { "A": "Bearer ${BROKEN}" } }"#,
            r#"{ "url": "https://a.example", "headers": { "A": "s3cret ${MISSING}" } }"#,
            r#"{ "url": "https://a.example", "oauth": { "clientSecret": "s3cret", "callbackPort": 0 } }"#,
            r#"{ "url": "https://a.example", "auth": { "CLIENT_SECRET": ["s3cret"] } }"#,
            r#"{ "url": "https://a.example?key=s3cret", "orchestrator": { "timout": "1s" } }"#,
        ]
        .map(refused);

        insta::assert_snapshot!(messages.join("\n"), @"
        `x` has no `url` (mcp.json:1:19)
          = add it, or start a process with `command` and the type `stdio`
        `url` does not begin with http:// or https:// (mcp.json:1:33)
          = write an address such as https://example.com/mcp
        `url` has no host (mcp.json:1:33)
          = write an address such as https://example.com/mcp
        `url` has a user name or a password in it (mcp.json:1:33)
          = write an `Authorization` header under `headers` instead
        `url` has a user name or a password in it (mcp.json:1:33)
          = write an `Authorization` header under `headers` instead
        `url` has a blank or a control character in it (mcp.json:1:33)
          = write an address such as https://example.com/mcp
        `A B` cannot be the name of a header (mcp.json:1:67)
          = letters, digits and `-` make a name
        header `A` has a line break or the like in it (mcp.json:1:72)
          = a variable that was read from a file often ends with one
        variable `MISSING` is not set (mcp.json:1:80)
          = set it with `export MISSING=…`, or give a default: `${MISSING:-default}`
        `callbackPort` is not a port from 1 to 65535 (mcp.json:1:107)
          = -
        `CLIENT_SECRET` is a list, expected a text (mcp.json:1:81)
          = -
        `timout` is not an option of a server (mcp.json:1:83)
          = did you mean `timeout`?
        ");
    }

    #[test]
    fn input_without_a_value_names_the_variable_to_set() {
        let text = r#"{
  "inputs": [
    { "type": "promptString", "id": "key", "description": "Key", "password": true },
    { "type": "promptString", "id": "team-id", "description": "Team" },
    { "type": "promptString", "id": "region", "default": "eu" }
  ],
  "servers": {
    "a": { "url": "https://${input:region}.example", "headers": { "K": "${input:key}" } },
    "b": { "type": "stdio", "command": "x", "env": { "K": "s3cret", "T": "${input:team-id}" } },
    "c": { "command": "x", "args": ["${input:teamid}"] }
  }
}"#;

        let config = parsed(text);

        assert!(config.servers[0].launch.is_ok());
        assert_eq!(
            config.unanswered.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
            ["team-id"]
        );
        let errors = config.servers[1..].iter().map(|server| server.launch.as_ref().unwrap_err());
        let errors: Vec<String> = errors.map(|error| error.render(Style::Plain)).collect();
        insta::assert_snapshot!(errors.join("\n\n"), @r#"
        error[W0301]: input `team-id` has no value: `ORCHESTRATOR_INPUT_TEAM_ID` is not set
         --> mcp.json:9:75
          |
        9 |     "b": { "type": "stdio", "command": "x", "env": { "K": "******", "T": "${input:team-id}" } },
          |                                                                           ^^^^^^^^^^^^^^^^
          |
          = help: set it with `export ORCHESTRATOR_INPUT_TEAM_ID=…`, or start on a terminal to be asked

        error[W0301]: input `teamid` is not declared under `inputs`, and `ORCHESTRATOR_INPUT_TEAMID` is not set
          --> mcp.json:10:38
           |
        10 |     "c": { "command": "x", "args": ["${input:teamid}"] }
           |                                      ^^^^^^^^^^^^^^^
           |
           = help: did you mean `team-id`?
        "#);
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn file_of_an_editor_knows_its_project() {
        let project = tempfile::tempdir().unwrap();
        let file = project.path().join(".vscode/mcp.json");
        std::fs::create_dir(project.path().join(".vscode")).unwrap();
        std::fs::write(project.path().join(".env"), "A=1\nB=2\n").unwrap();
        let text = r#"{ "servers": {
            "a": { "type": "stdio", "command": "${workspaceFolder}/run", "envFile": ".env", "env": { "B": "3" } },
            "b": { "command": "x", "envFile": "${workspaceFolder}/none" }
        } }"#;
        std::fs::write(&file, text).unwrap();

        let config = Config::read(&[&file], &environment).unwrap();

        let Ok(Launch::Process(process)) = &config.servers[0].launch else { panic!("{config:?}") };
        assert_eq!(process.command.expose(), project.path().join("run").display().to_string());
        let env: Vec<_> = process.env.iter().map(|(name, text)| (&**name, text.expose())).collect();
        assert_eq!(env, [("A", "1"), ("B", "2"), ("B", "3")]);
        let error = config.servers[1].launch.as_ref().unwrap_err().to_string();
        assert!(error.contains("none`: "), "{error}");
    }
}
