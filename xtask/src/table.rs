//! Markdown tables.

/// A head and one line for each row, in aligned columns.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_in_step() {
        let rows = vec![["a".to_owned(), "grüße".to_owned()], ["echo".to_owned(), String::new()]];

        let text = table(["name", "b"], rows);

        let wanted = "\
| name | b     |
| ---- | ----- |
| a    | grüße |
| echo |       |
";
        assert_eq!(text, wanted);
    }
}
