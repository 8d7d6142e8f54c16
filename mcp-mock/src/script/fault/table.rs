//! The reference of all faults: what there is, and what a client sees.

use std::fmt::Write;

use super::kind::{Kind, Known};
use super::{Fault, MalformedAnswer, ProcessFault, ToolListFault};

/// One fault of the reference.
#[derive(Debug)]
pub(crate) struct KnownFault {
    pub(crate) name: &'static str,
    /// The value that it has unless told otherwise; `None` when it takes none.
    pub(crate) usual: Option<&'static str>,
    pub(crate) is_carried_out: bool,
    over_stdio: &'static str,
    over_http: &'static str,
}

/// All faults, by name.
pub(crate) const FAULTS: [KnownFault; 37] = [
    KnownFault {
        over_http: "the answer is whole and its body has no end",
        ..known("answer-and-close", "the connection closes behind the answer").carried_out()
    },
    KnownFault {
        over_http: "401 with `WWW-Authenticate: Bearer error=\"invalid_token\"`",
        ..known("auth-expiry", "the tool refuses with the vendor's 401")
    },
    KnownFault {
        over_http: "the answer breaks off before it begins",
        ..known("close", "the connection closes")
    },
    KnownFault {
        over_http: "the same",
        ..known("crash", "the process ends with code 70; in process, the connection closes")
    },
    known("delay", "the answer is late by this time").with("200ms").carried_out(),
    known("duplicate-answer", "the answer comes twice").carried_out(),
    known("endless-progress", "progress is told for ever, and no answer comes").carried_out(),
    known("endless-rounds", "the client is to send the call again, for ever (modern era)"),
    known("flood", "so many log notifications come before the answer").with("10000").carried_out(),
    known("forge", "behind the answer come so many to the requests that will follow")
        .with("10")
        .carried_out(),
    KnownFault {
        over_http: "a body that is no message",
        ..known("garbage", "a line that is no message comes instead of the answer")
    },
    KnownFault {
        over_http: "the answer is a text of so many bytes, compressed to a thousandth",
        ..known("gzip-bomb", "the answer is a text of so many bytes").with("20000000").carried_out()
    },
    known("hang", "no answer comes"),
    KnownFault {
        over_http: "this status instead of an answer",
        ..known("http-status", "JSON-RPC error -32603 that names the status").with("503")
    },
    KnownFault {
        over_http: "the answer is late by so many milliseconds",
        ..known(
            "late-answer",
            "the answer is late by so many milliseconds, also after a cancellation",
        )
        .with("2000")
        .carried_out()
    },
    known("list-change", "the tool vanishes, and clients are told before the answer").carried_out(),
    known("list-change-flood", "so many times the list has changed before the answer")
        .with("10000")
        .carried_out(),
    known("lose-answer", "no answer comes").carried_out(),
    KnownFault {
        over_http: "the answer breaks off before it begins",
        ..known("lose-answer-and-close", "the connection closes").carried_out()
    },
    known("malformed", "the answer is malformed in this way").with("batch").carried_out(),
    known("missing-scope", "the vendor refuses because the token may not do this"),
    KnownFault {
        over_http: "so many events that are no messages come before the answer",
        ..known("noise", "so many lines that are no messages come before the answer")
            .with("1")
            .carried_out()
    },
    KnownFault {
        over_http: "for so many milliseconds nothing listens on the port",
        ..known("outage", "the connection closes").with("1000")
    },
    known("oversize", "the answer is a text of so many bytes").with("20000000").carried_out(),
    known("ping-flood", "so many requests of the server come before the answer")
        .with("10000")
        .carried_out(),
    KnownFault {
        over_http: "the same; its standard input still ends it",
        ..known("process", "the process behaves badly in this way").with("ignore-end").carried_out()
    },
    known("rate-limit", "the vendor refuses for so many seconds of the world's clock").with("60"),
    KnownFault {
        over_http: "this text as a JSON body, `$id` being the id of the request",
        ..known("raw", "this text as a line, `$id` being the id of the request").with("null")
    },
    known("rpc-error", "JSON-RPC error of this code").with("-32603"),
    KnownFault {
        over_http: "404; the session of a legacy client is over",
        ..known("session-loss", "the connection closes")
    },
    known("slow-drip", "the answer arrives at so many bytes a second").with("100").carried_out(),
    KnownFault {
        over_http: "a stream of events ends in good order, without the answer",
        ..known("stream-end", "no answer comes").carried_out()
    },
    known("tool-error", "the tool refuses with this status of the vendor").with("503"),
    known("tool-list", "the list of tools is wrong in this way").with("endless"),
    KnownFault {
        over_http: "the body breaks off in the middle of the answer",
        ..known("truncate", "the connection closes in the middle of the answer").carried_out()
    },
    known("wrong-id", "an answer to somebody else's request comes").carried_out(),
    known("wrong-revision", "the server says that it speaks this revision").with("1999-01-01"),
];

/// A fault that takes no value, does the same over HTTP and keeps the call from being carried out.
const fn known(name: &'static str, over_stdio: &'static str) -> KnownFault {
    KnownFault { name, usual: None, is_carried_out: false, over_stdio, over_http: "the same" }
}

impl KnownFault {
    const fn with(self, usual: &'static str) -> Self {
        Self { usual: Some(usual), ..self }
    }

    const fn carried_out(self) -> Self {
        Self { is_carried_out: true, ..self }
    }

    /// The fault as the command line takes it, with its usual value.
    pub(crate) fn form(&self) -> String {
        match self.usual {
            Some(usual) => format!("{}={usual}", self.name),
            None => self.name.to_owned(),
        }
    }
}

impl Fault {
    /// All faults as the command line takes them, with their usual values.
    #[must_use]
    pub fn forms() -> Vec<String> {
        FAULTS.iter().map(KnownFault::form).collect()
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
    for fault in &FAULTS {
        let (form, carried_out) = (fault.form(), if fault.is_carried_out { "yes" } else { "no" });
        let (stdio, http) = (fault.over_stdio, fault.over_http);
        writeln!(table, "| `{form}` | {carried_out} | {stdio} | {http} |")
            .expect("texts take all that is written to them");
    }
    table.push_str("\n| kind | what that is |\n|---|---|\n");
    push_kinds::<MalformedAnswer>(&mut table, "malformed");
    push_kinds::<ProcessFault>(&mut table, "process");
    push_kinds::<ToolListFault>(&mut table, "tool-list");
    table
}

fn push_kinds<K: Kind>(table: &mut String, fault: &str) {
    for Known { name, meaning, .. } in K::ALL {
        writeln!(table, "| `{fault}={name}` | {meaning} |")
            .expect("texts take all that is written to them");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_in_the_order_of_their_names() {
        assert!(FAULTS.is_sorted_by_key(|fault| fault.name));
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
