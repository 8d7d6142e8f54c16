//! The client that the official conformance suite tests.
//!
//! The suite starts it once for each scenario, with the URL of a server. Environment variables name the
//! scenario and the revision and hold a JSON object with what else the scenario needs.

use std::env;
use std::sync::Arc;

use anyhow::{Context as _, Result};
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

/// The document that describes this client to servers that accept one in place of a registration. It does
/// not exist: the suite knows this address.
const CLIENT_METADATA_URL: &str = "https://conformance-test.local/client-metadata.json";

/// Plays one scenario against a server.
pub(crate) async fn run(url: &str) -> Result<()> {
    let scenario = env::var("MCP_CONFORMANCE_SCENARIO").unwrap_or_default();
    let context: ScenarioContext = match env::var("MCP_CONFORMANCE_CONTEXT") {
        Ok(json) => serde_json::from_str(&json)?,
        Err(_) => ScenarioContext::default(),
    };
    let mut endpoint = HttpEndpoint::new(url)?;
    if scenario.starts_with("auth/") {
        endpoint = endpoint.with_credentials(Arc::new(oauth(url, &scenario, &context)?));
    }
    let options = ClientOptions::default().with_era(era()).with_handler(Agreeable);
    let client = Client::open(&endpoint, options).await?;
    let outcome = play(&client, &scenario, &context).await;
    client.close().await;
    outcome
}

/// What a scenario needs besides its name: `MCP_CONFORMANCE_CONTEXT`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ScenarioContext {
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

/// A legacy run must not see a modern request; in a modern run the client detects the era.
fn era() -> EraChoice {
    match env::var("MCP_CONFORMANCE_PROTOCOL_VERSION") {
        Ok(revision) if revision.as_str() < "2026" => EraChoice::Legacy,
        _ => EraChoice::Auto,
    }
}

fn oauth(url: &str, scenario: &str, context: &ScenarioContext) -> Result<OAuth> {
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

async fn play(client: &Client, scenario: &str, context: &ScenarioContext) -> Result<()> {
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
            let (echo, rich) = echo.zip(rich).context("one of the two tools is missing")?;
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
async fn call_all(client: &Client) -> Result<()> {
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

async fn read_all(client: &Client) -> Result<()> {
    for resource in &client.list_resources().await?.entries {
        client.read_resource(&resource.uri).await?;
    }
    for prompt in &client.list_prompts().await?.entries {
        client.get_prompt(&GetPromptParams::new(&prompt.name)).await?;
    }
    Ok(())
}

/// Accepts every form with its default values.
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
