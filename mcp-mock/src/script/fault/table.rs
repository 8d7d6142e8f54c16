//! The table of all faults. Notation, schema and reference derive from its rows.

use std::fmt::Write;
use std::time::Duration;

use super::value::{FaultValue, Form};
use super::{Fault, MalformedAnswer, ProcessFault, ToolListFault};

/// Frames around an answer: enough for every queue, and some ten megabytes at once.
const FRAMES: Form = Form::Count { least: 0, most: 100_000 };

/// The longest answer: as long as the largest message that a client may be set to take.
const BYTES: Form = Form::Count { least: 0, most: 256 << 20 };

/// Longer than any client waits for an answer or a port.
const WAIT: Form = Form::Duration { most: Duration::from_secs(3600) };

/// As long as a vendor's refusal can say.
const PERIOD: Form = Form::Duration { most: Duration::from_secs(u32::MAX as u64) };

/// One fault.
#[derive(Debug)]
pub(crate) struct FaultRow {
    pub(crate) name: &'static str,
    /// `None` when the fault takes no value.
    pub(super) value: Option<FaultValue>,
    /// Whether the call takes effect.
    pub(crate) is_carried_out: bool,
    pub(crate) scope: Scope,
    over_stdio: &'static str,
    over_http: &'static str,
}

/// The requests that a fault fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Any,
    Calls,
    /// The requests that open a conversation.
    Openings,
    ToolLists,
}

/// One kind of a fault that comes in many.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
}

