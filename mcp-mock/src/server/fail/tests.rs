use std::time::Duration;

use mcp_client::{Client, ClientOptions};
use serde_json::json;

use crate::World;
use crate::script::{FAULTS, Fault};

/// What the reference says of a call is what happens to it.
#[tokio::test(start_paused = true)]
async fn faults_carry_out_what_the_reference_says() {
    let issue = json!({ "owner": "company", "repo": "support", "title": "Printer on fire" });
    for known in FAULTS {
        let world = World::new(1);
        let before = world.state();
        world.github().on("create_issue").fault(known.name.parse::<Fault>().unwrap());
        let options = ClientOptions::default().with_call_timeout(Duration::from_secs(5));
        let client = Client::connect_with(world.github().transport(), options).await.unwrap();

        drop(client.call_raw("create_issue", &issue).await);

        assert_eq!(!world.diff(&before).is_empty(), known.is_carried_out, "{}", known.name);
    }
}
