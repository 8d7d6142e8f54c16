//! The findings as a table.

use super::check::Row;

const HEAD: [&str; 7] = ["server", "package", "era", "revision", "tools", "call", "answer holds"];

/// One line for each server.
pub(super) fn table(rows: &[Row]) -> String {
    crate::table::table(HEAD, rows.iter().map(cells).collect())
}

fn cells(row: &Row) -> [String; HEAD.len()] {
    let server = row.server;
    [
        server.name.to_owned(),
        server.package.to_string(),
        server.era().to_owned(),
        row.revision.clone(),
        row.tools.to_string(),
        server.call.tool.to_owned(),
        row.result.clone(),
    ]
}
