//! Reactions to messages.

use super::super::ApiError;
use super::quota::Request;
use super::refusal::{is_archived, message_not_found, refused};
use super::{Api, Reaction, Slack};

impl Slack {
    /// Reacts to a message with an emoji, named without colons.
    ///
    /// # Errors
    ///
    /// `channel_not_found` (also for a name), `not_in_channel`, `is_archived`, `message_not_found`,
    /// `invalid_name`, `already_reacted`, `ratelimited`.
    pub fn add_reaction(
        &mut self,
        api: &mut Api<'_>,
        channel: &str,
        ts: &str,
        name: &str,
    ) -> Result<(), ApiError> {
        Request::AddReaction.spend(api)?;
        let viewer = self.viewer.clone();
        let channel = self.joined_mut(channel)?;
        if channel.is_archived {
            return Err(is_archived(&channel.name));
        }
        if !is_emoji_name(name) {
            let message = format!("`{name}` is not the name of an emoji; write it without colons");
            return Err(refused("invalid_name", message));
        }
        let message = channel.messages.iter_mut().find(|message| message.ts == ts);
        let message = message.ok_or_else(|| message_not_found(ts))?;
        let Some(reaction) = message.reactions.iter_mut().find(|other| other.name == name) else {
            message.reactions.push(Reaction { name: name.to_owned(), users: vec![viewer] });
            return Ok(());
        };
        if reaction.users.contains(&viewer) {
            let message = format!("the caller reacted with `{name}` already");
            return Err(refused("already_reacted", message));
        }
        reaction.users.push(viewer);
        Ok(())
    }
}

/// Slack also knows which emoji exist; here every well-formed name does.
fn is_emoji_name(name: &str) -> bool {
    let base = name.split_once("::skin-tone-").map_or(name, |(base, _)| base);
    let is_letter = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_+-'".contains(letter)
    };
    !base.is_empty() && base.chars().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::super::Slack;
    use super::super::tests::{message, workspace};
    use crate::world::ServiceState;

    #[test]
    fn second_reaction_with_the_same_emoji_is_refused() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let posted = slack.post_message(&mut api, message("#general", "hi")).unwrap();
        let ts = posted.message.ts.as_str();

        slack.add_reaction(&mut api, &posted.channel, ts, "+1").unwrap();
        slack.add_reaction(&mut api, &posted.channel, ts, "wave::skin-tone-2").unwrap();
        let error = slack.add_reaction(&mut api, &posted.channel, ts, "+1").unwrap_err();

        assert_eq!(error.code, "already_reacted");
        assert_eq!(slack.messages("general")[0].reactions.len(), 2);
    }

    #[test]
    fn unknown_message_channel_name_and_bad_emoji_are_refused() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let posted = slack.post_message(&mut api, message("#general", "hi")).unwrap();
        let (id, ts) = (posted.channel.as_str(), posted.message.ts.as_str());

        let mut code = |channel: &str, ts: &str, name: &str| {
            slack.add_reaction(&mut api, channel, ts, name).unwrap_err().code
        };

        assert_eq!(code(id, "1.000000", "eyes"), "message_not_found");
        assert_eq!(code("#general", ts, "eyes"), "channel_not_found");
        assert_eq!(code(id, ts, ":eyes:"), "invalid_name");
    }
}
