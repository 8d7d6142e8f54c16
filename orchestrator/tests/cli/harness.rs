//! Starts the program in a folder of its own and renders what it did as one text.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;
use tempfile::TempDir;

/// A folder to start the program in.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// An empty folder: no `.mcp.json`, no state.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The same folder with one more file.
    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program, ready to start.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orchestrator"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("ORCHESTRATOR_TOKENS_DIR", self.path().join("tokens"))
            .env_remove("CLICOLOR_FORCE")
            .env_remove("NO_COLOR")
            .env_remove("UNSET_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// Runs the program and renders both streams and the exit status.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        render(&self.output(arguments))
    }
}

/// A server in the language of every shell: it has one tool, which never answers. It notes the number of
/// its process in `pid` and a call in `called`, and ends in `end`.
pub(crate) fn silent_server(end: &str) -> String {
    let script = r#"
        echo $$ > pid
        answer() { echo '{"jsonrpc":"2.0","id":'"$id"',"result":'"$1"'}'; }
        while read -r line; do
            id=$(echo "$line" | sed 's/.*"id":\([^,}]*\).*/\1/')
            case $line in
                *'"initialize"'*) answer '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"1"}}' ;;
                *'"tools/list"'*) answer '{"tools":[{"name":"hang","inputSchema":{"type":"object"}}]}' ;;
                *'"tools/call"'*) echo yes > called ;;
            esac
        done
    "#;
    let args = ["-c", &format!("{script}\n{end}")];
    let own = json!({ "era": "legacy" });
    json!({ "mcpServers": { "silent": { "command": "/bin/sh", "args": args, "orchestrator": own } } })
        .to_string()
}

/// Both streams and the exit status as one text.
pub(crate) fn render(output: &Output) -> String {
    let stream = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (stream(&output.stdout), stream(&output.stderr));
    let mut text = out;
    if !err.is_empty() {
        text.push_str(&format!("[stderr]\n{err}"));
    }
    match output.status.code() {
        Some(code) => text.push_str(&format!("[exit {code}]\n")),
        None => text.push_str(&format!("[{}]\n", output.status)),
    }
    text
}

/// Compares with a stored text in which all that differs from run to run is replaced.
pub(crate) fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, replacement) in [
        (r"(?m)^run [0-9a-z]{13}", "run [run]"),
        (r"(within|attempt in) [0-9.]+[a-zµ]+", "$1 [time]"),
        (r" +\d+(\.\d+)? (µs|ms|s|min)\b", " [time]"),
        (r"(?m)^ +0 +.*\[time\]$", "  [axis]"),
        (r"(?m)^(  \S+) +[█░]+$", "$1 [bar]"),
        (r" \(steps alone:.*\)", " [gain]"),
        (r#""took_us": \d+"#, r#""took_us": [time]"#),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
    ] {
        settings.add_filter(pattern, replacement);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}
