//! Rules of the vendor that the tools of this dialect can show, and what is not heeded.

use super::*;

#[test]
fn arguments_that_cannot_be_heeded_are_named() {
    for (name, value) in [
        ("updateable", json!(true)),
        ("viewable", json!(true)),
        ("withClauses", json!([{ "type": "DIVISION", "value": "x" }])),
    ] {
        let mut search =
            json!({ "searchTerm": "north", "objects": [{ "name": "Lead", "fields": [] }] });
        search[name] = value;

        let arguments = search.as_object().cloned();
        let error =
            dialect().call(&mut world(None), "salesforce_search_all", arguments).reply.unwrap_err();

        assert!(error.message.contains(&format!("`{name}`")), "{error:?}");
        assert_eq!(error.data, Some(json!({ "mock": "not backed" })));
    }
}

#[test]
fn a_search_that_no_org_understands_is_refused() {
    let refused = |more: Value| {
        let mut search = json!({
            "searchTerm": "north", "objects": [{ "name": "Lead", "fields": ["Name"] }],
        });
        search.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        heard(&mut world(None), "salesforce_search_all", &search)
    };

    let (group, is_error) = refused(json!({ "searchIn": "SHOE SIZES" }));
    assert_eq!(
        (group.as_str(), is_error),
        ("Error executing search: unexpected token: 'SHOE SIZES'", true)
    );
    let objects = json!([{ "name": "Lead", "fields": ["Name"], "limit": "many" }]);
    let (limit, _) = refused(json!({ "objects": objects }));
    assert_eq!(limit, "Error executing search: unexpected token: 'many'");
}

/// What the answer to a call of the DML tool says about its records.
fn dml(state: &mut State, operation: &str, object: &str, records: &Value) -> String {
    let call = json!({ "operation": operation, "objectName": object, "records": records });
    let (text, is_error) = heard(state, "salesforce_dml_records", &call);
    assert!(!is_error);
    text
}

fn rows(state: &mut State, object: &str, fields: &[&str], condition: &str) -> String {
    let call = json!({ "objectName": object, "fields": fields, "whereClause": condition });
    heard(state, "salesforce_query_records", &call).0
}

#[test]
fn both_forms_of_an_id_are_the_same_record_and_the_long_one_is_answered() {
    let mut state = world(None);
    let account = state.salesforce.records("Account")[0].id.clone();
    let contact = json!([{ "LastName": "Quill", "AccountId": &account[..15] }]);

    let made = dml(&mut state, "insert", "Contact", &contact);
    let condition = format!("AccountId = '{}' AND LastName = 'Quill'", &account[..15]);
    let found = rows(&mut state, "Contact", &["AccountId"], &condition);

    assert!(made.contains("- Successful: 1"), "{made}");
    assert!(found.ends_with(&format!("AccountId: {account}")), "{found}");
    // The case of letters matters in the short form.
    let other =
        rows(&mut state, "Account", &["Id"], &format!("Id = '{}'", account[..15].to_lowercase()));
    assert_eq!(other, "Query returned 0 records:\n\n");
}

#[test]
fn an_id_begins_with_the_prefix_of_its_object() {
    let mut state = world(None);
    for (object, prefix, record) in [
        ("Account", "001", json!({ "Name": "A" })),
        ("Contact", "003", json!({ "LastName": "A" })),
        ("Opportunity", "006", json!({ "Name": "A", "StageName": "X", "CloseDate": "2026-02-01" })),
        ("Lead", "00Q", json!({ "LastName": "A", "Company": "B" })),
        ("Case", "500", json!({})),
        ("Task", "00T", json!({})),
    ] {
        dml(&mut state, "insert", object, &json!([record]));
        let id = &state.salesforce.records(object).last().unwrap().id;
        assert!(id.starts_with(prefix) && id.len() == 18, "{object}: {id}");
    }
    assert!(state.salesforce.users()[0].id.starts_with("005"));
}

#[test]
fn each_object_names_all_required_fields_that_are_missing() {
    for (object, missing) in [
        ("Account", "Name"),
        ("Contact", "LastName"),
        ("Lead", "LastName, Company"),
        ("Opportunity", "Name, StageName, CloseDate"),
    ] {
        let text = dml(&mut world(None), "insert", object, &json!([{}]));

        let expected = format!(
            "  - Required fields are missing: [{missing}] [REQUIRED_FIELD_MISSING]\n    Fields: \
             {missing}\n"
        );
        assert!(text.ends_with(&expected), "{text}");
    }
    assert!(dml(&mut world(None), "insert", "Case", &json!([{}])).contains("- Successful: 1"));
}

