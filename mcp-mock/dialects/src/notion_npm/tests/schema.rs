//! Data sources that are made and changed, and pages that are moved.

use super::*;

fn tasks() -> State {
    world(Some(json!({
        "databases": [
            {
                "name": "tasks",
                "properties": {
                    "Points": "number",
                    "Notes": "rich_text",
                    "Kind": { "type": "select", "options": ["Bug", "Idea"] },
                    "State": { "type": "status", "options": ["Open", "Done"] },
                },
                "pages": [
                    { "Name": "a", "Points": 1, "Notes": "first", "Kind": "Bug", "State": "Open" },
                    { "Name": "b", "Points": 2, "Kind": "Idea" },
                ],
            },
            {
                "name": "archive",
                "properties": {
                    "Points": "number", "Kind": "rich_text", "No": "unique_id",
                    "State": { "type": "status", "options": ["Done"] },
                },
            },
        ],
        "pages": [{ "title": "Home", "content": "Hello." }, { "title": "Below" }],
    })))
}

#[track_caller]
fn change(state: &mut State, properties: &Value) -> Value {
    let id = source_id(state, "tasks");
    let change = json!({ "data_source_id": id, "properties": properties });
    body(state, "API-update-a-data-source", &change)
}

fn rows(state: &mut State) -> Vec<Value> {
    let id = source_id(state, "tasks");
    let found = body(state, "API-query-data-source", &json!({ "data_source_id": id }));
    found["results"].as_array().unwrap().clone()
}

fn page_id(state: &State, title: &str) -> String {
    state.notion.page_titled(title).unwrap().id.clone()
}

#[track_caller]
fn moved(state: &mut State, title: &str, parent: &Value) -> Value {
    let id = page_id(state, title);
    body(state, "API-move-page", &json!({ "page_id": id, "parent": parent }))
}

#[test]
fn a_data_source_is_made_in_a_database_and_takes_pages() {
    let mut state = tasks();
    let database = state.notion.database("tasks").unwrap().id.clone();
    let properties = json!({
        "Task": { "title": {} },
        "Effort": { "type": "number", "number": { "format": "percent" } },
        "Size": { "select": { "options": [{ "name": "S", "color": "red" }] } },
    });
    let new = json!({
        "parent": { "type": "database_id", "database_id": database.replace('-', "") },
        "title": [{ "text": { "content": "Later" } }],
        "properties": properties,
    });

    let made = body(&mut state, "API-create-a-data-source", &new);
    let row = json!({
        "parent": { "data_source_id": made["id"] },
        "properties": { "Task": title("x"), "Size": { "select": { "name": "S" } } },
    });
    let row = body(&mut state, "API-post-page", &row);

    assert_eq!(
        (&made["object"], &made["parent"]["database_id"]),
        (&json!("data_source"), &json!(database))
    );
    assert_eq!(made["title"][0]["plain_text"], "Later");
    assert_eq!(made["properties"]["Effort"]["number"]["format"], "percent");
    assert_eq!(made["properties"]["Size"]["select"]["options"][0]["color"], "red");
    assert_eq!(made["properties"]["Task"]["id"], "title");
    assert_eq!(row["properties"]["Size"]["select"]["color"], "red");
    assert_eq!(row["properties"]["Effort"]["number"], Value::Null);
    let database = body(&mut state, "API-retrieve-a-database", &json!({ "database_id": database }));
    assert_eq!(database["data_sources"][1], json!({ "id": made["id"], "name": "Later" }));
}

#[test]
fn a_data_source_that_cannot_be_made_is_refused() {
    let mut state = tasks();
    let database = state.notion.database("tasks").unwrap().id.clone();
    let before = state.notion.clone();
    let mut message = |parent: Value, properties: Value| {
        let new = json!({ "parent": parent, "properties": properties });
        let refused = body(&mut state, "API-create-a-data-source", &new);
        assert_eq!(state.notion, before);
        refused["message"].as_str().unwrap().to_owned()
    };
    let parent = json!({ "database_id": database });
    let titled = json!({ "Name": { "title": {} } });

    let page = message(json!({ "page_id": database }), titled.clone());
    assert!(page.contains("body.parent.database_id should be defined"), "{page}");
    let unknown = message(json!({ "database_id": "0a1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d" }), titled);
    assert!(unknown.starts_with("Could not find database with ID: 0a1b2c3d-"), "{unknown}");
    assert_eq!(message(parent.clone(), json!({ "N": { "number": {} } })), "Title is not provided");
    for (property, hint) in [
        (json!({ "status": {} }), "name and options of a status cannot be set"),
        (json!({ "title": {} }), "exactly one title"),
        (json!({ "colour": {} }), "body.properties.X should be an object with one of checkbox,"),
        (json!({ "number": 5 }), "body.properties.X.number should be an object"),
        (json!({ "relation": {} }), "body.properties.X.relation.data_source_id should be defined"),
        (
            json!({ "relation": { "data_source_id": database } }),
            "Could not find data_source with ID",
        ),
        (json!({ "select": { "options": [{ "name": "a,b" }] } }), "commas not allowed: a,b"),
        (
            json!({ "select": { "options": [{ "name": "a", "color": "mauve" }] } }),
            "the name of a colour",
        ),
    ] {
        let properties = json!({ "Name": { "title": {} }, "X": property });
        let message = message(parent.clone(), properties);
        assert!(message.contains(hint), "{message}");
    }
}

