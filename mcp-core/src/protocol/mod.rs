//! The types of MCP that every revision shares, and what the revisions differ in.
//!
//! Objects are open: members that a type does not name are kept in an [`Extra`] and written back.
//! Schemas and structured content stay raw JSON until somebody asks for them.

mod content;
mod lifecycle;
mod meta;
pub mod method;
mod open;
mod tools;
mod version;

pub use content::{Content, ContentKind};
pub use lifecycle::{
    Cancelled, DiscoverResult, Implementation, InitializeParams, InitializeResult, Progress,
    ServerInfo,
};
pub use meta::{RequestMeta, key};
pub use open::Extra;
pub use tools::{
    Annotations, CallToolParams, CallToolResult, ListToolsResult, Payload, PayloadError,
    ResultType, Tool,
};
pub use version::{Era, ProtocolVersion};
