//! The server that is called, in memory and as a child process.

use std::sync::OnceLock;

use async_trait::async_trait;
use mcp_client::Client;
use mcp_client::transport::{memory, own_stdio};
use mcp_core::Transport;
use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::protocol::{CallToolResult, ListToolsResult, ProtocolVersion, ServerInfo};
use mcp_core::server::{Answer, Dispatch, Handler, ToolCall, serve};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// The largest result that [`fill_arguments`] may ask for.
pub(crate) const RESULT_BYTES_MAX: usize = 10_000_000;

/// A line of text in a large result; the line end costs an escape, as in real text.
const LINE_OF_TEXT: &str =
    "The quick brown fox jumps over the lazy dog, then rests a while in a box.\n";

/// A client of the server in this process.
pub(crate) async fn in_memory() -> Client {
    let (here, there) = memory::pair();
    // Ends with the client's end of the pair.
    tokio::spawn(async move { serve(&Dispatch(Echo), &there).await });
    Client::connect(here).await.expect("the server answers the handshake")
}

/// A client of the server in a child process.
#[cfg(unix)]
pub(crate) async fn over_stdio() -> Client {
    use mcp_client::transport::stdio::{ChildCommand, ChildTransport};

    let program = std::env::current_exe().expect("the program that runs has a path");
    let program = program.into_os_string().into_string().expect("cargo writes UTF-8 paths here");
    let command = ChildCommand::new(program).with_env(super::ROLE_VARIABLE, "server");
    let transport = ChildTransport::spawn(command).await.expect("this program can be started");
    Client::connect(transport).await.expect("the server answers the handshake")
}

/// The child process: serves until its input ends.
pub(crate) async fn serve_own_stdio() {
    let transport = own_stdio();
    serve(&Dispatch(Echo), &transport).await.expect("the client closes in good order");
    transport.close().await;
}

/// Arguments of `echo` with a text of so many bytes.
pub(crate) fn echo_arguments(text_bytes: usize) -> Box<RawValue> {
    let arguments = EchoArguments { text: "x".repeat(text_bytes) };
    to_raw_value(&arguments).expect("a text is JSON")
}

/// Arguments of `fill` that ask for a text of so many bytes.
pub(crate) fn fill_arguments(bytes: usize) -> Box<RawValue> {
    to_raw_value(&FillArguments { bytes }).expect("a number is JSON")
}

#[derive(Serialize, Deserialize)]
struct EchoArguments {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct FillArguments {
    bytes: usize,
}

/// Two tools: `echo` answers the text that it gets, `fill` a text of the size that it is asked for.
struct Echo;

#[async_trait]
impl Handler for Echo {
    fn info(&self) -> ServerInfo {
        ServerInfo::new("echo", "1")
    }

    async fn list_tools(
        &self,
        _cursor: Option<&str>,
        _version: ProtocolVersion,
    ) -> Result<ListToolsResult, RpcError> {
        Ok(ListToolsResult::default())
    }

    async fn call_tool(&self, call: ToolCall<'_>) -> Result<Answer<CallToolResult>, RpcError> {
        let arguments = call.arguments.map_or("{}", RawValue::get);
        match call.name {
            "echo" => {
                let arguments: EchoArguments = read(arguments)?;
                Ok(CallToolResult::text(arguments.text).into())
            }
            "fill" => {
                let arguments: FillArguments = read(arguments)?;
                Ok(CallToolResult::text(large_text(arguments.bytes)).into())
            }
            _ => Err(RpcError::new(code::INVALID_PARAMS, "unknown tool")),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(arguments: &'a str) -> Result<T, RpcError> {
    serde_json::from_str(arguments)
        .map_err(|error| RpcError::new(code::INVALID_PARAMS, error.to_string()))
}

fn large_text(bytes: usize) -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();

    let text =
        TEXT.get_or_init(|| LINE_OF_TEXT.repeat(RESULT_BYTES_MAX.div_ceil(LINE_OF_TEXT.len())));
    text.get(..bytes).unwrap_or(text)
}
