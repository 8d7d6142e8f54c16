//! Notion: one workspace with databases, their data sources, and pages with blocks.
//!
//! The rules that programs break most often are kept: values must fit the type of their property, a status
//! is never invented while a select option is, archived pages are not edited, a database with two
//! data sources does not answer to its own id, and what is not shared is not found. A schema may be
//! changed and a page moved, and values go along as far as they fit. Rich text is kept as plain text, and
//! comments hang on pages only; formulas and rollups are not modelled.

mod blocks;
mod comments;
mod databases;
mod filter;
mod markdown;
mod moves;
mod pages;
mod paging;
mod plain;
mod properties;
mod quota;
pub(crate) mod refusal;
mod schema;
mod search;
mod seed;
mod sort;
mod state;
mod tree;
mod users;

pub use blocks::BLOCK_KINDS;
pub use databases::QueryRequest;
pub use markdown::{MarkdownPlace, Replacement};
pub use pages::{NewPage, PageChange, PageView, ParentRef};
pub use paging::Paging;
pub use schema::SourceChange;
pub use search::{Found, FoundKind, SearchRequest};
pub use seed::{DatabaseSeed, NotionSeed, PageSeed, PropertySeed, SourceSeed};
pub use state::{
    Block, Comment, DataSource, Database, DateValue, Notion, Page, Parent, Property, PropertyKind,
    PropertyValue, User,
};
pub use tree::{AnyBlock, BlockChange, BlockPlace, Placed};
pub use users::{BOT_ID, Member};

/// What operations of Notion take from their world.
pub type Api<'w> = super::Api<'w, Notion>;
