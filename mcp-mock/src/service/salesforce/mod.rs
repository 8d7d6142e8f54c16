//! Salesforce: one org with the standard objects of sales and service.
//!
//! Kept are the rules that a program trips over: ids of 15 and 18 characters, required fields,
//! defaults and computed fields, deleted versus never there, picklists that take any value, duplicate
//! rules, collections in which each record fares for itself, and SOQL (see [`Salesforce::query`]) with
//! errors that say where. Sharing, triggers and lead conversion are not modelled.

mod collections;
mod duplicates;
mod fields;
mod ids;
mod objects;
mod records;
mod refusal;
mod search;
mod seed;
mod soql;
mod state;

pub use collections::Outcome;
pub use fields::{Field, FieldKind};
pub use ids::{long_id, short_id};
pub use objects::ObjectRule;
pub use search::{Returning, SearchFields};
pub use seed::SalesforceSeed;
pub use soql::QueryResult;
pub use state::{Record, Salesforce};
