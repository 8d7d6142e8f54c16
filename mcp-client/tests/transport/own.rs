//! This process's own standard input and output, seen from the client that started it.

use std::io;
use std::time::Duration;

use mcp_client::transport::own_stdio;
use mcp_client::transport::stdio::{ChildCommand, ChildTransport};
use mcp_core::{Transport, TransportError};
use rustix::fs::{OFlags, fcntl_getfl};
use tokio::time::timeout;

use crate::process::{rerun, role};

/// Does nothing unless started by a test below; then it answers on its own input and output.
#[tokio::test]
async fn role_echo() {
    if role().as_deref() != Some("echo") {
        return;
    }
    let transport = own_stdio();
    let is_blocking = !fcntl_getfl(io::stdout()).unwrap().contains(OFlags::NONBLOCK);
    transport.send(format!("{{\"is_blocking\":{is_blocking}}}").into()).await.unwrap();
    while let Ok(message) = receive(&transport).await {
        transport.send(message.into()).await.unwrap();
    }
    transport.close().await;
}

async fn receive(transport: &dyn Transport) -> Result<bytes::Bytes, TransportError> {
    let received = transport.recv().await;
    received.map(|received| received.into_message().expect("streams lose no request"))
}

async fn connect(command: ChildCommand) -> ChildTransport {
    ChildTransport::spawn(command).await.unwrap()
}

async fn echo(client: &ChildTransport, bytes: usize) {
    let message = bytes::Bytes::from(format!("{{\"text\":\"{}\"}}", "x".repeat(bytes)));

    client.send(message.clone().into()).await.unwrap();
    let answer = timeout(Duration::from_secs(10), receive(client)).await.unwrap();

    assert!(answer.as_ref() == Ok(&message), "{:?}", answer.err());
}

#[tokio::test]
async fn pipes_are_served_and_stay_blocking_for_others() {
    let client = connect(rerun("own::role_echo", "echo")).await;

    let first = receive(&client).await;

    if cfg!(target_os = "linux") {
        assert_eq!(first.unwrap(), "{\"is_blocking\":true}");
    }
    echo(&client, 10).await;
    echo(&client, 3_000_000).await;
    client.close().await;
}

#[tokio::test]
async fn output_that_is_standard_error_as_well_stays_blocking() {
    let ChildCommand { program, args, .. } = rerun("own::role_echo", "echo");
    let script = format!("exec '{program}' {} 2>&1", args.join(" "));
    let command = ChildCommand::new("sh").with_args(["-c", &script]).with_env("ROLE", "echo");
    let client = connect(command).await;

    assert_eq!(receive(&client).await.unwrap(), "{\"is_blocking\":true}");

    echo(&client, 100_000).await;
    client.close().await;
}

#[tokio::test]
async fn files_are_served_through_blocking_calls() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in"), "{\"a\":1}\n{\"b\":2}").unwrap();
    let ChildCommand { program, args, .. } = rerun("own::role_echo", "echo");
    let script = format!("'{program}' {} <in >out; cat out", args.join(" "));
    let command = ChildCommand::new("sh")
        .with_args(["-c", &script])
        .with_cwd(folder.path())
        .with_env("ROLE", "echo");
    let client = connect(command).await;

    let mut received = Vec::new();
    while let Ok(message) = receive(&client).await {
        received.push(message);
    }

    assert_eq!(received, ["{\"is_blocking\":true}", "{\"a\":1}", "{\"b\":2}"]);
}
