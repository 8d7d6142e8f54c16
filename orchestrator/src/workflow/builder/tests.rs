use proptest::prelude::*;

use super::*;
use crate::workflow::definition::{ArgumentKind, StepKind};

const SUPPORT_TICKET: &str = r##"
workflow: support-ticket
description: Open an issue, tell everyone, file a case.
inputs:
  id:       { type: integer, default: 12345 }
  title:    { type: string, minLength: 1, default: Cannot access dashboard }
  body:     { type: string, default: "When I try to access the dashboard, I get a 404 error." }
  customer: { type: string, format: email, default: customer@example.com }
  priority: { enum: [low, normal, high], default: high }
defaults: { timeout: 15s, retry: { attempts: 3, delay: 200ms, growth: exponential, max: 20s } }
steps:
  issue:
    call: github/create_issue
    with:
      owner: company
      repo: support
      title: ${{ inputs.title }}
      body: |
        **Customer:** ${{ inputs.customer }}
        **Priority:** ${{ inputs.priority }}

        ${{ inputs.body }}
      labels: [support, "${{ inputs.priority }}"]
    undo: { call: github/close_issue, with: { owner: company, repo: support, number: "${{ output.number }}" } }
  slack:
    call: slack/post_message
    with: { channel: "#support", text: "New ticket #${{ inputs.id }}: ${{ steps.issue.output.html_url }}" }
    on_error: continue
  email:
    call: gmail/send_message
    with: { to: "${{ inputs.customer }}", subject: "Ticket #${{ inputs.id }} received", body: "Track it: ${{ steps.issue.output.html_url }}" }
    on_error: continue
  notion:
    call: notion/create_page
    with:
      database_id: support-tickets-db
      properties: { Ticket ID: "${{ inputs.id }}", Customer: "${{ inputs.customer }}", GitHub Issue: "${{ steps.issue.output.number }}", Status: Open, Created: "${{ run.date }}" }
    on_error: continue
  crm:
    needs: [slack, email, notion]
    call: salesforce/create_case
    with: { subject: "${{ inputs.title }}", description: "${{ inputs.body }}", priority: "${{ inputs.priority }}", origin: Web, status: New }
    on_error: continue
outputs:
  issue: ${{ steps.issue.output.html_url }}
  case: ${{ steps.crm.output.id | default(none) }}
"##;

fn inputs(builder: WorkflowBuilder) -> WorkflowBuilder {
    let body = "When I try to access the dashboard, I get a 404 error.";
    builder
        .input("id", json!({ "type": "integer", "default": 12345 }))
        .input(
            "title",
            json!({ "type": "string", "minLength": 1, "default": "Cannot access dashboard" }),
        )
        .input("body", json!({ "type": "string", "default": body }))
        .input(
            "customer",
            json!({ "type": "string", "format": "email", "default": "customer@example.com" }),
        )
        .input("priority", json!({ "enum": ["low", "normal", "high"], "default": "high" }))
}

fn announcements(builder: WorkflowBuilder) -> WorkflowBuilder {
    builder
        .step(
            "slack",
            call("slack/post_message")
                .with(json!({
                    "channel": "#support",
                    "text": "New ticket #${{ inputs.id }}: ${{ steps.issue.output.html_url }}",
                }))
                .on_error_continue(),
        )
        .step(
            "email",
            call("gmail/send_message")
                .with(json!({
                    "to": "${{ inputs.customer }}",
                    "subject": "Ticket #${{ inputs.id }} received",
                    "body": "Track it: ${{ steps.issue.output.html_url }}",
                }))
                .on_error_continue(),
        )
        .step(
            "notion",
            call("notion/create_page")
                .with(json!({
                    "database_id": "support-tickets-db",
                    "properties": {
                        "Ticket ID": "${{ inputs.id }}",
                        "Customer": "${{ inputs.customer }}",
                        "GitHub Issue": "${{ steps.issue.output.number }}",
                        "Status": "Open",
                        "Created": "${{ run.date }}",
                    },
                }))
                .on_error_continue(),
        )
}

