//! Objects, fields and permissions that calls add.

use super::*;

fn text(state: &mut State, tool: &str, arguments: &Value) -> String {
    heard(state, tool, arguments).0
}

fn add_invoices(state: &mut State) -> String {
    let new = json!({
        "operation": "create", "objectName": "Invoice", "label": "Invoice",
        "pluralLabel": "Invoices", "nameFieldType": "AutoNumber", "nameFieldFormat": "I-{000}",
    });
    text(state, "salesforce_manage_object", &new)
}

fn add_field(state: &mut State, object: &str, name: &str, more: &Value) -> String {
    let mut new = json!({ "operation": "create", "objectName": object, "fieldName": name });
    new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    text(state, "salesforce_manage_field", &new)
}

fn dml(state: &mut State, operation: &str, object: &str, record: &Value) -> String {
    let call = json!({ "operation": operation, "objectName": object, "records": [record] });
    text(state, "salesforce_dml_records", &call)
}

fn rows(state: &mut State, object: &str, fields: &[&str], condition: Option<&str>) -> String {
    let call = json!({ "objectName": object, "fields": fields, "whereClause": condition });
    text(state, "salesforce_query_records", &call)
}

#[test]
fn a_new_object_takes_records_and_is_described_and_queried() {
    let mut state = world(None);

    let made = add_invoices(&mut state);
    let total = json!({ "type": "Number", "precision": 5, "scale": 2, "label": "Sum" });
    let field = add_field(&mut state, "Invoice__c", "Total", &total);
    let account = json!({
        "type": "Lookup", "referenceTo": "account", "relationshipName": "Invoices",
    });
    add_field(&mut state, "Invoice__c", "Account", &account);
    let acme = state.salesforce.records("Account")[1].id.clone();
    let inserted =
        dml(&mut state, "insert", "Invoice__c", &json!({ "Total__c": 12.345, "Account__c": acme }));

    assert_eq!(made, "Successfully created custom object Invoice__c");
    assert_eq!(
        field,
        "Successfully created custom field Total__c on Invoice__c.\nField Level Security granted \
         to: System Administrator"
    );
    assert!(inserted.contains("- Successful: 1"), "{inserted}");
    let found = rows(
        &mut state,
        "Invoice__c",
        &["Name", "Total__c", "Account__r.Name"],
        Some("Account__r.Industry = 'Technology'"),
    );
    assert_eq!(
        found,
        "Query returned 1 records:\n\nRecord 1:\n    Name: I-001\n    Total__c: 12.35\n    \
         Account__r.Name: Acme Corp"
    );
    let described =
        text(&mut state, "salesforce_describe_object", &json!({ "objectName": "Invoice__c" }));
    assert!(described.starts_with("\nObject: Invoice__c (Invoice) (Custom Object)\n"));
    assert!(described.contains("  - Total__c (Sum)\n    Type: double\n"), "{described}");
    assert!(described.contains("    References: Account\n"), "{described}");
    let listed = json!({ "searchPattern": "invoice" });
    assert_eq!(
        text(&mut state, "salesforce_search_objects", &listed),
        "Found 1 matching objects:\n\nInvoice__c (Custom)\n  Label: Invoice"
    );
    let children = "(SELECT Total__c FROM Invoices__r)";
    let counted = rows(&mut state, "Account", &["Name", children], Some("Name LIKE 'Acme%'"));
    assert!(counted.ends_with("    Name: Acme Corp\n    Invoices__r: [0 records]"), "{counted}");
}

#[test]
fn an_object_is_changed_and_an_unknown_one_is_not() {
    let mut state = world(None);
    add_invoices(&mut state);
    let mut change = |name: &str| {
        let change = json!({ "operation": "update", "objectName": name, "label": "Bill" });
        heard(&mut state, "salesforce_manage_object", &change)
    };

    let known = change("Invoice");
    let unknown = change("Lead");

    assert_eq!(known, ("Successfully updated custom object Invoice__c".to_owned(), false));
    assert_eq!(unknown, ("Failed to update custom object Lead__c".to_owned(), true));
    let object = &state.salesforce.custom_objects["Invoice__c"];
    assert_eq!((object.label.as_str(), object.plural_label.as_str()), ("Bill", "Invoices"));
}

#[test]
fn an_object_that_cannot_be_is_refused_without_a_reason() {
    let mut state = world(None);
    add_invoices(&mut state);
    let mut refused = |name: &str, more: Value| {
        let mut new = json!({
            "operation": "create", "objectName": name, "label": "X", "pluralLabel": "Xs",
        });
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        heard(&mut state, "salesforce_manage_object", &new)
    };

    for (name, more) in [
        ("Invoice", json!({})),
        ("Invoice__c", json!({})),
        ("2nd", json!({})),
        ("A", json!({ "sharingModel": "ControlledByParent" })),
        ("A", json!({ "nameFieldType": "AutoNumber" })),
    ] {
        let expected = (format!("Failed to create custom object {name}__c"), true);
        assert_eq!(refused(name, more), expected);
    }
    let unlabelled = refused("A", json!({ "label": "" }));
    let expected =
        "Error creating custom object: Label and pluralLabel are required for object creation";
    assert_eq!(unlabelled, (expected.to_owned(), true));
}

