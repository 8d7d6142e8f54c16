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
            dialect().call(&mut world(None), "salesforce_search_all", arguments).unwrap_err();

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
