//! A server and a client made with `rmcp`.
//!
//! `server stdio|http MARK` serves until its standard input ends; over HTTP it first writes one line,
//! `{"url": …}`. `client PLAN` carries out a plan in JSON and writes one line with what it saw.

mod client;
mod server;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["server", "stdio", ..] => server::stdio().await,
        ["server", "http", ..] => server::http().await,
        ["client", plan] => client::run(plan).await,
        _ => bail!("usage: interop-rmcp server stdio|http MARK, or client PLAN"),
    }
}
