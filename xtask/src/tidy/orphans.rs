//! Source files that no `mod` line leads to: they are compiled into nothing.

use super::{Finding, TextFile};

/// Checks the files below every `src` folder.
pub(super) fn check(files: &[TextFile]) -> Vec<Finding> {
    let sources = files.iter().filter(|file| is_module(&file.path));
    let orphans = sources.filter(|file| !is_declared(&file.path, files));
    orphans
        .map(|file| Finding::new(&file.path, "belongs to no module; declare it or remove it"))
        .collect()
}

/// Whether the path is one of a module, and not of the root of a crate.
fn is_module(path: &str) -> bool {
    let is_root = ["/src/lib.rs", "/src/main.rs"].iter().any(|root| path.ends_with(root));
    path.ends_with(".rs") && path.contains("/src/") && !path.contains("/src/bin/") && !is_root
}

fn is_declared(path: &str, files: &[TextFile]) -> bool {
    let module = path.strip_suffix("/mod.rs").unwrap_or(path);
    let Some((folder, name)) = module.rsplit_once('/') else { return false };
    let declaration = format!("mod {};", name.trim_end_matches(".rs"));
    let attribute = format!("#[path = \"{name}\"]");
    let above = ["/lib.rs", "/main.rs", "/mod.rs", ".rs"].map(|end| format!("{folder}{end}"));
    files.iter().filter(|file| above.contains(&file.path)).any(|file| {
        let mut lines = file.text.lines().map(str::trim);
        lines.any(|line| line.ends_with(&declaration) || line == attribute)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::lines;

    #[test]
    fn file_without_a_declaration_is_found() {
        let file =
            |path: &str, text: &str| TextFile { path: path.to_owned(), text: text.to_owned() };
        let files = [
            file("a/src/lib.rs", "pub mod b;\n#[path = \"without_c.rs\"]\nmod c;\n"),
            file("a/src/main.rs", "mod program;\n"),
            file("a/src/b/mod.rs", "mod d;\n// mod gone;\n#[cfg(test)]\nmod tests;\n"),
            file("a/src/b/d.rs", "mod e;\n"),
            file("a/src/b/d/e.rs", ""),
            file("a/src/b/tests.rs", ""),
            file("a/src/c.rs", ""),
            file("a/src/program.rs", ""),
            file("a/src/without_c.rs", ""),
            file("a/src/bin/other.rs", ""),
            file("a/tests/f.rs", ""),
            file("a/src/b/left.rs", ""),
            file("a/src/e/mod.rs", ""),
        ];

        let findings = check(&files);

        assert_eq!(
            lines(&findings),
            [
                "error: a/src/b/left.rs: belongs to no module; declare it or remove it",
                "error: a/src/e/mod.rs: belongs to no module; declare it or remove it",
            ]
        );
    }
}
