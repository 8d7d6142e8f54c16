//! Prompts, and how arguments of prompts and templates may go on.

use std::sync::Arc;

use mcp_core::protocol::{
    CompleteParams, CompleteResult, Extra, GetPromptParams, GetPromptResult, Prompt, method,
};
use serde::Serialize;

use crate::call::CallOptions;
use crate::client::Client;
use crate::deadline::CallDeadline;
use crate::error::{ListError, RequestError};
use crate::list::{self, Listing};
use crate::request::Meta;
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
        if !self.offers(PROMPTS) {
            return Err(ListError::NotOffered { what: PROMPTS });
        }
        let generation = self.link().generations().prompts;
        if let Some(list) = self.lists().prompts.fresh(generation) {
            return Ok(list);
        }
        let entries_max = self.options().entries_max;
        let (list, ttl) = list::fetch(self, entries_max).await?;
        let list = Arc::new(list);
        self.lists().prompts.keep(&list, ttl, generation);
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
        if !self.offers(PROMPTS) {
            return Err(RequestError::NotOffered { what: PROMPTS });
        }
        let options = CallOptions::default();
        let rounds = Rounds {
            client: self,
            method: method::PROMPTS_GET,
            subject: &prompt.name,
            params: Extra::from_object(prompt),
            options: &options,
            deadline: self.deadline(&options),
            param_headers: None,
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
        if self.version().declares_completions() && !self.offers(COMPLETIONS) {
            return Err(RequestError::NotOffered { what: COMPLETIONS });
        }
        let deadline = CallDeadline::fixed(self.options().list_timeout);
        let request = self.request(method::COMPLETE, method::COMPLETE);
        let encoded = request.encode(|meta| Completing { argument, meta })?;
        Ok(encoded.send(deadline).await?.complete()?)
    }
}

#[derive(Serialize)]
struct Completing<'a> {
    #[serde(flatten)]
    argument: &'a CompleteParams,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
}
