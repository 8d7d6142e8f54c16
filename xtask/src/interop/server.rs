//! The servers, what they are started with, and what is expected of them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::install::Package;

/// A server of another author.
pub(super) struct Server {
    /// Its name in the configuration.
    pub(super) name: &'static str,
    pub(super) package: Package,
    /// The revision that both sides settle on.
    pub(super) revision: &'static str,
    pub(super) call: Call,
    /// Whether it is one of the few that stand for all.
    pub(super) is_in_short: bool,
}

/// A call that the server must answer.
pub(super) struct Call {
    pub(super) tool: &'static str,
    /// As the command line takes them.
    pub(super) arguments: &'static [&'static str],
    /// A piece of the right answer.
    pub(super) answer: &'static str,
}

/// The folder, in that of the run, that the servers may use.
pub(super) const FILES: &str = "files";

pub(super) const SCRIPT_NAME: &str = "server.py";

/// A server for both generations of the Python package.
pub(super) const SCRIPT: &str = include_str!("server.py");

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

pub(super) const SERVERS: [Server; 5] = [
    Server {
        name: "everything",
        package: npm("@modelcontextprotocol/server-everything", "2026.8.31"),
        revision: LEGACY,
        call: call("echo", &["message=grüße"], "Echo: grüße"),
        is_in_short: true,
    },
    Server {
        name: "filesystem",
        package: npm("@modelcontextprotocol/server-filesystem", "2026.8.31"),
        revision: LEGACY,
        call: call("list_allowed_directories", &[], "Allowed directories:"),
        is_in_short: false,
    },
    Server {
        name: "memory",
        package: npm("@modelcontextprotocol/server-memory", "2026.8.31"),
        revision: LEGACY,
        call: call("read_graph", &[], "entities"),
        is_in_short: false,
    },
    Server {
        name: "python-modern",
        package: Package::PyPi { version: "2.3.0" },
        revision: MODERN,
        call: call("add", &["a:=2", "b:=40"], "42"),
        is_in_short: true,
    },
    Server {
        name: "python-legacy",
        package: Package::PyPi { version: "1.30.0" },
        revision: LEGACY,
        call: call("echo", &["text=grüße"], "grüße"),
        is_in_short: false,
    },
];

const fn npm(name: &'static str, version: &'static str) -> Package {
    Package::Npm { name, version }
}

const fn call(
    tool: &'static str,
    arguments: &'static [&'static str],
    answer: &'static str,
) -> Call {
    Call { tool, arguments, answer }
}

impl Server {
    pub(super) fn era(&self) -> &'static str {
        if self.revision == MODERN { "modern" } else { "legacy" }
    }

    /// Its entry in a configuration. The folder of the run is among the arguments of every server, also
    /// of those that make nothing of it: by that a process is found that was left behind.
    pub(super) fn entry(&self, cache: &Path, folder: &Path) -> Value {
        let installed = self.package.folder(cache);
        let (program, script) = match self.package {
            Package::Npm { name, .. } => {
                let script = installed.join("node_modules").join(name).join("dist/index.js");
                (PathBuf::from("node"), script)
            }
            Package::PyPi { .. } => (installed.join("bin/python"), folder.join(SCRIPT_NAME)),
        };
        let files = folder.join(FILES);
        match self.name {
            "everything" => json!({ "command": program, "args": [script, "stdio", files] }),
            "memory" => json!({
                "command": program,
                "args": [script, files],
                "env": { "MEMORY_FILE_PATH": files.join("memory.jsonl") },
            }),
            _ => json!({ "command": program, "args": [script, files] }),
        }
    }
}
