//! The five services: what each stores and the rules that it keeps.
//!
//! A service is plain state and REST-shaped operations on it. It knows nothing of MCP, of tools or of
//! dialects; it takes time and ids from [`Env`](crate::world::Env).

mod api;
mod error;
pub mod github;
pub mod gmail;
mod name;
pub mod notion;
mod page;
pub mod salesforce;
pub mod slack;

pub use api::Api;
pub use error::ApiError;
pub use name::ServiceName;
pub use page::Page;
