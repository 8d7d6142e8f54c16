//! Questions to the client and their answers. An answer that does not fit counts as missing, so that the
//! question is asked again.

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{
    CreateMessageParams, CreateMessageResult, ElicitAction, ElicitParams, ElicitResult,
    InputRequest, ListRootsResult, Role, SamplingMessage,
};
use mcp_core::server::Context;
use serde::de::DeserializeOwned;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

/// Asks the user to fill in a form.
pub(super) fn form(message: &str, schema: &Value) -> InputRequest {
    let schema = to_raw_value(schema).expect("a JSON value is JSON");
    InputRequest::elicit(&ElicitParams::form(message, schema))
}

/// Asks the user for one string.
pub(super) fn form_of_one(message: &str, name: &str, kind: &str) -> InputRequest {
    let schema = json!({
        "type": "object",
        "properties": { name: { "type": kind } },
        "required": [name],
    });
    form(message, &schema)
}

/// Asks a model.
pub(super) fn model(prompt: &str, tokens_max: u64) -> InputRequest {
    let message = SamplingMessage::text(Role::User, prompt);
    InputRequest::sample(&CreateMessageParams::new(vec![message], tokens_max))
}

/// The answer to a question.
pub(super) fn answer_to<T: DeserializeOwned>(context: &Context<'_>, key: &str) -> Option<T> {
    serde_json::from_str(context.response(key)?.get()).ok()
}

/// The user's answer to a form.
pub(super) enum Filled {
    /// Unusable: ask again.
    Nothing,
    /// The user declined or cancelled.
    Refused,
    /// The value of the field.
    With(Value),
}

/// One field of a form's answer.
pub(super) fn filled(context: &Context<'_>, key: &str, field: &str) -> Filled {
    match answer_to::<ElicitResult>(context, key) {
        None => Filled::Nothing,
        Some(result) if result.action != ElicitAction::Accept => Filled::Refused,
        Some(result) => {
            let value = result.content.and_then(|mut content| content.remove(field));
            value.map_or(Filled::Nothing, Filled::With)
        }
    }
}

/// The text of a model's answer.
pub(super) fn said(context: &Context<'_>, key: &str) -> Option<String> {
    let result: CreateMessageResult = answer_to(context, key)?;
    let content: Value = serde_json::from_str(result.content.get()).ok()?;
    let blocks = match content {
        Value::Array(blocks) => blocks,
        block => vec![block],
    };
    let texts: Vec<_> = blocks.iter().filter_map(|block| block.get("text")?.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The roots of a client, separated by commas.
pub(super) fn roots(context: &Context<'_>, key: &str) -> Option<String> {
    let result: ListRootsResult = answer_to(context, key)?;
    let uris: Vec<_> = result.roots.iter().map(|root| root.uri.as_str()).collect();
    Some(uris.join(", "))
}

/// A string without its quotes, any other value as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The error for a client without the capability that the request needs.
pub(super) fn missing_capability(needed: &Value) -> RpcError {
    let message = "the request needs a capability that the client did not declare";
    RpcError::new(code::MISSING_CAPABILITY, message)
        .with_data(json!({ "requiredCapabilities": needed }))
}
