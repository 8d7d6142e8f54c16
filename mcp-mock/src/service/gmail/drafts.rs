//! Drafts: messages that were not sent yet.

use super::Api;
use super::messages::Outgoing;
use super::quota::Quota;
use super::state::{Draft, Gmail, Message};
use crate::service::ApiError;

impl Gmail {
    /// Keeps a message as a draft. It needs no recipient yet.
    ///
    /// # Errors
    /// 400 with an address that is none, 404 when the thread to join is not there.
    pub fn create_draft(
        &mut self,
        api: &mut Api<'_>,
        outgoing: Outgoing,
    ) -> Result<Draft, ApiError> {
        Quota::DraftCreate.spend(api)?;
        outgoing.check()?;
        let thread = self.thread_to_join(&outgoing)?;
        let message = Message {
            from: self.address.clone(),
            thread_id: thread.unwrap_or_default(),
            labels: ["DRAFT".to_owned()].into(),
            date: api.clock.now(),
            ..outgoing.into_message()
        };
        let message_id = self.deliver(api.ids, message).id.clone();
        let draft = Draft { id: format!("r{}", api.ids.bits()), message_id };
        self.drafts.push(draft.clone());
        Ok(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{ServiceState, State};

    #[test]
    fn a_draft_is_not_sent() {
        let mut state = State::empty(1);
        let (gmail, mut api) = Gmail::open(&mut state);

        let draft = gmail.create_draft(&mut api, Outgoing::default()).unwrap();

        let message = gmail.message(&draft.message_id).unwrap();
        assert_eq!(message.labels, ["DRAFT".to_owned()].into());
        assert!(gmail.sent().is_empty());
    }
}
