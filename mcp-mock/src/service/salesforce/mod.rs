//! Salesforce: one org with the standard objects of sales and service.
//!
//! Kept are the rules that a program trips over: ids of 15 and 18 characters, required fields,
//! defaults and computed fields, deleted versus never there, picklists that take any value, duplicate
//! rules, collections in which each record succeeds or fails alone, and SOQL (see [`Salesforce::query`]) with
//! errors that say where. An org may add objects and fields, and keep fields from profiles. Sharing and lead
//! conversion are not modelled, and Apex is kept as source.

mod apex;
mod collections;
mod custom;
mod duplicates;
mod fields;
mod ids;
mod objects;
mod permissions;
mod quota;
mod records;
pub(crate) mod refusal;
mod relations;
mod search;
mod seed;
mod soql;
mod state;
mod trace;

pub use apex::{ApexKind, ApexText};
pub use collections::Outcome;
pub use custom::{CustomField, CustomObject, ObjectChange, OnDelete};
pub use fields::{Field, FieldKind, Values};
pub use ids::{long_id, short_id};
pub use objects::{Children, ObjectRule};
pub use permissions::{ADMINISTRATOR, Access, FieldPermission};
pub use search::{Returning, Search, SearchFields};
pub use seed::{SalesforceSeed, UserSeed};
pub use soql::QueryResult;
pub use state::{FieldRef, Record, RecordRef, Salesforce};
pub use trace::{NewTrace, TraceFlag, User};

/// What the operations take from their world. Each of them is a request; what is free says so.
pub type Api<'w> = super::Api<'w, Salesforce>;

/// A world with this content of the org.
#[cfg(test)]
fn seeded(seed: serde_json::Value) -> crate::world::State {
    use crate::world::ServiceState as _;

    let mut state = crate::world::State::empty(1);
    let (salesforce, mut api) = Salesforce::open(&mut state);
    salesforce.apply_seed(&mut api, serde_json::from_value(seed).unwrap()).unwrap();
    state
}
