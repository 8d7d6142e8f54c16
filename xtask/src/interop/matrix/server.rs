//! Their server against the binary `orchestrator`.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::{Binding, Era, Sdk};
use crate::interop::context::RunContext;
use crate::interop::session::Session;
use crate::listener::Listener;

/// Its name in the configuration.
const NAME: &str = "it";

const TOOLS: [&str; 5] = ["add", "ask", "echo", "fail", "slow"];

/// A call of 2 s that reports progress, and a shorter timeout that each progress report extends.
const LONG_CALL: [&str; 5] = ["--timeout", "1s", "call", "it/slow", "seconds:=2"];

/// Starts the server. Returns the name of the era that the client detected.
pub(super) fn check(context: &RunContext, sdk: &Sdk, binding: Binding) -> Result<&'static str> {
    let folder = context.subfolder(&format!("{}/server-{}", sdk.id, binding.name()))?;
    let words = sdk.server(&context.cache, binding, &context.marker());
    let (program, args) = words.split_first().context("no command line")?;
    let (listener, entry) = match binding {
        Binding::Stdio => (None, json!({ "command": program, "args": args })),
        Binding::Http => {
            let listener = Listener::start(Command::new(program).args(args), &folder)?;
            let entry = json!({ "type": "http", "url": listener.url });
            (Some(listener), entry)
        }
    };
    let era = if sdk.is_modern { Era::Modern } else { Era::Legacy };
    let entries = Map::from_iter([(NAME.to_owned(), entry)]);
    use_it(&Session::new(&context.orchestrator, &folder, &entries)?, era)?;
    listener.map_or(Ok(()), Listener::stop)?;
    Ok(era.name())
}

fn use_it(session: &Session<'_>, era: Era) -> Result<()> {
    for status in session.servers(1)? {
        let (found, wanted) = (status.revision, era.revision());
        ensure!(found == wanted, "revision `{found}`, not `{wanted}`");
    }
    let tools = session.tools(NAME)?;
    ensure!(tools == TOOLS, "the tools are {}", tools.join(", "));
    answers(
        session,
        &["call", "it/add", "a:=2", "b:=40"],
        "/structuredContent",
        &json!({ "sum": 42 }),
    )?;
    answers(session, &["call", "it/echo", "text=grüße"], "/content/0/text", &json!("grüße"))?;
    answers(session, &LONG_CALL, "/content/0/text", &json!("8 steps"))?;
    session.tool_error("it/fail")?;
    // It asks the user, and there is none.
    session.tool_error("it/ask")
}

fn answers(session: &Session<'_>, args: &[&str], pointer: &str, wanted: &Value) -> Result<()> {
    let document = session.document(args)?;
    let found = document.pointer(pointer);
    ensure!(found == Some(wanted), "`{}` answers {document}, not {wanted}", args.join(" "));
    Ok(())
}
