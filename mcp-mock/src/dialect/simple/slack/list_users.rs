//! `list_users`: everybody in the workspace.

use serde_json::{Value, json};

use super::arguments::{cursor, limit, read_paging};
use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{list, object, required};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::Slack;
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    Tool {
        name: "list_users",
        aliases: &["get_users"],
        description: "List the users of the workspace, bots and deleted users too.",
        effect: Effect::Read,
        input: object([limit(), cursor()]),
        output: object([
            render::ok(),
            required("users", list(render::user_schema(), "This page, oldest first.")),
            render::next_cursor(),
        ]),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let cut = slack.list_users(read_paging(arguments))?;
    let users: Vec<_> = cut.items.iter().map(|user| render::user(user)).collect();
    Ok(json!({ "ok": true, "users": users, "next_cursor": cut.next_cursor }))
}
