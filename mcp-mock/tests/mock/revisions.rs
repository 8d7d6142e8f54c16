//! Servers of one era only, and what a client makes of them.

use mcp_client::{Client, ClientOptions};
use mcp_core::protocol::ProtocolVersion;
use mcp_core::session::EraChoice;
use mcp_mock::World;
use serde_json::Value;

use super::{client_of, new_issue};

#[tokio::test(start_paused = true)]
async fn oldest_revision_hides_what_it_does_not_know_and_the_client_copes() {
    let github = World::new(1).github().speaking([ProtocolVersion::V2024_11_05]);
    let client = client_of(&github).await;

    let list = client.list_tools().await.unwrap();
    let raw = client.call_raw("create_issue", new_issue()).await.unwrap();
    let issue: Value = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(client.version(), ProtocolVersion::V2024_11_05);
    assert_eq!(list.entries.len(), 15);
    assert!(list.entries.iter().all(|t| t.output_schema.is_none() && t.annotations.is_none()));
    assert!(raw.structured_content.is_none());
    assert_eq!(issue["number"], 4);
}

#[tokio::test(start_paused = true)]
async fn second_revision_has_annotations_and_no_structured_content() {
    let github = World::new(1).github().speaking([ProtocolVersion::V2025_03_26]);
    let client = client_of(&github).await;

    let list = client.list_tools().await.unwrap();
    let raw = client.call_raw("create_issue", new_issue()).await.unwrap();

    assert!(list.entries.iter().all(|t| t.output_schema.is_none() && t.annotations.is_some()));
    assert!(raw.structured_content.is_none());
}

#[tokio::test(start_paused = true)]
async fn modern_server_is_found_by_a_client_of_both_eras() {
    let github = World::new(1).github().speaking([ProtocolVersion::V2026_07_28]);
    let client = client_of(&github).await;

    let issue: Value = client.call("create_issue", new_issue()).await.unwrap();

    assert_eq!(client.version(), ProtocolVersion::V2026_07_28);
    assert_eq!(issue["number"], 3);
}

#[tokio::test(start_paused = true)]
async fn client_of_the_other_era_is_turned_away() {
    let modern = World::new(1).github().speaking([ProtocolVersion::V2026_07_28]);
    let legacy = World::new(1).github().speaking([ProtocolVersion::V2025_11_25]);

    let too_old = ClientOptions::default().with_era(EraChoice::Legacy);
    let too_new = ClientOptions::default().with_era(EraChoice::Modern);

    assert!(Client::connect_with(modern.transport(), too_old).await.is_err());
    assert!(Client::connect_with(legacy.transport(), too_new).await.is_err());
}
