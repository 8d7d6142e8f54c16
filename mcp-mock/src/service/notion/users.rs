//! Users: the people of the workspace and the integration itself.

use super::Api;
use super::pages::uuid;
use super::paging::Paging;
use super::refusal::not_found;
use super::state::{Notion, User};
use crate::service::{ApiError, Page};

/// The id of the user that the integration acts as.
pub const BOT_ID: &str = "b0700000-0000-4000-8000-000000000001";

/// A user.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Member<'a> {
    /// The integration itself.
    Bot,
    /// A person.
    Person(&'a User),
}

impl Member<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Bot => BOT_ID,
            Self::Person(user) => &user.id,
        }
    }
}

impl Notion {
    /// The people of the workspace, and the integration last.
    ///
    /// # Errors
    /// `validation_error` for a bad cursor or page size.
    pub fn list_users(
        &self,
        api: &mut Api<'_>,
        paging: &Paging,
    ) -> Result<Page<Member<'_>>, ApiError> {
        api.request()?;
        paging.page_of(self.members().collect(), Member::id)
    }

    /// Reads a user.
    ///
    /// # Errors
    /// `validation_error` when the id is no UUID; `object_not_found` when there is no such user.
    pub fn get_user(&self, api: &mut Api<'_>, id: &str) -> Result<Member<'_>, ApiError> {
        api.request()?;
        let id = uuid("path.user_id", id)?;
        self.members().find(|member| member.id() == id).ok_or_else(|| not_found("user", &id))
    }

    /// Reads the user that the integration acts as.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn get_self(&self, api: &mut Api<'_>) -> Result<Member<'_>, ApiError> {
        api.request()?;
        Ok(Member::Bot)
    }

    fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.users.iter().map(Member::Person).chain([Member::Bot])
    }
}
