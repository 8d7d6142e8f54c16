//! Planted imports: each forbidden one is caught, each allowed one passes.

use super::*;
use crate::tidy::lines;

const ROOMS: &str = "
group io: std::fs, tokio
crate core
room codec
crate engine
uses core
room call
room plan
uses call
without io, std::time::Instant::now
room manager
uses call, core
room manager::http
uses call
room cli
uses all
";

/// The other files of a workspace whose rooms use what the table lets them use.
const CLEAN: [(&str, &str); 9] = [
    ("core/src/lib.rs", "pub mod codec;"),
    ("core/src/codec.rs", "pub struct Codec;"),
    (
        "engine/src/lib.rs",
        "mod call; mod cli; mod manager; mod plan; pub use manager::Manager; pub use std::fs::File;",
    ),
    ("engine/src/call.rs", "pub struct Call;"),
    ("engine/src/plan/mod.rs", "mod pass; use crate::call::Call;"),
    ("engine/src/plan/pass.rs", ""),
    ("engine/src/manager/mod.rs", "mod http; use crate::call; use core::codec::Codec;"),
    ("engine/src/manager/http.rs", "use crate::call::Call;"),
    ("engine/src/cli.rs", "use crate::{Manager, plan}; use tokio::task;"),
];

/// Findings when a text stands at the end of one file.
fn found_in(file: &str, planted: &str) -> Vec<String> {
    let files = CLEAN.iter().map(|(path, text)| match *path == file {
        true => (*path, format!("{text}\n{planted}")),
        false => (*path, (*text).to_owned()),
    });
    let files: Vec<_> =
        files.map(|(path, text)| TextFile { path: path.to_owned(), text }).collect();
    let root = |name: &str| CrateRoot {
        name: name.to_owned(),
        file: format!("{name}/src/lib.rs"),
        is_program: false,
    };
    lines(&check(&Table::parse(ROOMS).unwrap(), &files, &[root("core"), root("engine")]))
}

#[test]
fn allowed_imports_pass() {
    assert_eq!(found_in("", ""), [""; 0]);
    for legal in [
        "use crate::call::Call;",
        "use crate::plan::Plan;",
        "use super::Pass;",
        "fn f() { crate::call::run(); super::g(); std::time::Duration::ZERO; }",
        "// use crate::manager::Manager;\n/// [`crate::manager`]",
        "const TEXT: &str = \"use crate::manager::Manager;\";",
        "#[cfg(test)] mod tests { use crate::manager::Manager; fn f() { tokio::spawn(); } }",
    ] {
        assert_eq!(found_in("engine/src/plan/pass.rs", legal), [""; 0], "{legal}");
    }
}

#[test]
fn every_form_of_a_forbidden_import_is_caught() {
    for planted in [
        "use crate::manager::Manager;",
        "use crate::{call::Call, manager::{self as other}};",
        "use super::super::manager;",
        "fn f() { crate::manager::connect(); }",
        "fn f() { super::super::manager::connect(); }",
        "fn f() { use crate::manager; }",
        "mod inner { use super::super::super::manager::Manager; }",
        "use crate::Manager;",
        "use engine::manager::Manager;",
        "use crate::manager::*;",
        "#[derive(crate::manager::Derive)] struct S;",
    ] {
        let wanted = "error: engine/src/plan/pass.rs:2: room `engine::plan` imports `engine::manager` and \
                      may not (xtask/rooms.txt:8); move what both need into a room below, or take it as an \
                      argument";
        assert_eq!(found_in("engine/src/plan/pass.rs", planted), [wanted], "{planted}");
    }
}

#[test]
fn foreign_paths_that_a_room_does_without_are_caught() {
    for (planted, path, denied) in [
        ("use tokio::sync::mpsc;", "tokio::sync::mpsc", "tokio"),
        ("use std::{fs::{self, File}};", "std::fs", "std::fs"),
        ("use ::std::fs;", "std::fs", "std::fs"),
        ("async fn f() { tokio::spawn(g()); }", "tokio::spawn", "tokio"),
        ("#[tokio::main] async fn f() {}", "tokio::main", "tokio"),
        (
            "use std::time::Instant; fn f() { Instant::now(); }",
            "std::time::Instant::now",
            "std::time::Instant::now",
        ),
        (
            "use std::time; fn f() { time::Instant::now(); }",
            "std::time::Instant::now",
            "std::time::Instant::now",
        ),
        ("use std::time::*;", "std::time::*", "std::time::Instant::now"),
        ("use crate::File;", "std::fs::File", "std::fs"),
    ] {
        let wanted = format!(
            "error: engine/src/plan/pass.rs:2: room `engine::plan` names `{path}` and is to do without \
             `{denied}` (xtask/rooms.txt:8); take it as an argument, or move this to a room that drives it"
        );
        assert_eq!(found_in("engine/src/plan/pass.rs", planted), [wanted], "{planted}");
    }
}

#[test]
fn names_of_a_room_above_are_seen_through() {
    // `http` may not use `core`, and `Codec` comes from there whatever the way.
    let findings = found_in("engine/src/manager/http.rs", "fn f(codec: super::Codec) {}");

    let rooms: Vec<_> = findings.iter().filter_map(|line| line.split('`').nth(3)).collect();
    assert_eq!(rooms, ["core::codec"]);
}

#[test]
fn modules_below_have_rooms_of_their_own() {
    let findings = found_in("engine/src/manager/mod.rs", "use self::http::Http;");

    assert_eq!(findings.len(), 1);
    assert!(findings[0].contains("imports `engine::manager::http`"), "{findings:?}");
}

#[test]
fn module_without_a_room_is_found() {
    let findings = found_in("engine/src/lib.rs", "mod plan2 {}");

    assert_eq!(
        findings,
        ["error: engine/src/lib.rs: module `engine::plan2` is in no room; give it a line in \
             xtask/rooms.txt"]
    );
}

#[test]
fn lines_of_the_table_that_are_not_true_are_found() {
    let text = "crate engine\nroom call\nuses plan, cal\nroom plan\nuses call\nroom gone\n";
    let file = |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file("engine/src/lib.rs", "mod call; mod plan;"),
        file("engine/src/call.rs", "use crate::plan::Plan;"),
        file("engine/src/plan.rs", ""),
    ];
    let root = CrateRoot {
        name: "engine".to_owned(),
        file: "engine/src/lib.rs".to_owned(),
        is_program: false,
    };

    let findings = check(&Table::parse(text).unwrap(), &files, &[root]);

    assert_eq!(
        lines(&findings),
        [
            "error: xtask/rooms.txt:2: `engine::call` uses `engine::plan`, which stands below it: rooms use \
             those above them only",
            "error: xtask/rooms.txt:2: `engine::cal` is neither a room nor a crate",
            "error: xtask/rooms.txt:4: `engine::plan` does not use `engine::call`; take it out",
            "error: xtask/rooms.txt:6: `engine::gone` is no module",
        ]
    );
}
