//! A build without HTTP leaves signals to the system, which ends the process.

use std::io;

pub(super) struct Signals;

impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "as where signals are heard of")]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Never comes.
    pub(super) async fn came(&mut self) {
        std::future::pending::<()>().await;
    }
}
