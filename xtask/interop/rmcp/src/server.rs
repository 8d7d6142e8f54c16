//! The server.

use std::time::Duration;

use anyhow::Result;
use rmcp::handler::server::tool::{InputResponses, RequestState};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, ElicitRequest,
    ElicitRequestParams, InputRequest, InputRequests, InputRequiredResult, ListResourcesResult,
    PaginatedRequestParams, ProgressNotificationParam, PromptMessage, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, RequestMetaObject, Resource, ResourceContents, Role,
    ServerCapabilities, ServerConfig,
};
use rmcp::schemars::{self, JsonSchema};
use rmcp::service::RequestContext;
use rmcp::transport::stdio as pipes;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{
    ErrorData, Json, Peer, RoleServer, ServerHandler, ServiceExt, prompt, prompt_handler,
    prompt_router, tool, tool_handler, tool_router,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncReadExt, stdin};
use tokio::net::TcpListener;

const GREETING_URI: &str = "interop://greeting";

pub async fn stdio() -> Result<()> {
    Interop.serve(pipes()).await?.waiting().await?;
    Ok(())
}

/// Serves both eras on a free port.
pub async fn http() -> Result<()> {
    let service: StreamableHttpService<Interop, LocalSessionManager> = StreamableHttpService::new(
        || Ok(Interop),
        Default::default(),
        StreamableHttpServerConfig::default(),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", json!({ "url": format!("http://{}/mcp", listener.local_addr()?) }));
    let router = axum::Router::new().nest_service("/mcp", service);
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        _ = end_of_input() => {}
    }
    Ok(())
}

async fn end_of_input() {
    let _ = stdin().read_to_end(&mut Vec::new()).await;
}

#[derive(Clone)]
struct Interop;

#[derive(Deserialize, JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

#[derive(Serialize, JsonSchema)]
struct Sum {
    sum: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct Slow {
    seconds: u32,
}

#[tool_router]
impl Interop {
    #[tool(description = "Adds two numbers")]
    async fn add(&self, Parameters(Add { a, b }): Parameters<Add>) -> Json<Sum> {
        Json(Sum { sum: a + b })
    }

    #[tool(description = "Gives back what it gets")]
    async fn echo(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text
    }

    #[tool(description = "Fails every time")]
    async fn fail(&self) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text("this tool always fails")])
    }

    #[tool(description = "Takes its time and says every quarter of a second how far it is")]
    async fn slow(
        &self,
        Parameters(Slow { seconds }): Parameters<Slow>,
        meta: RequestMetaObject,
        peer: Peer<RoleServer>,
    ) -> Result<String, ErrorData> {
        let steps = seconds * 4;
        for step in 1..=steps {
            tokio::time::sleep(Duration::from_millis(250)).await;
            if let Some(token) = meta.get_progress_token() {
                let progress = ProgressNotificationParam::new(token, f64::from(step));
                let _ = peer.notify_progress(progress.with_total(f64::from(steps))).await;
            }
        }
        Ok(format!("{steps} steps"))
    }

    #[tool(description = "Asks the person for a name")]
    async fn ask(
        &self,
        RequestState(_): RequestState,
        InputResponses(responses): InputResponses,
        meta: RequestMetaObject,
    ) -> Result<CallToolResponse, ErrorData> {
        // What may be asked is left to the tool by this SDK.
        if meta.client_capabilities().is_none_or(|it| it.elicitation.is_none()) {
            let needed = ClientCapabilities::builder().enable_elicitation().build();
            return Err(ErrorData::missing_required_client_capability(needed));
        }
        let Some(response) = responses.as_ref().and_then(|it| it.get("name")) else {
            let mut requests = InputRequests::new();
            requests.insert("name".to_owned(), question());
            return Ok(InputRequiredResult::new(Some(requests), Some("asked".into())).into());
        };
        let text = response["content"]["name"].as_str().unwrap_or("nobody").to_owned();
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

fn question() -> InputRequest {
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string" } },
        "required": ["name"],
    });
    InputRequest::Elicitation(ElicitRequest::new(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: "What is your name?".to_owned(),
        requested_schema: serde_json::from_value(schema).expect("the schema is a form"),
    }))
}

#[prompt_router]
impl Interop {
    #[prompt(description = "Asks for a greeting")]
    async fn greet(&self) -> Vec<PromptMessage> {
        vec![PromptMessage::new_text(Role::User, "Greet somebody.")]
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for Interop {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder();
        ServerConfig::new(capabilities.enable_tools().enable_prompts().enable_resources().build())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = vec![Resource::new(GREETING_URI, "greeting")];
        Ok(ListResourcesResult { resources, ..Default::default() })
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if request.uri != GREETING_URI {
            return Err(ErrorData::invalid_params("no such resource", None));
        }
        Ok(ReadResourceResult::new(vec![ResourceContents::text("hello", GREETING_URI)]).into())
    }
}
