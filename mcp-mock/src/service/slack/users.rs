//! Users: list them, look one up.

use super::super::{ApiError, Page};
use super::quota::Request;
use super::refusal::user_not_found;
use super::{Api, Paging, Slack, User};

impl Slack {
    /// Everybody, oldest first, deleted users and bots too.
    ///
    /// # Errors
    ///
    /// `invalid_cursor`, `invalid_limit`, `ratelimited`.
    pub fn list_users(
        &self,
        api: &mut Api<'_>,
        paging: Paging<'_>,
    ) -> Result<Page<&User>, ApiError> {
        Request::ListUsers.spend(api)?;
        paging.page_of(self.users.iter().collect(), |user| &user.id)
    }

    /// The user with this id; handles are not accepted.
    ///
    /// # Errors
    ///
    /// `user_not_found`, `ratelimited`.
    pub fn user_profile(&self, api: &mut Api<'_>, id: &str) -> Result<&User, ApiError> {
        Request::UserProfile.spend(api)?;
        self.users.iter().find(|user| user.id == id).ok_or_else(|| user_not_found(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::workspace;
    use super::super::{Paging, Slack};
    use crate::world::ServiceState;

    #[test]
    fn list_includes_deleted_users_and_slackbot() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);

        let listed = slack.list_users(&mut api, Paging::default()).unwrap();

        let users: Vec<_> =
            listed.items.iter().map(|user| (user.name.as_str(), user.deleted)).collect();
        assert_eq!(users, [("slackbot", false), ("mockbot", false), ("ada", false), ("bob", true)]);
    }

    #[test]
    fn profile_needs_the_id() {
        let mut state = workspace();
        let (slack, mut api) = Slack::open(&mut state);
        let id = slack.user("ada").unwrap().id.clone();

        assert_eq!(slack.user_profile(&mut api, &id).unwrap().name, "ada");
        assert_eq!(slack.user_profile(&mut api, "ada").unwrap_err().code, "user_not_found");
    }
}
