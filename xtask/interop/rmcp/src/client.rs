//! The client.

use anyhow::{Context, Result};
use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{RunningService, ServiceError};
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{ClientLifecycleMode, ClientServiceExt, RoleClient};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::process::Command;

/// What to do.
#[derive(Deserialize)]
struct Plan {
    /// `modern`, or anything else for the older handshake.
    era: String,
    /// Where the server is.
    url: Option<String>,
    /// How to start it, when it is nowhere yet.
    #[serde(default)]
    command: Vec<String>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    tool: String,
    arguments: Map<String, Value>,
}

type Client = RunningService<RoleClient, ()>;

pub async fn run(plan: &str) -> Result<()> {
    let plan: Plan = serde_json::from_str(plan)?;
    let client = connect(&plan).await?;
    let revision = client.peer_info().context("no handshake")?.protocol_version.clone();
    let tools = client.list_all_tools().await?;
    let mut names: Vec<_> = tools.iter().map(|tool| tool.name.to_string()).collect();
    names.sort();
    let mut answers = Vec::new();
    for call in plan.calls {
        answers.push(answer(&client, call).await?);
    }
    client.cancel().await?;
    println!("{}", json!({ "revision": revision, "tools": names, "answers": answers }));
    Ok(())
}

async fn connect(plan: &Plan) -> Result<Client> {
    let lifecycle = match plan.era.as_str() {
        "modern" => ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
        _ => ClientLifecycleMode::Initialize,
    };
    if let Some(url) = &plan.url {
        let transport = StreamableHttpClientTransport::from_uri(url.as_str());
        return Ok(().serve_with_lifecycle(transport, lifecycle).await?);
    }
    let (program, args) = plan.command.split_first().context("neither `url` nor `command`")?;
    let mut command = Command::new(program);
    command.args(args);
    Ok(().serve_with_lifecycle(TokioChildProcess::new(command)?, lifecycle).await?)
}

async fn answer(client: &Client, call: Call) -> Result<Value> {
    let params = CallToolRequestParams::new(call.tool).with_arguments(call.arguments);
    let result = match client.call_tool(params).await {
        Ok(result) => serde_json::to_value(result)?,
        Err(ServiceError::McpError(error)) => {
            return Ok(json!({ "code": error.code, "text": error.message }));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(json!({
        "failed": result["isError"] == true,
        "structured": result["structuredContent"],
        "text": result["content"][0]["text"],
    }))
}
