//! Gmail in the `simple` dialect.

mod labels;
mod messages;
mod render;
#[cfg(test)]
mod tests;

use crate::dialect::CatalogTool;
use crate::service::gmail::Gmail;

/// Every tool, in the order of the list.
pub(crate) fn tools() -> Vec<CatalogTool<Gmail>> {
    vec![
        messages::get_latest(),
        messages::send_message(),
        messages::get_message(),
        messages::list_messages(),
        messages::search(),
        labels::list_labels(),
        labels::create_label(),
        labels::modify_labels(),
        messages::create_draft(),
        messages::trash_message(),
    ]
}
