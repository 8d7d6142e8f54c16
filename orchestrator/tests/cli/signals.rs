//! What Ctrl-C does. The signals are sent by `kill`, as a person's shell would.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Folder, render, silent_server};

/// Everything here takes a few seconds at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often an end that nobody announces is looked for.
const LOOK: Duration = Duration::from_millis(20);

fn kill(signal: &str, process: &str) -> bool {
    Command::new("kill").args([signal, process]).output().unwrap().status.success()
}

fn interrupt(child: &Child) {
    assert!(kill("-INT", &child.id().to_string()));
}

/// Looks until `is_true`, or for too long.
#[track_caller]
fn wait_until(mut is_true: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_true() {
        assert!(start.elapsed() < PATIENCE, "it never happens");
        thread::sleep(LOOK);
    }
}

#[test]
fn first_signal_stops_the_run_in_order() {
    let workflow = "workflow: w\nsteps:\n  pause: { wait: 10m }\n  mail: { needs: [pause], call: slack/list_users }\n";
    let folder = Folder::new().with("w.yaml", workflow);
    let mut child = folder.program(&["run", "w.yaml", "--mocks"]).spawn().unwrap();

    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first_line = String::new();
    stdout.read_line(&mut first_line).unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let rest: Vec<String> = stdout.lines().map(Result::unwrap).collect();

    assert!(first_line.starts_with("run "), "{first_line}");
    assert!(rest.iter().any(|line| line.contains("interrupted")), "{rest:?}");
    insta::assert_snapshot!(render(&output), @"
    [stderr]
    stopping: calls under way are awaited (once more to end at once)
    error: stopped before the end
    [exit 7]
    ");
}

#[test]
fn second_signal_ends_at_once_and_takes_the_servers_with_it() {
    let folder = Folder::new()
        .with(".mcp.json", &silent_server("trap '' TERM; while :; do sleep 1; done"))
        .with("w.yaml", "workflow: w\nsteps: { a: { call: silent/hang } }\n");
    let mut child = folder.program(&["run", "w.yaml"]).spawn().unwrap();

    let pid = || fs::read_to_string(folder.path().join("pid")).unwrap_or_default();
    wait_until(|| folder.path().join("called").exists());
    wait_until(|| {
        interrupt(&child);
        child.try_wait().unwrap().is_some()
    });

    assert_eq!(child.wait().unwrap().code(), Some(130));
    wait_until(|| !kill("-0", pid().trim()));
}
