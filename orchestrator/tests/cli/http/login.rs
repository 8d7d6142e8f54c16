use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Output};

use mcp_mock::World;
use serde_json::json;

use super::configured;
use super::fake::Fake;
use crate::harness::{check, render};

/// Does what a browser does with the page that a login shows: follows it to where it leads.
fn visit(page: &str) {
    let answer = fetch(page);
    let place = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
    assert!(place.starts_with("http://127.0.0.1:"), "{answer}");
    let answer = fetch(place.trim());
    assert!(answer.contains("Signed in"), "{answer}");
}

fn fetch(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Reads what the program asks for, and carries it out.
fn answered(mut child: Child) -> Output {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let page = lines.find_map(|line| {
        let line = line.unwrap();
        let url = line.split(['"', ' ']).find(|word| word.starts_with("http://"))?;
        Some(url.to_owned())
    });
    visit(&page.unwrap());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = rest.join("\n").into_bytes();
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn login_opens_the_server_until_logout() {
    let fake = Fake::protected().await;
    let folder = configured(&json!({ "docs": { "type": "http", "url": fake.url() } }));

    let login = folder.program(&["servers", "login", "docs"]).spawn().unwrap();
    let login = answered(login);
    let call = folder.run(&["call", "docs/post"]);
    let logout = folder.run(&["servers", "logout", "docs"]);
    let later = folder.output(&["call", "docs/post"]);

    let text = render(&login).replace(folder.path().to_str().unwrap(), "[folder]");
    insta::assert_snapshot!(text, @"
    logged in to `docs`: 1 tool
    tokens are kept in [folder]/tokens
    [stderr]

    waiting for the browser to come back (Ctrl-C gives up)[exit 0]
    ");
    insta::assert_snapshot!(call, @"
    done
    [exit 0]
    ");
    insta::assert_snapshot!(logout, @"
    the login to `docs` is forgotten on this machine
    [exit 0]
    ");
    assert_eq!(later.status.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn login_for_programs_asks_in_json() {
    let fake = Fake::protected().await;
    let folder = configured(&json!({ "docs": { "type": "http", "url": fake.url() } }));

    let login = folder.program(&["servers", "login", "docs", "--json"]).spawn().unwrap();
    let login = answered(login);

    let document: serde_json::Value = serde_json::from_slice(&login.stdout).unwrap();
    assert_eq!(document["tools"], 1);
    assert_eq!(document["tokens"], folder.path().join("tokens").display().to_string());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let fake = Fake::protected().await;
    let folder = configured(&json!({ "docs": { "type": "http", "url": fake.url() } }));

    answered(folder.program(&["servers", "login", "docs"]).spawn().unwrap());

    let tokens = folder.path().join("tokens");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&tokens), 0o700);
    for file in std::fs::read_dir(&tokens).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_without_a_login_is_told_so() {
    let open = World::new(42).github().serve_http().await.unwrap();
    let folder = configured(&json!({
        "open": { "url": open.url() },
        "fixed": { "url": open.url(), "headers": { "Authorization": "Bearer x" } },
        "child": { "command": "x" },
    }));

    let texts =
        ["open", "fixed", "child", "oepn"].map(|name| folder.run(&["servers", "login", name]));

    check("login_of_no_use", &texts.concat());
}
