//! The servers, what they are started with, and what is expected of them.

use std::path::Path;

use serde_json::{Value, json};

use crate::install::Package;

/// A server of another author.
pub(crate) struct Server {
    /// Its name in the configuration.
    pub(super) name: &'static str,
    pub(crate) package: Package,
    /// The revision that both sides settle on.
    pub(super) revision: &'static str,
    pub(super) call: Call,
}

/// A call that the server must answer.
pub(super) struct Call {
    pub(super) tool: &'static str,
    /// As the command line takes them.
    pub(super) arguments: &'static [&'static str],
    /// A piece of the right answer.
    pub(super) answer: &'static str,
}

/// The folder, in that of the servers, that they may use.
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
    /// Its entry in a configuration. The folder is among the arguments of every server, also of those
    /// that make nothing of it: by that a process is found that was left behind.
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
