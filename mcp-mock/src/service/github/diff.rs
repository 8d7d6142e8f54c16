//! How files differ: the lines that were added and removed, as GitHub's patches show them.

use std::collections::BTreeSet;

use super::branches::{Tree, blob_sha};

/// Lines on one side beyond which a change is shown as removing all old lines and adding all new ones:
/// finding the common ones takes time and memory by the square.
const LINES_MAX: usize = 1_000;
/// Unchanged lines that a patch shows around a change.
const CONTEXT: usize = 3;

/// How a file differs between two places in history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileChange {
    /// Where it is.
    pub path: String,
    /// Id of its blob after the change; of a removed file, the one before.
    pub sha: String,
    /// Whether it came, changed or went.
    pub status: FileStatus,
    /// How many lines were added.
    pub additions: usize,
    /// How many lines were removed.
    pub deletions: usize,
    /// The lines with some around them, without a head.
    pub patch: String,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// Its text is another.
    Modified,
    /// It is gone.
    Removed,
}

impl FileStatus {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Removed => "removed",
        }
    }
}

/// The files that are new, different or gone, by path.
pub(super) fn changes(old: &Tree<'_>, new: &Tree<'_>) -> Vec<FileChange> {
    let paths: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let change = |path: &str| {
        let (before, after) = (old.get(path).copied(), new.get(path).copied());
        let status = match (before, after) {
            (before, after) if before == after => return None,
            (None, _) => FileStatus::Added,
            (_, None) => FileStatus::Removed,
            _ => FileStatus::Modified,
        };
        let lines = compare(before.unwrap_or_default(), after.unwrap_or_default());
        let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
        Some(FileChange {
            path: path.to_owned(),
            sha: blob_sha(after.or(before).unwrap_or_default()),
            status,
            additions: count(Kind::Added),
            deletions: count(Kind::Removed),
            patch: patch(&lines),
        })
    };
    paths.into_iter().filter_map(change).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Kept,
    Removed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line<'a> {
    kind: Kind,
    text: &'a str,
}

fn compare<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let same = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let (head, old) = old.split_at(same);
    let (_, new) = new.split_at(same);
    let same =
        old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old, tail) = old.split_at(old.len() - same);
    let (new, _) = new.split_at(new.len() - same);

    let line = |kind| move |text: &&'a str| Line { kind, text };
    let mut lines: Vec<Line<'a>> = head.iter().map(line(Kind::Kept)).collect();
    if old.len().max(new.len()) > LINES_MAX {
        lines.extend(old.iter().map(line(Kind::Removed)));
        lines.extend(new.iter().map(line(Kind::Added)));
    } else {
        lines.extend(shortest(old, new));
    }
    lines.extend(tail.iter().map(line(Kind::Kept)));
    lines
}

/// The fewest lines to remove and add, by the longest common subsequence.
fn shortest<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let width = new.len() + 1;
    // How many lines are common from here to the ends, by position in `old` and `new`.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    let at = |common: &[u32], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let best = if one == other {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut lines, mut i, mut j) = (Vec::new(), 0, 0);
    loop {
        let (kind, text) = match (old.get(i), new.get(j)) {
            (None, None) => return lines,
            (Some(one), Some(other)) if one == other => (Kind::Kept, *one),
            (Some(one), None) => (Kind::Removed, *one),
            (Some(one), Some(_)) if at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                (Kind::Removed, *one)
            }
            (_, Some(other)) => (Kind::Added, *other),
        };
        i += usize::from(kind != Kind::Added);
        j += usize::from(kind != Kind::Removed);
        lines.push(Line { kind, text });
    }
}

fn patch(lines: &[Line<'_>]) -> String {
    let shown = |index: usize| {
        let around =
            lines.get(index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(lines.len()));
        around.unwrap_or_default().iter().any(|line| line.kind != Kind::Kept)
    };
    let (mut hunks, mut open): (Vec<Hunk>, bool) = (Vec::new(), false);
    let (mut old, mut new) = (0, 0);
    for (index, line) in lines.iter().enumerate() {
        let is_shown = shown(index);
        if is_shown && !open {
            hunks.push(Hunk { old, new, ..Hunk::default() });
        }
        open = is_shown;
        old += usize::from(line.kind != Kind::Added);
        new += usize::from(line.kind != Kind::Removed);
        if let Some(hunk) = hunks.last_mut().filter(|_| is_shown) {
            hunk.push(*line);
        }
    }
    let hunks: Vec<String> = hunks.iter().map(Hunk::text).collect();
    hunks.join("\n")
}

/// Lines that belong together: where they begin on both sides, counted from 0, and how many they are.
#[derive(Debug, Default)]
struct Hunk {
    old: usize,
    new: usize,
    old_lines: usize,
    new_lines: usize,
    body: String,
}

impl Hunk {
    fn push(&mut self, line: Line<'_>) {
        let mark = match line.kind {
            Kind::Added => '+',
            Kind::Kept => ' ',
            Kind::Removed => '-',
        };
        self.old_lines += usize::from(line.kind != Kind::Added);
        self.new_lines += usize::from(line.kind != Kind::Removed);
        self.body.push('\n');
        self.body.push(mark);
        self.body.push_str(line.text.strip_suffix('\n').unwrap_or(line.text));
        if !line.text.ends_with('\n') {
            self.body.push_str("\n\\ No newline at end of file");
        }
    }

    fn text(&self) -> String {
        let old = range(self.old, self.old_lines);
        let new = range(self.new, self.new_lines);
        format!("@@ -{old} +{new} @@{}", self.body)
    }
}

/// The first line, counted from 1, and how many; an empty side begins before the line, as in git.
fn range(first: usize, count: usize) -> String {
    match count {
        0 => format!("{first},0"),
        1 => format!("{}", first + 1),
        _ => format!("{},{count}", first + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn change(old: &str, new: &str) -> FileChange {
        let (old, new) = (Tree::from([("a", old)]), Tree::from([("a", new)]));
        changes(&old, &new).pop().unwrap()
    }

    #[test]
    fn a_changed_line_is_shown_with_three_lines_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

        let change = change(old, &old.replace('5', "five"));

        assert_eq!(
            (change.status, change.additions, change.deletions),
            (FileStatus::Modified, 1, 1)
        );
        assert_eq!(change.patch, "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8");
    }

    #[test]
    fn far_changes_are_two_hunks() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();

        let change = change(&old, &format!("0\n{}", old.replace("20\n", "20")));

        assert_eq!(
            change.patch,
            "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -17,4 +18,4 @@\n 17\n 18\n 19\n-20\n+20\n\\ No newline at end of file"
        );
    }

    #[test]
    fn a_new_file_begins_at_nothing() {
        let new = changes(&Tree::new(), &Tree::from([("a", "one\ntwo\n")]));

        assert_eq!((new[0].status, new[0].additions), (FileStatus::Added, 2));
        assert_eq!(new[0].patch, "@@ -0,0 +1,2 @@\n+one\n+two");
    }

    proptest! {
        #[test]
        fn kept_and_added_lines_are_the_new_text(old in "[ab\n]{0,30}", new in "[ab\n]{0,30}") {
            let lines = compare(&old, &new);

            let side = |kind| -> String {
                lines.iter().filter(|line| line.kind != kind).map(|line| line.text).collect()
            };
            prop_assert_eq!(side(Kind::Removed), new.as_str());
            prop_assert_eq!(side(Kind::Added), old.as_str());
        }
    }
}
