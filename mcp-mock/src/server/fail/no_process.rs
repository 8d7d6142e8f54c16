//! A build that knows no signals: without HTTP, or for a system that has none.

use std::io;
use std::time::Duration;

use crate::script::ProcessFault;

pub(super) fn misbehave(_: ProcessFault) -> io::Result<Duration> {
    Err(io::Error::other("it needs a build for Unix with the feature `http`"))
}
