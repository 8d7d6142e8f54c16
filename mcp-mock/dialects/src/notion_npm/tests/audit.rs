//! Rules of the API that the tools can show, and arguments that are heeded or refused by name.

use super::*;

/// A database with a property of each type that a page may set.
fn every_type() -> (State, Value) {
    let kinds = [
        "checkbox",
        "date",
        "email",
        "files",
        "multi_select",
        "number",
        "people",
        "phone_number",
        "relation",
        "rich_text",
        "select",
        "url",
    ];
    let mut properties: Map<String, Value> =
        kinds.into_iter().map(|kind| (kind.to_owned(), json!(kind))).collect();
    properties.insert("status".to_owned(), json!({ "type": "status", "options": ["Open"] }));
    let state = world(Some(json!({
        "databases": [
            { "name": "all", "properties": properties },
            { "name": "secret", "hidden": true, "pages": [{ "Name": "Hidden plan" }] },
        ],
        "pages": [
            { "title": "Home", "content": "Plan in the text." },
            { "title": "Plan of mine", "hidden": true },
        ],
    })));
    let parent = json!({ "data_source_id": source_id(&state, "all") });
    (state, parent)
}

fn text(content: &str) -> Value {
    json!([{ "text": { "content": content } }])
}

fn home(state: &State) -> String {
    state.notion.page_titled("Home").unwrap().id.clone()
}

/// The error of a call that this mock cannot carry out.
#[track_caller]
fn not_backed(state: &mut State, tool: &str, arguments: &Value) -> String {
    let error = dialect().call(state, tool, arguments.as_object().cloned()).reply.unwrap_err();
    assert_eq!(error.data, Some(json!({ "mock": "not backed" })));
    error.message
}

#[test]
fn an_id_without_dashes_is_answered_with_dashes() {
    let (mut state, _) = every_type();
    let id = home(&state);

    let page = json!({ "page_id": id.replace('-', "").to_uppercase() });
    let page = body(&mut state, "API-retrieve-a-page", &page);

    assert_eq!(page["id"], id);
}

#[test]
fn a_database_with_one_data_source_still_answers_to_its_id() {
    let (mut state, parent) = every_type();
    let id = state.notion.database("all").unwrap().id.clone();

    let new = json!({ "parent": { "database_id": id }, "properties": {} });
    let page = body(&mut state, "API-post-page", &new);

    assert_eq!(page["parent"]["data_source_id"], parent["data_source_id"]);
    assert_eq!(
        (&page["parent"]["type"], &page["parent"]["database_id"]),
        (&json!("data_source_id"), &json!(id))
    );
}

#[test]
fn a_value_has_to_fit_the_type_of_its_property() {
    let (mut state, parent) = every_type();
    let id = home(&state);
    for (kind, good, bad) in [
        ("checkbox", json!(true), json!("yes")),
        ("date", json!({ "start": "2026-01-05", "end": null }), json!({ "start": "soon" })),
        ("email", json!("a@b.example"), json!(5)),
        ("files", json!([{ "name": "a.png" }]), json!("a.png")),
        ("multi_select", json!([{ "name": "new" }]), json!({ "name": "new" })),
        ("number", json!(0.5), json!("0.5")),
        ("people", json!([{ "id": id }]), json!([{ "id": "me" }])),
        ("phone_number", json!("555-1"), json!(5551)),
        ("relation", json!([{ "id": id }]), json!([id])),
        ("rich_text", text("x"), json!("x")),
        ("select", json!({ "name": "new" }), json!("new")),
        ("status", json!({ "name": "Open" }), json!({ "name": "New" })),
        ("title", text("x"), json!("x")),
        ("url", json!("https://a.example"), json!(["https://a.example"])),
    ] {
        let name = if kind == "title" { "Name" } else { kind };
        let mut set = |value: &Value| {
            let properties = json!({ name: { kind: value } });
            body(
                &mut state,
                "API-post-page",
                &json!({ "parent": parent, "properties": properties }),
            )
        };

        assert_eq!(set(&good)["object"], "page", "{kind}");
        assert_eq!(set(&bad)["code"], "validation_error", "{kind}");
    }
}

