//! The arrows between the crates, and what the mock pulls in.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Finding;
use super::rooms::{CrateRoot, TABLE, Table};

/// The crate that stands aside: it uses none, and none uses it.
const ASIDE: &str = "xtask";

/// A build and the packages that it must not compile.
pub(super) struct Build {
    /// Of `cargo tree`.
    pub(super) arguments: &'static str,
    packages_max: usize,
    /// Packages, or features of packages: `mcp-mock/http`.
    without: &'static [&'static str],
}

pub(super) const BUILDS: [Build; 3] = [
    // A dev-dependency has to compile in half a minute, and tests parse no arguments.
    Build { arguments: "-p mcp-mock", packages_max: 40, without: &["clap"] },
    // The fakes of the program are in its process.
    Build { arguments: "-p orchestrator", packages_max: usize::MAX, without: &["mcp-mock/http"] },
    // Whoever connects to real servers takes no fakes along.
    Build {
        arguments: "-p orchestrator --no-default-features --features cli,http",
        packages_max: usize::MAX,
        without: &["mcp-mock"],
    },
];

/// Holds the output of `cargo metadata --no-deps` against the table; dev-dependencies count too.
pub(super) fn direction(table: &Table, metadata: &Value) -> Vec<Finding> {
    let mut findings: Vec<_> =
        array(metadata, "packages").flat_map(|it| package_findings(table, metadata, it)).collect();
    for (at, user) in table.crates.iter().enumerate() {
        let package = array(metadata, "packages").find(|it| text(it, "name") == user.name);
        let above = table.crates.get(..at).unwrap_or_default();
        let problems = user.uses.iter().chain(&user.tests_use).filter_map(|used| {
            let depends = |it: &Value| array(it, "dependencies").any(|it| text(it, "name") == used);
            if above.iter().all(|it| it.name != *used) {
                Some(format!("`{}` uses `{used}`, which does not stand above it", user.name))
            } else if !package.is_some_and(depends) {
                Some(format!("`{}` does not use `{used}`; take it out", user.name))
            } else {
                None
            }
        });
        let place = format!("{TABLE}:{}", user.line);
        findings.extend(problems.map(|problem| Finding::new(&place, problem)));
    }
    findings
}

fn package_findings(table: &Table, metadata: &Value, package: &Value) -> Vec<Finding> {
    let name = text(package, "name");
    let known = table.crates.iter().find(|it| it.name == name);
    let (uses, tests_use) = known.map_or((&[][..], &[][..]), |it| (&it.uses, &it.tests_use));
    let folder = folder(metadata, package);
    let mut findings = Vec::new();
    if known.is_none() && name != ASIDE {
        findings.push(Finding::new(name, format!("has no line in {TABLE}")));
    }
    if folder.replace('/', "-") != name {
        let message = format!("stands in `{folder}`; a package is called as its folder");
        findings.push(Finding::new(name, message));
    }
    findings.extend(array(package, "dependencies").filter_map(|dependency| {
        let used = text(dependency, "name");
        let is_ours = used == ASIDE || table.crates.iter().any(|it| it.name == used);
        // The tests of a crate may ask for features of their own crate.
        let is_dev = text(dependency, "kind") == "dev";
        let is_own = used == name && is_dev;
        let is_allowed =
            uses.iter().chain(tests_use.iter().filter(|_| is_dev)).any(|it| it == used);
        if !is_ours || is_own {
            None
        } else if !is_allowed {
            let message = format!("uses `{used}` and may not ({TABLE}); arrows point one way");
            Some(Finding::new(name, message))
        } else if !dependency["source"].is_null() {
            let message = "from a registry, where the name belongs to somebody else";
            Some(Finding::new(name, format!("takes `{used}` {message}")))
        } else {
            None
        }
    }));
    findings
}

/// The folder of a package, from the root.
fn folder<'a>(metadata: &Value, package: &'a Value) -> &'a str {
    let manifest = text(package, "manifest_path");
    let path = manifest.strip_prefix(text(metadata, "workspace_root")).unwrap_or(manifest);
    path.trim_end_matches("Cargo.toml").trim_matches('/')
}

