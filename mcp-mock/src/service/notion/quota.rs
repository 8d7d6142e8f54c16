//! What a request takes out of Notion's limits.

use super::super::ApiError;
use super::Api;
use super::refusal::rate_limited;
use crate::limit::Charge;

const MINUTE: u32 = 60;

impl Api<'_> {
    /// Counts a request. Each costs the same, also one that is refused for another reason.
    ///
    /// # Errors
    ///
    /// `rate_limited` when the limit is reached; then nothing is counted.
    pub(super) fn request(&mut self) -> Result<(), ApiError> {
        let Some(limits) = self.limits().notion else { return Ok(()) };
        self.spend(&[Charge::new("notion", limits.requests_per_minute, MINUTE)])
            .map_err(|exceeded| rate_limited(exceeded.wait_seconds))
    }

    /// The refusal of a request whose body cannot be read, by which it counts as well.
    pub fn reject(&mut self, refusal: ApiError) -> ApiError {
        self.request().err().unwrap_or(refusal)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::{BOT_ID, NewPage, Notion, Paging};
    use super::*;
    use crate::limit::{Limits, Meter, NotionLimits};
    use crate::world::{ServiceState, State};

    fn limited(limits: NotionLimits) -> State {
        let mut state = State::empty(1);
        state.limits = Meter::new(Limits { notion: Some(limits), ..Limits::default() });
        state
    }

    fn read(state: &mut State) -> Result<(), ApiError> {
        let (notion, mut api) = Notion::open(state);
        notion.get_user(&mut api, BOT_ID).map(drop)
    }

    #[test]
    fn requests_are_counted_by_the_minute() {
        let mut state = limited(NotionLimits::default());

        let passed = (0..1_000).take_while(|_| read(&mut state).is_ok()).count();
        state.advance(Duration::from_secs(59));
        let refused = read(&mut state).unwrap_err();
        state.advance(Duration::from_secs(1));

        assert_eq!((passed, refused.code.as_str()), (180, "rate_limited"));
        assert_eq!(refused.details.unwrap()["retry_after"], 1);
        assert_eq!(read(&mut state), Ok(()));
    }

    #[test]
    fn request_that_is_refused_otherwise_counts_and_one_over_the_limit_changes_nothing() {
        let mut state = limited(NotionLimits { requests_per_minute: 2 });
        let (notion, mut api) = Notion::open(&mut state);

        let missing = notion.get_user(&mut api, "x").unwrap_err();
        let unread = api.reject(ApiError::new(400, "validation_error", "no body"));
        let new = NewPage::default();
        let over = [
            notion.create_page(&mut api, &new).map(drop).unwrap_err(),
            notion.list_users(&mut api, &Paging::default()).map(drop).unwrap_err(),
            api.reject(ApiError::new(400, "validation_error", "no body")),
        ];

        assert_eq!([missing.code, unread.code], ["validation_error", "validation_error"]);
        assert!(
            over.iter().all(|error| error.details.as_ref().unwrap()["retry_after"] == json!(60))
        );
        assert_eq!(*notion, Notion::default());
    }
}
