//! The findings as a table that a document can take over.

use super::check::Row;

const HEAD: [&str; 7] = ["server", "package", "era", "revision", "tools", "call", "answer holds"];

/// One line for each server, columns in step.
pub(super) fn table(rows: &[Row]) -> String {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(cells));
    let widths: [usize; HEAD.len()] = std::array::from_fn(|column| {
        lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or_default()
    });
    lines.insert(1, widths.map(|width| "-".repeat(width)));
    lines
        .iter()
        .map(|cells| {
            let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interop::server::SERVERS;

    #[test]
    fn columns_are_in_step() {
        let row = |server| Row { server, revision: "r".into(), tools: 5, result: "grüße".into() };
        let rows: Vec<_> = SERVERS.iter().map(row).collect();

        let text = table(&rows);

        let widths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), SERVERS.len() + 2);
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
    }
}
