//! Servers and clients made with the SDKs of others: theirs against the binary `orchestrator`, and the
//! binary `mcp-mock` against theirs.

mod client;
mod sdk;
mod server;

use anyhow::Result;

use sdk::SDKS;
pub(super) use sdk::Sdk;

use super::scene::Scene;
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

/// What is tried with every SDK, in the order of the columns.
const LEGS: [Leg; 6] = [
    Leg::Server(Face::Stdio),
    Leg::Server(Face::Http),
    Leg::Client(Face::Stdio, Era::Legacy),
    Leg::Client(Face::Stdio, Era::Modern),
    Leg::Client(Face::Http, Era::Legacy),
    Leg::Client(Face::Http, Era::Modern),
];

#[derive(Clone, Copy)]
enum Leg {
    /// Their server, which era being for our client to find out.
    Server(Face),
    /// Their client, which is told the era.
    Client(Face, Era),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Stdio,
    Http,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Era {
    Legacy,
    Modern,
}

/// All SDKs, or the one that stands for them.
pub(super) fn sdks(is_complete: bool) -> Vec<&'static Sdk> {
    SDKS.iter().filter(|sdk| is_complete || sdk.is_in_short).collect()
}

/// Tries everything and gives a table; what fails does not keep the rest from being tried.
pub(super) fn check(scene: &Scene, sdks: &[&Sdk], misses: &mut Vec<String>) -> String {
    let mut cell = |sdk: &Sdk, leg: Leg, column: &str| match leg.check(scene, sdk) {
        Ok(verdict) => verdict.to_owned(),
        Err(error) => {
            misses.push(format!("{}, {column}: {error:#}", sdk.name));
            "failed".to_owned()
        }
    };
    let row = |sdk: &&Sdk| {
        let mut row = HEAD.map(str::to_owned);
        let (name, cells) = row.split_first_mut().expect("the head has columns");
        sdk.name.clone_into(name);
        for (text, leg) in cells.iter_mut().zip(LEGS) {
            *text = cell(sdk, leg, text);
        }
        row
    };
    table(HEAD, sdks.iter().map(row).collect())
}

impl Leg {
    fn check(self, scene: &Scene, sdk: &Sdk) -> Result<&'static str> {
        match self {
            Self::Server(face) => server::check(scene, sdk, face),
            Self::Client(_, Era::Modern) if !sdk.is_modern => Ok("-"),
            Self::Client(face, era) => client::check(scene, sdk, face, era).map(|()| "ok"),
        }
    }
}

impl Face {
    /// As the programs take it.
    fn name(self) -> &'static str {
        match self {
            Self::Stdio => "stdio",
            Self::Http => "http",
        }
    }
}

impl Era {
    /// As the programs take it.
    fn name(self) -> &'static str {
        match self {
            Self::Legacy => "legacy",
            Self::Modern => "modern",
        }
    }

    /// The revision that both sides settle on.
    fn revision(self) -> &'static str {
        match self {
            Self::Legacy => LEGACY,
            Self::Modern => MODERN,
        }
    }
}
