//! Resources: listing them, reading them.

use std::sync::Arc;
use std::time::Duration;

use mcp_core::protocol::{
    Extra, Listed, ReadResourceResult, Resource, ResourceParams, ResourceTemplate, method,
};
use tokio::time::Instant;

use crate::call_options::CallOptions;
use crate::client::Client;
use crate::error::{ListError, RequestError};
use crate::list;
use crate::lists::{ListCache, Listing, TTL_MAX};
use crate::reads::{Read, ReadCache};
use crate::request_head::RequestHead;
use crate::rounds::Rounds;

/// What a server without resources does not offer.
const RESOURCES: &str = "resources";

impl Client {
    /// All resources of the server, all pages, from the cache while that is fresh.
    ///
    /// # Errors
    ///
    /// When the server offers no resources, does not answer in time, or its list breaks a cap.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request for the current page.
    pub async fn list_resources(&self) -> Result<Arc<Listing<Resource>>, ListError> {
        self.list_of_resources(&self.conversation().lists.resources).await
    }

    /// All templates of resources, all pages, from the cache while that is fresh.
    ///
    /// # Errors
    ///
    /// See [`Client::list_resources`].
    ///
    /// # Cancel safety
    ///
    /// See [`Client::list_resources`].
    pub async fn list_resource_templates(
        &self,
    ) -> Result<Arc<Listing<ResourceTemplate>>, ListError> {
        self.list_of_resources(&self.conversation().lists.templates).await
    }

    async fn list_of_resources<T: Listed>(
        &self,
        cache: &ListCache<Listing<T>>,
    ) -> Result<Arc<Listing<T>>, ListError> {
        let conversation = self.conversation();
        if !conversation.offers(RESOURCES) {
            return Err(ListError::NotOffered { what: RESOURCES });
        }
        let generation = conversation.link().generations().resources;
        if let Some(list) = cache.fresh(generation) {
            return Ok(list);
        }
        let (list, ttl) = list::fetch(conversation, conversation.options.entries_max).await?;
        let list = Arc::new(list);
        cache.keep(&list, ttl, generation);
        Ok(list)
    }

    /// Reads a resource, from the cache while that is fresh: for as long as the server allows, until it
    /// says that the resource has changed. Questions of the server are answered by the handler.
    ///
    /// # Errors
    ///
    /// When the server offers no resources, has none at that place, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request.
    pub async fn read_resource(&self, uri: &str) -> Result<Arc<ReadResourceResult>, RequestError> {
        let conversation = self.conversation();
        if !conversation.offers(RESOURCES) {
            return Err(RequestError::NotOffered { what: RESOURCES });
        }
        let look = |cache: &mut ReadCache| (cache.fresh(uri, Instant::now()), cache.generation());
        let (kept, generation) = conversation.link().reads(look);
        if let Some(result) = kept {
            return Ok(result);
        }
        let options = CallOptions::default();
        let rounds = Rounds {
            conversation,
            head: RequestHead::about(method::RESOURCES_READ, uri),
            params: Extra::from_object(&ResourceParams { uri: uri.to_owned() }),
            options: &options,
            deadline: conversation.deadline(&options),
        };
        let last = rounds.run().await?;
        let result: Arc<ReadResourceResult> = Arc::new(last.answer.complete()?);
        let ttl = result.ttl_ms.map_or(Duration::ZERO, Duration::from_millis).min(TTL_MAX);
        // What came of questions was answered to us alone, and for this once.
        if !last.had_rounds && !ttl.is_zero() {
            let (result, bytes) = (Arc::clone(&result), last.answer.result.len());
            let read = Read { result, bytes, fresh_until: Instant::now() + ttl, generation };
            conversation.link().reads(|cache| cache.keep(uri, read));
        }
        Ok(result)
    }
}
