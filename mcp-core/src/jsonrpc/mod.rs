//! JSON-RPC 2.0: the envelope of every message.
//!
//! [`scan`] finds kind, id and method in one pass and leaves `params`, `result` and `error` as slices
//! of the frame; the typed parse happens later, once, in the task that wants the value. The functions
//! in [`encode`] build whole frames.

pub mod encode;
mod error;
mod id;
mod scan;

pub use error::{RpcError, code};
pub use id::RequestId;
pub use scan::{Envelope, ScanError, ScanErrorKind, scan};
pub(crate) use scan::{json_text, scan_noting_meta};
