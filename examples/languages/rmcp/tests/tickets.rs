use mcp_mock::{Fault, MockServer, World, tool};
use rmcp::ServiceExt;
use rmcp::service::{RoleClient, RunningService};
use tickets_rmcp::{announce, open_ticket};

/// Bytes on the way at the same time.
const PIPE_BYTES: usize = 64 << 10;

/// A client of the fake, over a pipe in memory.
async fn client_of(server: MockServer) -> RunningService<RoleClient, ()> {
    let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
    let (reader, writer) = tokio::io::split(theirs);
    tokio::spawn(async move { server.serve_over(reader, writer).await });
    ().serve(ours).await.unwrap()
}

#[tokio::test]
async fn a_ticket_is_an_issue_and_nothing_else() {
    let world = World::new(42);
    let before = world.state();
    let github = client_of(world.github()).await;

    let ticket = open_ticket(&github, "Printer on fire").await.unwrap();

    assert_eq!(ticket["number"], 3);
    world.diff(&before).assert_only(["added github.repos[company/support].issues[3]"]);
}

#[tokio::test]
async fn a_failure_of_github_is_tried_again() {
    let world = World::new(42);
    let busy = Fault::ToolError { status: 503, message: "busy".to_owned() };
    world.github().on(tool("create_issue")).times(1).fault(busy);
    let github = client_of(world.github()).await;

    open_ticket(&github, "Printer on fire").await.unwrap();

    world.github().assert_called("create_issue", 2);
}

#[tokio::test]
async fn slack_is_told_of_the_ticket() {
    let world = World::new(42);
    let github = client_of(world.github()).await;
    let slack = client_of(world.slack()).await;

    announce(&slack, &open_ticket(&github, "Printer on fire").await.unwrap()).await.unwrap();

    let [posted] = &world.slack().calls()[..] else { panic!("not posted once") };
    assert!(posted.arguments["text"].as_str().unwrap().contains("company/support/issues/3"));
}
