use serde_json::json;

use super::*;
use crate::script::FAULTS;

/// Texts that are rules.
fn valid() -> Vec<Value> {
    let mut rules = vec![
        json!({}),
        json!({ "on": {}, "reply": null }),
        json!({ "on": { "service": "github", "tool": "create_issue" }, "times": 1 }),
        json!({ "on": { "args": { "owner": "acme", "/labels/0": "bug" }, "nth": 2 }, "reply": {} }),
        json!({ "on": { "nth": { "from": 3 } }, "fault": "crash" }),
        json!({ "on": { "nth": { "from": 3, "to": 5 } }, "probability": 0.5, "fault": "hang" }),
        json!({ "on": { "state": { "order": "paid" } }, "then_state": { "order": "sent" } }),
        json!({ "priority": -5, "probability": 1, "delay_ms": 20 }),
        json!({ "delay_ms": { "uniform": [10, 50] } }),
        json!({ "delay_ms": { "normal": [100, 10] } }),
        json!({ "delay_ms": { "log-normal": [100, 0.5] } }),
        json!({ "delay": "20ms" }),
        json!({ "delay": { "uniform": ["10ms", "1s 50ms"] } }),
        json!({ "delay": { "log-normal": ["100ms", 0.5] } }),
        json!({ "fault": { "delay": 200 } }),
        json!({ "fault": { "delay": "3s" } }),
        json!({ "fault": "delay=3s" }),
        json!({ "fault": "rate-limit=30" }),
        json!({ "fault": { "flood": 10 } }),
        json!({ "fault": { "flood": { "messages": 10 } } }),
        json!({ "fault": { "http-status": { "status": 503 } } }),
        json!({ "fault": { "http-status": { "status": 503, "retry_after": "-1" } } }),
        json!({ "fault": { "http-status": {
            "status": 307, "headers": { "location": "http://127.0.0.1:1/" }, "body": "$id",
        } } }),
        json!({ "on": { "request": "tools/list" }, "fault": { "tool-list": "endless" } }),
        json!({ "on": { "request": "initialize" }, "fault": { "wrong-revision": { "revision": "1" } } }),
        json!({ "on": { "request": "server/discover" }, "times": 1, "fault": "hang" }),
        json!({ "fault": { "malformed": "batch" } }),
        json!({ "fault": { "process": "ignore-end" } }),
        json!({ "fault": { "outage": { "for_ms": 100 } } }),
        json!({ "fault": { "late-answer": { "after_ms": 100 } } }),
        json!({ "fault": { "forge": { "answers": 3 } } }),
        json!({ "fault": { "gzip-bomb": { "bytes": 10 } } }),
        json!({ "fault": { "list-change-flood": { "messages": 10 } } }),
        json!({ "fault": { "ping-flood": { "messages": 10 } } }),
        json!({ "fault": { "noise": { "lines": 10 } } }),
        json!({ "fault": { "oversize": { "bytes": 10 } } }),
        json!({ "fault": { "rate-limit": { "for_seconds": 30 } } }),
        json!({ "fault": { "raw": { "text": "[]" } } }),
        json!({ "fault": { "rpc-error": { "code": -1 } } }),
        json!({ "fault": { "rpc-error": { "code": -1, "message": "no" } } }),
        json!({ "fault": { "slow-drip": { "bytes_per_second": 1 } } }),
        json!({ "fault": { "tool-error": { "status": 404, "message": "gone" } } }),
    ];
    rules.extend(FAULTS.iter().map(|fault| json!({ "fault": fault.name })));
    let mut texts: Vec<_> = rules.into_iter().map(|rule| json!({ "rules": [rule] })).collect();
    texts.push(json!({ "$schema": "rules.schema.json", "rules": [] }));
    texts
}

/// Texts that are none.
fn invalid() -> Vec<Value> {
    let rules = [
        json!(null),
        json!({ "on": "create_issue" }),
        json!({ "on": { "tol": "create_issue" } }),
        json!({ "on": { "service": "githup" } }),
        json!({ "on": { "request": "tools/lst" } }),
        json!({ "fault": { "malformed": "bach" } }),
        json!({ "on": { "args": [] } }),
        json!({ "on": { "nth": 0 } }),
        json!({ "on": { "nth": "2" } }),
        json!({ "on": { "nth": { "to": 2 } } }),
        json!({ "on": { "nth": { "from": 1, "until": 2 } } }),
        json!({ "on": { "state": { "order": 1 } } }),
        json!({ "times": 0 }),
        json!({ "times": -1 }),
        json!({ "priority": 1.5 }),
        json!({ "probability": "often" }),
        json!({ "delay_ms": -1 }),
        json!({ "delay_ms": "200ms" }),
        json!({ "delay_ms": { "unifrom": [1, 2] } }),
        json!({ "delay_ms": { "uniform": [1] } }),
        json!({ "delay_ms": { "uniform": [1, 2, 3] } }),
        json!({ "delay": 20 }),
        json!({ "delay": "20ms", "delay_ms": 20 }),
        json!({ "delay": {} }),
        json!({ "fault": { "flood": 100_001 } }),
        json!({ "fault": { "rate-limit": -1 } }),
        json!({ "fault": { "rate-limit": {} } }),
        json!({ "fault": { "rate-limit": { "for_secs": 1 } } }),
        json!({ "fault": { "rpc-error": { "code": "x" } } }),
        json!({ "then_state": "done" }),
        json!({ "replay": {} }),
    ];
    let mut texts: Vec<_> = rules.into_iter().map(|rule| json!({ "rules": [rule] })).collect();
    texts.extend([json!([]), json!({}), json!({ "rules": {} }), json!({ "rules": [], "x": 1 })]);
    texts
}

