//! Arguments that several tools take: how they are declared and how they are read.

use crate::dialect::Arguments;
use crate::dialect::schema::{Field, integer, optional, required, text};
use crate::service::slack::Paging;

pub(super) fn channel_id() -> Field {
    required("channel", text("Id of the channel; a name is not accepted here."))
}

pub(super) fn limit() -> Field {
    optional("limit", integer("Entries on a page, 100 if not given, 1000 at most."))
}

pub(super) fn cursor() -> Field {
    optional("cursor", text("The `next_cursor` of the page before."))
}

pub(super) fn read_paging(arguments: &Arguments) -> Paging<'_> {
    let usual = Paging::default();
    Paging {
        limit: arguments.integer("limit").unwrap_or(usual.limit),
        cursor: arguments.text("cursor"),
    }
}
