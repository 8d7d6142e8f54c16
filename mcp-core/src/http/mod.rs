//! What both ends of Streamable HTTP must agree on: names of headers, how values travel in them, which
//! arguments they repeat.

pub mod header;
mod param_headers;

pub use param_headers::{ParamHeaderError, ParamHeaders};
