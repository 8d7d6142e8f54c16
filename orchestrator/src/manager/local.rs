//! The built-in server `local`: what a workflow may do on this machine.
//!
//! Its one tool appends to a file of the state folder, so that "log to a file instead" is an ordinary
//! fallback. Paths come from workflows and from server answers, so they are confined: relative, no
//! `..`, no symbolic link anywhere below the folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use mcp_core::Delivery;
use serde_json::{Map, Value, json};

use crate::call::{
    CallFailure, Deadline, Effect, FailureKind, KnownTools, LOCAL_SERVER, ServerTools, ToolCaller,
    ToolFacts, ToolRef,
};

/// The one tool.
const APPEND_FILE: &str = "append_file";

/// One append is a log line or a small document, not a transfer.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A file that grew to this size is a mistake that should not fill the disk.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Folders in folders, made on the way.
const PATH_DEPTH_MAX: usize = 16;

/// Answers for the server `local` and hands everything else on.
#[derive(Debug)]
pub struct LocalServer {
    folder: PathBuf,
    servers: Arc<dyn ToolCaller>,
}

impl LocalServer {
    /// Confines `local` to `folder`, which is made when it is first needed.
    pub fn new(folder: impl Into<PathBuf>, servers: Arc<dyn ToolCaller>) -> Self {
        Self { folder: folder.into(), servers }
    }
}

impl KnownTools for LocalServer {
    fn servers(&self) -> Option<Vec<String>> {
        let mut names = self.servers.servers()?;
        names.push(LOCAL_SERVER.to_owned());
        Some(names)
    }

    fn tools_of(&self, server: &str) -> ServerTools {
        match server {
            LOCAL_SERVER => ServerTools::All(vec![APPEND_FILE.to_owned()]),
            _ => self.servers.tools_of(server),
        }
    }

    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
        match (tool.server.as_str(), tool.tool.as_str()) {
            (LOCAL_SERVER, APPEND_FILE) => Some(append_file_facts()),
            (LOCAL_SERVER, _) => None,
            _ => self.servers.facts(tool),
        }
    }
}

#[async_trait]
impl ToolCaller for LocalServer {
    async fn call(
        &self,
        tool: &ToolRef,
        arguments: Map<String, Value>,
        deadline: Deadline,
    ) -> Result<Value, CallFailure> {
        match (tool.server.as_str(), tool.tool.as_str()) {
            (LOCAL_SERVER, APPEND_FILE) => {
                let append = Append::parse(&self.folder, &arguments)?;
                let task = tokio::task::spawn_blocking(move || append.carry_out());
                task.await.map_err(|error| {
                    let message = format!("`{APPEND_FILE}` was cut off: {error}");
                    CallFailure::new(FailureKind::Internal, Delivery::Unknown, message)
                })?
            }
            (LOCAL_SERVER, unknown) => Err(CallFailure::new(
                FailureKind::UnknownTool,
                Delivery::NotSent,
                format!(
                    "tool `{unknown}` is unknown on server `{LOCAL_SERVER}` (known: `{APPEND_FILE}`)"
                ),
            )),
            _ => self.servers.call(tool, arguments, deadline).await,
        }
    }
}

/// One append, its arguments checked.
#[derive(Debug)]
struct Append {
    folder: PathBuf,
    /// Plain names only, at least one.
    names: Vec<PathBuf>,
    text: String,
}

impl Append {
    fn parse(folder: &Path, arguments: &Map<String, Value>) -> Result<Self, CallFailure> {
        let path = text_argument(arguments, "path")?;
        let text = text_argument(arguments, "text")?;
        if let Some(extra) = arguments.keys().find(|name| !matches!(name.as_str(), "path" | "text"))
        {
            return Err(invalid(format!(
                "`{APPEND_FILE}` has no argument `{extra}` (known: `path`, `text`)"
            )));
        }
        if text.len() > TEXT_BYTES_MAX {
            return Err(invalid(format!(
                "`text` has {} bytes, and {TEXT_BYTES_MAX} are the most",
                text.len()
            )));
        }
        let names = Path::new(path).components().map(|component| match component {
            // A name with a NUL byte would reach the system as an error at best.
            Component::Normal(name) if !path.contains('\0') => Some(PathBuf::from(name)),
            _ => None,
        });
        let names: Option<Vec<_>> = names.collect();
        match names {
            Some(names)
                if !names.is_empty() && names.len() <= PATH_DEPTH_MAX && !path.ends_with('/') =>
            {
                Ok(Self { folder: folder.to_owned(), names, text: text.to_owned() })
            }
            _ => Err(invalid(format!(
                "`path` is {path:?}, and must be a relative path below the state folder, \
                 without `..` and at most {PATH_DEPTH_MAX} names long"
            ))),
        }
    }

    fn carry_out(self) -> Result<Value, CallFailure> {
        let mut file = self.open()?;
        let mut line = self.text;
        if !line.ends_with('\n') {
            line.push('\n');
        }
        let found = file.metadata().map_err(|error| failed("look at the file", &error))?.len();
        if found.saturating_add(line.len() as u64) > FILE_BYTES_MAX {
            let message = format!("the file has {found} bytes, and {FILE_BYTES_MAX} are the most");
            return Err(CallFailure::new(FailureKind::Limit, Delivery::Refused, message));
        }
        // One write, so that lines of parallel steps do not mix. A part of it may be in the file after
        // an error: definite, but not without effect.
        file.write_all(line.as_bytes()).map_err(|error| CallFailure {
            delivery: Delivery::Executed,
            ..failed("write", &error)
        })?;
        let path: PathBuf = self.names.iter().collect();
        Ok(json!({ "path": path.to_string_lossy(), "bytes": line.len() }))
    }

