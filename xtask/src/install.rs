//! Packages of other authors. Each version is installed once.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Map, json};

/// A package of a registry.
pub(crate) enum Package {
    Npm {
        name: &'static str,
        version: &'static str,
    },
    /// Several packages in one folder.
    NpmSet {
        folder: &'static str,
        packages: &'static [(&'static str, &'static str)],
    },
    /// In a virtual environment of its own.
    PyPi {
        name: &'static str,
        version: &'static str,
    },
    /// Several packages in one virtual environment.
    PyPiSet {
        folder: &'static str,
        packages: &'static [(&'static str, &'static str)],
    },
}

impl Package {
    /// Its folder. Another version has another folder.
    pub(crate) fn folder(&self, cache: &Path) -> PathBuf {
        match self {
            Self::Npm { name, version } => {
                let name = name.rsplit('/').next().unwrap_or(name);
                cache.join(format!("{name}-{version}"))
            }
            Self::NpmSet { folder, packages } | Self::PyPiSet { folder, packages } => {
                let version = packages.first().map_or("none", |(_, version)| *version);
                cache.join(format!("{folder}-{version}"))
            }
            Self::PyPi { name, version } => cache.join(format!("{name}-{version}")),
        }
    }
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Npm { name, version } => write!(f, "{name}@{version}"),
            Self::NpmSet { packages, .. } => f.write_str(&requirements(packages, "@").join(" ")),
            Self::PyPi { name, version } => write!(f, "{name}=={version}"),
            Self::PyPiSet { packages, .. } => f.write_str(&requirements(packages, "==").join(" ")),
        }
    }
}

/// Names with versions, in the notation of a registry.
fn requirements(packages: &[(&str, &str)], is: &str) -> Vec<String> {
    packages.iter().map(|(name, version)| format!("{name}{is}{version}")).collect()
}

/// A program that must be installed.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// A command that succeeds if it is.
    pub(crate) proof: &'static [&'static str],
    pub(crate) help: &'static str,
}

pub(crate) const NODE: Tool = Tool {
    name: "node",
    proof: &["node", "--version"],
    help: "install Node.js 20 or newer, from https://nodejs.org or with `apt-get install nodejs`",
};

pub(crate) const NPM: Tool = Tool {
    name: "npm",
    proof: &["npm", "--version"],
    help: "it comes with Node.js, or with `apt-get install npm`",
};

/// The last file of an installation: a folder without it is incomplete.
const DONE: &str = ".installed";

/// The programs that are missing, each with the way to get it.
pub(crate) fn missing(tools: &[Tool]) -> Vec<String> {
    let is_missing = |tool: &&Tool| {
        let [program, args @ ..] = tool.proof else { return true };
        !Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
    };
    tools
        .iter()
        .filter(is_missing)
        .map(|Tool { name, help, .. }| format!("missing: {name} ({help})"))
        .collect()
}

/// Installs a package into its folder, unless it is installed.
pub(crate) fn install(cache: &Path, package: &Package, out: &mut dyn Write) -> Result<()> {
    let folder = package.folder(cache);
    if folder.join(DONE).exists() {
        return Ok(());
    }
    let start = Instant::now();
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    match package {
        Package::Npm { name, version } => npm(&folder, &[(name, version)])?,
        Package::NpmSet { packages, .. } => npm(&folder, packages)?,
        Package::PyPi { name, version } => venv(&folder, &requirements(&[(name, version)], "=="))?,
        Package::PyPiSet { packages, .. } => venv(&folder, &requirements(packages, "=="))?,
    }
    write_file(&folder.join(DONE), "")?;
    writeln!(out, "installed {package} in {:.1} s", start.elapsed().as_secs_f64())?;
    Ok(())
}

pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Does not run the packages' scripts: none of the packages needs them.
fn npm(folder: &Path, packages: &[(&str, &str)]) -> Result<()> {
    let packages: Map<_, _> =
        packages.iter().map(|(name, version)| ((*name).to_owned(), json!(version))).collect();
    let manifest = json!({ "private": true, "dependencies": packages });
    write_file(&folder.join("package.json"), &manifest.to_string())?;
    let args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    succeed(Command::new("npm").args(args).current_dir(folder))
}

fn venv(folder: &Path, packages: &[String]) -> Result<()> {
    succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeed(Command::new(folder.join("bin/python")).args(args).args(packages))
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed ({}): {}", output.status, stderr.trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_folders_of_their_own() {
        let npm = Package::Npm { name: "@scope/server-a", version: "1.2.3" };
        let set = Package::NpmSet { folder: "sdk", packages: &[("@a/b", "4.5.6"), ("c", "1.0.0")] };
        let python = Package::PyPi { name: "mcp", version: "2.3.0" };
        let test =
            Package::PyPiSet { folder: "test", packages: &[("pytest", "9.0.0"), ("d", "1.0")] };

        assert_eq!(npm.folder(Path::new("cache")), Path::new("cache/server-a-1.2.3"));
        assert_eq!(set.folder(Path::new("cache")), Path::new("cache/sdk-4.5.6"));
        assert_eq!(set.to_string(), "@a/b@4.5.6 c@1.0.0");
        assert_eq!(python.folder(Path::new("cache")), Path::new("cache/mcp-2.3.0"));
        assert_eq!(test.folder(Path::new("cache")), Path::new("cache/test-9.0.0"));
        assert_eq!(test.to_string(), "pytest==9.0.0 d==1.0");
    }

    #[test]
    fn done_installation_is_left_alone() {
        let cache = std::env::temp_dir().join(format!("xtask-install-{}", std::process::id()));
        let package = Package::Npm { name: "no-such-package", version: "0.0.0" };
        fs::create_dir_all(package.folder(&cache)).unwrap();
        write_file(&package.folder(&cache).join(DONE), "").unwrap();
        let mut out = Vec::new();

        install(&cache, &package, &mut out).unwrap();

        assert_eq!(out, b"");
        fs::remove_dir_all(&cache).unwrap();
    }
}
