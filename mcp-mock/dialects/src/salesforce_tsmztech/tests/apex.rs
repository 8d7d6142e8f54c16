//! Apex as stored texts, and flags for debug logs.

use super::*;

const BODY: &str = "public class Invoices { /* sums */ Integer n; // count\n}";

fn text(state: &mut State, tool: &str, arguments: &Value) -> String {
    heard(state, tool, arguments).0
}

/// Puts words in the place of ids.
fn shown(text: &str) -> String {
    let is_id = |word: &str| word.len() == 18 && ["01p", "01q", "7tf"].contains(&&word[..3]);
    let word = |word: &str| if is_id(word) { "<id>".to_owned() } else { word.to_owned() };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn class(operation: &str, name: &str, body: &str) -> Value {
    json!({ "operation": operation, "className": name, "body": body })
}

#[test]
fn a_class_is_stored_changed_and_read() {
    let mut state = world(None);

    let created = text(&mut state, "salesforce_write_apex", &class("create", "Invoices", BODY));
    let read = json!({ "className": "invoices", "includeMetadata": true });
    let read = text(&mut state, "salesforce_read_apex", &read);
    let body = "class Invoices { }";
    let updated = text(&mut state, "salesforce_write_apex", &class("update", "Invoices", body));
    let again = text(&mut state, "salesforce_read_apex", &json!({ "className": "Invoices" }));

    insta::assert_snapshot!(shown(&created), @r"
    Successfully created Apex class: Invoices

    **ID:** <id>
    **API Version:** 58.0
    **Status:** Active
    ");
    insta::assert_snapshot!(read, @r"
    # Apex Class: Invoices

    **API Version:** 58
    **Length:** 38 characters
    **Status:** Active
    **Valid:** Yes
    **Last Modified:** 1/5/2026, 9:00:00 AM

    ```apex
    public class Invoices { /* sums */ Integer n; // count
    }
    ```
    ");
    insta::assert_snapshot!(shown(&updated), @r"
    Successfully updated Apex class: Invoices

    **ID:** <id>
    **API Version:** 58
    **Status:** Active
    **Last Modified:** 1/5/2026, 9:00:00 AM
    ");
    assert_eq!(again, "# Apex Class: Invoices\n\n```apex\nclass Invoices { }\n```");
}

#[test]
fn a_trigger_names_its_object_for_good() {
    let mut state = world(None);
    let body = "trigger OnLead on Lead (before insert) { }";
    let mut trigger = json!({ "operation": "create", "triggerName": "OnLead", "body": body, "apiVersion": "60.0" });

    let objectless = text(&mut state, "salesforce_write_apex_trigger", &trigger);
    trigger["objectName"] = json!("Case");
    let other = text(&mut state, "salesforce_write_apex_trigger", &trigger);
    trigger["objectName"] = json!("Lead");
    let created = text(&mut state, "salesforce_write_apex_trigger", &trigger);
    trigger["operation"] = json!("update");
    trigger["body"] = json!("trigger OnLead on Case (before insert) { }");
    let moved = text(&mut state, "salesforce_write_apex_trigger", &trigger);
    let list = json!({ "includeMetadata": true });
    let list = text(&mut state, "salesforce_read_apex_trigger", &list);

    let error = |words: &str| format!("Error writing Apex trigger: {words}");
    assert_eq!(objectless, error("objectName is required for creating a new trigger"));
    assert_eq!(
        other,
        error("The object name in the body must match the provided objectName: Case")
    );
    assert!(created.contains("**Object:** Lead\n**API Version:** 60.0\n"), "{created}");
    assert_eq!(moved, error("The object name in the body must match the existing object: Lead"));
    insta::assert_snapshot!(list, @r"
    # Found 1 Apex Triggers

    | Name | API Version | Object | Status | Valid | Last Modified |
    |------|------------|--------|--------|-------|---------------|
    | OnLead | 60 | Lead | Active | Yes | 1/5/2026, 9:00:00 AM |
    ");
}

#[test]
fn classes_are_listed_by_pattern() {
    let mut state = world(None);
    for name in ["OrderTest", "Order", "Account_Order"] {
        let body = format!("class {name} {{}}");
        text(&mut state, "salesforce_write_apex", &class("create", name, &body));
    }
    let mut list = |pattern: Value| {
        text(&mut state, "salesforce_read_apex", &json!({ "namePattern": pattern }))
    };

    assert_eq!(
        list(json!(null)),
        "# Found 3 Apex Classes\n\n- Account_Order\n- Order\n- OrderTest\n"
    );
    assert_eq!(list(json!("test")), "# Found 1 Apex Classes\n\n- OrderTest\n");
    assert_eq!(list(json!("Order*")), "# Found 2 Apex Classes\n\n- Order\n- OrderTest\n");
    assert_eq!(list(json!("Orde?")), "# Found 1 Apex Classes\n\n- Order\n");
    assert_eq!(list(json!("Quiz")), "No Apex classes found matching: Quiz");
}

#[test]
fn what_the_server_finds_wrong_with_apex_is_an_error() {
    let mut state = world(None);
    let mut write = |operation: &str, name: &str, body: &str| {
        heard(&mut state, "salesforce_write_apex", &class(operation, name, body))
    };
    let error = |words: &str| (format!("Error writing Apex class: {words}"), true);

    let named = "The class name in the body must match the provided className: Order";
    assert_eq!(write("create", "Order", BODY), error(named));
    let missing = "No Apex class found with name: Invoices. Use 'create' operation instead.";
    assert_eq!(write("update", "Invoices", BODY), error(missing));
    let operation = "Invalid operation: delete. Must be 'create' or 'update'.";
    assert_eq!(write("delete", "Invoices", BODY), error(operation));
    assert!(!write("create", "Invoices", BODY).1);
    let there = "Apex class with name 'Invoices' already exists. Use 'update' operation instead.";
    assert_eq!(write("create", "Invoices", BODY), error(there));
    let read = json!({ "className": "Nope" });
    let read = heard(&mut state, "salesforce_read_apex", &read);
    assert_eq!(read, ("No Apex class found with name: Nope".to_owned(), true));
}

#[test]
fn a_trace_flag_is_set_prolonged_and_removed() {
    let mut state = world(None);
    let mut logs = |operation: &str, more: Value| {
        let mut call = json!({ "operation": operation, "username": "Org Administrator" });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        text(&mut state, "salesforce_manage_debug_logs", &call)
    };

    let level = logs("enable", json!({}));
    let enabled = logs("enable", json!({ "logLevel": "FINE", "expirationTime": 90 }));
    let prolonged = logs("enable", json!({ "logLevel": "FINE" }));
    let long = logs("enable", json!({ "logLevel": "FINE", "expirationTime": 1441 }));
    let retrieved = logs("retrieve", json!({ "limit": 5 }));
    let disabled = logs("disable", json!({}));
    let again = logs("disable", json!({}));

    assert!(level.starts_with("Please specify a log level"), "{level}");
    insta::assert_snapshot!(shown(&enabled), @r"
    Successfully enabled debug logs for user 'Org Administrator'.

    **Log Level:** FINE
    **Expiration:** 1/5/2026, 10:30:00 AM (90 minutes from now)
    **Trace Flag ID:** <id>
    ");
    assert!(prolonged.starts_with("Successfully updated debug logs"), "{prolonged}");
    assert!(long.starts_with("Error managing debug logs: Expiration Date"), "{long}");
    assert_eq!(retrieved, "No debug logs found for user 'Org Administrator'.");
    assert!(disabled.starts_with("Successfully disabled 1 debug log configuration(s)"));
    assert_eq!(again, "No active debug logs found for user 'Org Administrator'.");
}

#[test]
fn a_user_is_meant_by_username_or_by_part_of_a_name() {
    let mut state = world(Some(json!({ "users": [
        { "username": "ann@acme.example", "name": "Ann Lee" },
        { "username": "bo@acme.example", "name": "Bo Lee", "inactive": true },
    ] })));
    let mut logs = |username: &str| {
        let call = json!({ "operation": "retrieve", "username": username });
        heard(&mut state, "salesforce_manage_debug_logs", &call)
    };

    assert!(logs("ANN@acme.example").0.starts_with("No debug logs found"));
    assert!(logs("ann").0.starts_with("No debug logs found"));
    assert!(logs("bo@acme.example").0.starts_with("Warning: User 'bo@acme.example' exists but is"));
    assert_eq!(
        logs("acme").0,
        "Multiple users found matching 'acme'. Please specify which user by providing the exact \
         username:\n\n- **Ann Lee** (ann@acme.example)\n- **Bo Lee** (bo@acme.example)\n"
    );
    let (unknown, is_error) = logs("nobody@acme.example");
    assert!(unknown.starts_with("Error: No user found matching 'nobody@acme.example'."));
    assert!(is_error);
}
