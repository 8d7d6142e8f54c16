//! Drafts: messages that were not sent yet.

use super::messages::Outgoing;
use super::state::{Draft, Gmail, Message};
use crate::service::ApiError;
use crate::world::Env;

impl Gmail {
    /// Keeps a message as a draft. It needs no recipient yet.
    ///
    /// # Errors
    /// 400 with an address that is none, 404 when the thread to join is not there.
    pub fn create_draft(&mut self, env: &mut Env, outgoing: Outgoing) -> Result<Draft, ApiError> {
        outgoing.check()?;
        let thread = self.thread_to_join(&outgoing)?;
        let message = Message {
            from: self.address.clone(),
            thread_id: thread.unwrap_or_default(),
            labels: ["DRAFT".to_owned()].into(),
            date: env.clock.now(),
            ..outgoing.into_message()
        };
        let message_id = self.deliver(env, message).id.clone();
        let draft = Draft { id: format!("r{}", env.ids.bits()), message_id };
        self.drafts.push(draft.clone());
        Ok(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Clock, Ids};

    #[test]
    fn a_draft_is_not_sent() {
        let mut env = Env { clock: Clock::default(), ids: Ids::new(1) };
        let mut gmail = Gmail::default();

        let draft = gmail.create_draft(&mut env, Outgoing::default()).unwrap();

        let message = gmail.message(&draft.message_id).unwrap();
        assert_eq!(message.labels, ["DRAFT".to_owned()].into());
        assert!(gmail.sent().is_empty());
    }
}
