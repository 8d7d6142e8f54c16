//! `get_user_profile`: what a user tells about themselves.

use serde_json::{Value, json};

use super::render;
use crate::dialect::Arguments;
use crate::dialect::schema::{nullable, object, required, text};
use crate::dialect::simple::tool::{Effect, Tool};
use crate::service::ApiError;
use crate::service::slack::Slack;
use crate::world::Env;

pub(super) fn tool() -> Tool<Slack> {
    let profile = object([
        required("real_name", text("The whole name.")),
        required("display_name", text("The name shown beside messages; may be empty.")),
        required("email", nullable(text("The address."))),
        required("title", text("What the person does.")),
    ]);
    Tool {
        name: "get_user_profile",
        aliases: &[],
        description: "Read the profile of a user.",
        effect: Effect::Read,
        input: object([required("user", text("Id of the user; a handle is not accepted."))]),
        output: object([render::ok(), required("profile", profile)]),
        run,
    }
}

fn run(slack: &mut Slack, _: &mut Env, arguments: &Arguments) -> Result<Value, ApiError> {
    let user = slack.user_profile(arguments.text("user"))?;
    let profile = json!({
        "real_name": user.real_name,
        "display_name": user.display_name,
        "email": user.email,
        "title": user.title,
    });
    Ok(json!({ "ok": true, "profile": profile }))
}
