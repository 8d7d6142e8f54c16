//! `salesforce_manage_debug_logs`: whose doings are logged. No Apex runs here, so there are no logs.

use super::arguments::{given, is_truthy, written};
use super::{locale, own_words};
use crate::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{Salesforce, User};
use mcp_mock::world::Env;

/// Minutes that a flag is in force when a call does not say.
const MINUTES: i64 = 30;
/// Most users that the server asks the org for.
const USERS_MAX: usize = 5;

pub(super) fn run(
    salesforce: &mut Salesforce,
    env: &mut Env,
    arguments: &Arguments,
) -> Result<Answer, ApiError> {
    let wanted = given(arguments, "username").unwrap_or_default();
    let meant = meant(salesforce, &wanted);
    let user = match meant.as_slice() {
        [] => {
            return Err(own_words(format!(
                "Error: No user found matching '{wanted}'. Please verify the username or full name \
                 and try again."
            )));
        }
        [user] => user,
        several => return Ok(Answer::Text(question(&wanted, several))),
    };
    if !user.active {
        return Ok(Answer::Text(format!(
            "Warning: User '{wanted}' exists but is inactive. Debug logs may not be generated for \
             inactive users."
        )));
    }
    let text = match given(arguments, "operation").unwrap_or_default().as_str() {
        "enable" => enable(salesforce, env, user, arguments)?,
        "disable" => match salesforce.untrace(env, &user.id) {
            0 => format!("No active debug logs found for user '{wanted}'."),
            count => format!(
                "Successfully disabled {count} debug log configuration(s) for user '{wanted}' by \
                 removing them."
            ),
        },
        "retrieve" => match given(arguments, "logId") {
            Some(id) => format!("No log found with ID '{id}'."),
            None => format!("No debug logs found for user '{wanted}'."),
        },
        other => {
            return Err(thrown(&format!(
                "Invalid operation: {other}. Must be 'enable', 'disable', or 'retrieve'."
            )));
        }
    };
    Ok(Answer::Text(text))
}

fn enable(
    salesforce: &mut Salesforce,
    env: &mut Env,
    user: &User,
    arguments: &Arguments,
) -> Result<String, ApiError> {
    let Some(level) = given(arguments, "logLevel") else {
        return Err(own_words(
            "Please specify a log level for enabling debug logs. Valid options are: NONE, ERROR, WARN, \
             INFO, DEBUG, FINE, FINER, FINEST.",
        ));
    };
    let minutes = arguments.value("expirationTime").filter(|value| is_truthy(Some(value)));
    let minutes = minutes.map_or(Some(MINUTES), |value| written(value).parse().ok());
    let minutes = minutes.ok_or_else(|| thrown("Invalid time value"))?;
    let wanted = given(arguments, "username").unwrap_or_default();
    let traced = salesforce.trace(env, &user.id, (&level, minutes));
    let (flag, is_new) = traced.map_err(|refused| thrown(&refused.message))?;
    let verb = if is_new { "enabled" } else { "updated" };
    let (end, id) = (locale(flag.expires), &flag.id);
    Ok(format!(
        "Successfully {verb} debug logs for user '{wanted}'.\n\n**Log Level:** {level}\n\
         **Expiration:** {end} ({minutes} minutes from now)\n**Trace Flag ID:** {id}"
    ))
}

/// The users that a text may mean: one whose username or name it is, else all that are like it.
fn meant(salesforce: &Salesforce, wanted: &str) -> Vec<User> {
    let users = salesforce.users();
    let is_username = wanted.contains('@') || !wanted.contains(' ');
    let contains = |text: &str| text.to_lowercase().contains(&wanted.to_lowercase());
    let is_meant = |user: &&User| {
        if is_username { user.username.eq_ignore_ascii_case(wanted) } else { contains(&user.name) }
    };
    if let Some(user) = users.iter().find(is_meant) {
        return vec![user.clone()];
    }
    let near = users.into_iter().filter(|user| contains(&user.name) || contains(&user.username));
    near.take(USERS_MAX).collect()
}

fn question(wanted: &str, users: &[User]) -> String {
    let line = |user: &User| format!("- **{}** ({})\n", user.name, user.username);
    let lines: String = users.iter().map(line).collect();
    format!(
        "Multiple users found matching '{wanted}'. Please specify which user by providing the exact \
         username:\n\n{lines}"
    )
}

fn thrown(message: &str) -> ApiError {
    own_words(format!("Error managing debug logs: {message}"))
}