fn support_ticket() -> WorkflowBuilder {
    let retry = RetryPolicy {
        attempts: 3,
        delay: Duration::from_millis(200),
        growth: Growth::Exponential,
        max: Duration::from_secs(20),
    };
    let issue = call("github/create_issue")
        .with(json!({
            "owner": "company",
            "repo": "support",
            "title": "${{ inputs.title }}",
            "body": "**Customer:** ${{ inputs.customer }}\n**Priority:** ${{ inputs.priority }}\n\n${{ inputs.body }}\n",
            "labels": ["support", "${{ inputs.priority }}"],
        }))
        .undo(
            "github/close_issue",
            json!({ "owner": "company", "repo": "support", "number": "${{ output.number }}" }),
        );
    let crm = call("salesforce/create_case")
        .needs(["slack", "email", "notion"])
        .with(json!({
            "subject": "${{ inputs.title }}",
            "description": "${{ inputs.body }}",
            "priority": "${{ inputs.priority }}",
            "origin": "Web",
            "status": "New",
        }))
        .on_error_continue();
    let builder = inputs(Workflow::builder("support-ticket"))
        .description("Open an issue, tell everyone, file a case.")
        .default_timeout(Duration::from_secs(15))
        .default_retry(&retry)
        .step("issue", issue);
    announcements(builder)
        .step("crm", crm)
        .output("issue", json!("${{ steps.issue.output.html_url }}"))
        .output("case", json!("${{ steps.crm.output.id | default(none) }}"))
}

#[test]
fn file_and_builder_say_the_same() {
    let read = Workflow::parse(Source::new("support-ticket.yaml", SUPPORT_TICKET)).unwrap();

    let built = support_ticket().build().unwrap();

    assert_eq!(read.problems(), []);
    assert_eq!(built.problems(), []);
    assert_eq!(read.without_spans(), built.without_spans());
}

#[test]
fn groups_and_all_step_keys_are_built() {
    let text = "
workflow: daily
on_error: finish
deadline: 1h
steps:
  leads: { call: salesforce/query, effect: read, deadline: 1m }
  each_lead:
    each: ${{ steps.leads.output.records }}
    as: lead
    concurrency: 2
    pause: 500ms
    if: ${{ steps.leads.output.records | length > 0 }}
    steps:
      mail:
        call: gmail/send_message
        with: { to: '${{ lead.email }}', copies: 2 }
        timeout: 2s
        retry: { attempts: 2, delay: 1s, growth: linear, max: 5s }
        fallback: [{ call: local/append_file, with: { text: '${{ lead.email }}' } }]
      rest: { wait: 1s, needs: mail }
  done: { set: { n: 1 }, needs: [each_lead] }
";
    let retry = RetryPolicy {
        attempts: 2,
        delay: Duration::from_secs(1),
        growth: Growth::Linear,
        max: Duration::from_secs(5),
    };
    let mail = call("gmail/send_message")
        .with(json!({ "to": "${{ lead.email }}", "copies": 2 }))
        .timeout(Duration::from_secs(2))
        .retry(&retry)
        .fallback("local/append_file", json!({ "text": "${{ lead.email }}" }));
    let each_lead = group()
        .each("steps.leads.output.records")
        .item_name("lead")
        .concurrency(2)
        .pause(Duration::from_millis(500))
        .condition("steps.leads.output.records | length > 0")
        .step("mail", mail)
        .step("rest", wait(Duration::from_secs(1)).needs(["mail"]));
    let leads = call("salesforce/query").effect(Effect::Read).deadline(Duration::from_secs(60));

    let built = Workflow::builder("daily")
        .on_error(OnRunError::Finish)
        .deadline(Duration::from_secs(3600))
        .step("leads", leads)
        .step("each_lead", each_lead)
        .step("done", set(json!({ "n": 1 })).needs(["each_lead"]))
        .build()
        .unwrap();

    let read = Workflow::parse(Source::new("daily.yaml", text)).unwrap();
    assert_eq!(read.without_spans(), built.without_spans());
}

#[test]
fn error_shows_the_line_of_the_built_workflow() {
    let error = Workflow::builder("w")
        .step("issue", call("github/create_issue").with(json!({ "title": "${{ inputs.titel }}" })))
        .input("title", json!({ "type": "string" }))
        .build()
        .unwrap_err();

    insta::assert_snapshot!(error, @r#"
    error[W0303]: input `titel` is unknown
      --> w (built in code):12:23
       |
    12 |         "title": "${{ inputs.titel }}"
       |                       ^^^^^^^^^^^^ no such input
       |
       = help: did you mean `title`?
    "#);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        any::<String>()
            .prop_filter("no code", |text| !text.contains("{%") && !text.contains("${{"))
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[^\\p{C}]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_built_as_it_is(value in json_value()) {
        let workflow = Workflow::builder("w").step("a", set(value.clone())).build().unwrap();

        let StepKind::Set(argument) = &workflow.steps[0].kind else { panic!("not a set") };
        prop_assert_eq!(argument.render(&json!({})).unwrap(), value.clone());
        let is_scalar = matches!(argument.kind, ArgumentKind::Scalar { .. });
        prop_assert_eq!(is_scalar, !value.is_array() && !value.is_object());
    }
}