/// All faults, by name. In the texts `n` is the value.
pub(crate) const FAULTS: &[FaultRow] = &[
    row("answer-and-close", "the connection closes after the answer")
        .over_http("the answer is complete and its body has no end")
        .carried_out(),
    row("auth-expiry", "the tool refuses with the vendor's 401")
        .over_http("401 with `WWW-Authenticate: Bearer error=\"invalid_token\"`"),
    row("close", "the connection closes")
        .over_http("the response breaks off before its first byte"),
    row("crash", "the process ends with code 70; in process, the connection closes"),
    row("delay", "the answer is late by this time").takes(PERIOD, "200ms").carried_out(),
    row("duplicate-answer", "the answer comes twice").carried_out(),
    row("endless-progress", "progress notifications come for ever, and no answer").carried_out(),
    row("endless-rounds", "the client is asked to send the call again, for ever (modern era)"),
    row("flood", "n log notifications come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("forge", "after the answer come n answers to the requests that will follow")
        .takes(FRAMES, "10")
        .in_member("answers")
        .carried_out(),
    row("garbage", "a line that is no message comes instead of the answer")
        .over_http("a body that is no message"),
    row("gzip-bomb", "the answer is a string of n bytes")
        .over_http("the answer is a string of n bytes, compressed to a thousandth")
        .takes(BYTES, "20000000")
        .in_member("bytes")
        .carried_out(),
    row("hang", "no answer comes"),
    row("http-status", "JSON-RPC error -32603 that names the status")
        .over_http("this status instead of an answer")
        .takes(Form::Status, "503")
        .in_member("status")
        .beside(&[("retry_after", Form::Text), ("headers", Form::Headers), ("body", Form::Text)]),
    row("late-answer", "the answer is late by this time, also after a cancellation")
        .over_http("the answer is late by this time")
        .takes(WAIT, "2s")
        .in_member("after_ms")
        .carried_out(),
    row("list-change", "the tool vanishes, and clients are told before the answer")
        .only_for(Scope::Calls)
        .carried_out(),
    row("list-change-flood", "n notifications of a changed list come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("lose-answer", "no answer comes").carried_out(),
    row("lose-answer-and-close", "the connection closes")
        .over_http("the response breaks off before its first byte")
        .carried_out(),
    row("malformed", "the answer is malformed in this way")
        .takes(Form::Kind(MalformedAnswer::KINDS), "batch")
        .carried_out(),
    row("missing-scope", "the vendor refuses because the token may not do this"),
    row("noise", "n lines that are no messages come before the answer")
        .over_http("n events that are no messages come before the answer")
        .takes(FRAMES, "1")
        .in_member("lines")
        .carried_out(),
    row("outage", "the connection closes")
        .over_http("nothing listens on the port for this time")
        .takes(WAIT, "1s")
        .in_member("for_ms"),
    row("oversize", "the answer is a string of n bytes")
        .takes(BYTES, "20000000")
        .in_member("bytes")
        .carried_out(),
    row("ping-flood", "n requests of the server come before the answer")
        .takes(FRAMES, "10000")
        .in_member("messages")
        .carried_out(),
    row("process", "the process behaves badly in this way")
        .over_http("the same; its standard input still ends it")
        .takes(Form::Kind(ProcessFault::KINDS), "ignore-end")
        .carried_out(),
    row("rate-limit", "the vendor refuses for this time of the world's clock")
        .takes(PERIOD, "1m")
        .in_member("for_seconds"),
    row("raw", "this string as a line, `$id` being the id of the request")
        .over_http("this string as a JSON body, `$id` being the id of the request")
        .takes(Form::Text, "null")
        .in_member("text"),
    row("rpc-error", "JSON-RPC error of this code")
        .takes(Form::Code, "-32603")
        .in_member("code")
        .beside(&[("message", Form::Text)]),
    row("session-loss", "the connection closes")
        .over_http("404; the session of a legacy client is over"),
    row("slow-drip", "the answer arrives at n bytes per second")
        .takes(Form::Count { least: 1, most: u32::MAX as u64 }, "100")
        .in_member("bytes_per_second")
        .carried_out(),
    row("stream-end", "no answer comes")
        .over_http("a stream of events ends in good order, without the answer")
        .carried_out(),
    row("tool-error", "the tool refuses with this status of the vendor")
        .takes(Form::Status, "503")
        .in_member("status")
        .beside(&[("message", Form::Text)]),
    row("tool-list", "the list of tools is wrong in this way")
        .takes(Form::Kind(ToolListFault::KINDS), "endless")
        .only_for(Scope::ToolLists),
    row("truncate", "the connection closes in the middle of the answer")
        .over_http("the body breaks off in the middle of the answer")
        .carried_out(),
    row("wrong-id", "an answer comes whose id was never sent").carried_out(),
    row("wrong-revision", "the server says that it speaks this revision")
        .takes(Form::Text, "1999-01-01")
        .in_member("revision")
        .only_for(Scope::Openings),
];

/// A fault that takes no value, does the same over HTTP and keeps the call from being carried out.
const fn row(name: &'static str, over_stdio: &'static str) -> FaultRow {
    FaultRow {
        name,
        value: None,
        is_carried_out: false,
        scope: Scope::Any,
        over_stdio,
        over_http: "the same",
    }
}

impl FaultRow {
    const fn over_http(self, over_http: &'static str) -> Self {
        Self { over_http, ..self }
    }

    const fn takes(self, form: Form, usual: &'static str) -> Self {
        Self { value: Some(FaultValue { form, usual, member: None, others: &[] }), ..self }
    }

    const fn in_member(self, member: &'static str) -> Self {
        match self.value {
            Some(value) => {
                Self { value: Some(FaultValue { member: Some(member), ..value }), ..self }
            }
            None => self,
        }
    }

    const fn beside(self, others: &'static [(&'static str, Form)]) -> Self {
        match self.value {
            Some(value) => Self { value: Some(FaultValue { others, ..value }), ..self },
            None => self,
        }
    }

    const fn only_for(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    const fn carried_out(self) -> Self {
        Self { is_carried_out: true, ..self }
    }

    /// What may be written for the value; `None` when the fault takes none.
    pub(crate) fn value_schema(&self) -> Option<serde_json::Value> {
        self.value.map(|value| value.schema())
    }

    /// The fault as the command line takes it, with its usual value.
    pub(crate) fn form(&self) -> String {
        match self.value {
            Some(value) => format!("{}={}", self.name, value.usual),
            None => self.name.to_owned(),
        }
    }
}

/// A row of a table of kinds.
pub(super) const fn kind(name: &'static str, meaning: &'static str) -> Kind {
    Kind { name, meaning }
}

impl Fault {
    /// All faults as the command line takes them, with their usual values.
    #[must_use]
    pub fn forms() -> Vec<String> {
        FAULTS.iter().map(FaultRow::form).collect()
    }

    /// The reference of all faults, as tables in Markdown.
    #[must_use]
    pub fn reference() -> String {
        reference()
    }
}

/// The reference as tables in Markdown.
fn reference() -> String {
    let mut table = "\
| fault | carried out | over standard input and output | over HTTP |\n\
|---|---|---|---|\n"
        .to_owned();
    let mut kinds = "\n| kind | what that is |\n|---|---|\n".to_owned();
    for fault in FAULTS {
        let (form, carried_out) = (fault.form(), if fault.is_carried_out { "yes" } else { "no" });
        let (stdio, http) = (fault.over_stdio, fault.over_http);
        writeln!(table, "| `{form}` | {carried_out} | {stdio} | {http} |")
            .expect("a string takes all that is written to it");
        let Some(FaultValue { form: Form::Kind(all), .. }) = fault.value else { continue };
        for Kind { name, meaning } in all {
            writeln!(kinds, "| `{}={name}` | {meaning} |", fault.name)
                .expect("a string takes all that is written to it");
        }
    }
    table + &kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_and_kinds_are_in_the_order_of_their_names() {
        assert!(FAULTS.is_sorted_by_key(|fault| fault.name));
        for fault in FAULTS {
            let Some(FaultValue { form: Form::Kind(kinds), .. }) = fault.value else { continue };
            assert!(kinds.is_sorted_by_key(|kind| kind.name), "{}", fault.name);
        }
    }

    /// The documents show what `mcp-mock faults` prints.
    #[test]
    fn documented_table_is_the_reference() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/mocks.md");
        let document = std::fs::read_to_string(path).unwrap_or_default();
        let Some((_, rest)) = document.split_once("<!-- faults -->") else { return };

        let (table, _) = rest.split_once("<!-- /faults -->").expect("the end is marked too");

        assert_eq!(table.trim(), reference().trim());
    }
}
