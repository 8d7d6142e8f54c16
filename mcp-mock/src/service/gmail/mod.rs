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
mod refusal;
mod seed;
mod state;

pub use address::{email_of, split_addresses};
pub use file::File;
pub use filters::{Criteria, Filter, FilterAction};
pub use labels::{LabelChange, SYSTEM_LABELS};
pub use messages::{ListRequest, MessagePage, Outgoing};
pub use seed::{GmailSeed, MessageSeed, Texts};
pub use state::{Draft, Gmail, Label, LabelListVisibility, Message, MessageListVisibility};