#[test]
fn a_date_keeps_its_end_and_its_time_zone() {
    let (mut state, parent) = every_type();
    let mut date = |date: Value| {
        let properties = json!({ "date": { "date": date } });
        body(&mut state, "API-post-page", &json!({ "parent": parent, "properties": properties }))
    };
    let zoned = json!({
        "start": "2026-01-05T10:00:00", "end": "2026-01-05T11:00:00", "time_zone": "Europe/Berlin",
    });

    assert_eq!(date(zoned.clone())["properties"]["date"]["date"], zoned);
    let twice = json!({ "start": "2026-01-05T10:00:00Z", "time_zone": "Europe/Berlin" });
    assert!(date(twice)["message"].as_str().unwrap().contains("date.time_zone should be"));
}

#[test]
fn a_new_select_option_is_kept_with_a_colour() {
    let (mut state, parent) = every_type();
    let properties = json!({ "select": { "select": { "name": "Fresh" } } });

    let page = json!({ "parent": parent, "properties": properties });
    let page = body(&mut state, "API-post-page", &page);
    let source = body(&mut state, "API-retrieve-a-data-source", &parent);

    let option = &page["properties"]["select"]["select"];
    assert_eq!(source["properties"]["select"]["select"]["options"], json!([option]));
    assert!(option["color"].is_string());
}

#[test]
fn an_array_has_at_most_100_elements() {
    let (mut state, parent) = every_type();
    for (kind, element) in
        [("rich_text", text("x")[0].clone()), ("multi_select", json!({ "name": "a" }))]
    {
        let mut set = |count: usize| {
            let properties = json!({ kind: { kind: vec![element.clone(); count] } });
            let new = json!({ "parent": parent, "properties": properties });
            body(&mut state, "API-post-page", &new)
        };

        assert_eq!(set(100)["object"], "page");
        let message = set(101)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("length should be ≤ `100`, instead was `101`"), "{message}");
    }
}

#[test]
fn a_request_has_limits_for_blocks_and_bytes() {
    let (mut state, _) = every_type();
    let id = home(&state);
    let leaf = json!({ "paragraph": { "rich_text": text("x") } });
    let toggle = |inside: usize| json!({ "toggle": { "rich_text": text("x"), "children": vec![leaf.clone(); inside] } });
    let long =
        json!({ "paragraph": { "rich_text": vec![text(&"x".repeat(2_000))[0].clone(); 100] } });
    let deep = json!({ "toggle": { "rich_text": [], "children": [toggle(1)] } });
    for (children, hint) in [
        (vec![toggle(9); 100], None),
        (vec![toggle(10); 100], Some("≤ `1000`")),
        (vec![leaf.clone(); 101], Some("≤ `100`")),
        (vec![deep], Some("children.length")),
        (vec![json!({ "paragraph": { "rich_text": text(&"x".repeat(2_001)) } })], Some("≤ `2000`")),
        (vec![long; 3], Some("at most 500 KB")),
    ] {
        let append = json!({ "block_id": id, "children": children });
        let answer = body(&mut state, "API-patch-block-children", &append);

        match hint {
            None => assert_eq!(answer["object"], "list"),
            Some(hint) => {
                assert_eq!(answer["code"], "validation_error");
                assert!(
                    answer["message"].as_str().unwrap().contains(hint),
                    "{}",
                    answer["message"]
                );
            }
        }
    }
}