#[test]
fn a_new_property_is_empty_in_every_page() {
    let mut state = tasks();

    let source = change(&mut state, &json!({ "Due": { "date": {} }, "No": { "unique_id": {} } }));

    assert_eq!(source["properties"]["Due"]["type"], "date");
    let rows = rows(&mut state);
    assert_eq!(rows[0]["properties"]["Due"]["date"], Value::Null);
    assert_eq!(rows[1]["properties"]["No"]["unique_id"]["number"], 2);
}

#[test]
fn a_renamed_property_keeps_its_id_and_its_values() {
    let mut state = tasks();
    let id = source_id(&state, "tasks");
    let before = body(&mut state, "API-retrieve-a-data-source", &json!({ "data_source_id": id }));
    let points = before["properties"]["Points"]["id"].clone();

    let source = change(&mut state, &json!({ (points.as_str().unwrap()): { "name": "Effort" } }));

    assert_eq!(source["properties"]["Effort"]["id"], points);
    assert!(source["properties"].get("Points").is_none());
    assert_eq!(rows(&mut state)[1]["properties"]["Effort"]["number"], 2);
}

#[test]
fn a_removed_property_takes_its_values_along() {
    let mut state = tasks();

    change(&mut state, &json!({ "Points": null }));
    change(&mut state, &json!({ "Points": { "number": {} } }));

    assert_eq!(rows(&mut state)[1]["properties"]["Points"]["number"], Value::Null);
}

#[test]
fn a_changed_type_keeps_the_values_that_fit() {
    let mut state = tasks();

    change(&mut state, &json!({ "Kind": { "multi_select": {} }, "Notes": { "url": {} } }));
    change(&mut state, &json!({ "Points": { "checkbox": {} } }));

    let row = rows(&mut state)[0]["properties"].clone();
    assert_eq!(row["Kind"]["multi_select"][0]["name"], "Bug");
    assert_eq!(row["Notes"]["url"], "first");
    assert_eq!(row["Points"]["checkbox"], false);
}

#[test]
fn a_list_of_options_takes_the_place_of_the_one_before() {
    let mut state = tasks();
    let options = json!([{ "name": "Idea" }, { "name": "Chore", "color": "pink" }]);

    let source = change(&mut state, &json!({ "Kind": { "select": { "options": options } } }));
    let recolored = json!({ "options": [{ "name": "Chore", "color": "blue" }] });
    let refused = change(&mut state, &json!({ "Kind": { "select": recolored } }));

    let names: Vec<_> = source["properties"]["Kind"]["select"]["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Idea", "Chore"]);
    let rows = rows(&mut state);
    assert_eq!(rows[0]["properties"]["Kind"]["select"], Value::Null);
    assert_eq!(rows[1]["properties"]["Kind"]["select"]["name"], "Idea");
    assert_eq!(refused["message"], "Cannot update color of select with name: Chore.");
}

#[test]
fn a_schema_keeps_its_title_and_its_status() {
    let mut state = tasks();
    let before = state.notion.clone();
    for (properties, hint) in [
        (json!({ "Name": null }), "Cannot delete the title property."),
        (json!({ "Name": { "number": {} } }), "exactly one title"),
        (json!({ "Points": { "title": {} } }), "exactly one title"),
        (json!({ "State": { "status": { "options": [{ "name": "New" }] } } }), "of a status"),
        (json!({ "State": { "name": "Progress" } }), "of a status"),
        (json!({ "Points": { "status": {} } }), "of a status"),
        (json!({ "Points": { "name": "Notes" } }), "A property named Notes exists already."),
        (json!({ "Points": { "name": "" } }), "body.properties.Points.name should be"),
        (json!({ "Points": 5 }), "body.properties.Points should be an object"),
        (json!({ "Nope": null }), "Nope is not a property that exists."),
        (json!({ "Nope": { "name": "Yes" } }), "Nope is not a property that exists."),
    ] {
        let refused = change(&mut state, &properties);

        assert_eq!(refused["code"], "validation_error", "{properties}");
        assert!(refused["message"].as_str().unwrap().contains(hint), "{refused}");
        assert_eq!(state.notion, before, "{properties}");
    }
    let renamed = change(&mut state, &json!({ "title": { "name": "Task" } }));
    assert_eq!(renamed["properties"]["Task"]["id"], "title");
}

