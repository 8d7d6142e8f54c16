//! Salesforce in the `simple` dialect.
//!
//! Leads, contacts and the like are made and read under short names (`company`, `notes`); `query`,
//! `get_record` and `describe_object` speak of the API's own fields.

mod fields;
mod leads;
mod records;

use crate::dialect::CatalogTool;
use crate::service::salesforce::Salesforce;

/// Every tool, in the order of the list.
pub(crate) fn tools() -> Vec<CatalogTool<Salesforce>> {
    vec![
        leads::create_lead(),
        leads::get_lead(),
        leads::update_lead(),
        records::create_case(),
        records::query(),
        records::create_opportunity(),
        records::create_contact(),
        records::get_record(),
        records::delete_record(),
        records::describe_object(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_argument_of_a_tool_that_writes_is_the_short_name_of_a_field() {
        for tool in tools() {
            let listed = &tool.listed;
            let writes = ["create_", "update_"].iter().any(|verb| listed.name.starts_with(verb));
            let schema: serde_json::Value =
                serde_json::from_str(listed.input_schema.get()).unwrap();
            let names = schema["properties"].as_object().unwrap().keys().filter(|_| writes);
            for name in names {
                assert!(fields::api_name(name).is_some(), "{} {name}", listed.name);
            }
        }
    }
}
