//! Tools that ask one question, of the user through a form or of a model.

use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{CallToolResult, ElicitResult, InputRequest, InputRequired, Tool};
use mcp_core::server::{Answer, Context, ToolCall};
use serde_json::{Value, json};

use super::{Outcome, ask, nothing, text_argument, tool};

/// The key of the question in the result of these tools.
const KEY: &str = "answer";

pub(super) fn tools() -> Vec<Tool> {
    let of_text = |name: &str| {
        let properties = json!({ name: { "type": "string" } });
        json!({ "type": "object", "properties": properties, "required": [name] })
    };
    vec![
        tool("test_elicitation", "Asks a person for name and address", &of_text("message")),
        tool("test_elicitation_sep1034_defaults", "Asks with defaults", &nothing()),
        tool("test_elicitation_sep1330_enums", "Asks with every kind of choice", &nothing()),
        tool("test_streaming_elicitation", "Asks a person to go on", &nothing()),
        tool("test_sampling", "Asks a model", &of_text("prompt")),
        tool("test_missing_capability", "Needs a client that can ask a model", &nothing()),
    ]
}

pub(super) fn call(call: &ToolCall<'_>) -> Option<Outcome> {
    Some(match call.name {
        "test_elicitation" => user_response(call),
        "test_elicitation_sep1034_defaults" => {
            Ok(completed(call.context, "Please check what is filled in", &defaults()))
        }
        "test_elicitation_sep1330_enums" => {
            Ok(completed(call.context, "Please choose", &choices()))
        }
        "test_streaming_elicitation" => Ok(completed(call.context, "Go on?", &consent())),
        "test_sampling" => {
            text_argument(call, "prompt").map(|prompt| model_response(call.context, &prompt))
        }
        "test_missing_capability" => Ok(model_response(call.context, "Are you there?")),
        _ => return None,
    })
}

fn user_response(call: &ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
    let message = text_argument(call, "message")?;
    let schema = json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" },
        },
        "required": ["username", "email"],
    });
    Ok(match ask::answer_to::<ElicitResult>(call.context, KEY) {
        Some(result) => told("User response:", &result),
        None => question(ask::form(&message, &schema)),
    })
}

fn completed(context: &Context<'_>, message: &str, schema: &Value) -> Answer<CallToolResult> {
    match ask::answer_to::<ElicitResult>(context, KEY) {
        Some(result) => told("Elicitation completed:", &result),
        None => question(ask::form(message, schema)),
    }
}

fn model_response(context: &Context<'_>, prompt: &str) -> Answer<CallToolResult> {
    match ask::said(context, KEY) {
        Some(text) => CallToolResult::text(format!("LLM response: {text}")).into(),
        None => question(ask::model(prompt, 100)),
    }
}

fn question(request: InputRequest) -> Answer<CallToolResult> {
    Answer::InputRequired(InputRequired::new().ask(KEY, request))
}

fn told(what: &str, result: &ElicitResult) -> Answer<CallToolResult> {
    let result = serde_json::to_value(result).unwrap_or_default();
    let (action, content) = (ask::plain(&result["action"]), &result["content"]);
    CallToolResult::text(format!("{what} action={action}, content={content}")).into()
}

fn consent() -> Value {
    json!({ "type": "object", "properties": { "ok": { "type": "boolean" } }, "required": ["ok"] })
}

/// A form with a default value for every simple type.
fn defaults() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": {
                "type": "string",
                "enum": ["active", "inactive", "pending"],
                "default": "active",
            },
            "verified": { "type": "boolean", "default": true },
        },
        "required": [],
    })
}

/// A form with the five kinds of enumerations.
fn choices() -> Value {
    let titled = |noun: &str| {
        let choice = |(value, ordinal): (&str, &str)| json!({ "const": value, "title": format!("{ordinal} {noun}") });
        [("value1", "First"), ("value2", "Second"), ("value3", "Third")].map(choice)
    };
    let plain = ["option1", "option2", "option3"];
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": { "type": "string", "enum": plain },
            "titledSingle": { "type": "string", "oneOf": titled("Option") },
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": plain } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
        },
        "required": [],
    })
}
