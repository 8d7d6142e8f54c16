//! A handler that does its work and keeps a record.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use mcp_client::{ClientHandler, ClientOptions, Notice};
use mcp_core::jsonrpc::RpcError;
use mcp_core::protocol::{
    ClientCapabilities, CreateMessageParams, CreateMessageResult, ElicitParams, ElicitResult,
    ListRootsResult, Root,
};
use serde_json::Map;

/// Answers everything that it declares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clerk {
    declared: ClientCapabilities,
    delay: Duration,
    asked: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
    notices: Arc<Mutex<Vec<String>>>,
}

/// Counts answers that were given up.
struct Guard(Arc<AtomicUsize>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Clerk {
    /// Declares forms.
    pub(crate) fn forms() -> Self {
        Self { declared: ClientCapabilities::default().with_elicitation_form(), ..Self::default() }
    }

    /// Declares forms, models and folders.
    pub(crate) fn all() -> Self {
        let declared = ClientCapabilities::default().with_elicitation_form();
        Self { declared: declared.with_sampling().with_roots(), ..Self::default() }
    }

    pub(crate) fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Options of a client that this clerk works for.
    pub(crate) fn options(&self) -> ClientOptions {
        ClientOptions::default().with_handler(self.clone())
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// How many of its answers were given up.
    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }

    /// The methods of what it was told.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.notices.lock().expect("no holder panics").clone()
    }

    async fn work(&self) {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let guard = Guard(Arc::clone(&self.left));
        tokio::time::sleep(self.delay).await;
        std::mem::forget(guard);
    }
}

#[async_trait]
impl ClientHandler for Clerk {
    fn capabilities(&self) -> ClientCapabilities {
        self.declared.clone()
    }

    async fn elicit(&self, ask: ElicitParams) -> Result<ElicitResult, RpcError> {
        self.work().await;
        match ask.message.as_str() {
            "no" => Ok(ElicitResult::decline()),
            "fail" => Err(RpcError::new(-1, "nobody is there")),
            "panic" => panic!("the clerk is beside itself"),
            _ => Ok(ElicitResult::accept(Map::new())),
        }
    }

    async fn sample(&self, _: CreateMessageParams) -> Result<CreateMessageResult, RpcError> {
        self.work().await;
        Ok(CreateMessageResult::text("model", "4"))
    }

    async fn roots(&self) -> Result<ListRootsResult, RpcError> {
        self.work().await;
        Ok(ListRootsResult::new(vec![Root::new("file:///work")]))
    }

    fn notified(&self, notice: &Notice) {
        self.notices.lock().expect("no holder panics").push(notice.method.clone());
        assert!(notice.method != "notifications/panic", "the clerk is beside itself");
    }
}
