//! Cassettes: what a real server said, on a tape, and a server that says it again.
//!
//! ```text
//! client ─▶ Relay ─▶ real server       client ─▶ Replay
//!             │ Recorder, Redactor                 ▲ Playback
//!             ▼                                    │
//!         tape.jsonl ──────────────────────────────┘
//! ```
//!
//! A tape is a file of JSON lines. The first one is its header,
//! `{"tape":1,"recorded":…,"server":…,"revision":…,"command":…}`; every further one is an exchange,
//! `{"n":…,"method":…,"params":…,"result" or "error":…,"notifications":[…],"after_ms":…}`. Lines are
//! appended as answers come, so that a recording may be interrupted at any time. The conversation
//! itself (`initialize`, `server/discover`, `ping`) is not on the tape, nor is what the server asked
//! the client: a [`Replay`] holds its own, in either era.
//!
//! # What redaction promises, and what it cannot
//!
//! Marked as `«redacted:NAME»` before anything is written are: the values of variables of the
//! environment whose names tell of a secret, and of those that are named to the recorder, in plain and
//! as JSON, URLs, HTML and base64 spell them; tokens of well-known forms; and what stands in members
//! with names such as `password`.
//!
//! It does not find: secrets that were not named and have no known form; those that are encrypted,
//! compressed, hashed, reversed, in hexadecimal or other letters, or split over several strings;
//! secrets inside pictures and other binary content; and secrets that are words of the format itself,
//! such as `tools/call`. Besides, redaction is about secrets and not about privacy: names, addresses
//! and whatever else a server answers are on the tape. Look at one before you give it away; on Unix
//! only its owner can read it.
//!
//! Where a mark stands in recorded arguments, any string fits when they are matched.
#![forbid(unsafe_code)]

mod compare;
pub mod drift;
mod playback;
mod recorder;
mod redact;
mod relay;
mod replay;
mod tape;

pub use playback::Matching;
pub use recorder::Recorder;
pub use redact::Redactor;
pub use relay::{RecordError, Relay, TapeFile};
pub use replay::Replay;
pub use tape::{Exchange, RecordedAnswer, RecordedNotification, Tape, TapeError, TapeErrorKind};
