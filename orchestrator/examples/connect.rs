//! Case 1: connects to many servers at once, goes on past one that fails, and shows what each offers.
#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::error::Error;
use std::fmt::Write;

use mcp_client::transport::stdio::ChildCommand;
use mcp_mock::World;
use orchestrator::manager::{Manager, ManagerError, ServerSpec, ServerState};

/// Tools that are shown of each server.
const SHOWN: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let world = World::new(42);
    let servers = vec![
        ServerSpec::mock(&world.github()),
        ServerSpec::mock(&world.slack()),
        ServerSpec::mock(&world.gmail()),
        ServerSpec::mock(&world.notion()),
        ServerSpec::new("crm", ChildCommand::new("no-such-program")),
    ];
    let manager = Manager::connect(servers).await;
    print!("{}", overview(&manager).await?);
    manager.close().await;
    Ok(())
}

/// One line a server: its first tools and how many there are, or why it is not there.
pub(crate) async fn overview(manager: &Manager) -> Result<String, ManagerError> {
    let mut text = String::new();
    for server in manager.list_servers() {
        let line = match &server.state {
            ServerState::Connected { .. } => {
                let tools = &manager.get_server_tools(&server.name).await?.entries;
                let first: Vec<&str> =
                    tools.iter().take(SHOWN).map(|tool| tool.name.as_str()).collect();
                format!("{} tools: {}, …", tools.len(), first.join(", "))
            }
            ServerState::Failed { reason, .. } => format!("not available: {reason}"),
            _ => "not asked for yet".to_owned(),
        };
        writeln!(text, "{:<12}{line}", server.name).expect("a text takes every line");
    }
    Ok(text)
}
