//! Every workflow file: it has nothing wrong with it, it runs, and the world shows it.

use std::collections::BTreeSet;

use mcp_mock::{State, World};
use orchestrator::call::NothingKnown;
use serde_json::{Value, json};

use super::{examples, files_below, run, told, vendor, workflow};

/// Looks at the world before and after a run.
type Effect = fn(&State, &State);

const EFFECTS: [(&str, Effect); 12] = [
    ("announce.yaml", announcement_is_everywhere),
    ("connect.yaml", nothing_changed),
    ("daily-leads.yaml", new_leads_are_contacted),
    ("email-to-lead.yaml", mail_is_a_lead),
    ("error-handling/collect-errors.yaml", issue_has_a_comment),
    ("error-handling/fail-fast.yaml", team_knows_of_the_issue),
    ("error-handling/retry-with-fallback.yaml", case_is_filed),
    ("issue-to-slack.yaml", engineers_know_of_the_issue),
    ("onboarding.yaml", customer_is_active),
    ("pr-digest.yaml", digest_lists_the_open_ones),
    ("release.yaml", release_is_announced),
    ("support-ticket.yaml", ticket_is_everywhere),
];

#[tokio::test(start_paused = true)]
async fn every_example_runs_on_the_fakes_and_leaves_its_mark() {
    for (file, effect) in EFFECTS {
        let world = World::new(42);
        let before = world.state();

        let report = run(&world, file).await;

        let name = file.trim_end_matches(".yaml").replace('/', "_");
        insta::assert_snapshot!(name, told(&report));
        effect(&before, &world.state());
    }
}

#[test]
fn no_example_is_left_out() {
    let own = EFFECTS.iter().map(|(file, _)| *file);
    let tested: BTreeSet<String> = own.chain(vendor::FILES).map(str::to_owned).collect();

    assert_eq!(files_below(&examples(), "yaml"), tested);
}

#[test]
fn no_example_gives_rise_to_a_word() {
    let words: Vec<String> = EFFECTS
        .iter()
        .flat_map(|(file, _)| {
            let plan = workflow(file).check(&NothingKnown).unwrap();
            let found = plan.warnings().iter();
            found.map(|found| format!("{file}: {}", found.message)).collect::<Vec<_>>()
        })
        .collect();

    insta::assert_snapshot!(words.join("\n"), @"");
}

#[test]
fn every_example_begins_with_a_comment() {
    for (file, _) in EFFECTS {
        let text = std::fs::read_to_string(examples().join(file)).unwrap();

        let comments = text.lines().take_while(|line| line.starts_with("# ")).count();

        assert!((1..=3).contains(&comments), "{file}");
    }
}

fn nothing_changed(before: &State, after: &State) {
    assert_eq!(before, after);
}

fn ticket_is_everywhere(before: &State, after: &State) {
    let issue = only_new_issue(before, after, "support");
    assert_eq!(issue["title"], "Cannot access dashboard");
    assert_eq!(issue["labels"], json!(["support", "high"]));
    assert!(issue["body"].as_str().unwrap().starts_with("**Customer:** customer@example.com\n"));
    let url = issue["html_url"].as_str().unwrap();
    assert_eq!(last_message(after, "support"), format!("New ticket #12345: {url}"));
    assert_eq!(last_mail(after), ("customer@example.com", "Ticket #12345 received"));
    let page = last_page(after, "support-tickets-db");
    assert_eq!((&page["Ticket ID"], &page["Status"]), (&json!(12345), &json!("Open")));
    assert_eq!(page["Created"], "2026-01-05");
    assert_eq!(page["GitHub Issue"].as_f64(), issue["number"].as_f64());
    let case = last_record(after, "Case");
    assert_eq!((&case["Subject"], &case["Priority"]), (&issue["title"], &json!("high")));
}

fn engineers_know_of_the_issue(before: &State, after: &State) {
    let issue = only_new_issue(before, after, "app");
    let (number, url) = (&issue["number"], issue["html_url"].as_str().unwrap());
    let expected = format!("Issue #{number}: Login button does not react {url}");
    assert_eq!(last_message(after, "engineering"), expected);
}

fn mail_is_a_lead(_: &State, after: &State) {
    let page = last_page(after, "leads-db");
    assert_eq!(page["Email"], "dana.reyes@acme.example");
    assert_eq!(page["Name"], "Interested in the enterprise plan");
    let lead = last_record(after, "Lead");
    assert_eq!((&lead["LastName"], &lead["Company"]), (&json!("dana.reyes"), &json!("Acme")));
    assert!(lead["Description"].as_str().unwrap().contains("https://"), "{lead}");
}

fn announcement_is_everywhere(_: &State, after: &State) {
    let title = "Office closed on Friday";
    assert!(last_message(after, "announcements").starts_with(&format!("*{title}*\n")));
    assert_eq!(last_mail(after), ("everyone@company.example", title));
    let page = last_page(after, "releases-db");
    assert_eq!((&page["Name"], &page["Type"]), (&json!(title), &json!("Announcement")));
}

fn team_knows_of_the_issue(before: &State, after: &State) {
    let issue = only_new_issue(before, after, "support");
    let url = issue["html_url"].as_str().unwrap();
    assert_eq!(last_message(after, "support"), format!("Payments fail: {url}"));
    assert_eq!(last_mail(after), ("team@company.example", "Payments fail"));
}

