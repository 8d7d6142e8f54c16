//! Users: list them, look one up.

use super::super::ApiError;
use super::refusal::user_not_found;
use super::{Cut, Paging, Slack, User};

impl Slack {
    /// Everybody, oldest first, deleted users and bots too.
    ///
    /// # Errors
    ///
    /// `invalid_cursor`, `invalid_limit`.
    pub fn list_users(&self, paging: Paging<'_>) -> Result<Cut<&User>, ApiError> {
        paging.cut(self.users.iter().collect(), |user| &user.id)
    }

    /// The user with this id; handles are not accepted.
    ///
    /// # Errors
    ///
    /// `user_not_found`.
    pub fn user_profile(&self, id: &str) -> Result<&User, ApiError> {
        self.users.iter().find(|user| user.id == id).ok_or_else(|| user_not_found(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Paging;
    use super::super::tests::workspace;

    #[test]
    fn list_includes_deleted_users_and_slackbot() {
        let (slack, _) = workspace();

        let listed = slack.list_users(Paging::default()).unwrap();

        let users: Vec<_> =
            listed.items.iter().map(|user| (user.name.as_str(), user.deleted)).collect();
        assert_eq!(users, [("slackbot", false), ("mockbot", false), ("ada", false), ("bob", true)]);
    }

    #[test]
    fn profile_needs_the_id() {
        let (slack, _) = workspace();
        let id = slack.user("ada").unwrap().id.clone();

        assert_eq!(slack.user_profile(&id).unwrap().name, "ada");
        assert_eq!(slack.user_profile("ada").unwrap_err().code, "user_not_found");
    }
}
