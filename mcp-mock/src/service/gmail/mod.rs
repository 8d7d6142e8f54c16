//! Gmail: one mailbox with its messages, threads, labels, drafts and filters.
//!
//! Kept are the rules that a program trips over: who gets which label, what a search finds, that
//! reading never marks as read, that a thread is joined only on purpose. Mail to others leaves the
//! mailbox and arrives nowhere. A body is kept as text, as HTML or as both. Files to attach come from a
//! disk that is a part of the world, and attachments are saved to it.

mod address;
mod attachments;
mod drafts;
mod file;
mod filters;
mod labels;
mod matching;
mod messages;
mod query;
mod quota;
pub(crate) mod refusal;
mod seed;
mod state;

pub use address::{email_of, split_addresses};
pub use file::File;
pub use filters::{Criteria, Filter, FilterAction};
pub use labels::{LabelChange, LabelSettings, SYSTEM_LABELS};
pub use messages::{ListRequest, MessageList, Outgoing};
pub use seed::{GmailSeed, MessageSeed, Texts};
pub use state::{Draft, Gmail, Label, LabelListVisibility, Message, MessageListVisibility};

/// What the operations take from their world. Each of them is a request, and costs what the vendor counts for
/// it; what is free says so.
pub type Api<'w> = super::Api<'w, Gmail>;
