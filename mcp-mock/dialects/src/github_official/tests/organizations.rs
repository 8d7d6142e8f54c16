//! Teams, types and fields of issues, sub-issues, milestones.

use super::*;
use mcp_mock::service::github::IssueState;

fn acme() -> State {
    let mut state = State::empty(1);
    let seed = json!({ "github": { "viewer": "octocat",
        "organizations": [{ "login": "acme",
            "teams": [{ "name": "Core Team", "description": "Keeps it going", "members": ["octocat", "ada"] }, { "name": "Empty" }],
            "issue_types": [{ "name": "Bug", "description": "A fault" }, { "name": "Task" }],
            "issue_fields": [
                { "name": "Priority", "data_type": "single_select", "options": ["High", "Low"] },
                { "name": "Points", "data_type": "number" },
                { "name": "Due", "data_type": "date" },
                { "name": "Note" },
            ] }],
        "repos": [{ "owner": "acme", "name": "app", "collaborators": ["ada", "bob"], "milestones": [{ "title": "v1" }],
            "issues": [
                { "title": "Epic", "type": "Task" },
                { "title": "Crash", "type": "Bug", "parent": 1, "fields": { "Priority": "High", "Points": 5 } },
                { "title": "Slow", "fields": { "Priority": "Low" } },
            ], "pulls": [{ "title": "Mend", "head": "mend", "body": "Fixes #2" }] }] } });
    state.apply_seed(serde_json::from_value(seed).unwrap()).unwrap();
    state
}

fn app(more: Value) -> Value {
    of("acme/app", more)
}

fn id(state: &State, number: u64) -> u64 {
    state.github.issue("acme", "app", number).unwrap().id
}

#[test]
fn teams_are_those_of_the_user_by_organization() {
    let mut state = acme();

    let own = call(&mut state, "get_teams", json!({}));
    let nobodys = call(&mut state, "get_teams", json!({ "user": "bob" }));
    let unknown = refused(&mut state, "get_teams", json!({ "user": "nobody" }));

    let team = json!({ "name": "Core Team", "slug": "core-team", "description": "Keeps it going" });
    assert_eq!(own, json!([{ "org": "acme", "teams": [team] }]));
    assert_eq!(nobodys, Value::Null);
    let words = "Failed to find teams: Could not resolve to a User with the login of 'nobody'.";
    assert_eq!(unknown, words);
}

#[test]
fn members_of_an_empty_or_unknown_team_are_null() {
    let mut state = acme();
    let mut members = |slug: &str| {
        call(&mut state, "get_team_members", json!({ "org": "ACME", "team_slug": slug }))
    };

    assert_eq!(members("core-team"), json!(["octocat", "ada"]));
    assert_eq!((members("empty"), members("nope")), (Value::Null, Value::Null));
    let unknown =
        refused(&mut acme(), "get_team_members", json!({ "org": "no", "team_slug": "core-team" }));
    assert_eq!(
        unknown,
        "Failed to get team members: Could not resolve to an Organization with the login of 'no'."
    );
}

#[test]
fn types_and_fields_are_listed_by_organization_and_by_repository() {
    let mut state = acme();

    let types = call(&mut state, "list_issue_types", json!({ "owner": "acme" }));
    let same = call(&mut state, "list_issue_types", app(json!({})));
    let fields = call(&mut state, "list_issue_fields", json!({ "owner": "acme" }));
    let missing = refused(&mut state, "list_issue_types", json!({ "owner": "no" }));
    let repo = refused(&mut state, "list_issue_fields", of("acme/no", json!({})));

    assert_eq!((&types[0]["name"], &types), (&json!("Bug"), &same));
    assert_eq!(
        (&fields[0]["data_type"], &fields[3]["data_type"]),
        (&json!("SINGLE_SELECT"), &json!("TEXT"))
    );
    assert_eq!(fields[0]["options"][1]["name"], "Low");
    let request = "GET https://api.github.com/orgs/no/issue-types";
    assert_eq!(missing, format!("failed to list issue types: {request}: 404 Not Found []"));
    let name = "a Repository with the name 'acme/no'";
    assert_eq!(repo, format!("failed to list issue fields: Could not resolve to {name}."));
}