#[test]
fn lists_come_in_pages_of_at_most_100() {
    let (mut state, parent) = every_type();
    let id = parent["data_source_id"].clone();
    let page = home(&state);
    for (tool, mut call) in [
        ("API-get-users", json!({})),
        ("API-post-search", json!({})),
        ("API-get-block-children", json!({ "block_id": page })),
        ("API-retrieve-a-comment", json!({ "block_id": page })),
        ("API-query-data-source", json!({ "data_source_id": id })),
        ("API-list-data-source-templates", json!({ "data_source_id": id })),
        ("API-retrieve-a-page-property", json!({ "page_id": page, "property_id": "title" })),
    ] {
        call["page_size"] = json!(100);
        let whole = body(&mut state, tool, &call);
        call["page_size"] = json!(101);
        let large = body(&mut state, tool, &call);
        call["page_size"] = json!(1);
        call["start_cursor"] = json!("nowhere");
        let lost = body(&mut state, tool, &call);

        assert_eq!(
            (&whole["has_more"], &whole["next_cursor"]),
            (&json!(false), &Value::Null),
            "{tool}"
        );
        assert_eq!(large["code"], "validation_error", "{tool}");
        assert_eq!(lost["message"], "The start_cursor provided is invalid: nowhere", "{tool}");
    }
}

#[test]
fn a_long_property_is_read_page_by_page() {
    let (mut state, parent) = every_type();
    let id = home(&state);
    let ids = json!([{ "id": id }, { "id": id }, { "id": id }]);
    let new = json!({ "parent": parent, "properties": { "relation": { "relation": ids } } });
    let page = body(&mut state, "API-post-page", &new);
    let mut call = json!({ "page_id": page["id"], "property_id": "relation", "page_size": 2 });

    let first = body(&mut state, "API-retrieve-a-page-property", &call);
    call["start_cursor"] = first["next_cursor"].clone();
    let second = body(&mut state, "API-retrieve-a-page-property", &call);

    assert_eq!(first["results"].as_array().unwrap().len(), 2);
    assert_eq!(second["results"].as_array().unwrap().len(), 1);
    assert_eq!((&first["has_more"], &second["has_more"]), (&json!(true), &json!(false)));
}

#[test]
fn a_search_looks_at_shared_titles_only() {
    let (mut state, _) = every_type();
    let mut count = |query: &str| {
        let found = body(&mut state, "API-post-search", &json!({ "query": query }));
        found["results"].as_array().unwrap().len()
    };

    assert_eq!(count("HOME"), 1);
    // It stands in a text and in titles that are not shared.
    assert_eq!(count("plan"), 0);
}

#[test]
fn a_search_that_no_index_knows_is_refused() {
    let (mut state, _) = every_type();
    for (name, value, hint) in [
        ("filter", json!({ "property": "title", "value": "page" }), "body.filter.property"),
        ("sort", json!({ "timestamp": "created_time" }), "body.sort.timestamp"),
        ("sort", json!({ "direction": "up" }), "body.sort.direction"),
    ] {
        let refused = body(&mut state, "API-post-search", &json!({ name: value }));
        assert!(refused["message"].as_str().unwrap().contains(hint), "{refused}");
    }
}

#[test]
fn what_is_not_shared_is_not_found_by_any_tool() {
    let (mut state, _) = every_type();
    let page = state.notion.pages_of("secret")[0].id.clone();
    let database = state.notion.database("secret").unwrap().id.clone();
    let source = source_id(&state, "secret");
    for (tool, call) in [
        ("API-retrieve-a-page", json!({ "page_id": page })),
        ("API-patch-page", json!({ "page_id": page, "in_trash": true })),
        ("API-move-page", json!({ "page_id": page, "parent": { "type": "workspace" } })),
        ("API-retrieve-a-block", json!({ "block_id": page })),
        ("API-get-block-children", json!({ "block_id": page })),
        ("API-retrieve-a-database", json!({ "database_id": database })),
        ("API-retrieve-a-data-source", json!({ "data_source_id": source })),
        ("API-update-a-data-source", json!({ "data_source_id": source, "properties": {} })),
        ("API-query-data-source", json!({ "data_source_id": source })),
    ] {
        let refused = body(&mut state, tool, &call);

        assert_eq!(
            (&refused["status"], &refused["code"]),
            (&json!(404), &json!("object_not_found"))
        );
        let hint = "are shared with your integration.";
        assert!(refused["message"].as_str().unwrap().ends_with(hint), "{tool}: {refused}");
    }
}

