//! What both ends of Streamable HTTP must agree on: the names of headers, and how values travel in them.

pub mod header;
