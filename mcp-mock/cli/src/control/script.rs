//! `rules` and `calls`: what the servers do besides keeping their state, and what they received.

use serde_json::{Value, json};

use super::resources::{ControlRequest, Outcome, Target};
use mcp_mock::{Call, CallOutcome, Rules};

pub(super) fn calls(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let wanted = request.service()?;
    let servers = target.served.servers.iter();
    let servers = servers.filter(|server| wanted.is_none_or(|it| it.as_str() == server.name()));
    let calls = servers.flat_map(|server| {
        let to_json = |call: Call| to_json(server.name(), &call);
        server.calls().into_iter().map(to_json).collect::<Vec<_>>()
    });
    Ok(json!({ "calls": calls.collect::<Vec<_>>() }))
}

/// Adds rules to those that are there.
pub(super) fn add_rules(target: &Target<'_>, request: &ControlRequest<'_>) -> Outcome {
    let rules = Rules::from_value(&request.json()?)?;
    mcp_mock::add_rules(&target.served.servers, &rules)?;
    Ok(json!({}))
}

/// Forgets the rules, also those of the beginning; the calls stay.
pub(super) fn forget_rules(target: &Target<'_>, _: &ControlRequest<'_>) -> Outcome {
    for server in &target.served.servers {
        server.forget_rules();
    }
    Ok(json!({}))
}

fn to_json(service: &str, call: &Call) -> Value {
    let mut json = json!({
        "service": service,
        "number": call.number,
        "tool": call.tool,
        "arguments": call.arguments,
        "at": call.at,
        "outcome": call.outcome.name(),
    });
    if let CallOutcome::Faulted(fault) = call.outcome {
        json["fault"] = json!(fault);
    }
    json
}
