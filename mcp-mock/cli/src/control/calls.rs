//! `calls`: what the servers were asked.

use serde_json::{Value, json};

use super::resources::{Asked, Outcome, Scene};
use mcp_mock::{Call, CallOutcome};

pub(super) fn list(scene: &Scene<'_>, asked: &Asked<'_>) -> Outcome {
    let wanted = asked.service()?;
    let servers = scene.stage.servers.iter();
    let servers = servers.filter(|server| wanted.is_none_or(|it| it.as_str() == server.name()));
    let calls = servers.flat_map(|server| {
        let shown = |call: Call| shown(server.name(), &call);
        server.calls().into_iter().map(shown).collect::<Vec<_>>()
    });
    Ok(json!({ "calls": calls.collect::<Vec<_>>() }))
}

fn shown(service: &str, call: &Call) -> Value {
    let mut shown = json!({
        "service": service,
        "number": call.number,
        "tool": call.tool,
        "arguments": call.arguments,
        "at": call.at,
        "outcome": call.outcome.name(),
    });
    if let CallOutcome::Faulted(fault) = call.outcome {
        shown["fault"] = json!(fault);
    }
    shown
}
