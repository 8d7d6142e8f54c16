//! Sizes of the files: lines that are neither blank nor for tests; comments count.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::rust::RustFile;
use super::{Finding, TextFile};

/// The reasons for other sizes, from the root of the repository.
const TABLE: &str = "xtask/sizes.txt";

/// A smaller file is a part of another. The files that Rust itself asks for are free.
const LINES_MIN: usize = 20;
/// A larger file is to be split by noun.
const LINES_MAX: usize = 400;
/// No reason is good enough for more.
const LINES_LIMIT: usize = 600;
/// Lines of a file that holds tests or benchmarks only.
const TEST_LINES_MAX: usize = 800;

/// Checks all files, and that every reason is needed.
pub(super) fn check(files: &[TextFile]) -> Result<Vec<Finding>> {
    let table = files.iter().find(|file| file.path == TABLE);
    let mut reasons = reasons(table.map_or("", |file| &file.text)).context(TABLE)?;
    let rust = files.iter().filter(|file| file.path.ends_with(".rs"));
    let mut findings: Vec<_> = rust.filter_map(|file| size(file, &mut reasons)).collect();
    findings.extend(reasons.iter().map(|(path, line)| {
        Finding::new(format!("{TABLE}:{line}"), format!("`{path}` needs no reason; take it out"))
    }));
    Ok(findings)
}

/// Paths with their lines in the table: `PATH REASON`, and comments after `#`.
fn reasons(table: &str) -> Result<BTreeMap<&str, usize>> {
    let lines = table.lines().map(str::trim).zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| {
            let (path, _reason) =
                line.split_once(' ').with_context(|| format!("line {number} gives no reason"))?;
            Ok((path, number))
        })
        .collect()
}

/// Checks one file, and takes its reason out when it is needed.
fn size(file: &TextFile, reasons: &mut BTreeMap<&str, usize>) -> Option<Finding> {
    if holds_tests_only(&file.path) {
        let lines = file.text.lines().count();
        let message = format!("has {lines} lines, more than {TEST_LINES_MAX}");
        return (lines > TEST_LINES_MAX).then(|| Finding::new(&file.path, message));
    }
    let lines = RustFile::parse(&file.text).code_lines(&file.text);
    let is_small = lines < LINES_MIN && is_free_to_choose(&file.path);
    if !is_small && lines <= LINES_MAX
        || reasons.remove(file.path.as_str()).is_some() && lines <= LINES_LIMIT
    {
        return None;
    }
    let (limit, way) = if is_small {
        (format!("fewer than {LINES_MIN}"), "put it where it is used")
    } else if lines <= LINES_LIMIT {
        (format!("more than {LINES_MAX}"), "split it by noun")
    } else {
        let message = format!("has {lines} lines without tests, more than {LINES_LIMIT}");
        return Some(Finding::new(&file.path, format!("{message}; split it by noun")));
    };
    let message =
        format!("has {lines} lines without tests, {limit}; {way}, or give a reason in {TABLE}");
    Some(Finding::new(&file.path, message))
}

/// Whether the file could as well be a part of another: not so for what Rust or an example asks for.
fn is_free_to_choose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    format!("/{path}").contains("/src/") && !["lib.rs", "main.rs", "mod.rs"].contains(&name)
}

/// Whether the path is one of tests or benchmarks.
pub(super) fn holds_tests_only(path: &str) -> bool {
    let mut parts = path.split('/');
    path.ends_with("/tests.rs") || parts.any(|part| part == "tests" || part == "benches")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::lines;

    fn found(path: &str, text: &str, table: &str) -> Vec<String> {
        let file =
            |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.to_owned() };
        lines(&check(&[file(path, text), file(TABLE, table)]).unwrap())
    }

    fn code(lines: usize) -> String {
        "x\n".repeat(lines)
    }

    #[test]
    fn size_counts_lines_that_are_neither_blank_nor_for_tests() {
        let tested = format!("{}\n\n#[cfg(test)]\nmod tests {{ {} }}", code(400), code(900));

        assert_eq!(found("a/src/a.rs", &tested, ""), [""; 0]);
        assert_eq!(found("a/src/a.rs", &code(20), ""), [""; 0]);
        assert_eq!(
            found("a/src/a.rs", &format!("{tested}\nx\n"), ""),
            [
                "error: a/src/a.rs: has 401 lines without tests, more than 400; split it by noun, or give a \
                 reason in xtask/sizes.txt"
            ]
        );
        assert_eq!(
            found("a/src/a.rs", &code(19), ""),
            [
                "error: a/src/a.rs: has 19 lines without tests, fewer than 20; put it where it is used, or \
                 give a reason in xtask/sizes.txt"
            ]
        );
        assert_eq!(found("a/tests/a.rs", &code(800), ""), [""; 0]);
        assert_eq!(
            found("a/benches/a.rs", &code(801), ""),
            ["error: a/benches/a.rs: has 801 lines, more than 800"]
        );
        assert_eq!(found("docs/a.md", &code(9000), ""), [""; 0]);
    }

    #[test]
    fn reason_excuses_a_size_up_to_a_limit() {
        let table = "# Reasons.\n\na/src/a.rs One noun.\n";

        assert_eq!(found("a/src/a.rs", &code(19), table), [""; 0]);
        assert_eq!(found("a/src/a.rs", &code(600), table), [""; 0]);
        assert_eq!(
            found("a/src/a.rs", &code(601), table),
            ["error: a/src/a.rs: has 601 lines without tests, more than 600; split it by noun"]
        );
        assert_eq!(
            found("a/src/a.rs", &code(100), table),
            ["error: xtask/sizes.txt:3: `a/src/a.rs` needs no reason; take it out"]
        );
    }

    #[test]
    fn small_files_that_rust_asks_for_need_no_reason() {
        for path in ["a/src/lib.rs", "a/src/b/mod.rs", "a/src/main.rs", "a/examples/b.rs"] {
            assert_eq!(found(path, "x", ""), [""; 0], "{path}");
        }
    }

    #[test]
    fn path_without_a_reason_is_refused() {
        let error = reasons("a/src/a.rs").unwrap_err();

        assert_eq!(error.to_string(), "line 1 gives no reason");
    }
}
