//! Case 3: the latest e-mail becomes a Notion page, then a Salesforce lead that names the page.
#![expect(clippy::print_stdout, reason = "an example prints what it did")]

use std::error::Error;

use mcp_mock::World;
use orchestrator::manager::{Manager, ServerSpec};
use serde::Deserialize;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Manager::connect(ServerSpec::mocks(&World::new(42))).await;
    match lead_from_latest(&manager, "in:inbox is:unread").await? {
        Some(lead) => println!("lead {lead}"),
        None => println!("there is no e-mail"),
    }
    manager.close().await;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Latest {
    message: Option<Mail>,
}

#[derive(Debug, Deserialize)]
struct Mail {
    from: String,
    from_email: String,
    subject: String,
}

/// The id of the lead that was made from the newest e-mail; `None` when no e-mail is found.
pub(crate) async fn lead_from_latest(
    manager: &Manager,
    query: &str,
) -> Result<Option<String>, Box<dyn Error>> {
    let query = json!({ "query": query });
    let latest: Latest = manager.call_tool("gmail", "get_latest", &query).await?.decode()?;
    let Some(Mail { from, from_email, subject }) = latest.message else { return Ok(None) };
    let company = company_of(&from_email);

    let properties = json!({ "Name": subject, "Email": from_email, "From": from, "Status": "New" });
    let page = json!({ "database_id": "leads-db", "properties": properties });
    let page: Value = manager.call_tool("notion", "create_page", &page).await?.decode()?;

    let notes = format!("{subject}, see {}", page["url"].as_str().unwrap_or("Notion"));
    let lead =
        json!({ "email": from_email, "company": company, "notes": notes, "source": "Email" });
    let lead: Value = manager.call_tool("salesforce", "create_lead", &lead).await?.decode()?;
    Ok(lead["id"].as_str().map(str::to_owned))
}

/// The company behind an address: `dana@acme.example` writes for `acme`.
fn company_of(address: &str) -> &str {
    let domain = address.rsplit('@').next().unwrap_or(address);
    domain.split('.').next().unwrap_or(domain)
}
