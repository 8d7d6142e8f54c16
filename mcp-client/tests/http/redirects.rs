//! Redirects, which are never followed.

use mcp_core::Delivery;

use crate::site::{MockSite, RawSite, Reply, Site, failed_exchange};

#[tokio::test]
async fn redirects_are_not_followed_and_the_token_stays() {
    let other = RawSite::start(|_| Reply::status(200).into()).await;
    let address = other.address();
    let site = MockSite::modern(move |seen| {
        let location = match seen.tool() {
            "loop" => "/mcp".to_owned(),
            _ => format!("http://{address}/steal?token=1"),
        };
        Reply::with(seen.tool().parse().unwrap_or(307), &[("Location", &location)], "")
    })
    .await;
    let endpoint = site.endpoint().with_header("Authorization", "Bearer s3cret").unwrap();
    let client = mcp_client::Client::open(&endpoint, Default::default()).await.unwrap();

    for tool in ["301", "302", "303", "307", "308", "loop"] {
        let (cause, delivery) = failed_exchange(&client, tool).await;

        assert_eq!(delivery, Delivery::Refused, "{tool}");
        assert!(cause.is_permanent(), "{tool}");
        assert!(cause.to_string().contains("redirects are not followed"), "{cause}");
        assert!(!cause.to_string().contains("token"), "{cause}");
    }
    assert_eq!(other.connections(), 0);
    assert_eq!(site.count("tools/call"), 6);
    assert!(site.seen().iter().all(|seen| seen.header("Authorization") == Some("Bearer s3cret")));
}
