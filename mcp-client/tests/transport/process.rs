//! Children that misbehave, and ways to leave them: nothing of them survives.
//!
//! Real processes are involved, so some waits are real. Each is a bounded poll for a fact.

use std::fs;
use std::io;
use std::io::BufRead;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use mcp_client::transport::stdio::{ChildCommand, ChildTransport, SpawnError};
use mcp_core::{Delivery, Transport, TransportError};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tokio::time::timeout;

/// Longer than anything here takes, also on a busy machine.
const SOON: Duration = Duration::from_secs(10);

const GRACE: Duration = Duration::from_millis(100);

/// Says its own number first; the number of the last background process, too, if there is one.
const HELLO: &str = "echo \"{\\\"pid\\\":$$,\\\"grandchild\\\":${!:-0}}\"";

/// A command that starts this test binary again in one of the roles below.
pub(crate) fn rerun(test: &str, role: &str) -> ChildCommand {
    let program = std::env::current_exe().unwrap();
    ChildCommand::new(program.to_str().unwrap())
        .with_args(["--exact", test, "--nocapture"])
        .with_env("ROLE", role)
}

pub(crate) fn role() -> Option<String> {
    std::env::var("ROLE").ok()
}

fn sh(script: &str) -> ChildCommand {
    ChildCommand::new("sh").with_args(["-c", script]).with_graces(GRACE, GRACE)
}

struct Family {
    transport: ChildTransport,
    child: Pid,
    grandchild: Option<Pid>,
}

/// Starts a script and waits until it has said [`HELLO`].
async fn start(script: &str) -> Family {
    start_command(sh(&script.replace("HELLO", HELLO))).await
}

async fn start_command(command: ChildCommand) -> Family {
    let transport = ChildTransport::spawn(command).await.unwrap();
    let hello = receive(&transport).await.unwrap();
    let hello: serde_json::Value = serde_json::from_slice(&hello).unwrap();
    let number = |name: &str| Pid::from_raw(hello[name].as_i64().unwrap().try_into().unwrap());
    Family { transport, child: number("pid").unwrap(), grandchild: number("grandchild") }
}

async fn receive(transport: &ChildTransport) -> Result<Bytes, TransportError> {
    let received = timeout(SOON, transport.recv()).await.expect("a message or the end");
    received.map(|received| received.into_message().expect("a process loses no request"))
}

/// Waits until a child of this process is gone without a trace: not even a zombie is left.
#[track_caller]
fn assert_gone(child: Pid) {
    wait_until("the child is reaped", || test_kill_process(child).is_err());
}

/// Waits until a process is dead. The system reaps it at a time of its own.
#[track_caller]
fn assert_dead(process: Pid) {
    let stat = format!("/proc/{}/stat", process.as_raw_nonzero());
    wait_until("the process is dead", || {
        let is_zombie = fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z "));
        is_zombie || test_kill_process(process).is_err()
    });
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < SOON, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn closed(stderr_tail: &str) -> TransportError {
    TransportError::Closed { stderr_tail: stderr_tail.to_owned() }
}

fn exited(status: &str, stderr_tail: &str) -> TransportError {
    TransportError::Exited { status: status.to_owned(), stderr_tail: stderr_tail.to_owned() }
}

#[tokio::test]
async fn polite_child_leaves_at_the_end_of_its_input() {
    let command = sh(&format!("{HELLO}; cat; echo bye >&2")).with_graces(SOON, SOON);
    let family = start_command(command).await;

    let start = Instant::now();
    family.transport.close().await;

    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_gone(family.child);
}

#[tokio::test]
async fn child_that_ignores_end_of_input_is_asked_to_leave() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap 'echo asked >answer; exit 0' TERM; HELLO; while :; do sleep 0.01; done";
    let command = sh(&script.replace("HELLO", HELLO)).with_cwd(folder.path());
    let family = start_command(command.with_graces(GRACE, SOON)).await;

    family.transport.close().await;

    assert_gone(family.child);
    assert_eq!(fs::read_to_string(folder.path().join("answer")).unwrap(), "asked\n");
}

