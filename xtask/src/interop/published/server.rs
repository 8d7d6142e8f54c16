//! The published servers, their command lines and the answers that are expected of them.

use std::path::Path;

use serde_json::{Value, json};

use crate::install::Package;

/// A server of another author.
pub(crate) struct Server {
    /// Its name in the configuration.
    pub(super) name: &'static str,
    pub(crate) package: Package,
    /// The revision that both sides agree on.
    pub(super) revision: &'static str,
    pub(super) call: Call,
}

/// A call that the server must answer.
pub(super) struct Call {
    pub(super) tool: &'static str,
    /// In the form of the command line.
    pub(super) arguments: &'static [&'static str],
    /// A part of the expected answer.
    pub(super) answer: &'static str,
}

/// The subfolder that the servers may write to.
pub(super) const FILES: &str = "files";

const LEGACY: &str = "2025-11-25";

pub(super) const SERVERS: [Server; 3] = [
    Server {
        name: "everything",
        package: npm("@modelcontextprotocol/server-everything"),
        revision: LEGACY,
        call: call("echo", &["message=grüße"], "Echo: grüße"),
    },
    Server {
        name: "filesystem",
        package: npm("@modelcontextprotocol/server-filesystem"),
        revision: LEGACY,
        call: call("list_allowed_directories", &[], "Allowed directories:"),
    },
    Server {
        name: "memory",
        package: npm("@modelcontextprotocol/server-memory"),
        revision: LEGACY,
        call: call("read_graph", &[], "entities"),
    },
];

const fn npm(name: &'static str) -> Package {
    Package::Npm { name, version: "2026.8.31" }
}

const fn call(
    tool: &'static str,
    arguments: &'static [&'static str],
    answer: &'static str,
) -> Call {
    Call { tool, arguments, answer }
}

impl Server {
    /// Its entry in a configuration. Every server gets the folder as an argument, even if it ignores it, so that a
    /// process that outlives the run is found by it.
    pub(super) fn entry(&self, cache: &Path, folder: &Path) -> Value {
        let Package::Npm { name, .. } = self.package else { return Value::Null };
        let package = self.package.folder(cache).join("node_modules").join(name);
        let script = package.join("dist/index.js");
        let files = folder.join(FILES);
        match self.name {
            "everything" => json!({ "command": "node", "args": [script, "stdio", files] }),
            "memory" => json!({
                "command": "node",
                "args": [script, files],
                "env": { "MEMORY_FILE_PATH": files.join("memory.jsonl") },
            }),
            _ => json!({ "command": "node", "args": [script, files] }),
        }
    }
}
