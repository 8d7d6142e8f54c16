//! The arrows between the crates, and what the mock pulls in.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Finding;
use super::rooms::CrateRoot;

/// Each crate may use those before it.
const ORDER: [&str; 4] = ["mcp-core", "mcp-client", "mcp-mock", "orchestrator"];

/// The crate that stands aside and uses none.
const ASIDE: &str = "xtask";

/// The most packages that a dev-dependency on `mcp-mock` may bring, itself included: it has to compile in
/// half a minute.
const MOCK_PACKAGES_MAX: usize = 42;

/// Checks the output of `cargo metadata --no-deps`; dev-dependencies count too.
pub(super) fn direction(metadata: &Value) -> Vec<Finding> {
    array(metadata, "packages").flat_map(package_findings).collect()
}

fn package_findings(package: &Value) -> Vec<Finding> {
    let name = text(package, "name");
    let allowed = match ORDER.iter().position(|known| *known == name) {
        Some(position) => ORDER.get(..position).unwrap_or_default(),
        None if name == ASIDE => &[],
        None => {
            let message = format!("is not one of {}, {ASIDE}", ORDER.join(", "));
            return vec![Finding::error(name, message)];
        }
    };
    array(package, "dependencies")
        .filter_map(|used| dependency_finding(name, allowed, used))
        .collect()
}

fn dependency_finding(package: &str, allowed: &[&str], dependency: &Value) -> Option<Finding> {
    let name = text(dependency, "name");
    if !ORDER.contains(&name) && name != ASIDE {
        return None;
    }
    // The tests of a crate may ask for features of their own crate.
    if name == package && text(dependency, "kind") == "dev" {
        return None;
    }
    let problem = if !allowed.contains(&name) {
        format!("uses `{name}` against the direction {}", ORDER.join(" <- "))
    } else if !dependency["source"].is_null() {
        format!("takes `{name}` from a registry, where the name belongs to somebody else")
    } else {
        return None;
    };
    Some(Finding::error(package, problem))
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

/// Counts the packages in the output of `cargo tree --prefix none --format {p}`.
pub(super) fn weight(tree: &str) -> Option<Finding> {
    let packages: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect();
    let count = packages.len();
    (count > MOCK_PACKAGES_MAX).then(|| {
        Finding::error(
            "mcp-mock",
            format!("pulls in {count} packages, more than {MOCK_PACKAGES_MAX}"),
        )
    })
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

    #[test]
    fn arrows_point_one_way() {
        let metadata = json!({ "packages": [
            { "name": "mcp-core", "dependencies": [{ "name": "serde", "source": "registry" }] },
            { "name": "mcp-client", "dependencies": [{ "name": "mcp-core" }, { "name": "mcp-mock" }] },
            { "name": "mcp-mock", "dependencies": [
                { "name": "mcp-core", "source": "registry" }, { "name": "mcp-mock", "kind": "dev" },
            ] },
            { "name": "xtask", "dependencies": [{ "name": "mcp-core" }] },
            { "name": "extra", "dependencies": [] },
        ] });

        let findings = direction(&metadata);

        assert_eq!(
            lines(&findings),
            [
                "error: mcp-client: uses `mcp-mock` against the direction \
             mcp-core <- mcp-client <- mcp-mock <- orchestrator",
                "error: mcp-mock: takes `mcp-core` from a registry, where the name belongs to somebody else",
                "error: xtask: uses `mcp-core` against the direction \
             mcp-core <- mcp-client <- mcp-mock <- orchestrator",
                "error: extra: is not one of mcp-core, mcp-client, mcp-mock, orchestrator, xtask",
            ]
        );
    }

    #[test]
    fn packages_are_counted_once() {
        let light = "mcp-mock v0.1.0\nserde v1.0.0\nserde v1.0.0 (*)\n\n".repeat(50);
        let heavy: String = (0..43).map(|n| format!("crate{n} v1.0.0\n")).collect();

        assert_eq!(weight(&light), None);
        assert_eq!(
            weight(&heavy).unwrap().to_string(),
            "error: mcp-mock: pulls in 43 packages, more than 42"
        );
    }
}