#[tokio::test]
async fn child_that_ignores_end_of_input_and_term_is_killed() {
    let family = start("trap '' TERM; HELLO; while :; do sleep 0.01; done").await;

    let start = Instant::now();
    tokio::join!(family.transport.close(), family.transport.close());

    assert!(start.elapsed() >= 2 * GRACE, "{:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_gone(family.child);
    assert_eq!(family.transport.recv().await, Err(closed("")));
}

#[tokio::test]
async fn child_that_never_reads_stalls_the_writer_and_not_the_close() {
    let mut command = sh(&format!("{HELLO}; exec sleep 300"));
    command.line.write_deadline = GRACE;
    let family = start_command(command).await;
    let large = Bytes::from(format!("{{\"text\":\"{}\"}}", "x".repeat(1_000_000)));

    let sent = family.transport.send(large.into()).await;
    let received = receive(&family.transport).await;
    family.transport.close().await;

    assert_eq!(sent, Ok(()));
    assert_eq!(received, Err(TransportError::WriteStalled { after: GRACE }));
    assert_gone(family.child);
}

#[tokio::test]
async fn grandchild_that_holds_the_pipes_does_not_hide_the_exit() {
    let family = start("sleep 300 & HELLO; exit 3").await;

    let start = Instant::now();
    let received = receive(&family.transport).await;

    assert_eq!(received, Err(exited("exit status 3", "")));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_gone(family.child);
    assert_dead(family.grandchild.unwrap());
}

#[tokio::test]
async fn grandchild_that_left_the_group_does_not_hide_the_exit() {
    let family = start("setsid sleep 300 & HELLO; exit 3").await;

    let start = Instant::now();
    let received = receive(&family.transport).await;

    assert_eq!(received, Err(exited("exit status 3", "")));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_gone(family.child);
    // Nobody else ends it: it escaped, which is why the exit of the child has to be enough.
    kill_process(family.grandchild.unwrap(), Signal::KILL).unwrap();
}

#[tokio::test]
async fn grandchildren_are_asked_and_killed_with_the_child() {
    let family = start("trap '' TERM; (trap '' TERM; sleep 300) & HELLO; wait").await;

    family.transport.close().await;

    assert_gone(family.child);
    assert_dead(family.grandchild.unwrap());
}

#[tokio::test]
async fn stderr_flood_does_not_block_the_child() {
    let script =
        "head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo '  last' >&2; HELLO; cat";
    let family = start(script).await;

    family.transport.send("{}".into()).await.unwrap();
    let received = receive(&family.transport).await;

    assert_eq!(received.unwrap(), "{}");
    wait_until("the flood is read", || {
        family.transport.stderr_tail().is_some_and(|words| words == "  last")
    });
    family.transport.close().await;
}

#[tokio::test]
async fn stopped_child_is_killed() {
    let family = start("HELLO; kill -STOP $$; cat").await;
    let stat = format!("/proc/{}/stat", family.child.as_raw_nonzero());
    if cfg!(target_os = "linux") {
        wait_until("it stops", || fs::read_to_string(&stat).unwrap().contains(") T "));
    }

    family.transport.close().await;

    assert_gone(family.child);
}

#[tokio::test]
async fn child_that_closes_its_output_is_disconnected_and_shut_down() {
    let family = start("HELLO; echo 'going quiet' >&2; exec >&-; exec sleep 300").await;

    let start = Instant::now();
    let received = receive(&family.transport).await;

    assert_eq!(received, Err(closed("going quiet")));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_gone(family.child);
}

#[tokio::test]
async fn child_that_closes_its_input_is_disconnected_and_shut_down() {
    let family = start("exec <&-; HELLO; exec sleep 300").await;

    // A process that was just forked elsewhere may hold the other end for a moment.
    let sent = timeout(SOON, async {
        loop {
            match family.transport.send("{}".into()).await {
                Ok(()) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(error) => return error,
            }
        }
    });
    let sent = sent.await.expect("a broken pipe");

    assert_eq!(sent.cause, closed(""));
    assert_eq!(sent.delivery, Delivery::NotSent);
    assert_eq!(receive(&family.transport).await, Err(closed("")));
    assert_gone(family.child);
}

#[tokio::test]
async fn exit_tells_its_code_and_last_words() {
    let script = "echo '{\"a\":1}'; echo 'no token' >&2; echo 'see --help' >&2; exit 7";
    let transport = ChildTransport::spawn(sh(script)).await.unwrap();

    let first = receive(&transport).await;
    let second = receive(&transport).await;
    let sent = transport.send("{}".into()).await;

    let cause = exited("exit status 7", "no token | see --help");
    assert_eq!(first.unwrap(), "{\"a\":1}");
    assert_eq!(second, Err(cause.clone()));
    assert_eq!(sent.unwrap_err().cause, cause);
}

#[tokio::test]
async fn exit_with_words_on_the_wrong_stream_tells_them_as_well() {
    let transport = ChildTransport::spawn(sh("echo 'usage: server PORT'; exit 2")).await.unwrap();

    let received = receive(&transport).await;

    assert_eq!(received, Err(exited("exit status 2", "usage: server PORT")));
}

#[tokio::test]
async fn half_a_message_before_a_crash_is_dropped() {
    let transport =
        ChildTransport::spawn(sh("echo '{}'; printf '{\"id\":1,'; kill -KILL $$")).await.unwrap();

    let first = receive(&transport).await;
    let second = receive(&transport).await;

    assert_eq!(first.unwrap(), "{}");
    assert_eq!(second, Err(exited("signal 9 (SIGKILL)", "")));
}

#[tokio::test]
async fn everything_said_before_the_exit_is_received() {
    let script = "i=0; while [ $i -lt 3000 ]; do echo \"{\\\"i\\\":$i}\"; i=$((i+1)); done";
    let transport = ChildTransport::spawn(sh(script)).await.unwrap();

    let mut received = 0;
    while let Ok(message) = receive(&transport).await {
        assert_eq!(message, format!("{{\"i\":{received}}}"));
        received += 1;
        if received % 500 == 0 {
            tokio::time::sleep(GRACE).await;
        }
    }

    assert_eq!(received, 3000);
    assert_eq!(receive(&transport).await, Err(exited("exit status 0", "")));
}

#[tokio::test]
async fn child_sees_the_allow_list_and_what_is_declared() {
    let script =
        "echo \"{\\\"cargo\\\":\\\"$CARGO_PKG_NAME\\\",\\\"token\\\":\\\"$TOKEN\\\"}\"; cat";
    let command = sh(script).with_env("TOKEN", "t0ken");
    let transport = ChildTransport::spawn(command).await.unwrap();

    let received = receive(&transport).await;

    assert_eq!(received.unwrap(), "{\"cargo\":\"\",\"token\":\"t0ken\"}");
    transport.close().await;
}

#[tokio::test]
async fn program_that_does_not_exist_is_named() {
    let refused = ChildTransport::spawn(ChildCommand::new("no-such-program")).await.unwrap_err();

    assert_eq!(refused, SpawnError::NotFound { program: "no-such-program".to_owned() });
    assert_eq!(refused.to_string(), "failed to start `no-such-program`: not found in PATH");
}

#[tokio::test]
async fn drop_and_abort_kill_the_family_at_once() {
    let dropped = start("trap '' TERM; sleep 300 & HELLO; wait").await;
    let aborted = start("trap '' TERM; sleep 300 & HELLO; wait").await;

    drop(dropped.transport);
    aborted.transport.abort();

    for family in [(dropped.child, dropped.grandchild), (aborted.child, aborted.grandchild)] {
        assert_gone(family.0);
        assert_dead(family.1.unwrap());
    }
    assert_eq!(aborted.transport.recv().await, Err(closed("")));
}

#[test]
fn drop_needs_no_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let while_it_sleeps = runtime.block_on(start("HELLO; exec sleep 300"));
    let after_it = runtime.block_on(start("HELLO; exec sleep 300"));

    drop(while_it_sleeps.transport);
    assert_gone(while_it_sleeps.child);
    drop(runtime);
    drop(after_it.transport);

    assert_gone(after_it.child);
}

