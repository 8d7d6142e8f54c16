//! The types of MCP that every revision shares, and what the revisions differ in.
//!
//! Objects are open: members that a type does not name are kept in an [`Extra`] and written back.
//! Schemas and structured content stay raw JSON until somebody asks for them.

mod capability;
mod completion;
mod content;
mod elicitation;
mod input;
mod lifecycle;
mod logging;
mod meta;
pub mod method;
mod open;
mod page;
mod param_headers;
mod prompts;
mod resources;
mod subscription;
mod task;
mod tools;
mod version;

pub use capability::{ClientCapabilities, ElicitationCapability};
pub use completion::{
    CompleteParams, CompleteResult, Completion, CompletionArgument, CompletionContext,
    CompletionReference,
};
pub use content::{Content, ContentKind};
pub use elicitation::{ElicitAction, ElicitMode, ElicitParams, ElicitResult};
pub use input::{
    CreateMessageParams, CreateMessageResult, InputRequest, InputRequired, InputResponses,
    ListRootsResult, Root, SamplingMessage,
};
pub use lifecycle::{
    Cancelled, DiscoverResult, Implementation, InitializeParams, InitializeResult, Progress,
    ServerInfo,
};
pub use logging::{LogLevel, LogMessage, SetLevelParams, UnknownLogLevel};
pub use meta::{RequestMeta, key};
pub use open::Extra;
pub use page::{Listed, Page};
pub use param_headers::{ParamHeaderError, ParamHeaders};
pub use prompts::{
    GetPromptParams, GetPromptResult, ListPromptsResult, Prompt, PromptArgument, PromptMessage,
    Role,
};
pub use resources::{
    ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents, ResourceParams, ResourceTemplate,
};
pub use subscription::{Acknowledged, ListenParams, SubscriptionFilter};
pub use task::{GetTaskResult, Task, TaskParams, TaskStatus};
pub use tools::{
    Annotations, CallToolParams, CallToolResult, ListToolsResult, Payload, PayloadError,
    ResultType, Tool,
};
pub use version::{Era, ProtocolVersion, UnknownVersion};
