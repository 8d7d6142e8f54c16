//! The client that the official conformance suite drives: `conformance_client SERVER_URL`.
//!
//! The suite says in environment variables what it wants: the scenario, the revision, and a JSON object
//! with what else the scenario needs. `cargo xtask conformance` runs it; `docs/conformance.md` tells more.

use std::env;
use std::sync::Arc;

use async_trait::async_trait;
use mcp_client::auth::{Grant, HeadlessConsent, OAuth, OAuthOptions, Secret};
use mcp_client::transport::http::HttpEndpoint;
use mcp_client::{Client, ClientHandler, ClientOptions};
use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{ClientCapabilities, ElicitParams, ElicitResult, GetPromptParams};
use mcp_core::session::EraChoice;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

type Failure = Box<dyn std::error::Error>;

/// A document that describes this client, for servers that take such for a registration. It need not
/// exist: the suite knows this address.
const CLIENT_METADATA_URL: &str = "https://conformance-test.local/client-metadata.json";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let url = env::args().nth(1).ok_or("usage: conformance_client SERVER_URL")?;
    let scenario = env::var("MCP_CONFORMANCE_SCENARIO").unwrap_or_default();
    let context: Context = match env::var("MCP_CONFORMANCE_CONTEXT") {
        Ok(context) => serde_json::from_str(&context)?,
        Err(_) => Context::default(),
    };
    let mut endpoint = HttpEndpoint::new(&url)?;
    if scenario.starts_with("auth/") {
        endpoint = endpoint.with_credentials(Arc::new(oauth(&url, &scenario, &context)?));
    }
    let options = ClientOptions::default().with_era(era()).with_handler(Agreeable);
    let client = Client::open(&endpoint, options).await?;
    let outcome = play(&client, &scenario, &context).await;
    client.close().await;
    outcome
}

/// What a scenario needs besides its name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(rename = "toolCalls")]
    tool_calls: Vec<ToolCall>,
}

#[derive(Debug, Deserialize)]
struct ToolCall {
    name: String,
    arguments: Value,
}

/// A legacy run must not see a modern request; a modern one finds the era out by itself.
fn era() -> EraChoice {
    match env::var("MCP_CONFORMANCE_PROTOCOL_VERSION") {
        Ok(revision) if revision.as_str() < "2026" => EraChoice::Legacy,
        _ => EraChoice::Auto,
    }
}

fn oauth(url: &str, scenario: &str, context: &Context) -> Result<OAuth, Failure> {
    let mut options = OAuthOptions::new(url)
        .with_consent(HeadlessConsent::default())
        .with_client_metadata_url(CLIENT_METADATA_URL);
    if let Some(client_id) = &context.client_id {
        options = options.with_client(client_id, context.client_secret.as_deref().map(Secret::new));
    }
    if scenario.contains("client-credentials") {
        options = options.with_grant(Grant::ClientCredentials);
    }
    Ok(OAuth::new(options)?)
}

async fn play(client: &Client, scenario: &str, context: &Context) -> Result<(), Failure> {
    let tools = client.list_tools().await?;
    match scenario {
        "http-custom-headers" => {
            for call in &context.tool_calls {
                client.call_raw(&call.name, &call.arguments).await?;
            }
        }
        "http-standard-headers" => {
            call_all(client).await?;
            read_all(client).await?;
        }
        "json-schema-2020-12-preservation" => {
            // The tool that is not the echo carries the schema.
            let is_echo = |schema: &RawValue| schema.get().contains("\"schema\"");
            let echo = tools.entries.iter().find(|tool| is_echo(&tool.input_schema));
            let rich = tools.entries.iter().find(|tool| !is_echo(&tool.input_schema));
            let (echo, rich) = echo.zip(rich).ok_or("the two tools are not there")?;
            client.call_raw(&echo.name, json!({ "schema": rich.input_schema })).await?;
        }
        "tools_call" => {
            client.call_raw("add_numbers", json!({ "a": 5, "b": 3 })).await?;
        }
        // Every other scenario is about how calls are made, whatever the tools are.
        _ => call_all(client).await?,
    }
    Ok(())
}

/// Calls every tool without arguments, all at the same time.
async fn call_all(client: &Client) -> Result<(), Failure> {
    let tools = client.list_tools().await?;
    let mut calls = tokio::task::JoinSet::new();
    for tool in &tools.entries {
        let (client, name) = (client.clone(), tool.name.clone());
        calls.spawn(async move { client.call_raw(&name, json!({})).await });
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    Ok(())
}

async fn read_all(client: &Client) -> Result<(), Failure> {
    for resource in &client.list_resources().await?.entries {
        client.read_resource(&resource.uri).await?;
    }
    for prompt in &client.list_prompts().await?.entries {
        client.get_prompt(&GetPromptParams::new(&prompt.name)).await?;
    }
    Ok(())
}

/// Agrees to every form: whatever it leaves out is filled with the defaults of the form.
#[derive(Debug)]
struct Agreeable;

#[async_trait]
impl ClientHandler for Agreeable {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default().with_elicitation_form()
    }

    async fn elicit(&self, ask: ElicitParams) -> Result<ElicitResult, RpcError> {
        let schema = ask.requested_schema.as_deref().map_or("{}", RawValue::get);
        let asks_to_confirm = schema.contains("\"confirmed\"");
        let content = if asks_to_confirm {
            Map::from_iter([("confirmed".to_owned(), true.into())])
        } else {
            Map::new()
        };
        Ok(ElicitResult::accept(content))
    }
}
