//! Their client against the binary `mcp-mock`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Binding, Era, Sdk};
use crate::interop::context::RunContext;
use crate::listener::Listener;
use crate::process;

/// The most that a client may take on a busy machine, with the start of its runtime.
const DEADLINE: Duration = Duration::from_secs(60);

const SERVE: [&str; 2] = ["serve", "github"];

const TITLE: &str = "grüße";

/// Runs the client and checks what it received.
pub(super) fn check(context: &RunContext, sdk: &Sdk, binding: Binding, era: Era) -> Result<()> {
    let folder =
        context.subfolder(&format!("{}/client-{}-{}", sdk.id, binding.name(), era.name()))?;
    let seen = match binding {
        Binding::Stdio => {
            let [serve, service] = SERVE;
            let command = json!({ "command": [context.mock, serve, service] });
            execute(context, sdk, &folder, &plan(context, era, command))?
        }
        Binding::Http => {
            let mut mock = Command::new(&context.mock);
            let mock = mock.args(SERVE).args(["--http", "127.0.0.1:0"]);
            let listener = Listener::start(mock, &folder)?;
            let address = json!({ "url": listener.url });
            let seen = execute(context, sdk, &folder, &plan(context, era, address))?;
            listener.stop()?;
            seen
        }
    };
    compare(&seen, era)
}

/// The client's instructions. The marker is in its command line for `ps`.
fn plan(context: &RunContext, era: Era, mut place: Value) -> Value {
    let repo = json!({ "owner": "company", "repo": "support" });
    let with = |name: &str, value: Value| {
        let mut arguments = repo.clone();
        arguments[name] = value;
        arguments
    };
    place["era"] = json!(era.name());
    place["mark"] = json!(context.marker());
    place["calls"] = json!([
        { "tool": "get_repo", "arguments": repo },
        { "tool": "create_issue", "arguments": with("title", json!(TITLE)) },
        { "tool": "list_issues", "arguments": repo },
        { "tool": "get_issue", "arguments": with("number", json!(999)) },
    ]);
    place
}

fn execute(context: &RunContext, sdk: &Sdk, folder: &Path, plan: &Value) -> Result<Value> {
    let words = sdk.client(&context.cache, plan);
    let (program, args) = words.split_first().context("no command line")?;
    let answer = process::run(Command::new(program).args(args), folder, DEADLINE)?;
    ensure!(answer.code == Some(0), "the client ended with {:?}: {}", answer.code, answer.stderr);
    answer.json()
}

/// Compares what the client received with what the server did.
fn compare(seen: &Value, era: Era) -> Result<()> {
    let same = |pointer: &str, wanted: Value| {
        let found = seen.pointer(pointer).unwrap_or(&Value::Null);
        let around = pointer.rsplit_once('/').and_then(|(above, _)| seen.pointer(above));
        let around = around.unwrap_or(&Value::Null);
        ensure!(*found == wanted, "`{pointer}` is {found}, not {wanted}, in {around}");
        Ok(())
    };
    same("/revision", json!(era.revision()))?;
    let tools = seen.get("tools").and_then(Value::as_array).context("no `tools`")?;
    for tool in ["create_issue", "get_issue", "get_repo", "list_issues"] {
        ensure!(tools.contains(&json!(tool)), "`{tool}` is not listed");
    }
    same("/answers/0/structured/full_name", json!("company/support"))?;
    same("/answers/1/structured/title", json!(TITLE))?;
    same("/answers/2/structured/issues/0/title", json!(TITLE))?;
    // No such issue: an error of the tool, not of the protocol.
    same("/answers/3/failed", json!(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Value {
        json!({
            "revision": "2026-07-28",
            "tools": ["create_issue", "get_issue", "get_repo", "list_issues"],
            "answers": [
                { "structured": { "full_name": "company/support" } },
                { "structured": { "title": TITLE } },
                { "structured": { "issues": [{ "title": TITLE }] } },
                { "failed": true },
            ],
        })
    }

    #[test]
    fn right_answers_are_accepted() {
        compare(&seen(), Era::Modern).unwrap();
    }

    #[test]
    fn what_differs_is_named() {
        let error = |pointer: &str, value: Value| {
            let mut seen = seen();
            *seen.pointer_mut(pointer).unwrap() = value;
            compare(&seen, Era::Modern).unwrap_err().to_string()
        };

        let text = error("/revision", json!("2025-11-25"));
        assert!(
            text.starts_with(r#"`/revision` is "2025-11-25", not "2026-07-28", in {"#),
            "{text}"
        );
        assert_eq!(error("/tools/0", json!("x")), "`create_issue` is not listed");
        assert_eq!(
            error("/answers/3", json!({ "code": -32602 })),
            r#"`/answers/3/failed` is null, not true, in {"code":-32602}"#
        );
    }
}