#[test]
fn rows_in_the_trash_are_listed_when_asked_for() {
    let (mut state, parent) = every_type();
    let new = json!({ "parent": parent, "properties": { "Name": title("Old") } });
    let page = body(&mut state, "API-post-page", &new);
    body(&mut state, "API-patch-page", &json!({ "page_id": page["id"], "in_trash": true }));
    let mut ids = |more: Value| {
        let mut query = parent.clone();
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = body(&mut state, "API-query-data-source", &query);
        found["results"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };

    assert!(ids(json!({})).is_empty());
    assert_eq!(ids(json!({ "in_trash": true })), [page["id"].clone()]);
    assert_eq!(ids(json!({ "archived": true })), [page["id"].clone()]);
}

#[test]
fn properties_are_chosen_by_a_list_or_by_a_text() {
    let (mut state, parent) = every_type();
    body(&mut state, "API-post-page", &json!({ "parent": parent, "properties": {} }));
    for wanted in [json!(["title", "number"]), json!("title,number")] {
        let mut query = parent.clone();
        query["filter_properties"] = wanted;
        let found = body(&mut state, "API-query-data-source", &query);

        let properties = found["results"][0]["properties"].as_object().unwrap();
        assert_eq!(properties.keys().collect::<Vec<_>>(), ["Name", "number"]);
    }
}

#[test]
fn arguments_of_the_wrong_type_are_refused_by_name() {
    let (mut state, parent) = every_type();
    let page = home(&state);
    let source = &parent["data_source_id"];
    for (tool, call, hint) in [
        (
            "API-query-data-source",
            json!({ "data_source_id": source, "sorts": "Name" }),
            "body.sorts",
        ),
        (
            "API-query-data-source",
            json!({ "data_source_id": source, "in_trash": "no" }),
            "body.in_trash",
        ),
        ("API-patch-page", json!({ "page_id": page, "archived": 1 }), "body.archived"),
        ("API-patch-page", json!({ "page_id": page, "properties": [] }), "body.properties"),
        ("API-patch-block-children", json!({ "block_id": page, "children": {} }), "body.children"),
        ("API-create-a-comment", json!({ "parent": {}, "rich_text": [] }), "body.parent.page_id"),
        ("API-post-search", json!({ "query": 5 }), "body.query"),
        ("API-get-users", json!({ "start_cursor": 5 }), "body.start_cursor"),
        (
            "API-patch-block-children",
            json!({ "block_id": page, "children": [], "after": 5 }),
            "body.after",
        ),
        (
            "API-patch-block-children",
            json!({ "block_id": page, "children": [{ "to_do": { "rich_text": [], "checked": "x" } }] }),
            "body.children[0].to_do.checked should be a boolean",
        ),
    ] {
        let refused = body(&mut state, tool, &call);
        assert!(refused["message"].as_str().unwrap().contains(hint), "{tool}: {refused}");
    }
}

#[test]
fn what_the_api_would_heed_and_this_world_lacks_is_named() {
    let (mut state, parent) = every_type();
    let page = home(&state);
    let source = &parent["data_source_id"];
    let formula = json!({ "Sum": { "formula": { "expression": "1" } } });
    for (tool, call, name) in [
        ("API-patch-page", json!({ "page_id": page, "erase_content": true }), "erase_content"),
        (
            "API-post-page",
            json!({ "parent": parent, "properties": {}, "template": {} }),
            "template",
        ),
        (
            "API-update-a-data-source",
            json!({ "data_source_id": source, "in_trash": true }),
            "in_trash",
        ),
        (
            "API-update-a-data-source",
            json!({ "data_source_id": source, "properties": formula }),
            "formula",
        ),
        (
            "API-query-data-source",
            json!({ "data_source_id": source, "result_type": "page" }),
            "result_type",
        ),
    ] {
        let message = not_backed(&mut state, tool, &call);
        assert!(message.contains(name), "{tool}: {message}");
    }
}

#[test]
fn a_block_keeps_its_colour_and_its_language() {
    let (mut state, _) = every_type();
    let code = json!({ "rich_text": text("x = 1"), "language": "python" });
    let quote = json!({ "rich_text": text("Be kind."), "color": "red" });

    let append =
        json!({ "block_id": home(&state), "children": [{ "code": code }, { "quote": quote }] });
    let added = body(&mut state, "API-patch-block-children", &append);
    let change = json!({ "block_id": added["results"][1]["id"], "quote": { "color": "blue" } });
    let changed = body(&mut state, "API-update-a-block", &change);

    assert_eq!(added["results"][0]["code"]["language"], "python");
    assert_eq!(added["results"][1]["quote"]["color"], "red");
    assert_eq!(changed["quote"]["color"], "blue");
    assert_eq!(changed["quote"]["rich_text"][0]["plain_text"], "Be kind.");
}

#[test]
fn markdown_is_inserted_and_replaced_by_its_ends() {
    let (mut state, _) = every_type();
    let id = home(&state);
    let mut edit = |kind: &str, edit: Value| {
        let call = json!({ "page_id": id, "type": kind, kind: edit });
        let page = body(&mut state, "API-update-page-markdown", &call);
        page["markdown"].as_str().map(str::to_owned).ok_or_else(|| page["code"].clone())
    };

    edit("replace_content", json!({ "new_str": "One\nTwo and more\nThree" })).unwrap();
    let start = json!({ "content": "# Top", "position": { "type": "start" } });
    assert_eq!(edit("insert_content", start).unwrap(), "# Top\nOne\nTwo and more\nThree");
    let after = json!({ "content": "New", "after": "Two...more" });
    assert_eq!(edit("insert_content", after).unwrap(), "# Top\nOne\nTwo and more\nNew\nThree");
    let end = edit("insert_content", json!({ "content": "End" })).unwrap();
    assert_eq!(end, "# Top\nOne\nTwo and more\nNew\nThree\nEnd");
    let range = json!({ "content": "2", "content_range": "Two...New" });
    assert_eq!(edit("replace_content_range", range).unwrap(), "# Top\nOne\n2\nThree\nEnd");
    for bad in [
        json!({ "content": "x", "after": "Nowhere" }),
        json!({ "content": "x", "after": "One", "position": { "type": "end" } }),
        json!({ "content": "x", "position": { "type": "middle" } }),
        json!({ "after": "One" }),
    ] {
        assert_eq!(edit("insert_content", bad), Err(json!("validation_error")));
    }
    let nothing = json!({ "content_updates": [{ "old_str": "One" }] });
    assert_eq!(edit("update_content", nothing), Err(json!("validation_error")));
}

#[test]
fn content_with_pages_below_is_replaced_only_when_they_may_go() {
    let (mut state, _) = every_type();
    let id = home(&state);
    let new = json!({ "parent": { "page_id": id }, "properties": { "title": text("Below") } });
    let below = body(&mut state, "API-post-page", &new)["id"].clone();
    let mut replace = |allowed: bool| {
        let edit = json!({ "new_str": "New", "allow_deleting_content": allowed });
        let call = json!({ "page_id": id, "type": "replace_content", "replace_content": edit });
        body(&mut state, "API-update-page-markdown", &call)
    };

    assert_eq!(replace(false)["code"], "validation_error");
    assert_eq!(replace(true)["markdown"], "New");
    let below = body(&mut state, "API-retrieve-a-page", &json!({ "page_id": below }));
    assert_eq!(below["in_trash"], true);
}
