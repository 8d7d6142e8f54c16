//! The JSON Schema of rules.

use serde_json::{Value, json};

use crate::script::{FAULTS, Kind, MalformedAnswer, ProcessFault, RequestKind, ToolListFault};
use crate::service::ServiceName;

/// What may be written, as `mcp-mock schema` prints it.
pub(crate) fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of mcp-mock",
        "description": "What fake servers do with calls, instead of what their services do.",
        "type": "object",
        "required": ["rules"],
        "additionalProperties": false,
        "properties": {
            "$schema": { "type": "string", "description": "Where this schema is, for editors." },
            "rules": {
                "type": "array",
                "description": "Of the rules that apply to a call, the one of the highest priority \
                                counts, and the first of several.",
                "items": rule(),
            },
        },
    })
}

fn rule() -> Value {
    json!({
        "type": "object",
        "description": "Without `reply` and `fault` the call does what the service does.",
        "additionalProperties": false,
        "not": { "required": ["reply", "fault"] },
        "properties": {
            "on": on(),
            "times": count("Uses the rule for so many calls; later ones fall through."),
            "priority": {
                "description": "0 unless said otherwise.",
                "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX,
            },
            "probability": {
                "description": "Uses the rule by chance, drawn from the seed of the world.",
                "type": "number", "minimum": 0, "maximum": 1,
            },
            "delay_ms": delay(),
            "reply": { "description": "Answers with this value, as structured content and as text." },
            "fault": fault(),
            "then_state": states("Scenarios and their states after the call."),
        },
    })
}

fn on() -> Value {
    json!({
        "description": "Which calls the rule is about; all of them unless it says otherwise.",
        "type": "object",
        "additionalProperties": false,
        "not": { "required": ["tool", "request"] },
        "properties": {
            "service": {
                "description": "Only on the server of this service, when there are several.",
                "type": "string", "enum": ServiceName::ALL.map(ServiceName::as_str),
            },
            "tool": { "description": "The name of the tool.", "type": "string" },
            "request": {
                "description": "Requests of this method, which are no calls.",
                "type": "string", "enum": RequestKind::ALL.map(RequestKind::as_str),
            },
            "args": {
                "description": "Arguments and their values, by name or JSON pointer.",
                "type": "object",
            },
            "nth": {
                "description": "Only the calls of these numbers, counted from 1 among those that fit \
                                the other members.",
                "anyOf": [
                    count("One number."),
                    {
                        "type": "object", "additionalProperties": false, "required": ["from"],
                        "properties": { "from": count("The first."), "to": count("The last.") },
                    },
                ],
            },
            "state": states("Only in these states of scenarios; at the beginning each is `started`."),
        },
    })
}

fn delay() -> Value {
    let pair = |what: &str, second: Value| {
        json!({
            "description": what, "type": "array", "minItems": 2, "maxItems": 2,
            "prefixItems": [natural(0, u32::MAX.into()), second],
        })
    };
    let time = || natural(0, u32::MAX.into());
    json!({
        "description": "How long the answer takes, in milliseconds: a time or a distribution.",
        "anyOf": [
            time(),
            {
                "type": "object", "additionalProperties": false,
                "minProperties": 1, "maxProperties": 1,
                "properties": {
                    "uniform": pair("Any time between the two.", time()),
                    "normal": pair("Mean and standard deviation.", time()),
                    "log-normal": pair("Median and sigma.", json!({ "type": "number" })),
                },
            },
        ],
    })
}

fn fault() -> Value {
    let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
    json!({
        "description": "Fails in this way; `mcp-mock faults` says what each does.",
        "anyOf": [
            { "type": "string", "enum": names },
            {
                "type": "object", "additionalProperties": false,
                "minProperties": 1, "maxProperties": 1,
                "properties": faults_with_values(),
            },
        ],
    })
}

fn faults_with_values() -> Value {
    let text = || json!({ "type": "string" });
    let status = || natural(100, 999);
    let many = || natural(0, 100_000);
    let of = |required: &str, members: Value| {
        json!({
            "type": "object", "additionalProperties": false,
            "required": [required], "properties": members,
        })
    };
    json!({
        "delay": natural(0, u32::MAX.into()),
        "flood": of("messages", json!({ "messages": many() })),
        "forge": of("answers", json!({ "answers": many() })),
        "gzip-bomb": of("bytes", json!({ "bytes": natural(0, 256 << 20) })),
        "http-status": of("status", json!({
            "status": status(), "retry_after": text(), "body": text(),
            "headers": { "type": "object", "additionalProperties": text() },
        })),
        "late-answer": of("after_ms", json!({ "after_ms": natural(0, 3_600_000) })),
        "list-change-flood": of("messages", json!({ "messages": many() })),
        "malformed": kinds::<MalformedAnswer>(),
        "noise": of("lines", json!({ "lines": many() })),
        "oversize": of("bytes", json!({ "bytes": natural(0, 256 << 20) })),
        "outage": of("for_ms", json!({ "for_ms": natural(0, 3_600_000) })),
        "ping-flood": of("messages", json!({ "messages": many() })),
        "process": kinds::<ProcessFault>(),
        "rate-limit": of("for_seconds", json!({ "for_seconds": natural(0, u32::MAX.into()) })),
        "raw": of("text", json!({ "text": text() })),
        "rpc-error": of("code", json!({ "code": { "type": "integer" }, "message": text() })),
        "slow-drip": of(
            "bytes_per_second",
            json!({ "bytes_per_second": natural(1, u32::MAX.into()) }),
        ),
        "tool-error": of("status", json!({ "status": status(), "message": text() })),
        "tool-list": kinds::<ToolListFault>(),
        "wrong-revision": of("revision", json!({ "revision": text() })),
    })
}

fn kinds<K: Kind>() -> Value {
    let names: Vec<_> = K::ALL.iter().map(|known| known.name).collect();
    json!({ "type": "string", "enum": names })
}

fn states(description: &str) -> Value {
    json!({
        "description": description,
        "type": "object", "additionalProperties": { "type": "string" },
    })
}

fn count(description: &str) -> Value {
    let mut count = natural(1, u32::MAX.into());
    count["description"] = json!(description);
    count
}

fn natural(least: u64, most: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}