/// What a text is refused with.
#[track_caller]
fn refused(value: &Value) -> String {
    Rules::from_value(value).unwrap_err().to_string()
}

#[test]
fn schema_and_reader_accept_the_same() {
    let schema = Rules::schema();

    for value in valid() {
        assert_eq!(mcp_core::schema::violations(&schema, &value), [], "{value}");
        assert!(Rules::deserialize(&value).is_ok(), "{value}: {:?}", Rules::deserialize(&value));
        assert!(Rules::from_value(&value).is_ok(), "{value}");
    }
    for value in invalid() {
        assert_ne!(mcp_core::schema::violations(&schema, &value), [], "{value}");
        assert!(Rules::deserialize(&value).is_err(), "{value}");
        assert!(Rules::from_value(&value).is_err(), "{value}");
    }
}

/// Strings whose values a schema cannot check.
#[test]
fn schema_names_the_faults_that_take_a_value_after_an_equals_sign() {
    let schema = Rules::schema();
    let forms = &schema["properties"]["rules"]["items"]["properties"]["fault"]["anyOf"];
    let pattern = forms[2]["pattern"].as_str().unwrap();

    assert!(pattern.starts_with("^(delay|flood|forge|") && pattern.ends_with("|wrong-revision)="));
    for wrong in ["crahs", "crash=1", "delay=soon", "delay="] {
        let rules = json!({ "rules": [{ "fault": wrong }] });
        assert!(Rules::from_value(&rules).is_err(), "{wrong}");
        assert!(!forms[0]["enum"].as_array().unwrap().contains(&json!(wrong)), "{wrong}");
    }
}

#[test]
fn every_fault_with_a_value_may_be_written_with_its_own() {
    let schema = Rules::schema();
    let forms = &schema["properties"]["rules"]["items"]["properties"]["fault"]["anyOf"][1];
    let written: Vec<_> = forms["properties"].as_object().unwrap().keys().collect();

    let known: Vec<_> = FAULTS
        .iter()
        .filter(|fault| fault.value_schema().is_some())
        .map(|fault| fault.name)
        .collect();

    assert_eq!(written, known);
}

#[test]
fn mistakes_are_named_with_their_places_and_what_was_meant() {
    let text = json!({ "rules": [
        { "on": { "tol": "create_issue", "nth": 0 }, "replay": 1 },
        { "fault": "crahs" },
        { "fault": { "rate-limit": { "for": 1 } }, "probability": 2 },
        { "fault": { "close": {}, "hang": {} }, "delay_ms": { "unifrom": [1, 2] } },
        { "fault": "hang", "reply": 1 },
        { "fault": { "crash": {} } },
        { "on": { "request": "tools/list", "tool": "create_issue" }, "fault": 1 },
        { "fault": "late-answer=2h", "delay": "1s", "delay_ms": 1 },
        { "fault": { "malformd": "batch" } },
        { "fault": { "late-answer": "2h" } },
    ] });

    insta::assert_snapshot!(refused(&text), @r#"
    /rules/0/on/nth: expected at least 1, got 0
    /rules/0/on/tol: `tol` is unknown (did you mean `tool`?)
    /rules/0/replay: `replay` is unknown (did you mean `reply`?)
    /rules/1/fault: `crahs` is no fault (did you mean `crash`?)
    /rules/2/fault/rate-limit: `for_seconds` is required
    /rules/2/fault/rate-limit/for: `for` is unknown (known: `for_seconds`)
    /rules/2/probability: expected at most 1, got 2
    /rules/3/delay_ms/unifrom: `unifrom` is unknown (did you mean `uniform`?)
    /rules/3/fault: a fault has one member, its name, got 2
    /rules/4: `reply` and `fault` exclude each other
    /rules/5/fault: fault `crash` takes no values; write "crash"
    /rules/6/fault: expected string or object, got integer
    /rules/6/on: `tool` and `request` exclude each other
    /rules/7: `delay` and `delay_ms` exclude each other
    /rules/7/fault: fault `late-answer` needs a time of at most 1h
    /rules/8/fault: `malformd` is no fault (did you mean `malformed`?)
    /rules/9/fault/late-answer: expected at most `late-answer=1h`
    "#);
}

#[test]
fn rule_whose_duration_is_none_is_named() {
    let text = json!({ "rules": [{}, { "delay": "soon" }] });

    insta::assert_snapshot!(refused(&text), @"/rules/1: `soon` is no duration; write it such as `200ms` or `3s`");
}

#[test]
fn text_that_is_no_json_is_refused_with_its_place() {
    let error = Rules::from_json("{\n  \"rules\": [,]\n}").unwrap_err();

    insta::assert_snapshot!(error, @"2:13: expected value");
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_says_the_same_as_json() {
    let yaml = "rules:\n  - on: { tool: create_issue, args: { owner: acme } }\n    times: 1\n    fault: crash\n";
    let json = r#"{"rules":[{"on":{"tool":"create_issue","args":{"owner":"acme"}},"times":1,"fault":"crash"}]}"#;

    let (yaml, json) = (Rules::from_yaml(yaml).unwrap(), Rules::from_json(json).unwrap());
    let broken = Rules::from_yaml("rules:\n  - on: [\n").unwrap_err();

    assert_eq!(format!("{yaml:?}"), format!("{json:?}"));
    assert!(matches!(broken, RulesError::Syntax { .. }), "{broken}");
}