/// The files that the libraries and programs of the product start with.
pub(super) fn roots(metadata: &Value, root: &Path) -> Vec<CrateRoot> {
    let packages = array(metadata, "packages").filter(|package| text(package, "name") != ASIDE);
    let targets = packages.flat_map(|package| {
        array(package, "targets").map(|target| (text(package, "name"), target))
    });
    targets
        .filter_map(|(name, target)| {
            let is = |kind| array(target, "kind").any(|it| it == kind);
            let file = Path::new(text(target, "src_path")).strip_prefix(root).ok()?;
            (is("lib") || is("bin")).then(|| CrateRoot {
                name: name.replace('-', "_"),
                file: file.to_string_lossy().replace('\\', "/"),
                is_program: is("bin"),
            })
        })
        .collect()
}

/// Checks a build by the output of `cargo tree --prefix none --format {p}|{f}`.
pub(super) fn contents(build: &Build, tree: &str) -> Vec<Finding> {
    let mut packages = BTreeSet::new();
    let mut features = BTreeSet::new();
    for (package, enabled) in tree.lines().filter_map(|line| line.split_once('|')) {
        let name = package.split(' ').next().unwrap_or_default();
        let enabled = enabled.split(' ').next().unwrap_or_default();
        packages.insert(package);
        features.insert(name.to_owned());
        features.extend(enabled.split(',').map(|feature| format!("{name}/{feature}")));
    }
    let Build { arguments, packages_max, without } = build;
    let pulled = without.iter().filter(|it| features.contains(**it));
    let mut messages: Vec<_> = pulled.map(|it| format!("compiles `{it}`")).collect();
    if packages.len() > *packages_max {
        messages.push(format!("compiles {} packages, more than {packages_max}", packages.len()));
    }
    messages
        .into_iter()
        .map(|message| Finding::new(format!("cargo build {arguments}"), message))
        .collect()
}

fn array<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tidy::lines;

    fn package(name: &str, folder: &str, dependencies: &Value) -> Value {
        let manifest_path = format!("/x/{folder}/Cargo.toml");
        json!({ "name": name, "manifest_path": manifest_path, "dependencies": dependencies })
    }

    #[test]
    fn arrows_point_one_way() {
        let text = "crate core\ncrate fakes\nuses core\ncrate fakes-cli\nuses core, fakes, engine\n\
                    crate engine\ntests use fakes, fakes-cli\n";
        let table = Table::parse(text).unwrap();
        let metadata = json!({ "workspace_root": "/x", "packages": [
            package("core", "core", &json!([{ "name": "serde", "source": "registry" }])),
            package("fakes", "fakes", &json!([
                { "name": "core", "source": "registry" }, { "name": "fakes", "kind": "dev" },
                { "name": "engine" },
            ])),
            package("fakes-cli", "fakes/cli", &json!([{ "name": "fakes" }])),
            package("engine", "other", &json!([
                { "name": "fakes", "kind": "dev" }, { "name": "fakes-cli" },
            ])),
            package("xtask", "xtask", &json!([{ "name": "core" }])),
            package("extra", "extra", &json!([])),
        ] });

        let findings = direction(&table, &metadata);

        assert_eq!(
            lines(&findings),
            [
                "error: fakes: takes `core` from a registry, where the name belongs to somebody else",
                "error: fakes: uses `engine` and may not (xtask/rooms.txt); arrows point one way",
                "error: engine: stands in `other`; a package is called as its folder",
                "error: engine: uses `fakes-cli` and may not (xtask/rooms.txt); arrows point one way",
                "error: xtask: uses `core` and may not (xtask/rooms.txt); arrows point one way",
                "error: extra: has no line in xtask/rooms.txt",
                "error: xtask/rooms.txt:4: `fakes-cli` does not use `core`; take it out",
                "error: xtask/rooms.txt:4: `fakes-cli` uses `engine`, which does not stand above it",
            ]
        );
    }

    #[test]
    fn builds_are_held_to_what_they_may_compile() {
        let build =
            Build { arguments: "-p fakes", packages_max: 2, without: &["clap", "fakes/http"] };
        let found = |tree: &str| lines(&contents(&build, tree));
        let light = "fakes v0.1.0 (/x/fakes)|yaml\nserde v1.0.0|std\nserde v1.0.0|std (*)\n\n";

        assert_eq!(found(&light.repeat(50)), [""; 0]);
        assert_eq!(
            found("fakes v0.1.0 (/x/fakes)|http,yaml\nclap v4.6.0|\nserde v1.0.0|\n"),
            [
                "error: cargo build -p fakes: compiles `clap`",
                "error: cargo build -p fakes: compiles `fakes/http`",
                "error: cargo build -p fakes: compiles 3 packages, more than 2",
            ]
        );
    }
}
