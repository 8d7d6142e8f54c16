//! What is tested: a support desk that opens tickets on GitHub and tells Slack.

use anyhow::{Context, Result, bail};
use rmcp::model::CallToolRequestParams;
use rmcp::service::{Peer, RoleClient};
use serde_json::{Value, json};

const ATTEMPTS: usize = 3;

/// Opens an issue, and tries again while GitHub is out of order.
pub async fn open_ticket(github: &Peer<RoleClient>, title: &str) -> Result<Value> {
    let issue = json!({ "owner": "company", "repo": "support", "title": title });
    for _ in 0..ATTEMPTS {
        let answer = github.call_tool(call("create_issue", issue.clone())?).await?;
        if answer.is_error != Some(true) {
            return answer.structured_content.context("an issue has content");
        }
    }
    bail!("no ticket after {ATTEMPTS} attempts")
}

pub async fn announce(slack: &Peer<RoleClient>, ticket: &Value) -> Result<()> {
    let text = format!("New ticket: {}", ticket["html_url"].as_str().unwrap_or_default());
    let message = json!({ "channel": "#support", "text": text });
    slack.call_tool(call("post_message", message)?).await?;
    Ok(())
}

fn call(tool: &'static str, arguments: Value) -> Result<CallToolRequestParams> {
    let arguments = arguments.as_object().context("arguments are an object")?;
    Ok(CallToolRequestParams::new(tool).with_arguments(arguments.clone()))
}
