//! Tools that run as tasks (extension of 2026-07-28).

mod store;

pub(super) use store::Tasks;

use std::time::Duration;

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, InputRequired, Tool, key};
use mcp_core::server::{Answer, Context, ToolCall};
use serde_json::{Value, json};

use super::ask::{self, Filled};
use super::{Outcome, argument, nothing, text_argument, tool};
use store::Job;

/// The longest duration of `slow_compute`, whatever its argument.
const SECONDS_MAX: f64 = 600.0;
/// The duration of jobs that fail.
const FAILING_TIME: Duration = Duration::from_millis(200);

pub(super) fn tools() -> Vec<Tool> {
    let name = json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
    let seconds = json!({
        "type": "object",
        "properties": { "seconds": { "type": "number" }, "label": { "type": "string" } },
    });
    let file = json!({ "type": "object", "properties": { "filename": { "type": "string" } } });
    vec![
        tool("greet", "Greets at once, never as a task", &name),
        tool("slow_compute", "Takes its time, as a task if the client knows tasks", &seconds),
        tool("failing_job", "A task that ends with the error of a tool", &nothing()),
        tool("protocol_error_job", "A task that ends with an error of the protocol", &nothing()),
        tool("confirm_delete", "A task that asks for a confirmation", &file),
        tool("multi_input", "A task that asks two questions at once", &nothing()),
        tool("test_tool_with_task", "Asks for a name and goes on as a task", &nothing()),
    ]
}

pub(super) async fn call(tasks: &Tasks, call: &ToolCall<'_>) -> Option<Outcome> {
    Some(match call.name {
        "greet" => text_argument(call, "name").map(|name| text(&format!("Hello, {name}!")).into()),
        "slow_compute" => slow_compute(tasks, call).await,
        "failing_job" => {
            let failed = text("This job intentionally fails").into_error();
            begin(tasks, call.context, Job::after(FAILING_TIME, Ok(failed)))
        }
        "protocol_error_job" => {
            let error = RpcError::new(code::INTERNAL_ERROR, "this job intentionally breaks");
            begin(tasks, call.context, Job::after(FAILING_TIME, Err(error)))
        }
        "confirm_delete" => confirm_delete(tasks, call),
        "multi_input" => multi_input(tasks, call.context),
        "test_tool_with_task" => with_question(tasks, call.context),
        _ => return None,
    })
}

/// A client without tasks waits for the result, and so does one that asks for 0 seconds.
async fn slow_compute(tasks: &Tasks, call: &ToolCall<'_>) -> Outcome {
    let seconds = argument(call, "seconds").and_then(|seconds| seconds.as_f64()).unwrap_or(1.0);
    let time = Duration::from_secs_f64(seconds.clamp(0.0, SECONDS_MAX));
    let label = argument(call, "label").map_or_else(|| "no label".to_owned(), |it| ask::plain(&it));
    let done = text(&format!("Computed for {} ms ({label})", time.as_millis()));
    if time.is_zero() || !call.context.capabilities().has_tasks() {
        tokio::time::sleep(time).await;
        return Ok(done.into());
    }
    begin(tasks, call.context, Job::after(time, Ok(done)))
}

fn confirm_delete(tasks: &Tasks, call: &ToolCall<'_>) -> Outcome {
    let file =
        argument(call, "filename").map_or_else(|| "everything".to_owned(), |it| ask::plain(&it));
    let question = ask::form_of_one(&format!("Delete {file}?"), "confirm", "boolean");
    let done = text(&format!("The question about {file} is answered."));
    begin(tasks, call.context, Job::asking([("confirm", question)], done))
}

fn multi_input(tasks: &Tasks, context: &Context<'_>) -> Outcome {
    let questions = [
        ("first", ask::form_of_one("What is the first name?", "name", "string")),
        ("second", ask::form_of_one("What is the second name?", "name", "string")),
    ];
    begin(tasks, context, Job::asking(questions, text("Both questions are answered.")))
}

fn with_question(tasks: &Tasks, context: &Context<'_>) -> Outcome {
    check_tasks(context)?;
    let name = match ask::filled(context, "user_name", "name") {
        Filled::With(name) => ask::plain(&name),
        Filled::Refused => "nobody".to_owned(),
        Filled::Nothing => {
            let question = ask::form_of_one("What is your name?", "name", "string");
            return Ok(Answer::InputRequired(InputRequired::new().ask("user_name", question)));
        }
    };
    let done = text(&format!("The task worked for {name}."));
    begin(tasks, context, Job::after(FAILING_TIME, Ok(done)))
}

/// Starts a task, if the client supports tasks and the question of the job.
fn begin(tasks: &Tasks, context: &Context<'_>, job: Job) -> Outcome {
    check_tasks(context)?;
    let client = context.capabilities();
    let undeclared = job.questions().find(|it| !client.allows(&it.method, &it.params));
    match undeclared {
        Some(question) => Err(ask::missing_capability(&question.needed_capability())),
        None => tasks.begin(job).map(Answer::Task),
    }
}

fn check_tasks(context: &Context<'_>) -> Result<(), RpcError> {
    if context.capabilities().has_tasks() {
        return Ok(());
    }
    let needed: Value = json!({ "extensions": { key::TASKS_EXTENSION: {} } });
    Err(ask::missing_capability(&needed))
}

fn text(text: &str) -> CallToolResult {
    CallToolResult::text(text)
}