#[test]
fn new_leads_and_cases_have_the_defaults_of_the_vendor() {
    let mut state = world(None);
    dml(&mut state, "insert", "Lead", &json!([{ "LastName": "Quill", "Company": "Q" }]));
    let case = json!([{ "Subject": "One" }, { "Subject": "Two" }]);
    dml(&mut state, "insert", "Case", &case);

    let lead = rows(&mut state, "Lead", &["Name", "Status", "IsConverted"], "LastName = 'Quill'");
    let fields = ["CaseNumber", "Status", "Priority", "Origin", "IsClosed", "ClosedDate"];
    let cases = rows(&mut state, "Case", &fields, "Subject IN ('One', 'Two')");

    assert!(
        lead.ends_with("Name: Quill\n    Status: Open - Not Contacted\n    IsConverted: false")
    );
    insta::assert_snapshot!(cases, @r"
    Query returned 2 records:

    Record 1:
        CaseNumber: 00001002
        Status: New
        Priority: Medium
        Origin: null
        IsClosed: false
        ClosedDate: null

    Record 2:
        CaseNumber: 00001003
        Status: New
        Priority: Medium
        Origin: null
        IsClosed: false
        ClosedDate: null
    ");
}

#[test]
fn picklists_show_the_values_of_the_vendor() {
    let values = |object: &str, field: &str| {
        let call = json!({ "objectName": object });
        let (text, _) = heard(&mut world(None), "salesforce_describe_object", &call);
        let after = text.split(&format!("  - {field} (")).nth(1).unwrap().to_owned();
        let line = after.split('\n').find_map(|line| line.trim().strip_prefix("Picklist Values: "));
        line.unwrap().to_owned()
    };

    assert_eq!(
        values("Lead", "Status"),
        "Open - Not Contacted, Working - Contacted, Closed - Converted, Closed - Not Converted"
    );
    assert_eq!(
        values("Lead", "LeadSource"),
        "Web, Phone Inquiry, Partner Referral, Purchased List, Other"
    );
    assert_eq!(values("Case", "Status"), "New, Working, Escalated, Closed");
    assert_eq!(values("Case", "Priority"), "High, Medium, Low");
    assert_eq!(values("Case", "Origin"), "Phone, Email, Web");
}

#[test]
fn a_standard_picklist_takes_any_value_unless_the_org_is_strict() {
    let case = json!([{ "Priority": "Sky-high" }]);

    let lenient = dml(&mut world(None), "insert", "Case", &case);
    let mut strict = world(Some(json!({ "strict_picklists": true })));
    let strict = dml(&mut strict, "insert", "Case", &case);

    assert!(lenient.contains("- Successful: 1"), "{lenient}");
    assert!(strict.contains("[INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST]"), "{strict}");
}

#[test]
fn each_record_is_refused_with_the_code_of_its_fault() {
    let mut state = world(None);
    let lead = state.salesforce.records("Lead")[0].id.clone();
    let gone = state.salesforce.records("Lead")[1].id.clone();
    dml(&mut state, "delete", "Lead", &json!([{ "Id": gone }]));
    for (operation, object, record, expected) in [
        ("insert", "Wizard", json!({}), "sObject type 'Wizard' is not supported. [INVALID_TYPE]"),
        ("insert", "Case", json!({ "Colour": 1 }), "[INVALID_FIELD]"),
        ("insert", "Case", json!({ "CaseNumber": "1" }), "[INVALID_FIELD_FOR_INSERT_UPDATE]"),
        ("insert", "Case", json!({ "Subject": "x".repeat(256) }), "[STRING_TOO_LONG]"),
        ("insert", "Case", json!({ "SuppliedEmail": "nobody" }), "[INVALID_EMAIL_ADDRESS]"),
        ("insert", "Case", json!({ "AccountId": lead }), "[MALFORMED_ID]"),
        (
            "insert",
            "Case",
            json!({ "AccountId": "001000000000000" }),
            "[INVALID_CROSS_REFERENCE_KEY]",
        ),
        ("update", "Lead", json!({ "Id": "00Q" }), "malformed id 00Q [MALFORMED_ID]"),
        ("update", "Lead", json!({ "Id": gone, "Rating": "Hot" }), "[ENTITY_IS_DELETED]"),
        ("delete", "Lead", json!({ "Id": gone }), "entity is deleted [ENTITY_IS_DELETED]"),
        ("delete", "Lead", json!({ "Id": "00Q000000000000" }), "[INVALID_CROSS_REFERENCE_KEY]"),
    ] {
        let text = dml(&mut state, operation, object, &json!([record]));
        assert!(text.contains("- Failed: 1") && text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn a_deleted_record_is_found_by_no_query_and_no_search() {
    let mut state = world(None);
    let id = state.salesforce.records("Lead")[0].id.clone();
    dml(&mut state, "delete", "Lead", &json!([{ "Id": id }]));

    let found = rows(&mut state, "Lead", &["Id"], &format!("Id = '{id}'"));
    let search = json!({ "searchTerm": "Vogt", "objects": [{ "name": "Lead", "fields": ["Id"] }] });
    let (searched, _) = heard(&mut state, "salesforce_search_all", &search);

    assert!(found.starts_with("Query returned 0 records"), "{found}");
    assert!(searched.contains("Lead (0 records found)"), "{searched}");
    // The bin keeps it.
    assert_eq!(state.salesforce.record(&id).unwrap().value("IsDeleted"), true);
}

#[test]
fn times_are_written_with_milliseconds_and_an_offset_without_a_colon() {
    let found = rows(&mut world(None), "Lead", &["CreatedDate"], "LastName = 'Vogt'");

    assert!(found.ends_with("CreatedDate: 2026-01-05T09:00:00.000+0000"), "{found}");
}

#[test]
fn a_session_that_expired_and_a_spent_quota_are_errors_of_the_query() {
    for (code, message) in [
        ("INVALID_SESSION_ID", "Session expired or invalid"),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    ] {
        let refused =
            dialect().refuse("salesforce_query_records", &ApiError::new(401, code, message));

        let answer = shown(&refused);
        assert_eq!(
            answer["result"]["content"][0]["text"],
            format!("Error executing query: {message}")
        );
        assert_eq!(answer["result"]["isError"], true);
    }
}
