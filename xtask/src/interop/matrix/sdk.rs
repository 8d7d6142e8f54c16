//! The SDKs, and the command lines of programs made with them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Binding;
use crate::install::{self, Package};

/// The target is in the folder of the installed packages.
const BUILD_RUST: &str = "cargo build --quiet --locked --manifest-path xtask/interop/rmcp/Cargo.toml \
                          --target-dir target/interop/rmcp";

/// An SDK of another author.
pub(crate) struct Sdk {
    pub(super) name: &'static str,
    /// The name of its folder in a run.
    pub(super) id: &'static str,
    kind: Kind,
    /// Whether it supports the revision without a handshake.
    pub(super) is_modern: bool,
    /// Whether `--short` includes it.
    pub(super) is_in_short: bool,
}

enum Kind {
    /// Programs in JavaScript, in a folder named by the id.
    TypeScript { package: Package },
    /// Programs for all Python packages; the name is an argument.
    Python { package: Package },
    /// A crate that cargo builds.
    Rust,
}

pub(super) const SDKS: [Sdk; 7] = [
    Sdk {
        name: "TypeScript SDK 1.32.2",
        id: "typescript-1",
        kind: Kind::TypeScript {
            package: Package::NpmSet {
                folder: "typescript",
                packages: &[("@modelcontextprotocol/sdk", "1.32.2"), ("zod", "4.2.0")],
            },
        },
        is_modern: false,
        is_in_short: false,
    },
    Sdk {
        name: "TypeScript SDK 2.4.0",
        id: "typescript-2",
        kind: Kind::TypeScript {
            package: Package::NpmSet {
                folder: "typescript",
                packages: &[
                    ("@modelcontextprotocol/server", "2.4.0"),
                    ("@modelcontextprotocol/client", "2.4.0"),
                    ("@modelcontextprotocol/node", "2.1.2"),
                    ("zod", "4.2.0"),
                ],
            },
        },
        is_modern: true,
        is_in_short: false,
    },
    python("Python mcp 1.30.0", "python-1", ("mcp", "1.30.0")),
    Sdk {
        is_modern: true,
        is_in_short: true,
        ..python("Python mcp 2.3.0", "python-2", ("mcp", "2.3.0"))
    },
    python("fastmcp 3.4.10", "fastmcp-3", ("fastmcp", "3.4.10")),
    Sdk { is_modern: true, ..python("fastmcp 4.1.2", "fastmcp-4", ("fastmcp", "4.1.2")) },
    Sdk { name: "rmcp 3.9.0", id: "rmcp", kind: Kind::Rust, is_modern: true, is_in_short: false },
];

const fn python(
    name: &'static str,
    id: &'static str,
    package: (&'static str, &'static str),
) -> Sdk {
    let package = Package::PyPi { name: package.0, version: package.1 };
    Sdk { name, id, kind: Kind::Python { package }, is_modern: false, is_in_short: false }
}

impl Sdk {
    /// Installs everything that its programs need.
    pub(crate) fn install(&self, cache: &Path, out: &mut dyn Write) -> Result<()> {
        match &self.kind {
            Kind::TypeScript { package } => {
                install::install(cache, package, out)?;
                // Node looks for packages beside the program, whatever the current folder.
                copy(&programs_folder().join(self.id), &package.folder(cache))
            }
            Kind::Python { package } => install::install(cache, package, out),
            Kind::Rust => crate::run(BUILD_RUST, &[]),
        }
    }

    /// The command line of its server.
    pub(super) fn server(&self, cache: &Path, binding: Binding, mark: &str) -> Vec<String> {
        let mut words = self.program(cache, "server");
        words.extend([binding.name().to_owned(), mark.to_owned()]);
        words
    }

    /// The command line of its client.
    pub(super) fn client(&self, cache: &Path, plan: &Value) -> Vec<String> {
        let mut words = self.program(cache, "client");
        words.push(plan.to_string());
        words
    }

    fn program(&self, cache: &Path, role: &str) -> Vec<String> {
        let text = |path: PathBuf| path.display().to_string();
        match &self.kind {
            Kind::TypeScript { package } => {
                let script = package.folder(cache).join(format!("{role}.mjs"));
                vec!["node".to_owned(), text(script)]
            }
            Kind::Python { package } => {
                let python = package.folder(cache).join("bin/python");
                let script = programs_folder().join(format!("python/{role}.py"));
                let Package::PyPi { name, .. } = package else { return Vec::new() };
                vec![text(python), text(script), (*name).to_owned()]
            }
            Kind::Rust => {
                let program = cache.join("rmcp/debug/interop-rmcp");
                vec![text(program), role.to_owned()]
            }
        }
    }
}

/// The sources of the programs.
fn programs_folder() -> PathBuf {
    crate::root().join("xtask/interop")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for role in ["server.mjs", "client.mjs"] {
        let program = from.join(role);
        fs::copy(&program, to.join(role))
            .with_context(|| format!("cannot copy `{}`", program.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_the_versions_that_are_installed() {
        let manifest = include_str!("../../../interop/rmcp/Cargo.toml");

        for Sdk { name, kind, .. } in &SDKS {
            let (_, version) = name.rsplit_once(' ').unwrap();
            let is_said = match kind {
                Kind::TypeScript { package } => package.to_string().contains(version),
                Kind::Python { package } => package.to_string().ends_with(version),
                Kind::Rust => manifest.contains(&format!("rmcp = {{ version = \"={version}\"")),
            };

            assert!(is_said, "{name}");
        }
    }

    #[test]
    fn programs_are_found_where_the_package_is() {
        let words =
            SDKS.each_ref().map(|sdk| sdk.server(Path::new("cache"), Binding::Http, "mark"));

        let [typescript, _, python, .., rust] = words;
        assert_eq!(typescript, ["node", "cache/typescript-1.32.2/server.mjs", "http", "mark"]);
        assert_eq!(python.first().unwrap(), "cache/mcp-1.30.0/bin/python");
        assert_eq!(python.get(2..).unwrap(), ["mcp", "http", "mark"]);
        assert_eq!(rust, ["cache/rmcp/debug/interop-rmcp", "server", "http", "mark"]);
    }
}