#[test]
fn a_new_field_of_a_standard_object_keeps_its_rules() {
    let mut state = world(None);
    let key = json!({ "type": "Text", "length": 3, "unique": true, "externalId": true });
    add_field(&mut state, "Lead", "Key", &key);
    let size = json!({ "type": "Picklist", "picklistValues": [
        { "label": "Small", "isDefault": true }, { "label": "Large" },
    ] });
    add_field(&mut state, "Lead", "Size", &size);
    let lead = |key: &str| json!({ "LastName": "A", "Company": "B", "Key__c": key });

    let first = dml(&mut state, "insert", "Lead", &lead("k-1"));
    let same = dml(&mut state, "insert", "Lead", &lead("K-1"));
    let long = dml(&mut state, "insert", "Lead", &lead("k-10"));
    let upsert = json!({
        "operation": "upsert", "objectName": "Lead", "externalIdField": "Key__c",
        "records": [{ "Key__c": "k-1", "Size__c": "Large" }],
    });
    let upserted = text(&mut state, "salesforce_dml_records", &upsert);

    assert!(first.contains("- Successful: 1"), "{first}");
    assert!(same.contains("duplicate value found: Key__c duplicates value on record with id: 00Q"));
    assert!(same.contains("[DUPLICATE_VALUE]"), "{same}");
    assert!(long.contains("[STRING_TOO_LONG]"), "{long}");
    assert!(upserted.contains("- Successful: 1"), "{upserted}");
    assert!(rows(&mut state, "Lead", &["Size__c"], Some("Key__c = 'k-1'")).contains("Large"));
    dml(&mut state, "insert", "Lead", &lead("k-2"));
    assert!(rows(&mut state, "Lead", &["Size__c"], Some("Key__c = 'k-2'")).contains("Small"));
}

#[test]
fn only_an_external_id_is_a_key_of_an_upsert() {
    let mut state = world(None);
    add_field(&mut state, "Lead", "Key", &json!({ "type": "Text", "length": 9 }));

    let upsert = json!({
        "operation": "upsert", "objectName": "Lead", "externalIdField": "Key__c",
        "records": [{ "Key__c": "k", "LastName": "A", "Company": "B" }],
    });
    let refused = text(&mut state, "salesforce_dml_records", &upsert);

    assert!(refused.contains("Key__c is not an External ID or indexed field"), "{refused}");
}

#[test]
fn a_field_is_changed_and_keeps_its_type() {
    let mut state = world(None);
    add_field(&mut state, "Lead", "Key", &json!({ "type": "Text", "length": 3 }));
    let change = json!({
        "operation": "update", "objectName": "Lead", "fieldName": "Key", "type": "Date",
        "label": "Number", "length": 9, "required": true,
    });

    let changed = text(&mut state, "salesforce_manage_field", &change);

    assert_eq!(changed, "Successfully updated custom field Key__c on Lead");
    let field = state.salesforce.custom_field("Lead", "Key__c").unwrap();
    assert_eq!((field.label.as_deref(), field.chars_max), (Some("Number"), 9));
    let lacking = dml(&mut state, "insert", "Lead", &json!({ "LastName": "A", "Company": "B" }));
    assert!(lacking.contains("Required fields are missing: [Key__c]"), "{lacking}");
    let unknown = json!({ "operation": "update", "objectName": "Lead", "fieldName": "Nope" });
    let unknown = heard(&mut state, "salesforce_manage_field", &unknown);
    assert_eq!(unknown, ("Failed to update custom field Nope__c".to_owned(), true));
}

#[test]
fn a_field_that_lacks_what_its_type_needs_is_refused_without_a_reason() {
    for more in [
        json!({ "type": "Text" }),
        json!({ "type": "Text", "length": 256 }),
        json!({ "type": "Number" }),
        json!({ "type": "Number", "precision": 19 }),
        json!({ "type": "Picklist" }),
        json!({ "type": "Lookup" }),
        json!({ "type": "Lookup", "referenceTo": "Wizard" }),
        json!({ "type": "Date", "unique": true }),
        json!({ "type": "Spell" }),
    ] {
        let refused = add_field(&mut world(None), "Lead", "Key", &more);
        assert_eq!(refused, "Failed to create custom field Key__c", "{more}");
    }
    let untyped = add_field(&mut world(None), "Lead", "Key", &json!({}));
    assert_eq!(untyped, "Error creating custom field: Field type is required for field creation");
}

