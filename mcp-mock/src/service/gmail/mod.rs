//! Gmail: one mailbox with its messages, threads, labels and drafts.
//!
//! Kept are the rules that a program trips over: who gets which label, what a search finds, that
//! reading never marks as read, that a thread is joined only on purpose. Mail to others leaves the
//! mailbox and arrives nowhere. Bodies are plain text and attachments are names only.

mod address;
mod drafts;
mod labels;
mod matching;
mod messages;
mod query;
mod refusal;
mod seed;
mod state;

pub use address::{email_of, split_addresses};
pub use labels::{LabelChange, SYSTEM_LABELS};
pub use messages::{ListRequest, MessagePage, Outgoing};
pub use seed::{GmailSeed, MessageSeed, Texts};
pub use state::{Draft, Gmail, Label, Message};