#[test]
fn issue_gets_its_type_and_loses_it_by_null() {
    let mut state = acme();
    let mut write = |kind: Value| {
        let update = json!({ "method": "update", "issue_number": 3, "type": kind });
        call(&mut state, "issue_write", app(update));
        call(&mut state, "issue_read", app(json!({ "method": "get", "issue_number": 3 })))
    };

    assert_eq!(write(json!("bug"))["issue_type"], "Bug");
    assert_eq!(write(Value::Null).get("issue_type"), None);
    let bad = app(json!({ "method": "update", "issue_number": 3, "type": "Story" }));
    let words = refused(&mut acme(), "issue_write", bad);
    assert_eq!(words, "failed to update issue: Validation Failed\nIssue.type (invalid)");
    let empty = app(json!({ "method": "create", "title": "T", "type": "" }));
    assert_eq!(refused(&mut acme(), "issue_write", empty), "parameter type must not be empty");
}

#[test]
fn fields_are_written_and_what_is_not_named_stays() {
    let (before, mut state) = (acme(), acme());
    let update = json!({ "method": "update", "issue_number": 2, "issue_fields": [
        { "field_name": "priority", "field_option_name": "low" },
        { "field_name": "Due", "value": "2026-03-01" },
        { "field_name": "Note", "delete": true },
    ] });

    call(&mut state, "issue_write", app(update));

    let read = call(&mut state, "issue_read", app(json!({ "method": "get", "issue_number": 2 })));
    let values = json!([
        { "field": "Due", "value": "2026-03-01" },
        { "field": "Points", "value": "5" },
        { "field": "Priority", "value": "Low" },
    ]);
    assert_eq!(read["field_values"], values);
    before.diff(&state).assert_only([
        "added github.repos[acme/app].issues[2].fields.Due",
        "changed github.repos[acme/app].issues[2].fields.Priority",
    ]);
}

#[test]
fn bad_fields_are_refused_in_the_words_of_the_server() {
    let cases = [
        (json!({ "value": 1 }), "field_name is required for each issue_fields item"),
        (
            json!({ "field_name": "Due" }),
            "issue field \"Due\" must specify either value or field_option_name",
        ),
        (json!({ "field_name": "Due", "value": null }), "value cannot be null for field \"Due\""),
        (
            json!({ "field_name": "Due", "value": "x", "delete": true }),
            "issue field \"Due\" cannot specify 'delete' together with 'value' or 'field_option_name'",
        ),
        (
            json!({ "field_name": "Size", "value": 1 }),
            "failed to resolve issue_fields: issue field \"Size\" was not found in acme/app",
        ),
        (
            json!({ "field_name": "Points", "field_option_name": "High" }),
            "failed to resolve issue_fields: issue field \"Points\" is \"NUMBER\", so field_option_name cannot be used",
        ),
        (
            json!({ "field_name": "Priority", "field_option_name": "Mid" }),
            "failed to resolve issue_fields: issue field option \"Mid\" was not found for field \"Priority\"",
        ),
        (
            json!({ "field_name": "Points", "value": "many" }),
            "failed to update issue: Validation Failed\nIssue.issue_field_values (invalid)",
        ),
    ];

    for (item, expected) in cases {
        let update = json!({ "method": "update", "issue_number": 2, "issue_fields": [item] });
        assert_eq!(refused(&mut acme(), "issue_write", app(update)), expected);
    }
}

#[test]
fn list_is_narrowed_by_values_of_fields() {
    let mut state = acme();
    let mut numbers = |filters: Value| {
        let list = app(json!({ "field_filters": filters, "fields": ["number"] }));
        call(&mut state, "list_issues", list)["issues"].clone()
    };

    let high = numbers(json!([{ "field_name": "priority", "value": "high" }]));
    let five = numbers(json!([{ "field_name": "Points", "value": "5.0" }]));
    let both = numbers(json!([
        { "field_name": "Priority", "value": "Low" }, { "field_name": "Points", "value": "5" },
    ]));

    assert_eq!((high, five, both), (json!([{ "number": 2 }]), json!([{ "number": 2 }]), json!([])));
    let refusal = |filter: Value| {
        refused(&mut acme(), "list_issues", app(json!({ "field_filters": [filter] })))
    };
    assert_eq!(
        refusal(json!({ "field_name": "Size", "value": "1" })),
        "field_filters: unknown field \"Size\". Known fields: Priority, Points, Due, Note"
    );
    assert_eq!(
        refusal(json!({ "field_name": "Priority", "value": "Mid" })),
        "field_filters: \"Mid\" is not a valid option for \"Priority\". Valid options: High, Low"
    );
    assert_eq!(
        refusal(json!({ "field_name": "Due" })),
        "field_filters entry \"Due\": missing required parameter: value"
    );
}

