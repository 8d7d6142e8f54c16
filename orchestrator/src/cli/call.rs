//! `orchestrator call`: one call of one tool.

use std::io::Read;

use mcp_core::Delivery;
use mcp_core::protocol::{CallToolResult, Payload, Tool};
use mcp_core::schema::violations;
use serde::Serialize;
use serde_json::{Map, Value};

use super::assignment::{Assignment, assigned};
use super::console::Console;
use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use super::flags::Globals;
use super::selection::ServerSelection;
use super::tools::{resolve, unlisted};
use crate::call::{Effect, FailureKind, KnownTools, ToolRef};
use crate::report::{json, text};

/// Arguments on stdin are read up to this size: far more than a tool should be sent.
const STDIN_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Call one tool and print what it answers
///
/// The schema of the tool says whether a value is a text, a number, a truth value or a list. A tool is
/// named `server/tool`, `mcp_server_tool`, or by its own name when only one server has it.
#[derive(Debug, clap::Args)]
pub(super) struct CallArguments {
    /// The tool
    #[arg(value_name = "SERVER/TOOL")]
    tool: String,
    /// Its arguments: `key=value`, or `key:=json` for JSON as it is
    #[arg(value_name = "KEY=VALUE")]
    arguments: Vec<Assignment>,
    /// Take the arguments from a JSON object, or from stdin with `-`
    #[arg(long, value_name = "JSON")]
    args_json: Option<String>,
}

pub(super) async fn call(
    arguments: &CallArguments,
    context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let base = context.interrupt.or(base(arguments.args_json.clone())).await?;
    let selection = ServerSelection::read_some(context).await?;
    let CommandContext { globals, console, interrupt } = context;
    let answer = interrupt.or(carry_out(arguments, base, &selection, globals)).await;
    selection.manager.close().await;
    let Answer { result, error } = answer.map_err(|error| selection.with_login(error))?;
    if let Some(result) = result {
        print(&result, error.is_none(), console)?;
    }
    error.map_or(Ok(()), |error| Err(selection.with_login(error)))
}

/// What came back: a tool that says no has a result and an error.
struct Answer {
    result: Option<CallToolResult>,
    error: Option<CommandError>,
}

async fn carry_out(
    arguments: &CallArguments,
    base: Map<String, Value>,
    selection: &ServerSelection,
    globals: &Globals,
) -> Result<Answer, CommandError> {
    let tool = resolve(&arguments.tool, selection).await?;
    let list = selection.manager.get_server_tools(&tool.server).await;
    let list = list.map_err(|error| selection.failed(error))?;
    let listed = list.entries.iter().find(|known| known.name == tool.tool);
    let given = fitting(arguments, base, listed, &tool, globals)?;
    let error = match selection.manager.call_tool(&tool.server, &tool.tool, &given).await {
        Ok(result) => return Ok(Answer { result: Some(result), error: None }),
        Err(error) => error,
    };
    let result = error.tool_error().map(|failed| (*failed.result).clone());
    let is_unknown = error.failure.kind == FailureKind::UnknownTool;
    let in_doubt = error.failure.delivery == Delivery::Unknown
        && selection.manager.facts(&tool).is_none_or(|facts| facts.effect == Effect::Unsafe);
    let names = list.entries.iter().map(|tool| tool.name.as_str());
    let is_refusal = error.call_error().is_some();
    let mut error = CommandError::from(error);
    if is_refusal {
        error.message = format!("{tool}: {}", error.message);
    }
    let error = match error {
        _ if is_unknown => unlisted(&tool, names),
        error if in_doubt => CommandError { kind: ErrorKind::InDoubt, ..error }
            .with_hint("the call may have happened: look before you repeat it"),
        error if listed.is_none() => {
            let hints = unlisted(&tool, names).hints;
            hints.into_iter().fold(error, CommandError::with_hint)
        }
        error => error.with_hint(globals.command(&format!("tools {tool} --schema"))),
    };
    Ok(Answer { result, error: Some(error) })
}

/// The arguments by the schema of the tool. A tool that is not listed has none: its arguments are strings
/// unless they are given as JSON.
fn fitting(
    arguments: &CallArguments,
    base: Map<String, Value>,
    tool: Option<&Tool>,
    name: &ToolRef,
    globals: &Globals,
) -> Result<Value, CommandError> {
    let schema = tool.and_then(|tool| serde_json::from_str::<Value>(tool.input_schema.get()).ok());
    let schema = schema.unwrap_or(Value::Null);
    let properties = schema.get("properties");
    let given =
        assigned(base, &arguments.arguments, |name| properties.and_then(|known| known.get(name)));
    let given = Value::Object(given);
    let problems: Vec<String> =
        violations(&schema, &given).iter().map(ToString::to_string).collect();
    if problems.is_empty() {
        return Ok(given);
    }
    let message = format!("the arguments do not fit `{name}`: {}", problems.join("; "));
    Err(CommandError::new(ErrorKind::InvalidArguments, message)
        .with_server(&name.server)
        .with_hint(globals.command(&format!("tools {name} --schema"))))
}

/// The arguments that are given as one object.
async fn base(given: Option<String>) -> Result<Map<String, Value>, CommandError> {
    let text = match given.as_deref() {
        None => return Ok(Map::new()),
        Some("-") => {
            let reading = tokio::task::spawn_blocking(|| {
                let mut text = String::new();
                std::io::stdin().take(STDIN_BYTES_MAX).read_to_string(&mut text).map(|_| text)
            });
            reading.await.map_err(|_| CommandError::panicked())?.map_err(|error| {
                CommandError::new(ErrorKind::Usage, format!("cannot read stdin: {error}"))
            })?
        }
        Some(text) => text.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| {
        let message = format!("`--args-json` takes a JSON object: {error}");
        CommandError::new(ErrorKind::Usage, message)
    })
}

fn print(
    result: &CallToolResult,
    is_good: bool,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        result: &'a CallToolResult,
    }
    if console.is_json {
        return console.document(&Document { schema_version: 1, result });
    }
    // What a failed tool says is the error message.
    if !is_good {
        return Ok(());
    }
    match result.payload() {
        Payload::Json(document) => console.print(&json::pretty(document)),
        Payload::Text(words) => console.print(&text::whole(&words)),
        Payload::Blocks(blocks) => console.document(&blocks)?,
    }
    Ok(())
}
