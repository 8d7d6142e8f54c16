//! Notion: one workspace with databases, their data sources, and pages with blocks.
//!
//! Kept are the rules that a program trips over: values must fit the type of their property, a status
//! is never invented while a select option is, archived pages are not edited, a database with two
//! data sources does not answer to its own id, and what is not shared is not found. Rich text is kept
//! as plain text; formulas, rollups, comments and users are not modelled.

mod blocks;
mod databases;
mod filter;
mod pages;
mod paging;
mod plain;
mod properties;
mod refusal;
mod search;
mod seed;
mod state;

pub use databases::QueryRequest;
pub use pages::{NewPage, PageChange, ParentRef};
pub use paging::{Listing, Paging};
pub use search::{Found, FoundKind, SearchRequest};
pub use seed::{DatabaseSeed, NotionSeed, PageSeed, PropertySeed, SourceSeed};
pub use state::{
    Block, DataSource, Database, DateValue, Notion, Page, Parent, Property, PropertyKind,
    PropertyValue,
};
