//! Users: list them, read a profile.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PageArguments, cursor, limit, next_cursor, ok};
use crate::dialect::schema::{boolean, list, nullable, object, required, text};
use crate::dialect::{Answer, Call, CatalogTool, Effect, Outcome};
use crate::service::slack::{Slack, User};

pub(super) fn list_users() -> CatalogTool<Slack> {
    CatalogTool::new(
        "list_users",
        "List the users of the workspace, bots and deleted users too.",
        list_all,
    )
    .also(&["get_users"])
    .effect(Effect::Read)
    .input(&object([limit(), cursor()]))
    .output(&object([
        ok(),
        required("users", list(user_schema(), "This page, oldest first.")),
        next_cursor(),
    ]))
}

pub(super) fn get_user_profile() -> CatalogTool<Slack> {
    let profile = object([
        required("real_name", text("The whole name.")),
        required("display_name", text("The name shown beside messages; may be empty.")),
        required("email", nullable(text("The address."))),
        required("title", text("What the person does.")),
    ]);
    CatalogTool::new("get_user_profile", "Read the profile of a user.", read_profile)
        .effect(Effect::Read)
        .input(&object([required("user", text("Id of the user; a handle is not accepted."))]))
        .output(&object([ok(), required("profile", profile)]))
}

fn list_all(mut call: Call<'_, Slack>) -> Outcome {
    let page: PageArguments = call.read()?;
    let page = call.service.list_users(&mut call.api, page.paging())?;
    Ok(Answer::Json(json!({
        "ok": true,
        "users": page.items.into_iter().map(user).collect::<Vec<_>>(),
        "next_cursor": page.next.unwrap_or_default(),
    })))
}

#[derive(Deserialize)]
struct GetUserProfile {
    user: String,
}

fn read_profile(mut call: Call<'_, Slack>) -> Outcome {
    let arguments: GetUserProfile = call.read()?;
    let user = call.service.user_profile(&mut call.api, &arguments.user)?;
    let profile = json!({
        "real_name": user.real_name,
        "display_name": user.display_name,
        "email": user.email,
        "title": user.title,
    });
    Ok(Answer::Json(json!({ "ok": true, "profile": profile })))
}

fn user_schema() -> Value {
    object([
        required("id", text("The id.")),
        required("name", text("The handle.")),
        required("real_name", text("The whole name.")),
        required("email", nullable(text("The address."))),
        required("deleted", boolean("Whether the account was closed.")),
        required("is_bot", boolean("Whether it is a program.")),
        required("is_admin", boolean("Whether it may administer the workspace.")),
    ])
}

fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "email": user.email,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
    })
}
