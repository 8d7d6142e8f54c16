//! Tools that answer at once: one for each kind of content, one that fails, and two with special schemas.

use mcp_core::protocol::{CallToolResult, Content, Tool};
use mcp_core::server::ToolCall;
use serde_json::{Value, json};

use super::{argument, nothing, tool};

/// A red pixel, as PNG.
pub(super) const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/// A WAV file without samples.
const SILENCE: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

pub(super) fn tools() -> Vec<Tool> {
    vec![
        tool("test_simple_text", "Answers a text", &nothing()),
        tool("test_image_content", "Answers a picture", &nothing()),
        tool("test_audio_content", "Answers a sound", &nothing()),
        tool("test_embedded_resource", "Answers a resource in full", &nothing()),
        tool("test_multiple_content_types", "Answers a text, a picture and a resource", &nothing()),
        tool("test_error_handling", "Fails", &nothing()),
        tool("json_schema_2020_12_tool", "Takes arguments of a rich schema", &rich_schema()),
        tool("test_custom_header", "Takes an argument that a header repeats", &mirrored_schema()),
    ]
}

pub(super) fn call(call: &ToolCall<'_>) -> Option<CallToolResult> {
    let result = match call.name {
        "test_simple_text" => CallToolResult::text("This is a simple text response for testing."),
        "test_image_content" => of_blocks(vec![image()]),
        "test_audio_content" => of_blocks(vec![audio()]),
        "test_embedded_resource" => {
            let text = "This is an embedded resource content.";
            of_blocks(vec![resource("test://embedded-resource", "text/plain", text)])
        }
        "test_multiple_content_types" => {
            let text = r#"{"test":"data","value":123}"#;
            of_blocks(vec![
                Content::text("Multiple content types test:"),
                image(),
                resource("test://mixed-content-resource", "application/json", text),
            ])
        }
        "test_error_handling" => {
            let text = "This tool intentionally returns an error for testing";
            CallToolResult::text(text).into_error()
        }
        "json_schema_2020_12_tool" => {
            let arguments = call.arguments.map_or("{}", |arguments| arguments.get());
            CallToolResult::text(format!("Called with {arguments}"))
        }
        "test_custom_header" => {
            let value = argument(call, "value").unwrap_or_default();
            CallToolResult::text(format!("Header and argument say {value}"))
        }
        _ => return None,
    };
    Some(result)
}

pub(super) fn image() -> Content {
    block(&json!({ "type": "image", "data": PIXEL, "mimeType": "image/png" }))
}

fn audio() -> Content {
    block(&json!({ "type": "audio", "data": SILENCE, "mimeType": "audio/wav" }))
}

pub(super) fn resource(uri: &str, mime_type: &str, text: &str) -> Content {
    let resource = json!({ "uri": uri, "mimeType": mime_type, "text": text });
    block(&json!({ "type": "resource", "resource": resource }))
}

fn block(value: &Value) -> Content {
    // Parsed from a string, since blocks hold raw JSON.
    serde_json::from_str(&value.to_string()).expect("a block has a type")
}

fn of_blocks(blocks: Vec<Content>) -> CallToolResult {
    let mut result = CallToolResult::default();
    result.content = blocks;
    result
}

/// Keywords of JSON Schema 2020-12 that the client must receive unchanged.
fn rich_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

fn mirrored_schema() -> Value {
    json!({
        "type": "object",
        "properties": { "value": { "type": "string", "x-mcp-header": "Value" } },
        "required": ["value"],
    })
}
