//! The client that the official conformance suite starts, and the runner that starts the suite.
//! `cargo xtask conformance` calls it; `docs/conformance.md` tells more.
#![forbid(unsafe_code)]

mod client;
mod runner;

use std::env;
use std::io;
use std::path::PathBuf;

use anyhow::{Result, bail};

use runner::{Options, Runner, Suite};

const USAGE: &str = "usage: mcp-mock-conformance client SERVER_URL\n       \
                     mcp-mock-conformance run NODE SUITE_SCRIPT FOLDER [OPTION…]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["client", url] => client::run(url).await,
        ["run", node, script, folder, ref options @ ..] => {
            let options = Options::parse(options)?;
            let suite = Suite { node: PathBuf::from(node), script: PathBuf::from(script) };
            let runner = Runner { suite, folder: PathBuf::from(folder) };
            runner.run(&options, &mut io::stdout()).await
        }
        _ => bail!(USAGE),
    }
}
