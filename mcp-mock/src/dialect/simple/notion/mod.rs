//! Notion in the `simple` dialect: tools for pages, databases and search, one request each.
//!
//! Values of properties are plain (`{"Status": "Open", "Ticket ID": 12345}`) and take their shape from
//! the schema of the database. A `database_id` is a UUID or the alias of the database.

mod databases;
mod pages;
mod search;

use serde::Deserialize;
use serde_json::json;

use crate::dialect::CatalogTool;
use crate::dialect::schema::{Field, integer, nullable, optional, required, text};
use crate::service::ApiError;
use crate::service::notion::{Database, Notion, Paging};

/// Every tool, in the order of the list.
pub(super) fn tools() -> Vec<CatalogTool<Notion>> {
    vec![
        pages::create_page(),
        pages::get_page(),
        pages::update_page(),
        databases::query_database(),
        search::search(),
        pages::archive_page(),
        databases::list_databases(),
        databases::get_database(),
        pages::append_text(),
    ]
}

/// Which page of a list is wanted.
#[derive(Deserialize)]
struct PageArguments {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl PageArguments {
    fn paging(self) -> Paging {
        // A negative limit is out of range just as 0 is, and refused as such.
        let page_size = self.limit.map(|limit| usize::try_from(limit).unwrap_or_default());
        Paging { page_size, start_cursor: self.cursor }
    }
}

fn limit(description: &str) -> Field {
    optional("limit", integer(description))
}

fn cursor() -> Field {
    optional("cursor", text("`next_cursor` of the answer before"))
}

fn next_cursor() -> Field {
    required("next_cursor", nullable(text("Where to go on; null on the last page")))
}

/// The database that `database_id` names, by UUID or by alias. No request finds one by its alias.
fn database_named<'a>(notion: &'a Notion, name: &str) -> Result<&'a Database, ApiError> {
    if let Some(database) = notion.database(name) {
        return notion.find_database(&database.id);
    }
    let aliases = notion.shared_databases().filter_map(|database| database.alias.as_ref());
    let message = format!(
        "Could not find database with ID: {name}. Make sure the relevant pages and databases are shared \
         with your integration."
    );
    Err(ApiError::new(404, "object_not_found", message)
        .with_details(json!({ "known": aliases.collect::<Vec<_>>() })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dialect::simple::tests::Demo;

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
        let tools = tools();
        let names: Vec<_> = tools.iter().map(|tool| tool.listed.name.as_str()).collect();
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