#[test]
fn what_a_deletion_takes_along_follows_the_field() {
    for (more, children, is_deleted) in [
        (json!({ "type": "MasterDetail" }), 0, true),
        (json!({ "type": "Lookup", "deleteConstraint": "Cascade" }), 0, true),
        (json!({ "type": "Lookup", "deleteConstraint": "Restrict" }), 1, false),
        (json!({ "type": "Lookup" }), 1, true),
    ] {
        let mut state = world(Some(json!({ "accounts": [{ "Name": "Acme" }] })));
        let account = state.salesforce.records("Account")[0].id.clone();
        add_invoices(&mut state);
        let mut field = more.clone();
        field["referenceTo"] = json!("Account");
        add_field(&mut state, "Invoice__c", "Account", &field);
        dml(&mut state, "insert", "Invoice__c", &json!({ "Account__c": account }));

        let deleted = dml(&mut state, "delete", "Account", &json!({ "Id": account }));

        assert_eq!(deleted.contains("- Successful: 1"), is_deleted, "{more}: {deleted}");
        let left = state.salesforce.records("Invoice__c");
        assert_eq!(left.len(), children, "{more}");
        assert!(!is_deleted || left.iter().all(|row| row.value("Account__c").is_null()), "{more}");
    }
}

#[test]
fn a_field_that_nobody_let_the_account_see_is_not_there() {
    let mut state = world(None);
    let field = json!({ "type": "Date", "grantAccessTo": ["Standard User", "Nobody"] });
    let made = add_field(&mut state, "Lead", "Due", &field);
    let hidden = rows(&mut state, "Lead", &["Due__c"], None);
    let mut access = |operation: &str, more: Value| {
        let mut call = json!({ "operation": operation, "objectName": "Lead", "fieldName": "Due" });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        heard(&mut state, "salesforce_manage_field_permissions", &call).0
    };

    let granted = access("grant", json!({ "editable": false }));
    let viewed = access("view", json!({}));
    let strangers = access("grant", json!({ "profileNames": ["Nobody"] }));
    assert!(made.ends_with("Field Level Security granted to: Standard User"), "{made}");
    assert!(hidden.contains("No such column 'Due__c'"), "{hidden}");
    insta::assert_snapshot!(granted, @r"
    Field permission grant operation completed for Lead.Due__c:

    Successful:
      - System Administrator: created

    Permissions granted:
      - Read: Yes
      - Edit: No
    ");
    insta::assert_snapshot!(viewed, @r"
    Field permissions for Lead.Due__c:

    Profile: Standard User
      - Read Access: Yes
      - Edit Access: Yes

    Profile: System Administrator
      - Read Access: Yes
      - Edit Access: No
    ");
    assert_eq!(strangers, "No profiles found matching: Nobody");
    let id = state.salesforce.records("Lead")[0].id.clone();
    let written = dml(&mut state, "update", "Lead", &json!({ "Id": id, "Due__c": "2026-01-05" }));
    assert!(written.contains("[INVALID_FIELD_FOR_INSERT_UPDATE]"), "{written}");
    let revoke = json!({ "operation": "revoke", "objectName": "Lead", "fieldName": "Due__c" });
    let revoked = text(&mut state, "salesforce_manage_field_permissions", &revoke);
    assert!(revoked.ends_with("Successful:\n  - System Administrator: revoked\n"), "{revoked}");
    assert!(rows(&mut state, "Lead", &["Due__c"], None).contains("No such column 'Due__c'"));
}

#[test]
fn access_to_an_unknown_field_is_refused_profile_by_profile() {
    let mut state = world(None);
    let mut access = |operation: &str| {
        let call = json!({ "operation": operation, "objectName": "Lead", "fieldName": "Nope" });
        text(&mut state, "salesforce_manage_field_permissions", &call)
    };

    assert!(access("grant").contains(
        "\nFailed:\n  - System Administrator: Field Name: bad value for restricted picklist field: \
         Lead.Nope__c\n"
    ));
    assert!(access("revoke").contains("System Administrator: no permission found"));
    assert!(access("view").starts_with("No field permissions found for Lead.Nope__c."));
}

proptest! {
    #[test]
    fn any_field_is_made_or_refused(
        kind in prop::sample::select(vec![
            "Checkbox", "Currency", "Date", "DateTime", "Email", "Number", "Percent", "Phone",
            "Picklist", "MultiselectPicklist", "Text", "TextArea", "LongTextArea", "Html", "Url",
            "Lookup", "MasterDetail", "", "Spell",
        ]),
        name in "[A-Za-z_0-9 ]{0,6}",
        number in any::<i64>(),
        value in "\\PC{0,6}",
        flag in any::<bool>(),
    ) {
        let mut state = world(None);
        let more = json!({
            "type": kind, "length": number % 300, "precision": number % 20, "scale": number % 7,
            "required": flag, "unique": flag, "picklistValues": [{ "label": value }],
            "referenceTo": "Lead", "relationshipName": name, "deleteConstraint": "Cascade",
        });

        let made = add_field(&mut state, "Lead", &name, &more);

        let is_there = state.salesforce.custom_field("Lead", &format!("{name}__c")).is_some();
        prop_assert_eq!(made.starts_with("Successfully created"), is_there, "{}", made);
        let key = format!("{name}__c");
        let lead = json!({ "LastName": "A", "Company": "B", key: value });
        prop_assert!(dml(&mut state, "insert", "Lead", &lead).starts_with("INSERT operation"));
    }
}
