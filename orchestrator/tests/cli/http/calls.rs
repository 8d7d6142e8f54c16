use std::time::Duration;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::configured;
use super::fake::Fake;
use crate::harness::{Folder, check};

fn folder(fake: &Fake) -> Folder {
    configured(&json!({ "docs": { "type": "http", "url": fake.url() } }))
}

/// A workflow of one call with this policy.
fn workflow(retry: &str) -> String {
    format!("workflow: w\nsteps:\n  a: {{ call: docs/post, retry: {retry} }}\n")
}

fn refusal(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

#[tokio::test(flavor = "multi_thread")]
async fn wait_that_a_server_asks_for_is_kept_up_to_the_cap_of_the_step() {
    let fake = Fake::open().await;
    fake.refuse(refusal(429).insert_header("Retry-After", "3600"));
    let retry = "{ attempts: 2, delay: 1ms, growth: constant, max: 80ms }";
    let folder = folder(&fake).with("w.yaml", &workflow(retry));

    let output = folder.output(&["run", "w.yaml", "--json"]);

    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let attempts = report["steps"][0]["attempts"].as_array().unwrap();
    let started =
        |index: usize| Duration::from_micros(attempts[index]["started_us"].as_u64().unwrap());
    assert_eq!((report["state"].as_str(), attempts.len()), (Some("succeeded"), 2), "{report:#}");
    assert!(started(1) - started(0) >= Duration::from_millis(80), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_call_is_sent_again_and_a_doubtful_one_is_not() {
    for (status, calls, exit) in [(429, 2, 0), (503, 1, 10), (500, 1, 10), (404, 1, 4), (422, 1, 4)]
    {
        let fake = Fake::open().await;
        fake.refuse(refusal(status));
        let folder = folder(&fake).with("w.yaml", &workflow("{ attempts: 2, delay: 1ms }"));

        let output = folder.output(&["run", "w.yaml"]);

        assert_eq!((output.status.code(), fake.calls()), (Some(exit), calls), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_call_is_told_with_the_words_of_the_server() {
    let fake = Fake::open().await;
    fake.refuse(refusal(413).set_body_json(json!({ "message": "too much of it" })));

    check("http_call_refused", &folder(&fake).run(&["call", "docs/post"]));
}
