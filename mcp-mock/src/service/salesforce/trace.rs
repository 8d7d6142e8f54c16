//! Users, and whose doings are logged.
//!
//! No Apex runs here, so a flag never leads to a log.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ids::new_id;
use super::refusal::bad_request;
use super::state::Salesforce;
use crate::service::ApiError;
use crate::world::Env;

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

impl Salesforce {
    /// The people of the org, the administrator first.
    #[must_use]
    pub fn users(&self) -> Vec<User> {
        let (id, username, name) = ADMINISTRATOR;
        let (id, username, name) = (id.to_owned(), username.to_owned(), name.to_owned());
        let administrator = User { id, username, name, active: true };
        [administrator].into_iter().chain(self.users.iter().cloned()).collect()
    }

    /// Logs what a user does for so many minutes. A flag that is in force keeps its level and gets a new
    /// end. Gives the flag and whether it is new.
    ///
    /// # Errors
    /// `FIELD_INTEGRITY_EXCEPTION` when the end is not within a day from now.
    pub fn trace(
        &mut self,
        env: &mut Env,
        user_id: &str,
        (level, minutes): (&str, i64),
    ) -> Result<(&TraceFlag, bool), ApiError> {
        let start = env.clock.now();
        let within = (1..=MINUTES_MAX).contains(&minutes);
        let expires = start.checked_add(SignedDuration::from_mins(minutes)).ok();
        let Some(expires) = expires.filter(|_| within) else {
            let message = "Expiration Date: a trace flag ends after now and within 24 hours";
            return Err(bad_request("FIELD_INTEGRITY_EXCEPTION", message));
        };
        let known = self.flags_in_force(env).find(|(_, flag)| flag.user_id == user_id);
        let known = known.map(|(place, _)| place);
        let place = known.unwrap_or(self.trace_flags.len());
        if known.is_none() {
            let id = new_id(&mut env.ids, FLAG_PREFIX);
            let (user_id, level) = (user_id.to_owned(), level.to_owned());
            self.trace_flags.push(TraceFlag { id, user_id, level, start, expires });
        }
        let flag = &mut self.trace_flags[place];
        (flag.start, flag.expires) = (start, expires);
        Ok((&self.trace_flags[place], known.is_none()))
    }

    /// Removes the flags of a user that are in force and gives how many there were.
    pub fn untrace(&mut self, env: &Env, user_id: &str) -> usize {
        let now = env.clock.now();
        let before = self.trace_flags.len();
        self.trace_flags.retain(|flag| flag.user_id != user_id || flag.expires <= now);
        before - self.trace_flags.len()
    }

    fn flags_in_force(&self, env: &Env) -> impl Iterator<Item = (usize, &TraceFlag)> {
        let now = env.clock.now();
        self.trace_flags.iter().enumerate().filter(move |(_, flag)| flag.expires > now)
    }
}
