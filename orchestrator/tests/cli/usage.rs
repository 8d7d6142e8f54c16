use crate::harness::{Folder, check};

#[test]
fn help_tells_the_exit_codes() {
    check("help", &Folder::new().run(&["--help"]));
    check("help_run", &Folder::new().run(&["run", "-h"]));
    check("help_servers", &Folder::new().run(&["servers", "--help"]));
    check("help_login", &Folder::new().run(&["servers", "login", "--help"]));
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = Folder::new();

    check("usage", &folder.run(&["call", "--mocks", "slack/list_users", "text"]));
    insta::assert_snapshot!(folder.run(&["rnu", "--json"]), @r#"
    [stderr]
    {"error":{"code":"usage","exit":2,"message":"unrecognized subcommand 'rnu'","server":null,"step":null,"hint":null}}
    [exit 2]
    "#);
}

#[test]
fn version_names_the_protocol_revisions() {
    let text = Folder::new().run(&["version"]);

    assert!(text.starts_with(concat!("orchestrator ", env!("CARGO_PKG_VERSION"), "\n")), "{text}");
    assert!(text.contains("2024-11-05") && text.contains("2026-07-28"));
}

#[test]
fn missing_file_is_named() {
    insta::assert_snapshot!(Folder::new().run(&["run", "nowhere.yaml", "--mocks"]), @"
    [stderr]
    error[W0102]: cannot read `nowhere.yaml`: No such file or directory (os error 2)
    [exit 2]
    ");
}
