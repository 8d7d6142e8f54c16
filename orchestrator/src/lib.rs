//! Connects to many MCP servers, calls their tools in workflows, and says honestly what happened.
//!
//! | type | is |
//! |---|---|
//! | [`Manager`](manager::Manager) | many servers behind one face: connects, limits, reconnects, resolves names |
//! | [`Workflow`](workflow::Workflow) | steps as data, from a file or from code |
//! | [`Plan`](plan::Plan) | a workflow that was checked by itself and against the tools that there are |
//! | [`Run`](engine::Run) | carries a plan out as the pure [`Planner`](planner::Planner) says, and keeps a journal |
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use std::sync::Arc;
//!
//! use mcp_mock::World;
//! use orchestrator::engine::journal::MemoryJournal;
//! use orchestrator::engine::{Run, RunOptions};
//! use orchestrator::manager::{Manager, ServerSpec};
//! use orchestrator::workflow::Workflow;
//! use orchestrator::workflow::builder::call;
//! use serde_json::{Map, json};
//!
//! let hello = json!({ "channel": "#support", "text": "hello" });
//! let workflow = Workflow::builder("hello").step("tell", call("slack/post_message").with(hello)).build()?;
//!
//! let slack = ServerSpec::new("slack", World::new(42).slack());
//! let manager = Arc::new(Manager::connect(vec![slack]).await);
//! let plan = workflow.check(&*manager)?;
//! let inputs = plan.workflow().bind_inputs(Map::new())?;
//! let run = Run::new(manager, Arc::new(MemoryJournal::new()), RunOptions::default());
//! let report = run.execute(plan, inputs).await?;
//!
//! assert_eq!(report.step("tell").and_then(|step| step.output.as_ref()).map(|it| &it["ok"]), Some(&json!(true)));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! What it is not: a protocol. Sessions, framing and processes are the business of `mcp-core` and
//! `mcp-client`; the fakes behind `ServerSpec::mocks` are `mcp-mock`.
#![forbid(unsafe_code)]

pub mod call;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod engine;
pub mod manager;
pub mod plan;
pub mod planner;
pub mod report;
pub mod run;
pub mod source;
pub mod workflow;
