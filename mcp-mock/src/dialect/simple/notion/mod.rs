//! Notion in the `simple` dialect.
//!
//! Values of properties are plain (`{"Status": "Open", "Ticket ID": 12345}`) and take their shape from
//! the schema of the database. A `database_id` is a UUID or the alias of the database.

mod append_text;
mod archive_page;
mod create_page;
mod get_database;
mod get_page;
mod list_databases;
mod query_database;
mod render;
mod search;
mod update_page;

use crate::dialect::simple::tool::Tool;
use crate::service::notion::Notion;

/// Every tool, in the order of the list.
pub(crate) fn tools() -> Vec<Tool<Notion>> {
    vec![
        create_page::tool(),
        get_page::tool(),
        update_page::tool(),
        query_database::tool(),
        search::tool(),
        archive_page::tool(),
        list_databases::tool(),
        get_database::tool(),
        append_text::tool(),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dialect::simple::demo::Demo;

    fn ticket(demo: &mut Demo) -> String {
        let page = demo.call("create_page", support_ticket()).unwrap();
        page["id"].as_str().unwrap().to_owned()
    }

    fn support_ticket() -> Value {
        json!({
            "database_id": "support-tickets-db",
            "properties": {
                "Ticket ID": 12345,
                "Customer": "customer@example.com",
                "GitHub Issue": 7,
                "Status": "Open",
                "Created": "2026-11-22",
            },
        })
    }

    #[test]
    fn every_tool_answers_in_its_declared_shape() {
        let mut demo = Demo::new(tools());
        let id = ticket(&mut demo);
        let database = "support-tickets-db";
        let calls = [
            ("create_page", support_ticket()),
            ("get_page", json!({ "page_id": id })),
            ("update_page", json!({ "page_id": id, "properties": { "Status": "Closed" } })),
            ("query_database", json!({ "database_id": database, "filter": { "Status": "Open" } })),
            ("search", json!({ "query": "" })),
            ("archive_page", json!({ "page_id": id })),
            ("list_databases", json!({})),
            ("get_database", json!({ "database_id": database })),
            ("append_text", json!({ "page_id": ticket(&mut demo), "text": "One.\n\nTwo." })),
        ];
        let names: Vec<_> = tools().iter().map(|tool| tool.name).collect();
        assert_eq!(names, calls.each_ref().map(|(name, _)| *name));

        for (name, arguments) in calls {
            demo.call(name, arguments).unwrap();
        }
    }

    #[test]
    fn the_support_ticket_is_filed_as_given() {
        let mut demo = Demo::new(tools());
        let id = ticket(&mut demo);

        let page = demo.call("get_page", json!({ "page_id": id })).unwrap();

        let mut expected = support_ticket()["properties"].clone();
        expected["Name"] = json!("");
        assert_eq!(page["properties"], expected);
    }

    #[test]
    fn a_database_goes_by_alias_and_by_id_with_or_without_dashes() {
        let mut demo = Demo::new(tools());
        let id = demo.state.notion.database("support-tickets-db").unwrap().id.clone();

        for name in ["support-tickets-db", &id, &id.replace('-', "")] {
            let database = demo.call("get_database", json!({ "database_id": name })).unwrap();
            assert_eq!(database["id"], json!(id));
        }
    }

    #[test]
    fn an_unknown_alias_lists_the_known_ones() {
        let mut demo = Demo::new(tools());

        let refused = demo.call("get_database", json!({ "database_id": "tickets" })).unwrap_err();

        assert_eq!((refused.status, refused.code.as_str()), (404, "object_not_found"));
        let known = refused.details.unwrap()["known"].clone();
        assert!(known.as_array().unwrap().contains(&json!("support-tickets-db")));
    }

    #[test]
    fn a_number_given_as_text_is_refused() {
        let mut demo = Demo::new(tools());
        let mut ticket = support_ticket();
        ticket["properties"]["Ticket ID"] = json!("12345");

        let refused = demo.call("create_page", ticket).unwrap_err();

        assert_eq!(refused.message, "Ticket ID is expected to be number.");
    }

    #[test]
    fn null_empties_a_property() {
        let mut demo = Demo::new(tools());
        let id = ticket(&mut demo);

        let change = json!({ "page_id": id, "properties": { "Customer": null } });
        let page = demo.call("update_page", change).unwrap();

        assert_eq!(page["properties"]["Customer"], Value::Null);
    }

    #[test]
    fn a_filter_takes_plain_values_and_conditions() {
        let mut demo = Demo::new(tools());
        ticket(&mut demo);
        let mut found = |filter: Value| {
            let query = json!({ "database_id": "support-tickets-db", "filter": filter });
            let answer = demo.call("query_database", query).unwrap();
            answer["pages"].as_array().unwrap().len()
        };

        assert_eq!(found(json!({ "Ticket ID": 12345, "Status": "Open" })), 1);
        assert_eq!(found(json!({ "Ticket ID": { "greater_than": 12345 } })), 0);
        assert_eq!(found(json!({ "Customer": "nobody@example.com" })), 0);
    }

    #[test]
    fn content_is_kept_as_paragraphs() {
        let mut demo = Demo::new(tools());
        let mut ticket = support_ticket();
        ticket["content"] = json!("First.\n\nSecond.");
        let id = demo.call("create_page", ticket).unwrap()["id"].clone();

        demo.call("append_text", json!({ "page_id": id, "text": "Third." })).unwrap();
        let page = demo.call("get_page", json!({ "page_id": id })).unwrap();

        assert_eq!(page["content"], "First.\n\nSecond.\n\nThird.");
    }
}
