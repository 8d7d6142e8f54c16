//! A build without the dialects of vendors.

use super::{Dialect, simple};
use crate::service::ServiceName;

pub(super) fn names(_: ServiceName) -> &'static [&'static str] {
    &[simple::NAME]
}

pub(super) fn named(_: ServiceName, _: &str) -> Option<Box<dyn Dialect>> {
    None
}

pub(super) fn cases(_: ServiceName, _: &str) -> &'static [u8] {
    &[]
}
