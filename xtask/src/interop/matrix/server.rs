//! Their server, used through the binary `orchestrator`.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use super::{Era, Face, Sdk};
use crate::interop::scene::Scene;
use crate::interop::session::Session;
use crate::listener::Listener;

/// Its name in the configuration.
const NAME: &str = "it";

const TOOLS: [&str; 5] = ["add", "ask", "echo", "fail", "slow"];

/// A call of 2 s that reports progress all the while, and a timeout that it passes only because it does.
const LONG_CALL: [&str; 5] = ["--timeout", "1s", "call", "it/slow", "seconds:=2"];

/// Starts the server and gives the name of the era that it was found to speak.
pub(super) fn check(scene: &Scene, sdk: &Sdk, face: Face) -> Result<&'static str> {
    let folder = scene.part(&format!("{}/server-{}", sdk.id, face.name()))?;
    let words = sdk.server(&scene.cache, face, &scene.mark());
    let (program, args) = words.split_first().context("no command line")?;
    let (listener, entry) = match face {
        Face::Stdio => (None, json!({ "command": program, "args": args })),
        Face::Http => {
            let listener = Listener::start(Command::new(program).args(args), &folder)?;
            let entry = json!({ "type": "http", "url": listener.url });
            (Some(listener), entry)
        }
    };
    let era = if sdk.is_modern { Era::Modern } else { Era::Legacy };
    let entries = Map::from_iter([(NAME.to_owned(), entry)]);
    use_it(&Session::new(&scene.orchestrator, &folder, &entries)?, era)?;
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
    // It asks a person, and there is none.
    session.tool_error("it/ask")
}

fn answers(session: &Session<'_>, args: &[&str], pointer: &str, wanted: &Value) -> Result<()> {
    let document = session.document(args)?;
    let found = document.pointer(pointer);
    ensure!(found == Some(wanted), "`{}` answers {document}, not {wanted}", args.join(" "));
    Ok(())
}
