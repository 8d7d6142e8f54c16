//! Words of the files, and where their tests stand.

use super::rust::RustFile;
use super::{Finding, TextFile, sizes};

/// Words that leave work for later. They are put together here so that this file does not hold them.
const LATER: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
];

/// Folders that exist on one machine only.
const PRIVATE_FOLDERS: [&str; 2] = [concat!("/ro", "ot/"), concat!("/wo", "rk/")];

/// An attribute that hides a test.
const HIDDEN_TEST: &str = concat!("#[ign", "ore");

/// Checks one file.
pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    if file.path.ends_with(".pending-snap") || file.path.ends_with(".snap.new") {
        return vec![Finding::new(&file.path, "is a snapshot that waits for its review")];
    }
    let mut findings = Vec::new();
    if file.path.ends_with(".rs") {
        findings.extend(misplaced_tests(file));
        findings.extend(marked(
            file,
            |line| line.trim_start().starts_with(HIDDEN_TEST),
            |_| "hides a test; mend it or remove it".to_owned(),
        ));
        if format!("/{}", file.path).contains("/src/") {
            findings.extend(LATER.iter().flat_map(|word| {
                marked(
                    file,
                    |line| has_word(line, word),
                    |_| format!("`{word}` leaves work for later"),
                )
            }));
        }
    }
    findings.extend(PRIVATE_FOLDERS.iter().flat_map(|folder| {
        marked(
            file,
            |line| line.contains(folder),
            |_| format!("names the private folder `{folder}`"),
        )
    }));
    findings
}

/// Modules that only tests compile, under a name that promises code.
fn misplaced_tests(file: &TextFile) -> Vec<Finding> {
    if sizes::holds_tests_only(&file.path) {
        return Vec::new();
    }
    let modules = RustFile::parse(&file.text).test_files;
    let misplaced = modules.iter().filter(|(name, _)| name != "tests");
    misplaced
        .map(|(name, line)| {
            Finding::new(
                format!("{}:{line}", file.path),
                format!("`{name}` is for tests only; call it `tests` or move it below `tests`"),
            )
        })
        .collect()
}

/// A finding for every line that is marked.
fn marked(
    file: &TextFile,
    is_marked: impl Fn(&str) -> bool,
    message: impl Fn(&str) -> String,
) -> Vec<Finding> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| is_marked(line));
    lines
        .map(|(index, line)| Finding::new(format!("{}:{}", file.path, index + 1), message(line)))
        .collect()
}

/// Whether the word stands in the line and not inside of another word.
fn has_word(line: &str, word: &str) -> bool {
    let continues =
        |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric() || it == '_');
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|part| part.chars().next_back());
        let after = line.get(start + word.len()..).and_then(|part| part.chars().next());
        !continues(before) && (word.ends_with('(') || !continues(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::lines;

    fn found(path: &str, text: &str) -> Vec<String> {
        lines(&check(&TextFile { path: path.to_owned(), text: text.to_owned() }))
    }

    #[test]
    fn file_for_tests_under_a_name_for_code_is_found() {
        let text = "mod a;\n#[cfg(test)]\nmod demo;\n#[cfg(test)]\nmod tests;\n";

        assert_eq!(
            found("a/src/a.rs", text),
            [
                "error: a/src/a.rs:3: `demo` is for tests only; call it `tests` or move it below `tests`"
            ]
        );
        assert_eq!(found("a/src/a/tests.rs", text), [""; 0]);
    }

    #[test]
    fn work_for_later_is_found_as_a_word() {
        let [word, _, call, _] = LATER;

        assert_eq!(
            found("a/src/a.rs", &format!("ok\n// {word}: x")),
            [format!("error: a/src/a.rs:2: `{word}` leaves work for later")]
        );
        assert_eq!(found("a/src/a.rs", &format!("{call})")).len(), 1);
        assert_eq!(found("a/src/a.rs", &format!("{word}S MY{word}")), [""; 0]);
        assert_eq!(found("docs/a.md", word), [""; 0]);
    }

    #[test]
    fn unreviewed_snapshot_is_found() {
        let expected = "error: a/src/.a.rs.pending-snap: is a snapshot that waits for its review";

        assert_eq!(found("a/src/.a.rs.pending-snap", "x"), [expected]);
    }

    #[test]
    fn hidden_tests_and_private_folders_are_found() {
        let [folder, _] = PRIVATE_FOLDERS;

        assert_eq!(found("a/tests/a.rs", &format!("  {HIDDEN_TEST}]")).len(), 1);
        assert_eq!(
            found("docs/a.md", &format!("see {folder}x")),
            [format!("error: docs/a.md:1: names the private folder `{folder}`")]
        );
    }
}