fn issue_has_a_comment(before: &State, after: &State) {
    let issue = only_new_issue(before, after, "support");
    assert_eq!(issue["comments"], json!(["The team knows."]));
    assert_eq!(last_message(after, "support"), "Payments fail");
    assert_eq!(last_mail(after), ("team@company.example", "Payments fail"));
}

fn case_is_filed(before: &State, after: &State) {
    assert_eq!(last_record(after, "Case")["Subject"], "Cannot log in");
    let cases = |state: &State| state.salesforce.records("Case").len();
    assert_eq!(cases(after), cases(before) + 1);
}

fn digest_lists_the_open_ones(before: &State, after: &State) {
    let text = last_message(after, "engineering");
    let open = before.github.pulls("company", "app");
    let open: Vec<_> = open.iter().filter(|pull| pull.closed_at.is_none()).collect();
    assert_eq!(text.lines().count(), open.len() + 1, "{text}");
    assert!(open.iter().all(|pull| text.contains(&pull.title)), "{text}");
    assert!(!text.contains("Try another database"), "{text}");
}

fn release_is_announced(_: &State, after: &State) {
    let release = after.github.releases("company", "app").pop().unwrap().clone();
    assert_eq!((release.tag.as_str(), release.draft), ("v1.5.0", false));
    assert_eq!(last_message(after, "releases"), format!("v1.5.0 is out: {}", release.html_url));
    assert_eq!(last_mail(after), ("newsletter@company.example", "Version v1.5.0"));
    assert_eq!(last_page(after, "releases-db")["URL"], release.html_url.as_str());
}

fn customer_is_active(before: &State, after: &State) {
    let issue = only_new_issue(before, after, "support");
    assert_eq!(issue["labels"], json!(["onboarding", "enterprise", "large"]));
    assert!(issue["body"].as_str().unwrap().contains("\n- [ ] Import the users\n"), "{issue}");
    let page = last_page(after, "customers-db");
    assert_eq!((&page["Name"], &page["Stage"]), (&json!("Acme Corp"), &json!("Active")));
    assert_eq!(page["Tags"], json!(["enterprise", "large"]));
    assert_eq!(page["Issue URL"], issue["html_url"]);
    let deal = last_record(after, "Opportunity");
    assert_eq!(deal["Amount"].as_f64(), Some(48_000.0));
    assert_eq!(deal["AccountId"], page["Account ID"]);
    assert!(issue["body"].as_str().unwrap().ends_with("\n- [ ] Book the training"), "{issue}");
    assert_eq!(last_mail(after), ("tom.becker@acme.example", "Welcome, Tom"));
    assert!(last_message(after, "sales").starts_with("Acme Corp starts on Enterprise: "));
}

fn new_leads_are_contacted(before: &State, after: &State) {
    let scores: Vec<String> = after
        .salesforce
        .records("Lead")
        .iter()
        .map(|lead| {
            let (score, rating) = (lead.value("Score__c"), lead.text("Rating"));
            format!("{}: {score} {rating}, {}", lead.text("Company"), lead.text("Status"))
        })
        .collect();
    insta::assert_snapshot!(scores.join("\n"), @r"
    Globex: 90 Hot, Working - Contacted
    Initech: 40 Warm, Working - Contacted
    Fjord Foods: 50 Warm, Working - Contacted
    Umbrella Health: 55 Warm, Working - Contacted
    Old Mill: 10 Cold, Closed - Not Converted
    ");
    assert_eq!(after.gmail.sent().len(), before.gmail.sent().len() + 3);
    assert_eq!(last_message(after, "sales"), "Leads written to today: 3 of 3");
}

/// The one issue that a repository of the company has more than before.
#[track_caller]
pub(super) fn only_new_issue(before: &State, after: &State, repo: &str) -> Value {
    let issues = after.github.issues("company", repo);
    assert_eq!(issues.len(), before.github.issues("company", repo).len() + 1);
    let issue = issues.last().unwrap();
    json!({
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "html_url": issue.html_url,
        "labels": issue.labels.iter().map(|label| &label.name).collect::<Vec<_>>(),
        "comments": issue.comments.iter().map(|comment| &comment.body).collect::<Vec<_>>(),
    })
}

#[track_caller]
pub(super) fn last_message<'a>(state: &'a State, channel: &str) -> &'a str {
    &state.slack.messages(channel).pop().unwrap().text
}

/// Whom the last mail went to, and what it is about.
#[track_caller]
pub(super) fn last_mail(state: &State) -> (&str, &str) {
    let mail = state.gmail.messages.iter().rfind(|mail| mail.labels.contains("SENT")).unwrap();
    (&mail.to[0], &mail.subject)
}

/// The plain values of the last page of a database.
#[track_caller]
pub(super) fn last_page(state: &State, database: &str) -> Value {
    let page = state.notion.pages_of(database).pop().unwrap();
    let view = state.notion.view_of(page);
    let names = page.properties.keys();
    names.map(|name| (name.clone(), view.plain_value(name))).collect()
}

#[track_caller]
pub(super) fn last_record(state: &State, object: &str) -> Value {
    json!(state.salesforce.records(object).pop().unwrap().fields)
}
