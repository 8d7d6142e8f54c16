mod apex;
mod audit;
mod metadata;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::probes::{Probe, shown};
use mcp_mock::dialect::simple;
use mcp_mock::service::ServiceName;
use mcp_mock::world::{Seed, State};

/// The demo company, or what a seed of the service says.
fn world(salesforce: Option<Value>) -> State {
    let seed = match salesforce {
        None => Seed::demo(),
        Some(part) => Seed::from_json(&json!({ "salesforce": part }).to_string()).unwrap(),
    };
    let mut state = State::empty(1);
    state.apply_seed(seed).unwrap();
    state
}

/// The text of an answer and whether it says that it failed.
fn heard(state: &mut State, name: &str, arguments: &Value) -> (String, bool) {
    let answer = shown(&dialect().call(state, name, arguments.as_object().cloned()).reply);
    let text = answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    let is_error = answer["result"]["isError"].as_bool();
    assert_eq!(is_error.is_none(), is_error != Some(true) && WITHOUT_FLAG.contains(&name));
    (text, is_error.unwrap_or_default())
}

/// Puts one word in the place of every id of a lead.
fn without_ids(text: &str) -> String {
    let word = |word: &str| match word.strip_prefix("00Q") {
        Some(rest) if rest.len() == 15 => "<lead>".to_owned(),
        _ => word.to_owned(),
    };
    let lines =
        text.split('\n').map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

fn normalised(mut answer: Value) -> Value {
    if let Some(text) = answer.pointer_mut("/result/content/0/text") {
        *text = without_ids(text.as_str().unwrap()).into();
    }
    answer
}

#[test]
fn recorded_requests_get_the_recorded_answers() {
    let mut state = world(Some(json!({ "leads": [{ "LastName": "Doe", "Company": "Acme" }] })));

    for probe in Probe::all(include_str!("probes.json")) {
        let answer = probe.replay(&*dialect(), &mut state);

        assert_eq!(normalised(answer), normalised(probe.response.clone()), "{:?}", probe.request);
    }
}

#[test]
fn server_gives_itself_another_name_than_its_package() {
    let dialect = dialect();

    assert_eq!(dialect.info().implementation.name, "salesforce-mcp-server");
}

#[test]
fn what_is_not_backed_fails_loudly() {
    let arguments = json!({ "apexCode": "Integer i = 1;" }).as_object().cloned();

    let tool = "salesforce_execute_anonymous";
    let error = dialect().call(&mut world(None), tool, arguments).reply.unwrap_err();

    let expected = "mcp-mock lists `salesforce_execute_anonymous`";
    assert!(error.message.starts_with(expected), "{error:?}");
}

#[test]
fn records_that_fail_look_like_a_success() {
    let mut state = world(Some(json!({
        "duplicate_rules": { "Lead": ["Email"] },
        "leads": [{ "LastName": "Ash", "Company": "Acme", "Email": "ash@acme.example" }],
    })));
    let records = json!([
        { "LastName": "Bo", "Company": "Zen", "Id": "ignored", "type": "Lead" },
        { "LastName": "Ash", "Company": "Acme", "Email": "ash@acme.example" },
        { "FirstName": "Cy", "Company": "" },
    ]);

    let insert = json!({ "operation": "insert", "objectName": "Lead", "records": records });
    let (text, is_error) = heard(&mut state, "salesforce_dml_records", &insert);

    insta::assert_snapshot!(text, @r"
    INSERT operation completed.
    Processed 3 records:
    - Successful: 1
    - Failed: 2

    Errors:
    Record 2:
      - Use one of these records? [DUPLICATES_DETECTED]
    Record 3:
      - Required fields are missing: [LastName, Company] [REQUIRED_FIELD_MISSING]
        Fields: LastName, Company
    ");
    assert!(!is_error);
    assert_eq!(state.salesforce.records("Lead").len(), 2);
}

#[test]
fn a_deleted_record_is_changed_no_more() {
    let mut state = world(None);
    let id = state.salesforce.records("Lead")[0].id.clone();
    let mut dml = |operation: &str| {
        let record = json!([{ "Id": &id[..15], "Rating": "Hot" }]);
        let call = json!({ "operation": operation, "objectName": "Lead", "records": record });
        heard(&mut state, "salesforce_dml_records", &call).0
    };

    assert!(dml("update").contains("- Successful: 1"));
    assert!(dml("delete").contains("- Successful: 1"));
    assert!(dml("update").ends_with("- entity is deleted [ENTITY_IS_DELETED]\n"));
}

#[test]
fn what_the_client_throws_is_an_error() {
    let mut state = world(None);
    let mut dml = |operation: &str| {
        let call = json!({ "operation": operation, "objectName": "Lead", "records": [{}] });
        heard(&mut state, "salesforce_dml_records", &call)
    };

    assert_eq!(dml("update"), ("Error: Record id is not found in record.".to_owned(), true));
    assert_eq!(dml("merge"), ("Error: Unsupported operation: merge".to_owned(), true));
    let upsert = "Error: externalIdField is required for upsert operations";
    assert_eq!(dml("upsert"), (upsert.to_owned(), true));
    assert!(dml("delete").0.contains("malformed id undefined [MALFORMED_ID]"));
}

#[test]
fn rows_are_printed_field_by_field() {
    let query = json!({
        "objectName": "Opportunity", "fields": ["Name", "Amount", "NextStep", "iswon"],
        "orderBy": "Amount DESC", "limit": "1",
    });

    let (text, is_error) = heard(&mut world(None), "salesforce_query_records", &query);

    // A name in another case finds its value in the org, and not in the row.
    insta::assert_snapshot!(text, @r"
    Query returned 1 records:

    Record 1:
        Name: Acme renewal
        Amount: 120000
        NextStep: null
        iswon: null
    ");
    assert!(!is_error);
}

#[test]
fn parents_are_looked_up_with_their_case() {
    let query = |field: &str| {
        let call = json!({
            "objectName": "Contact", "fields": ["LastName", field],
            "whereClause": "Account.Name = 'Northwind'",
        });
        heard(&mut world(None), "salesforce_query_records", &call)
    };

    let (found, is_error) = query("Account.Name");
    assert!(
        found.ends_with("Record 1:\n    LastName: Shah\n    Account.Name: Northwind"),
        "{found}"
    );
    assert!(!is_error);
    let (thrown, is_error) = query("account.Name");
    let expected = "Error executing query: Cannot read properties of undefined (reading 'Name')";
    assert_eq!((thrown.as_str(), is_error), (expected, true));
}

#[test]
fn groups_are_printed_under_their_aliases() {
    let query = json!({
        "objectName": "Lead",
        "selectFields": ["Status", "COUNT(Id) Leads", "MAX(Score__c)", "SUM(Score__c) Sum"],
        "groupByFields": ["Status"],
        "havingClause": "COUNT(Id) = 1",
        "orderBy": "Status",
    });

    let (text, is_error) = heard(&mut world(None), "salesforce_aggregate_query", &query);

    // Without an alias the value is not found in the answer of the org.
    insta::assert_snapshot!(text, @r"
    Aggregate query returned 2 grouped results:

    Group 1:
        Status: Closed - Not Converted
        Leads: 1
        MAX(Score__c): null
        Sum: 10

    Group 2:
        Status: Working - Contacted
        Leads: 1
        MAX(Score__c): null
        Sum: 55
    ");
    assert!(!is_error);
}

#[test]
fn the_server_itself_refuses_what_is_not_grouped() {
    let refused = |clause: &str, value: &str| {
        let mut query = json!({
            "objectName": "Lead", "selectFields": ["Status", "COUNT(Id) n"],
            "groupByFields": ["Status"],
        });
        query[clause] = if clause == "groupByFields" { json!([value]) } else { json!(value) };
        heard(&mut world(None), "salesforce_aggregate_query", &query).0
    };

    assert!(refused("groupByFields", "Rating").starts_with(
        "Error: The following non-aggregate fields must be included in GROUP BY clause: Status\n\n"
    ));
    assert!(refused("whereClause", "COUNT(Id) > 1").ends_with("conditions like COUNT()"));
    assert_eq!(
        refused("orderBy", "Rating DESC"),
        "ORDER BY field 'Rating' must be in GROUP BY clause or be an aggregate function"
    );
    assert!(refused("havingClause", "Nope = 1").starts_with("Error executing aggregate query: \n"));
}

#[test]
fn a_refused_query_says_where_and_is_an_error() {
    let query = json!({ "objectName": "Lead", "fields": ["Id", "Colour"] });

    let (text, is_error) = heard(&mut world(None), "salesforce_query_records", &query);

    assert!(text.starts_with("Error executing query: \nSELECT Id, Colour FROM Lead"), "{text}");
    assert!(text.contains("ERROR at Row:1:Column:12\nNo such column 'Colour' on entity 'Lead'."));
    assert!(is_error);
}

#[test]
fn the_server_itself_refuses_misspelt_fields() {
    let query = |field: &str| {
        let call = json!({ "objectName": "Contact", "fields": [field] });
        heard(&mut world(None), "salesforce_query_records", &call).0
    };

    assert!(query("Account.").starts_with("Invalid relationship field format: \"Account.\"."));
    assert!(query("a.b.c.d.e.f").ends_with("exceeds maximum depth of 5 levels"));
    assert!(query("SELECT Id").starts_with("Invalid subquery format: \"SELECT Id\"."));
}

#[test]
fn missing_arguments_are_named() {
    let mut state = world(None);

    let (text, is_error) = heard(&mut state, "salesforce_search_objects", &json!({}));
    assert_eq!((text.as_str(), is_error), ("Error: searchPattern is required", true));
    let (text, _) = heard(&mut state, "salesforce_query_records", &json!({ "objectName": "Lead" }));
    assert_eq!(text, "Error: objectName and fields array are required for query");
    let search = json!({ "searchTerm": "x", "objects": [{ "name": "Lead" }] });
    let (text, _) = heard(&mut state, "salesforce_search_all", &search);
    assert_eq!(text, "Error: Each object must specify name and fields array");
}

#[test]
fn objects_are_found_and_described() {
    let mut state = world(None);

    let (found, _) =
        heard(&mut state, "salesforce_search_objects", &json!({ "searchPattern": "a C" }));
    let (none, _) =
        heard(&mut state, "salesforce_search_objects", &json!({ "searchPattern": "Quiz" }));
    let (task, _) =
        heard(&mut state, "salesforce_describe_object", &json!({ "objectName": "task" }));
    let (unknown, is_error) =
        heard(&mut state, "salesforce_describe_object", &json!({ "objectName": "Quiz" }));

    assert_eq!(
        found,
        "Found 3 matching objects:\n\nAccount\n  Label: Account\n\nCase\n  Label: Case\n\n\
         Contact\n  Label: Contact"
    );
    assert_eq!(none, "No Salesforce objects found matching \"Quiz\".");
    assert!(
        task.starts_with("\nObject: Task (Task)\nFields:\n  - Id (Id)\n    Type: id, Length: 18\n")
    );
    let status = "  - Status (Status)\n    Type: picklist, Length: 255\n    Required: false\n    \n    \
                  Picklist Values: Not Started, In Progress, Completed, Deferred\n";
    assert!(task.contains(status), "{task}");
    assert!(task.contains("    References: Contact, Lead\n    \n"), "{task}");
    assert_eq!(unknown, "Error: The requested resource does not exist");
    assert!(is_error);
}

#[test]
fn words_are_found_in_several_objects() {
    let search = json!({
        "searchTerm": "north*",
        "objects": [
            { "name": "Account", "fields": ["Name", "Phone"] },
            { "name": "Lead", "fields": ["Name"] },
        ],
    });

    let (text, is_error) = heard(&mut world(None), "salesforce_search_all", &search);

    insta::assert_snapshot!(text, @r"
    Search Results:
    Account (1 records found):
      Record 1:
        Name: Northwind
        Phone: null


    Lead (0 records found):
    ");
    assert!(!is_error);
}

proptest! {
    #[test]
    fn both_dialects_see_the_same_org(name in "[A-Z][a-z]{1,12}", company in "[A-Z][a-z]{1,12}") {
        let mut state = world(None);
        let simple = simple(ServiceName::Salesforce);
        let record = json!([{ "LastName": name, "Company": company }]);
        let insert = json!({ "operation": "insert", "objectName": "Lead", "records": record });
        let lead = json!({ "email": "x@y.example", "last_name": name, "company": company });

        heard(&mut state, "salesforce_dml_records", &insert);
        simple.call(&mut state, "create_lead", lead.as_object().cloned()).reply.unwrap();

        let condition = format!("LastName = '{name}' AND Company = '{company}'");
        let soql = format!("SELECT Id FROM Lead WHERE {condition}");
        let query = json!({ "soql": soql });
        let seen = simple.call(&mut state, "query", query.as_object().cloned()).reply.unwrap();
        let query = json!({ "objectName": "Lead", "fields": ["Id"], "whereClause": condition });
        let (text, _) = heard(&mut state, "salesforce_query_records", &query);
        let rows = seen.to_value()["records"].as_array().unwrap().clone();
        prop_assert_eq!(rows.len(), 2);
        for row in rows {
            prop_assert!(text.contains(row["Id"].as_str().unwrap()), "{}", text);
        }
    }
}
