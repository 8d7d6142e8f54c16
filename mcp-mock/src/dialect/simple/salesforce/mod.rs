//! Salesforce in the `simple` dialect.
//!
//! Leads, contacts and the like are made and read under short names (`company`, `notes`); `query`,
//! `get_record` and `describe_object` speak of the API's own fields.

mod fields;
mod leads;
mod records;
#[cfg(test)]
mod tests;

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
