//! `salesforce_manage_debug_logs`: whose actions are logged. No Apex runs here, so there are no logs.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::salesforce::{Api, NewTrace, Salesforce, User};
use serde::Deserialize;

use super::arguments::Loose;
use super::locale;

/// What the server puts in front of what went wrong.
pub(super) const LEAD_IN: &str = "Error managing debug logs: ";
/// Minutes that a flag is in force when a call does not say.
const MINUTES: i64 = 30;
/// Most users that the server asks the org for.
const USERS_MAX: usize = 5;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DebugLogs {
    operation: Loose,
    username: Loose,
    log_level: Loose,
    expiration_time: Loose,
    log_id: Loose,
}

pub(super) fn run(mut call: Call<'_, Salesforce>) -> Outcome {
    let wanted: DebugLogs = call.read()?;
    let Call { service: salesforce, mut api, .. } = call;
    let username = wanted.username.text();
    let user = match users_like(salesforce, &mut api, &username)?.as_slice() {
        [] => {
            return Err(Refusal::Server(format!(
                "Error: No user found matching '{username}'. Please verify the username or full name \
                 and try again."
            )));
        }
        [user] => user.clone(),
        several => return Ok(Answer::Text(question(&username, several))),
    };
    if !user.active {
        return Ok(Answer::Text(format!(
            "Warning: User '{username}' exists but is inactive. Debug logs may not be generated for \
             inactive users."
        )));
    }
    let text = match wanted.operation.text().as_str() {
        "enable" => enable(salesforce, &mut api, &user, &wanted)?,
        "disable" => disable(salesforce, &mut api, &user, &username)?,
        "retrieve" => {
            salesforce.list_debug_logs(&mut api)?;
            match wanted.log_id.written() {
                Some(id) => format!("No log found with ID '{id}'."),
                None => format!("No debug logs found for user '{username}'."),
            }
        }
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
    api: &mut Api<'_>,
    user: &User,
    wanted: &DebugLogs,
) -> Result<String, Refusal> {
    let Some(level) = wanted.log_level.written() else {
        return Err(Refusal::Server(
            "Please specify a log level for enabling debug logs. Valid options are: NONE, ERROR, WARN, \
             INFO, DEBUG, FINE, FINER, FINEST."
                .to_owned(),
        ));
    };
    let minutes = match wanted.expiration_time.written() {
        None => MINUTES,
        Some(minutes) => minutes.parse().map_err(|_| thrown("Invalid time value"))?,
    };
    let known = salesforce.list_trace_flags(api, &user.id)?.into_iter().next();
    let (flag, verb) = match known {
        Some(flag) => (salesforce.prolong_trace_flag(api, &flag.id, minutes)?, "updated"),
        None => {
            let new = NewTrace { user_id: &user.id, level: &level, minutes };
            (salesforce.add_trace_flag(api, new)?, "enabled")
        }
    };
    let (username, end, id) = (wanted.username.text(), locale(flag.expires), &flag.id);
    Ok(format!(
        "Successfully {verb} debug logs for user '{username}'.\n\n**Log Level:** {level}\n\
         **Expiration:** {end} ({minutes} minutes from now)\n**Trace Flag ID:** {id}"
    ))
}

fn disable(
    salesforce: &mut Salesforce,
    api: &mut Api<'_>,
    user: &User,
    username: &str,
) -> Result<String, ApiError> {
    let flags = salesforce.list_trace_flags(api, &user.id)?;
    if flags.is_empty() {
        return Ok(format!("No active debug logs found for user '{username}'."));
    }
    for flag in &flags {
        salesforce.delete_trace_flag(api, &flag.id)?;
    }
    Ok(format!(
        "Successfully disabled {} debug log configuration(s) for user '{username}' by removing them.",
        flags.len()
    ))
}

/// The users that a string may mean: one whose username or name it is, or else, by a second query, all that are
/// like it.
fn users_like(
    salesforce: &Salesforce,
    api: &mut Api<'_>,
    wanted: &str,
) -> Result<Vec<User>, ApiError> {
    let is_username = wanted.contains('@') || !wanted.contains(' ');
    let contains = |text: &str| text.to_lowercase().contains(&wanted.to_lowercase());
    let is_meant = |user: &User| {
        if is_username { user.username.eq_ignore_ascii_case(wanted) } else { contains(&user.name) }
    };
    if let Some(user) = salesforce.list_users(api)?.into_iter().find(is_meant) {
        return Ok(vec![user]);
    }
    let near = |user: &User| contains(&user.name) || contains(&user.username);
    Ok(salesforce.list_users(api)?.into_iter().filter(near).take(USERS_MAX).collect())
}

fn question(wanted: &str, users: &[User]) -> String {
    let line = |user: &User| format!("- **{}** ({})\n", user.name, user.username);
    let lines: String = users.iter().map(line).collect();
    format!(
        "Multiple users found matching '{wanted}'. Please specify which user by providing the exact \
         username:\n\n{lines}"
    )
}

fn thrown(message: &str) -> Refusal {
    Refusal::Server(format!("{LEAD_IN}{message}"))
}
