//! What a request takes out of Slack's limits.

use super::super::ApiError;
use super::Api;
use super::refusal::rate_limited;
use crate::limit::Charge;

const MINUTE: u32 = 60;

/// A request, by the method of the Web API that it calls.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request<'a> {
    AddReaction,
    History,
    ListChannels,
    ListUsers,
    /// To the channel or user of this id: each has a window of its own.
    PostMessage(&'a str),
    Replies,
    UserProfile,
}

impl Request<'_> {
    /// Counts the request.
    ///
    /// # Errors
    ///
    /// `ratelimited` when a limit is reached; then nothing is counted.
    pub(super) fn spend(self, api: &mut Api<'_>) -> Result<(), ApiError> {
        let Some(limits) = api.limits().slack else { return Ok(()) };
        let (method, amount, seconds) = match self {
            Self::AddReaction => ("reactions.add", limits.tier_3_per_minute, MINUTE),
            Self::History => ("conversations.history", limits.history_per_minute, MINUTE),
            Self::ListChannels => ("conversations.list", limits.tier_2_per_minute, MINUTE),
            Self::ListUsers => ("users.list", limits.tier_2_per_minute, MINUTE),
            Self::PostMessage(_) => {
                ("chat.postMessage", limits.post_burst, limits.post_burst.max(1))
            }
            Self::Replies => ("conversations.replies", limits.history_per_minute, MINUTE),
            Self::UserProfile => ("users.profile.get", limits.tier_4_per_minute, MINUTE),
        };
        let window = match self {
            Self::PostMessage(destination) => format!("slack {method} {destination}"),
            _ => format!("slack {method}"),
        };
        api.spend(&[Charge::new(window, amount, seconds)])
            .map_err(|exceeded| rate_limited(exceeded.wait_seconds))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::tests::{id_of, message, workspace};
    use super::super::{ChannelFilter, HistoryRange, NewMessage, Paging, Slack};
    use super::*;
    use crate::limit::{Limits, Meter, SlackLimits};
    use crate::world::{ServiceState, State};

    fn limited(limits: SlackLimits) -> State {
        let mut state = workspace();
        state.limits = Meter::new(Limits { slack: Some(limits), ..Limits::default() });
        state
    }

    /// How many of many requests are admitted, whatever else Slack says to them.
    fn admitted<T>(
        state: &mut State,
        request: impl Fn(&mut Slack, &mut Api<'_>) -> Result<T, ApiError>,
    ) -> usize {
        let (slack, mut api) = Slack::open(state);
        let mut is_admitted =
            || request(slack, &mut api).err().is_none_or(|error| error.code != "ratelimited");
        (0..1_000).take_while(|_| is_admitted()).count()
    }

    /// Posts a message and gives its `ts`.
    fn post(state: &mut State, new: NewMessage) -> Result<String, ApiError> {
        let (slack, mut api) = Slack::open(state);
        slack.post_message(&mut api, new).map(|posted| posted.message.ts)
    }

    #[test]
    fn each_method_is_counted_by_its_tier() {
        let mut state = limited(SlackLimits::default());
        let (all, page) = (HistoryRange::default(), Paging::default());
        let channels = ChannelFilter::default();

        let counts = [
            admitted(&mut state, |slack, api| slack.list_channels(api, &channels, page).map(drop)),
            admitted(&mut state, |slack, api| slack.list_users(api, page).map(drop)),
            admitted(&mut state, |slack, api| slack.add_reaction(api, "C1", "1.0", "eyes")),
            admitted(&mut state, |slack, api| slack.history(api, "C1", &all, page).map(drop)),
            admitted(&mut state, |slack, api| slack.replies(api, "C1", "1.0", page).map(drop)),
            admitted(&mut state, |slack, api| slack.user_profile(api, "U1").map(drop)),
        ];
        let refused = {
            let (slack, mut api) = Slack::open(&mut state);
            slack.list_users(&mut api, page).unwrap_err()
        };
        state.advance(Duration::from_secs(60));
        let (slack, mut api) = Slack::open(&mut state);

        assert_eq!(counts, [20, 20, 50, 50, 50, 100]);
        assert_eq!((refused.status, refused.code.as_str()), (429, "ratelimited"));
        assert_eq!(refused.details, Some(json!({ "retry_after": 60 })));
        assert!(slack.list_users(&mut api, page).is_ok());
    }

    #[test]
    fn messages_are_counted_by_their_channel_whatever_it_is_called() {
        let mut state = limited(SlackLimits::default());
        let general = id_of(&state.slack, "general");

        let ts = post(&mut state, message("#general", "hi")).unwrap();
        let reply = NewMessage { thread_ts: Some(ts), ..message(&general, "reply") };
        for new in [message("general", "hi"), message(&general, "hi"), reply.clone(), reply] {
            post(&mut state, new).unwrap();
        }
        let before = state.clone();
        let sixth = post(&mut state, message(&general, "hi"));
        let unchanged = state == before;
        let elsewhere = post(&mut state, message("#support", "hi"));
        state.advance(Duration::from_secs(5));
        let later = post(&mut state, message(&general, "hi"));

        assert_eq!(sixth.unwrap_err().code, "ratelimited");
        assert!(unchanged && elsewhere.is_ok() && later.is_ok());
    }

    #[test]
    fn refused_message_to_a_user_opens_no_conversation() {
        let mut state = limited(SlackLimits { post_burst: 0, ..SlackLimits::default() });
        let ada = state.slack.user("ada").unwrap().id.clone();
        let before = state.clone();

        let refused = post(&mut state, message(&ada, "hi")).unwrap_err();

        assert_eq!(refused.details, Some(json!({ "retry_after": 1 })));
        assert_eq!(state, before);
    }

    #[test]
    fn channels_that_are_not_there_take_no_room() {
        let mut state = limited(SlackLimits::default());
        let before = state.clone();

        for number in 0..100 {
            let refused = post(&mut state, message(&format!("#nowhere-{number}"), "hi"));
            assert_eq!(refused.unwrap_err().code, "channel_not_found");
        }

        assert_eq!(state, before);
    }
}
