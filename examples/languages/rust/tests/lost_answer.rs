use mcp_mock::{Client, Fault, World, tool};
use serde_json::{Value, json};

#[tokio::test]
async fn a_lost_answer_is_not_an_unsent_call() {
    let github = World::new(42).github();
    github.on(tool("create_issue")).times(1).fault(Fault::LoseAnswerAndClose);
    let client = Client::connect(github.transport()).await.unwrap();

    let issue = json!({ "owner": "company", "repo": "support", "title": "Printer on fire" });
    let error = client.call::<Value>("create_issue", issue).await.unwrap_err();

    assert!(!error.delivery().is_certainly_without_effect());
    github.assert_called("create_issue", 1);
}