#[test]
fn sub_issues_are_read_from_both_ends() {
    let mut state = acme();
    let read = |method: &str, number: u64| app(json!({ "method": method, "issue_number": number }));

    let epic = call(&mut state, "issue_read", read("get", 1));
    let parent = call(&mut state, "issue_read", read("get_parent", 2));
    let children = call(&mut state, "issue_read", read("get_sub_issues", 1));

    let summary = json!({ "total": 1, "completed": 0, "percent_completed": 0 });
    assert_eq!((&epic["has_children"], &epic["sub_issues_summary"]), (&json!(true), &summary));
    assert_eq!(
        parent["parent"],
        json!({ "number": 1, "title": "Epic", "state": "OPEN",
            "url": "https://github.com/acme/app/issues/1", "repository": "acme/app" })
    );
    assert_eq!((&children[0]["number"], &children[0]["type"]["name"]), (&json!(2), &json!("Bug")));
}

#[test]
fn sub_issue_is_added_by_its_id_and_the_world_shows_it_as_one_change() {
    let mut state = acme();
    let before = state.clone();
    let (two, three) = (id(&state, 2), id(&state, 3));
    let write = |method: &str, more: Value| {
        joined(app(json!({ "method": method, "issue_number": 1 })), more)
    };

    let add = write("add", json!({ "sub_issue_id": three }));
    let epic = call(&mut state, "sub_issue_write", add);
    let again = write("add", json!({ "sub_issue_id": three }));
    let again = refused(&mut state, "sub_issue_write", again);
    let bare = write("reprioritize", json!({ "sub_issue_id": three }));
    let bare = refused(&mut state, "sub_issue_write", bare);
    let first = write("REPRIORITIZE", json!({ "sub_issue_id": three, "before_id": two }));
    call(&mut state, "sub_issue_write", first);

    assert_eq!((&epic["number"], &epic["sub_issues_summary"]["total"]), (&json!(1), &json!(2)));
    assert!(again.starts_with("failed to add sub-issue: An error occurred"), "{again}");
    assert_eq!(bare, "either after_id or before_id must be specified");
    assert_eq!(state.github.issue("acme", "app", 1).unwrap().sub_issues, [three, two]);
    before.diff(&state).assert_only(["changed github.repos[acme/app].issues[1].sub_issues"]);
}

#[test]
fn milestone_is_shown_by_its_title_and_an_unknown_one_is_invalid() {
    let mut state = acme();
    let set =
        |number: u64| app(json!({ "method": "update", "issue_number": 2, "milestone": number }));

    call(&mut state, "issue_write", set(1));
    let read = call(&mut state, "issue_read", app(json!({ "method": "get", "issue_number": 2 })));
    let found = call(&mut state, "search_issues", app(json!({ "query": "milestone:v1" })));

    assert_eq!((&read["milestone"], &found["total_count"]), (&json!("v1"), &json!(1)));
    let words = refused(&mut state, "issue_write", set(2));
    assert_eq!(words, "failed to update issue: Validation Failed\nIssue.milestone (invalid)");
}

#[test]
fn issue_knows_the_pull_requests_that_close_it() {
    let mut state = acme();

    let read = call(&mut state, "issue_read", app(json!({ "method": "get", "issue_number": 2 })));

    let closing = &read["closed_by_pull_requests"];
    assert_eq!(
        (&closing["total_count"], &closing["references"][0]["state"]),
        (&json!(1), &json!("OPEN"))
    );
}

#[test]
fn duplicate_names_an_issue_that_is_there_and_the_fields_are_written_before_the_state() {
    let mut state = acme();
    let close = |other: u64| {
        app(json!({ "method": "update", "issue_number": 3, "title": "Slower", "state": "closed",
            "state_reason": "duplicate", "duplicate_of": other }))
    };

    let missing = refused(&mut state, "issue_write", close(99));
    let half = state.github.issue("acme", "app", 3).unwrap().clone();
    call(&mut state, "issue_write", close(2));

    let words = "Could not resolve to an Issue with the number of 99.";
    assert_eq!(missing, format!("Failed to find issues: {words}"));
    assert_eq!((half.title.as_str(), half.state), ("Slower", IssueState::Open));
    assert_eq!(state.github.issue("acme", "app", 3).unwrap().state, IssueState::Closed);
}

#[test]
fn those_outside_are_in_no_team_of_the_organization() {
    let list = app(json!({ "affiliation": "outside" }));

    let people = call(&mut acme(), "list_repository_collaborators", list);

    assert_eq!(people["items"].as_array().unwrap().len(), 1);
    assert_eq!(people["items"][0]["login"], "bob");
}
