//! Users, and whose actions are logged.
//!
//! No Apex runs here, so a flag never leads to a log.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Api;
use super::ids::new_id;
use super::quota::spend_request;
use super::refusal::{bad_request, not_found};
use super::state::Salesforce;
use crate::service::ApiError;

/// The first characters of the ids of users.
pub(super) const USER_PREFIX: &str = "005";
const FLAG_PREFIX: &str = "7tf";
/// Longest time that a flag is in force; the vendor's.
const MINUTES_MAX: i64 = 24 * 60;
/// The user that every org has.
const ADMINISTRATOR: (&str, &str, &str) =
    ("005000000000001AAA", "admin@org.example", "Org Administrator");

/// A person who may log in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Eighteen characters.
    pub id: String,
    /// The name for logging in, in the form of an address.
    pub username: String,
    /// The full name.
    pub name: String,
    /// Whether the account is in use.
    pub active: bool,
}

/// That what a user does is logged for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceFlag {
    /// Eighteen characters.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// How much is logged.
    pub level: String,
    /// From when on.
    pub start: Timestamp,
    /// Until when.
    pub expires: Timestamp,
}

/// Whose actions to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTrace<'a> {
    /// The user.
    pub user_id: &'a str,
    /// How much is logged.
    pub level: &'a str,
    /// For how long from now.
    pub minutes: i64,
}

impl Salesforce {
    /// The people of the org, the administrator first. Free, for a look at the state.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        let (id, username, name) = ADMINISTRATOR;
        let (id, username, name) = (id.to_owned(), username.to_owned(), name.to_owned());
        let administrator = User { id, username, name, active: true };
        [administrator].into_iter().chain(self.users.iter().cloned()).collect()
    }

    /// The people of the org, the administrator first.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_users(&self, api: &mut Api<'_>) -> Result<Vec<User>, ApiError> {
        spend_request(api)?;
        Ok(self.users())
    }

    /// The flags of a user that are in force.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_trace_flags(
        &self,
        api: &mut Api<'_>,
        user_id: &str,
    ) -> Result<Vec<TraceFlag>, ApiError> {
        spend_request(api)?;
        let now = api.clock.now();
        let flags = self.trace_flags.iter();
        Ok(flags.filter(|flag| flag.user_id == user_id && flag.expires > now).cloned().collect())
    }

    /// Logs what a user does. The level is a record as well, which takes a request of its own.
    ///
    /// # Errors
    /// `FIELD_INTEGRITY_EXCEPTION` when the end is not within a day from now.
    pub fn add_trace_flag(
        &mut self,
        api: &mut Api<'_>,
        new: NewTrace<'_>,
    ) -> Result<TraceFlag, ApiError> {
        spend_request(api)?;
        spend_request(api)?;
        let start = api.clock.now();
        let expires = end_of_trace(start, new.minutes)?;
        let (id, user_id) = (new_id(api.ids, FLAG_PREFIX), new.user_id.to_owned());
        let flag = TraceFlag { id, user_id, level: new.level.to_owned(), start, expires };
        self.trace_flags.push(flag.clone());
        Ok(flag)
    }

    /// Gives a flag another end; it keeps its level.
    ///
    /// # Errors
    /// As [`add_trace_flag`](Self::add_trace_flag); `NOT_FOUND` when it is not there.
    pub fn prolong_trace_flag(
        &mut self,
        api: &mut Api<'_>,
        id: &str,
        minutes: i64,
    ) -> Result<TraceFlag, ApiError> {
        spend_request(api)?;
        let start = api.clock.now();
        let expires = end_of_trace(start, minutes)?;
        let flag = self.trace_flags.iter_mut().find(|flag| flag.id == id).ok_or_else(not_found)?;
        (flag.start, flag.expires) = (start, expires);
        Ok(flag.clone())
    }

    /// Removes a flag.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is not there.
    pub fn delete_trace_flag(&mut self, api: &mut Api<'_>, id: &str) -> Result<(), ApiError> {
        spend_request(api)?;
        let place = self.trace_flags.iter().position(|flag| flag.id == id).ok_or_else(not_found)?;
        self.trace_flags.remove(place);
        Ok(())
    }

    /// The ids of the logs of a user: none, since no Apex runs here.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn list_debug_logs(&self, api: &mut Api<'_>) -> Result<Vec<String>, ApiError> {
        spend_request(api)?;
        Ok(Vec::new())
    }
}

fn end_of_trace(start: Timestamp, minutes: i64) -> Result<Timestamp, ApiError> {
    let end = start.checked_add(SignedDuration::from_mins(minutes)).ok();
    end.filter(|_| (1..=MINUTES_MAX).contains(&minutes)).ok_or_else(|| {
        let message = "Expiration Date: a trace flag ends after now and within 24 hours";
        bad_request("FIELD_INTEGRITY_EXCEPTION", message)
    })
}
