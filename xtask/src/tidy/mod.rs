//! Checks of the repository itself. Each check is a pure function from text to findings.

mod crates;
mod layout;
mod orphans;
mod readme;
mod rooms;
mod rust;
mod sizes;
mod source;

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Folders that are made, not written.
const GENERATED: [&str; 3] = [".git", ".orchestrator", "target"];

/// An error that a check has found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// A path from the root, a crate, or a file with its line.
    place: String,
    message: String,
}

/// A text file of the repository.
struct TextFile {
    /// From the root, with `/`.
    path: String,
    text: String,
}

/// Runs every check.
pub(crate) fn run(args: &[String], out: &mut dyn Write) -> Result<()> {
    super::only_known(args, &[])?;
    let root = super::root();
    let mut files = Vec::new();
    gather(root, "", &mut files)?;
    let findings = check_all(root, &files)?;
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if !findings.is_empty() {
        bail!("tidy found {} errors", findings.len());
    }
    writeln!(out, "tidy: {} files, no errors", files.len())?;
    Ok(())
}

fn check_all(root: &Path, files: &[TextFile]) -> Result<Vec<Finding>> {
    let metadata = super::output("cargo metadata --no-deps --format-version 1 --locked")?;
    let metadata = serde_json::from_str(&metadata).context("`cargo metadata` is not JSON")?;
    let text = |path| files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let table = rooms::Table::parse(text(rooms::TABLE))?;

    let mut findings = crates::direction(&table, &metadata);
    for build in &crates::BUILDS {
        let options = "-e normal --prefix none --format {p}|{f} --locked";
        let tree = super::output(&format!("cargo tree {} {options}", build.arguments))?;
        findings.extend(crates::contents(build, &tree));
    }
    findings.extend(rooms::check(&table, files, &crates::roots(&metadata, root)));
    findings.extend(layout::top_level(&names_in(root)?));
    findings.extend(readme::commands(text("README.md")));
    findings.extend(orphans::check(files));
    findings.extend(sizes::check(files)?);
    findings.extend(files.iter().flat_map(source::check));
    Ok(findings)
}

/// All text files below a folder, sorted.
fn gather(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) -> Result<()> {
    for name in names_in(folder)? {
        let path = folder.join(&name);
        let from_root = format!("{prefix}{name}");
        if fs::symlink_metadata(&path)?.is_dir() {
            gather(&path, &format!("{from_root}/"), files)?;
        } else if let Ok(text) = String::from_utf8(fs::read(&path)?) {
            files.push(TextFile { path: from_root, text });
        }
    }
    Ok(())
}

fn names_in(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !GENERATED.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}: {}", self.place, self.message)
    }
}

/// Findings as lines, for tests.
#[cfg(test)]
fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}