    /// Walks down from the folder, makes what is missing and refuses links.
    fn open(&self) -> Result<File, CallFailure> {
        fs::create_dir_all(&self.folder)
            .map_err(|error| failed("make the state folder", &error))?;
        let mut path = self.folder.clone();
        let (name, folders) = self.names.split_last().ok_or_else(|| invalid("`path` is empty"))?;
        for folder in folders {
            path.push(folder);
            match fs::create_dir(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed("make a folder", &error));
                }
                _ => refuse_unless(&path, fs::FileType::is_dir, "a folder")?,
            }
        }
        path.push(name);
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                refuse_unless(&path, fs::FileType::is_file, "a file")?;
                OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .map_err(|error| failed("open the file", &error))
            }
            made => made.map_err(|error| failed("make the file", &error)),
        }
    }
}

fn append_file_facts() -> ToolFacts {
    ToolFacts {
        input_schema: Some(json!({
            "type": "object",
            "properties": {
                "path": { "type": "string", "minLength": 1 },
                "text": { "type": "string" },
            },
            "required": ["path", "text"],
            "additionalProperties": false,
        })),
        effect: Effect::Unsafe,
    }
}

fn text_argument<'a>(
    arguments: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a str, CallFailure> {
    arguments
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| invalid(format!("`{APPEND_FILE}` needs the argument `{name}`, a text")))
}

/// What stands at `path` is looked at without following a server.
fn refuse_unless(
    path: &Path,
    fits: impl FnOnce(&fs::FileType) -> bool,
    wanted: &str,
) -> Result<(), CallFailure> {
    let found = fs::symlink_metadata(path).map_err(|error| failed("look at the path", &error))?;
    if fits(&found.file_type()) {
        return Ok(());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let message = format!("`{name}` in the state folder is not {wanted}");
    Err(CallFailure::new(FailureKind::ToolError, Delivery::Refused, message))
}

fn invalid(message: impl Into<String>) -> CallFailure {
    CallFailure::new(FailureKind::InvalidArguments, Delivery::Refused, message)
}

fn failed(operation: &str, error: &io::Error) -> CallFailure {
    let message = format!("failed to {operation}: {error}");
    CallFailure::new(FailureKind::ToolError, Delivery::Refused, message)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[derive(Debug)]
    struct NoServers;

    impl KnownTools for NoServers {
        fn facts(&self, _tool: &ToolRef) -> Option<ToolFacts> {
            None
        }
    }

    #[async_trait]
    impl ToolCaller for NoServers {
        async fn call(
            &self,
            tool: &ToolRef,
            _arguments: Map<String, Value>,
            _deadline: Deadline,
        ) -> Result<Value, CallFailure> {
            let message = format!("server `{}` is unknown", tool.server);
            Err(CallFailure::new(FailureKind::UnknownServer, Delivery::NotSent, message))
        }
    }

    async fn append(folder: &Path, path: &str, text: &str) -> Result<Value, CallFailure> {
        let local = LocalServer::new(folder, Arc::new(NoServers));
        let tool = ToolRef { server: LOCAL_SERVER.to_owned(), tool: APPEND_FILE.to_owned() };
        let arguments = [("path".to_owned(), path.into()), ("text".to_owned(), text.into())];
        local
            .call(&tool, arguments.into_iter().collect(), Deadline::within(Duration::from_secs(1)))
            .await
    }

    #[tokio::test]
    async fn appends_are_lines() {
        let folder = tempfile::tempdir().unwrap();

        append(folder.path(), "logs/crm.log", "one").await.unwrap();
        let output = append(folder.path(), "logs/crm.log", "two\n").await.unwrap();

        assert_eq!(output, json!({ "path": "logs/crm.log", "bytes": 4 }));
        assert_eq!(fs::read_to_string(folder.path().join("logs/crm.log")).unwrap(), "one\ntwo\n");
    }

    #[tokio::test]
    async fn paths_out_of_the_folder_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");

        for path in ["../x", "a/../../x", "/etc/x", "", ".", "a/", "a\0b"] {
            let failure = append(&state, path, "text").await.unwrap_err();

            assert_eq!(failure.kind, FailureKind::InvalidArguments, "{path:?}");
            assert_eq!(failure.delivery, Delivery::Refused);
        }
        assert!(!state.exists());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (state, outside) = (folder.path().join("state"), folder.path().join("outside"));
        fs::create_dir_all(&state).unwrap();
        fs::create_dir_all(&outside).unwrap();
        fs::write(outside.join("file"), "before").unwrap();
        std::os::unix::fs::symlink(&outside, state.join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.join("file"), state.join("server")).unwrap();
        std::os::unix::fs::symlink(outside.join("new"), state.join("dangling")).unwrap();

        for path in ["folder/file", "server", "dangling"] {
            let failure = append(&state, path, "text").await.unwrap_err();

            assert_eq!(failure.kind, FailureKind::ToolError, "{path}");
        }
        assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "before");
        assert!(!outside.join("new").exists());
    }

    #[tokio::test]
    async fn unknown_tool_names_the_known_one() {
        let local = LocalServer::new("nowhere", Arc::new(NoServers));
        let tool = ToolRef { server: LOCAL_SERVER.to_owned(), tool: "remove".to_owned() };

        let failure =
            local.call(&tool, Map::new(), Deadline::within(Duration::ZERO)).await.unwrap_err();

        insta::assert_snapshot!(failure, @"tool `remove` is unknown on server `local` (known: `append_file`)");
    }
}
