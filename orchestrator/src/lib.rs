//! Connects to many MCP servers and runs workflows over their tools.
#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod journal;
pub mod manager;
pub mod plan;
pub mod policy;
pub mod report;
pub mod run;
pub mod workflow;
