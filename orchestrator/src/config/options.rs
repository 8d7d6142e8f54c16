//! Our own options of a server, under its member `orchestrator`.

use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value;

use super::reader::EntryReader;
use crate::source::Code;
use crate::source::node::{Entry, Node, NodeKind};

/// The most calls that may run on one server at the same time.
const CONCURRENCY_MAX: usize = 1024;
/// The most connections to one server; each may be a process.
const CONNECTIONS_MAX: usize = 64;
/// The longest timeout: longer waits are for the deadline of a workflow.
const TIMEOUT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

const NAMES: [&str; 6] =
    ["concurrency", "connections", "era", "startTimeout", "timeout", "trustHints"];

/// Options of one server; the manager chooses what is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServerOptions {
    /// Which protocol era is spoken.
    pub era: Era,
    /// How long one call may take.
    pub timeout: Option<Duration>,
    /// How long the start and the handshake may take.
    pub start_timeout: Option<Duration>,
    /// How many calls may run at the same time.
    pub concurrency: Option<NonZeroUsize>,
    /// How many connections are kept.
    pub connections: Option<NonZeroUsize>,
    /// Whether to trust the server's hints that a tool only reads or may be called twice.
    pub trust_hints: bool,
}

/// Which protocol era is spoken with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Era {
    /// What the server answers decides.
    #[default]
    Auto,
    /// `initialize`, revisions up to 2025-11-25.
    Legacy,
    /// `server/discover`, from revision 2026-07-28 on.
    Modern,
}

/// Reads the member `orchestrator`; problems go to the reader.
pub(super) fn read(node: &Node, reader: &mut EntryReader<'_>) -> ServerOptions {
    let mut options = ServerOptions::default();
    for member in reader.map(node, "`orchestrator`") {
        match member.key.as_str() {
            "concurrency" => options.concurrency = count(member, CONCURRENCY_MAX, reader),
            "connections" => options.connections = count(member, CONNECTIONS_MAX, reader),
            "era" => options.era = era(member, reader),
            "startTimeout" => options.start_timeout = duration(member, reader),
            "timeout" => options.timeout = duration(member, reader),
            "trustHints" => options.trust_hints = flag(member, reader),
            _ => reader.unknown_member(member, &NAMES),
        }
    }
    options
}

fn era(member: &Entry, reader: &mut EntryReader<'_>) -> Era {
    match member.value.as_text() {
        Some("auto") => Era::Auto,
        Some("legacy") => Era::Legacy,
        Some("modern") => Era::Modern,
        Some(word) => {
            reader.unknown_word(&member.value, word, &["auto", "legacy", "modern"]);
            Era::Auto
        }
        None => {
            reader.wrong_type(&member.value, "`era`", "`auto`, `legacy` or `modern`");
            Era::Auto
        }
    }
}

fn flag(member: &Entry, reader: &mut EntryReader<'_>) -> bool {
    if let NodeKind::Scalar { value: Value::Bool(flag), .. } = &member.value.kind {
        return *flag;
    }
    reader.wrong_type(&member.value, &format!("`{}`", member.key), "true or false");
    false
}

fn count(member: &Entry, max: usize, reader: &mut EntryReader<'_>) -> Option<NonZeroUsize> {
    let NodeKind::Scalar { value: Value::Number(number), .. } = &member.value.kind else {
        reader.wrong_type(&member.value, &format!("`{}`", member.key), "a number");
        return None;
    };
    let count = number.as_u64().and_then(|number| usize::try_from(number).ok());
    let count = count.filter(|count| *count <= max).and_then(NonZeroUsize::new);
    if count.is_none() {
        let message =
            format!("`{}` is {number}, expected a whole number from 1 to {max}", member.key);
        reader.error(Code::NumberRange, &member.value.span, message, None);
    }
    count
}

fn duration(member: &Entry, reader: &mut EntryReader<'_>) -> Option<Duration> {
    let help = "write for example \"30s\", \"500ms\" or \"1m30s\"; the most is 24h";
    let Some(text) = member.value.as_text() else {
        reader.wrong_type(
            &member.value,
            &format!("`{}`", member.key),
            "a duration such as \"30s\"",
        );
        return None;
    };
    let duration = text.parse::<SignedDuration>().ok().and_then(|it| Duration::try_from(it).ok());
    let duration = duration.filter(|it| !it.is_zero() && *it <= TIMEOUT_MAX);
    if duration.is_none() {
        let message = format!("`{text}` is not a duration for `{}`", member.key);
        reader.error(Code::BadDuration, &member.value.span, message, Some(help.to_owned()));
    }
    duration
}
