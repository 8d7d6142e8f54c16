//! Tools that send notifications while they run, or that announce a changed list.

use std::time::Duration;

use mcp_core::protocol::{CallToolResult, LogLevel, LogMessage, Tool};
use mcp_core::server::{Change, Changes, Context, ToolCall};

use super::{nothing, resources, tool};

/// The pause between two notifications of a call: the suite expects them one by one.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn tools() -> Vec<Tool> {
    vec![
        tool("test_tool_with_progress", "Reports progress three times", &nothing()),
        tool("test_tool_with_logging", "Sends three log messages", &nothing()),
        tool("test_logging_tool", "Sends a log message to those who want it", &nothing()),
        tool("test_trigger_tool_change", "Announces that the tools have changed", &nothing()),
        tool("test_trigger_prompt_change", "Announces that the prompts have changed", &nothing()),
        tool(
            "test_trigger_resource_change",
            "Announces that the watched resource has changed",
            &nothing(),
        ),
    ]
}

pub(super) async fn call(changes: &Changes, call: &ToolCall<'_>) -> Option<CallToolResult> {
    let done = match call.name {
        "test_tool_with_progress" => {
            report_progress(call.context).await;
            "Progress reported"
        }
        "test_tool_with_logging" => {
            log_three(call.context).await;
            "Messages logged"
        }
        "test_logging_tool" => {
            call.context.log(&LogMessage::text(LogLevel::Info, "Tool called"));
            "Message logged"
        }
        "test_trigger_tool_change" => announced(changes, &Change::Tools),
        "test_trigger_prompt_change" => announced(changes, &Change::Prompts),
        "test_trigger_resource_change" => {
            announced(changes, &Change::Resource(resources::WATCHED.to_owned()))
        }
        _ => return None,
    };
    Some(CallToolResult::text(done))
}

async fn report_progress(context: &Context<'_>) {
    context.progress(0.0, Some(100.0), None);
    tokio::time::sleep(PAUSE).await;
    context.progress(50.0, Some(100.0), None);
    tokio::time::sleep(PAUSE).await;
    context.progress(100.0, Some(100.0), None);
}

async fn log_three(context: &Context<'_>) {
    let info = |text: &str| context.log(&LogMessage::text(LogLevel::Info, text));
    info("Tool execution started");
    tokio::time::sleep(PAUSE).await;
    info("Tool processing data");
    tokio::time::sleep(PAUSE).await;
    info("Tool execution completed");
}

/// Announces a change to all subscribers. The lists stay as they are, since other clients read them.
fn announced(changes: &Changes, change: &Change) -> &'static str {
    changes.announce(change);
    "Change announced"
}
