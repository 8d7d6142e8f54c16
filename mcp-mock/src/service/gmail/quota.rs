//! What a request to the Gmail API costs, in quota units.
//!
//! From the table in "Usage limits" of the Gmail API on developers.google.com. Reading a message costs 20 since
//! May 2026; it was 5.

use super::Api;
use super::refusal::too_many_requests;
use crate::limit::Charge;
use crate::service::ApiError;

/// A method of the API.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quota {
    AttachmentGet,
    DraftCreate,
    FilterGet,
    FilterList,
    FilterWrite,
    LabelGet,
    LabelList,
    LabelWrite,
    MessageDelete,
    MessageGet,
    MessageList,
    MessageModify,
    MessageSend,
    MessageTrash,
}

impl Quota {
    fn units(self) -> u32 {
        match self {
            Self::FilterGet | Self::FilterList | Self::LabelGet | Self::LabelList => 1,
            Self::AttachmentGet | Self::FilterWrite | Self::LabelWrite => 5,
            Self::MessageList | Self::MessageModify | Self::MessageTrash => 5,
            Self::DraftCreate | Self::MessageDelete => 10,
            Self::MessageGet => 20,
            Self::MessageSend => 100,
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// 429 when the units of the minute are used up.
    pub(super) fn spend(self, api: &mut Api<'_>) -> Result<(), ApiError> {
        let Some(limits) = api.limits().gmail else { return Ok(()) };
        let minute = Charge::new("gmail", limits.units_per_minute, 60);
        let charge = Charge { cost: self.units(), ..minute };
        api.spend(&[charge])
            .map_err(|exceeded| too_many_requests(api.clock.now(), exceeded.wait_seconds))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Gmail, Outgoing};
    use super::*;
    use crate::limit::Limits;
    use crate::world::{ServiceState, State};

    /// An empty mailbox under the vendor's limits.
    fn limited() -> State {
        let mut state = State::empty(1);
        state.enforce_vendor_limits();
        state
    }

    fn send(state: &mut State) -> Result<(), ApiError> {
        let (gmail, mut api) = Gmail::open(state);
        let to = vec!["ann@acme.example".to_owned()];
        gmail.send(&mut api, Outgoing { to, ..Outgoing::default() }).map(drop)
    }

    fn wait(state: &mut State, seconds: u64) {
        state.env.clock.advance(Duration::from_secs(seconds));
    }

    #[test]
    fn units_are_counted_by_the_minute() {
        let mut state = limited();

        let sent = (0..1_000).take_while(|_| send(&mut state).is_ok()).count();
        wait(&mut state, 59);
        let refused = send(&mut state).unwrap_err();
        let (gmail, mut api) = Gmail::open(&mut state);
        let light = gmail.list_labels(&mut api).is_ok();
        wait(&mut state, 1);

        assert_eq!((sent, refused.status, light), (60, 429, false));
        let words = "User-rate limit exceeded.  Retry after 2026-01-05T09:01:00.000Z";
        assert_eq!(refused.message, words);
        assert_eq!(send(&mut state), Ok(()));
    }

    #[test]
    fn refused_request_changes_nothing_and_counts_nowhere() {
        let mut state = limited();
        while send(&mut state).is_ok() {}
        let before = state.clone();

        assert!(send(&mut state).is_err());

        assert_eq!(state, before);
    }

    #[test]
    fn mailbox_without_limits_counts_nothing() {
        let mut state = State::empty(1);

        send(&mut state).unwrap();

        assert_eq!(state.limits, crate::limit::Meter::new(Limits::default()));
    }
}
