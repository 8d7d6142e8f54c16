//! Servers and clients made with SDKs of other authors: their servers against the binary `orchestrator`, their
//! clients against the binary `mcp-mock`.

mod client;
mod sdk;
mod server;

use anyhow::Result;

use sdk::SDKS;
pub(super) use sdk::Sdk;

use super::context::RunContext;
use crate::table::table;

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

const HEAD: [&str; 7] = [
    "SDK",
    "server, stdio",
    "server, HTTP",
    "client, stdio, legacy",
    "client, stdio, modern",
    "client, HTTP, legacy",
    "client, HTTP, modern",
];

/// The pairings that are tried with every SDK, in the order of the columns.
const PAIRINGS: [Pairing; 6] = [
    Pairing::Server(Binding::Stdio),
    Pairing::Server(Binding::Http),
    Pairing::Client(Binding::Stdio, Era::Legacy),
    Pairing::Client(Binding::Stdio, Era::Modern),
    Pairing::Client(Binding::Http, Era::Legacy),
    Pairing::Client(Binding::Http, Era::Modern),
];

#[derive(Clone, Copy)]
enum Pairing {
    /// Their server; our client detects its era.
    Server(Binding),
    /// Their client, in the given era.
    Client(Binding, Era),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Binding {
    Stdio,
    Http,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    Legacy,
    Modern,
}

/// All SDKs, or those of `--short`.
pub(super) fn sdks(is_complete: bool) -> Vec<&'static Sdk> {
    SDKS.iter().filter(|sdk| is_complete || sdk.is_in_short).collect()
}

/// Tries every pairing, also after a failure. Returns a table.
pub(super) fn check(context: &RunContext, sdks: &[&Sdk], problems: &mut Vec<String>) -> String {
    let mut cell = |sdk: &Sdk, pairing: Pairing, column: &str| match pairing.check(context, sdk) {
        Ok(verdict) => verdict.to_owned(),
        Err(error) => {
            problems.push(format!("{}, {column}: {error:#}", sdk.name));
            "failed".to_owned()
        }
    };
    let row = |sdk: &&Sdk| {
        let mut row = HEAD.map(str::to_owned);
        let (name, cells) = row.split_first_mut().expect("the head has columns");
        sdk.name.clone_into(name);
        for (text, pairing) in cells.iter_mut().zip(PAIRINGS) {
            *text = cell(sdk, pairing, text);
        }
        row
    };
    table(HEAD, sdks.iter().map(row).collect())
}

impl Pairing {
    fn check(self, context: &RunContext, sdk: &Sdk) -> Result<&'static str> {
        match self {
            Self::Server(binding) => server::check(context, sdk, binding),
            Self::Client(_, Era::Modern) if !sdk.is_modern => Ok("-"),
            Self::Client(binding, era) => client::check(context, sdk, binding, era).map(|()| "ok"),
        }
    }
}

impl Binding {
    /// The argument of the programs.
    fn name(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Http => "http",
        }
    }
}

impl Era {
    /// The argument of the programs.
    fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }

    /// The revision that both sides agree on.
    fn revision(self) -> &'static str {
        match self {
            Self::Legacy => LEGACY,
            Self::Modern => MODERN,
        }
    }
}