#[test]
fn end_of_the_runtime_and_a_panic_kill_the_child() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (held, panicking) = runtime.block_on(async {
        let held = start("HELLO; exec sleep 300").await;
        let child = held.child;
        tokio::spawn(async move { held.transport.recv().await });
        let panicking = start("HELLO; exec sleep 300").await;
        (child, panicking)
    });

    let child = panicking.child;
    let panicked = runtime.block_on(runtime.spawn(async move {
        let _held = panicking;
        std::panic::resume_unwind(Box::new("a bug"));
    }));
    assert!(panicked.unwrap_err().is_panic());
    assert_gone(child);
    drop(runtime);

    assert_gone(held);
}

#[tokio::test]
async fn cancelled_start_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().to_str().unwrap().to_owned();
    for patience_us in [0, 100, 300, 1000, 3000] {
        let starting = ChildTransport::spawn(sh("exec sleep 300 # $0").with_args([&marker]));
        drop(timeout(Duration::from_micros(patience_us), starting).await);
    }

    wait_until("no process bears the mark", || {
        !fs::read_dir("/proc").into_iter().flatten().flatten().any(|process| {
            fs::read(process.path().join("cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&marker))
        })
    });
}

/// Does nothing unless started by the test below; then it starts a child and waits to be killed.
#[tokio::test]
async fn role_host() {
    if role().as_deref() != Some("host") {
        return;
    }
    let family = start("HELLO; exec sleep 300").await;
    println!("child={}", family.child.as_raw_nonzero());
    family.transport.recv().await.unwrap_err();
}

#[cfg(target_os = "linux")]
#[test]
fn child_dies_with_a_host_that_is_killed() {
    let ChildCommand { program, args, env, .. } = rerun("process::role_host", "host");
    let mut host = Command::new(program)
        .args(args)
        .envs(env)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = io::BufReader::new(host.stdout.take().unwrap());
    let child = output
        .lines()
        .find_map(|line| line.unwrap().split_once("child=")?.1.parse().ok())
        .and_then(Pid::from_raw)
        .unwrap();
    test_kill_process(child).expect("it lives as long as its host");

    host.kill().unwrap();
    host.wait().unwrap();

    assert_dead(child);
}
