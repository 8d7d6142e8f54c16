//! Groups, once and for each item of a list.

use super::*;

#[tokio::test(start_paused = true)]
async fn items_go_through_the_steps_with_pauses() {
    let ended = run(
        Script::new(),
        "
inputs: { names: { type: array, default: [ann, ben, cid] } }
steps:
  leads:
    each: ${{ inputs.names }}
    as: lead
    pause: 1s
    steps:
      get: { call: crm/get_lead, with: { name: '${{ lead }}' } }
      mail: { call: gmail/send, with: { to: '${{ steps.get.output.name }}', run: '${{ run.id }}' } }
outputs: { first: '${{ steps.leads.output[0].mail.to }}', count: '${{ steps.leads.output | length }}' }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Succeeded);
    let starts = ["leads[0].get", "leads[0].mail", "leads[1].get", "leads[2].get"];
    assert_eq!(starts.map(|step| ended.started_ms(step)), [0, 100, 1_200, 2_400]);
    assert_eq!(json!(ended.report.outputs), json!({ "first": "ann", "count": 3 }));
}

#[tokio::test(start_paused = true)]
async fn items_overlap_up_to_the_concurrency() {
    let ended = run(
        Script::new(),
        "
steps:
  all:
    each: ${{ range(5) | list }}
    as: n
    concurrency: 2
    steps: { work: { call: a/work, with: { n: '${{ n }}' } } }
",
    )
    .await;

    let starts: Vec<_> = (0..5).map(|n| ended.started_ms(&format!("all[{n}].work"))).collect();
    assert_eq!(starts, [0, 0, 100, 100, 200]);
    let output = json!((0..5).map(|n| json!({ "work": { "n": n } })).collect::<Vec<_>>());
    assert_eq!(ended.report.step("all").unwrap().output, Some(output));
}

#[tokio::test(start_paused = true)]
async fn failing_item_fails_the_group_and_stops_the_others() {
    let script = Script::new().on("work", 100, Ok(json!(1))).on("work", 100, no("full"));

    let ended = run(
        script,
        "
steps:
  all:
    each: ${{ range(4) | list }}
    as: n
    steps: { work: { call: a/work } }
    on_error: continue
  after: { call: b/work2, needs: [all] }
",
    )
    .await;

    assert_eq!(ended.report.state, RunEnd::Partial);
    assert_eq!(ended.state("all"), StepState::Tolerated);
    assert_eq!(ended.state("all[1].work"), StepState::Failed);
    assert_eq!(ended.state("all[2].work"), StepState::Pending);
    assert_eq!(ended.state("after"), StepState::Succeeded);
    insta::assert_snapshot!(ended.errors(), @"all[1].work: full (tool_error)");
}

#[tokio::test(start_paused = true)]
async fn group_without_a_list_gives_a_map_and_sees_the_steps_around() {
    let ended = run(
        Script::new(),
        "
steps:
  base: { set: { n: 3 } }
  digest:
    steps:
      twice: { set: '${{ steps.base.output.n * 2 }}' }
      more: { set: '${{ steps.twice.output + 1 }}' }
outputs: { all: '${{ steps.digest.output }}' }
",
    )
    .await;

    assert_eq!(json!(ended.report.outputs), json!({ "all": { "twice": 6, "more": 7 } }));
}

#[tokio::test(start_paused = true)]
async fn deadline_of_a_group_fails_the_group() {
    let ended = run(
        Script::new(),
        "
steps:
  group: { deadline: 1s, on_error: continue, steps: { long: { wait: 1h }, next: { set: 1, needs: [long] } } }
  after: { set: '${{ steps.group.error.kind }}' }
",
    )
    .await;

    assert_eq!(ended.duration_ms(), 1_000);
    assert_eq!(ended.report.step("after").unwrap().output, Some(json!("deadline")));
}
