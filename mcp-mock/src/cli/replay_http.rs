//! A tape on a port: one ready line on standard output, then requests until the end.

use std::io::Write;
use std::net::SocketAddr;

use clap::ArgMatches;
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::arguments::{HTTP, KEEP_RUNNING, TOKEN};
use super::error::CommandError;
use super::signals::Signals;
use crate::cassette::Replay;
use crate::server::HttpFaceOptions;

/// Bytes of standard input that are read, and thrown away, at a time.
const INPUT_BYTES: usize = 1024;

pub(super) async fn serve(
    replay: &Replay,
    matches: &ArgMatches,
    out: &mut dyn Write,
) -> Result<(), CommandError> {
    let mut options = HttpFaceOptions::default();
    if let Some(address) = matches.get_one::<SocketAddr>(HTTP) {
        options = options.with_address(*address);
    }
    if let Some(token) = matches.get_one::<String>(TOKEN) {
        options = options.with_token(token);
    }
    let face = replay.serve_http(options).await?;
    // Whoever waits for the line must be able to rely on what it says.
    let mut signals = Signals::new()?;
    let ready = json!({ "ready": true, "pid": std::process::id(), "url": face.url() });
    writeln!(out, "{ready}")?;
    out.flush()?;
    if matches.get_flag(KEEP_RUNNING) {
        signals.came().await;
    } else {
        tokio::select! {
            () = input_ended() => {}
            () = signals.came() => {}
        }
    }
    face.close().await;
    Ok(())
}

/// Waits for the end of standard input. What comes before it says nothing.
async fn input_ended() {
    let (mut input, mut ignored) = (tokio::io::stdin(), [0; INPUT_BYTES]);
    while input.read(&mut ignored).await.is_ok_and(|count| count > 0) {}
}
