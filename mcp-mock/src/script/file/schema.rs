//! The JSON Schema of rules.

use serde_json::{Map, Value, json};

use crate::script::{FAULTS, RequestKind};
use crate::service::ServiceName;

/// What may be written, as `mcp-mock schema` prints it.
pub(crate) fn schema() -> Value {
    schema_with(&fault())
}

/// The same with this schema of a fault.
pub(super) fn schema_with(fault: &Value) -> Value {
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
                "items": rule(fault),
            },
        },
    })
}

fn rule(fault: &Value) -> Value {
    json!({
        "type": "object",
        "description": "Without `reply` and `fault` the call does what the service does.",
        "additionalProperties": false,
        "allOf": [
            { "not": { "required": ["reply", "fault"] } },
            { "not": { "required": ["delay", "delay_ms"] } },
        ],
        "properties": {
            "on": on(),
            "times": count("Uses the rule for at most n calls; later ones fall through."),
            "priority": {
                "description": "0 unless said otherwise.",
                "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX,
            },
            "probability": {
                "description": "Uses the rule by chance, drawn from the seed of the world.",
                "type": "number", "minimum": 0, "maximum": 1,
            },
            "delay": delay(
                "How long the answer takes: a duration such as `20ms`, or a distribution.",
                &json!({ "type": "string" }),
            ),
            "delay_ms": delay("The same in milliseconds.", &natural(0, u32::MAX.into())),
            "reply": { "description": "Answers with this value, as structured content and as text." },
            "fault": fault,
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

/// A time or a distribution of times, each of which is `time`.
fn delay(description: &str, time: &Value) -> Value {
    let pair = |what: &str, second: &Value| {
        json!({
            "description": what, "type": "array", "minItems": 2, "maxItems": 2,
            "prefixItems": [time, second],
        })
    };
    json!({
        "description": description,
        "anyOf": [
            time,
            {
                "type": "object", "additionalProperties": false,
                "minProperties": 1, "maxProperties": 1,
                "properties": {
                    "uniform": pair("Any time between the two.", time),
                    "normal": pair("Mean and standard deviation.", time),
                    "log-normal": pair("Median and sigma.", &json!({ "type": "number" })),
                },
            },
        ],
    })
}

fn fault() -> Value {
    let names: Vec<_> = FAULTS.iter().map(|fault| fault.name).collect();
    let values =
        || FAULTS.iter().filter_map(|fault| Some((fault.name.to_owned(), fault.value_schema()?)));
    let with_value: Vec<_> = values().map(|(name, _)| name).collect();
    json!({
        "description": "Fails in this way; `mcp-mock faults` says what each does.",
        "anyOf": [
            { "type": "string", "enum": names },
            {
                "type": "object", "additionalProperties": false,
                "minProperties": 1, "maxProperties": 1,
                "properties": values().collect::<Map<_, _>>(),
            },
            { "type": "string", "pattern": format!("^({})=", with_value.join("|")) },
        ],
    })
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
