//! Prompts, and how arguments of prompts and templates may go on.

use std::sync::Arc;

use mcp_core::protocol::{
    CompleteParams, CompleteResult, Extra, GetPromptParams, GetPromptResult, Prompt, method,
};
use serde::Serialize;

use crate::call_options::CallOptions;
use crate::client::Client;
use crate::error::{ListError, RequestError};
use crate::list;
use crate::lists::Listing;
use crate::request::Meta;
use crate::request_head::RequestHead;
use crate::rounds::Rounds;

/// What a server without prompts does not offer.
const PROMPTS: &str = "prompts";

/// What a server without completion does not offer.
const COMPLETIONS: &str = "completions";

impl Client {
    /// All prompts of the server, all pages, from the cache while that is fresh.
    ///
    /// # Errors
    ///
    /// When the server offers no prompts, does not answer in time, or its list breaks a cap.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request for the current page.
    pub async fn list_prompts(&self) -> Result<Arc<Listing<Prompt>>, ListError> {
        let conversation = self.conversation();
        if !conversation.offers(PROMPTS) {
            return Err(ListError::NotOffered { what: PROMPTS });
        }
        let generation = conversation.link().generations().prompts;
        if let Some(list) = conversation.lists.prompts.fresh(generation) {
            return Ok(list);
        }
        let (list, ttl) = list::fetch(conversation, conversation.options.entries_max).await?;
        let list = Arc::new(list);
        conversation.lists.prompts.keep(&list, ttl, generation);
        Ok(list)
    }

    /// Fills a prompt in. Questions of the server are answered by the handler.
    ///
    /// # Errors
    ///
    /// When the server offers no prompts, does not know this one, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request.
    pub async fn get_prompt(
        &self,
        prompt: &GetPromptParams,
    ) -> Result<GetPromptResult, RequestError> {
        let conversation = self.conversation();
        if !conversation.offers(PROMPTS) {
            return Err(RequestError::NotOffered { what: PROMPTS });
        }
        let options = CallOptions::default();
        let rounds = Rounds {
            conversation,
            head: RequestHead::about(method::PROMPTS_GET, &prompt.name),
            params: Extra::from_object(prompt),
            options: &options,
            deadline: conversation.deadline(&options),
        };
        Ok(rounds.run().await?.answer.complete()?)
    }

    /// Asks how an argument may go on.
    ///
    /// # Errors
    ///
    /// When the server offers no completion, or the connection fails.
    ///
    /// # Cancel safety
    ///
    /// A dropped future cancels the request.
    pub async fn complete(
        &self,
        argument: &CompleteParams,
    ) -> Result<CompleteResult, RequestError> {
        let conversation = self.conversation();
        if conversation.version().declares_completions() && !conversation.offers(COMPLETIONS) {
            return Err(RequestError::NotOffered { what: COMPLETIONS });
        }
        let request = conversation.request(RequestHead::new(method::COMPLETE));
        let params = |meta| Completing { argument, meta };
        Ok(request.send(params, conversation.list_deadline()).await?.complete()?)
    }
}

#[derive(Serialize)]
struct Completing<'a> {
    #[serde(flatten)]
    argument: &'a CompleteParams,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}