#[test]
fn a_data_source_has_another_name_and_a_description() {
    let mut state = tasks();
    let text = |text: &str| json!([{ "text": { "content": text } }]);
    let id = source_id(&state, "tasks");
    let change =
        json!({ "data_source_id": id, "title": text("Work"), "description": text("All of it") });

    let source = body(&mut state, "API-update-a-data-source", &change);

    assert_eq!(source["title"][0]["plain_text"], "Work");
    assert_eq!(source["description"][0]["plain_text"], "All of it");
    assert_eq!(rows(&mut state).len(), 2);
}

#[test]
fn a_moved_row_takes_along_what_fits() {
    let mut state = tasks();
    let source = source_id(&state, "archive");
    let database = state.notion.database("archive").unwrap().id.clone();

    let page = moved(&mut state, "a", &json!({ "type": "database_id", "database_id": database }));

    assert_eq!(page["parent"]["data_source_id"], source);
    let values = &page["properties"];
    assert_eq!(values["Name"]["title"][0]["plain_text"], "a");
    assert_eq!(
        (&values["Points"]["number"], &values["No"]["unique_id"]["number"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        (&values["Kind"]["rich_text"], &values["State"]["status"]),
        (&json!([]), &Value::Null)
    );
    assert!(values.get("Notes").is_none());
    assert_eq!(rows(&mut state).len(), 1);
}

#[test]
fn a_row_that_leaves_its_data_source_keeps_its_title_and_content() {
    let mut state = tasks();
    let home = page_id(&state, "Home");

    let below = moved(&mut state, "b", &json!({ "type": "page_id", "page_id": home }));
    let home = moved(&mut state, "Home", &json!({ "type": "workspace" }));

    assert_eq!(below["parent"]["page_id"], home["id"]);
    assert_eq!(below["properties"].as_object().unwrap().len(), 1);
    assert_eq!(below["properties"]["title"]["title"][0]["plain_text"], "b");
    let content = json!({ "page_id": home["id"] });
    assert_eq!(body(&mut state, "API-retrieve-page-markdown", &content)["markdown"], "Hello.");
}

#[test]
fn a_page_that_cannot_be_moved_stays() {
    let mut state = tasks();
    let home = page_id(&state, "Home");
    moved(&mut state, "Below", &json!({ "type": "page_id", "page_id": home }));
    let below = page_id(&state, "Below");
    let before = state.notion.clone();
    let mut refused = |title: &str, parent: Value| {
        let refused = moved(&mut state, title, &parent);
        assert_eq!(state.notion, before);
        format!("{} {}", refused["code"].as_str().unwrap(), refused["message"].as_str().unwrap())
    };

    let itself = "validation_error A page cannot be moved below itself.";
    assert_eq!(refused("Home", json!({ "type": "page_id", "page_id": home })), itself);
    assert_eq!(refused("Home", json!({ "type": "page_id", "page_id": below })), itself);
    let nowhere =
        refused("a", json!({ "type": "page_id", "page_id": "0a1b2c3d4e5f4a6b8c7d9e0f1a2b3c4d" }));
    assert!(nowhere.starts_with("object_not_found Could not find page"), "{nowhere}");
    let nothing = refused("a", json!({ "type": "space" }));
    assert!(nothing.contains("body.parent should be an object with `page_id`"), "{nothing}");
    let trash = json!({ "page_id": below, "in_trash": true });
    body(&mut state, "API-patch-page", &trash);
    let archived = moved(&mut state, "Below", &json!({ "type": "workspace" }));
    assert!(
        archived["message"].as_str().unwrap().starts_with("Can't edit block that is archived.")
    );
}

proptest! {
    #[test]
    fn pages_have_what_the_schema_says_after_any_changes(
        changes in prop::collection::vec(
            (
                prop::sample::select(vec!["Name", "Points", "Notes", "Kind", "State", "New", "title"]),
                prop::sample::select(vec![
                    json!(null), json!(5), json!({}), json!({ "name": "Points" }),
                    json!({ "name": "New" }), json!({ "number": {} }), json!({ "title": {} }),
                    json!({ "select": {} }), json!({ "multi_select": { "options": [] } }),
                    json!({ "unique_id": {} }), json!({ "status": {} }), json!({ "rich_text": {} }),
                    json!({ "select": { "options": [{ "name": "Bug" }, { "name": "" }] } }),
                    json!({ "checkbox": {}, "name": "Kind" }),
                ]),
            ),
            0..8,
        ),
        leaves in any::<bool>(),
    ) {
        let mut state = tasks();
        for (name, json) in changes {
            change(&mut state, &json!({ name: json }));
        }
        if leaves {
            let archive = json!({ "data_source_id": source_id(&state, "archive") });
            moved(&mut state, "b", &archive);
        }

        for page in &state.notion.pages {
            let Some(source) = state.notion.source_of(page) else { continue };
            let mut names: Vec<_> = source.properties.iter().map(|known| &known.name).collect();
            names.sort();
            prop_assert_eq!(page.properties.keys().collect::<Vec<_>>(), names);
            let titles = source.properties.iter().filter(|known| known.kind.name() == "title");
            prop_assert_eq!(titles.count(), 1);
        }
    }
}
