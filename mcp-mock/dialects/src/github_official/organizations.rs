//! Tools of organizations: teams, and the types and fields of issues.

use serde_json::{Value, json};

use super::super::github::issue::issue_type;
use super::super::github::repo_path;
use super::super::{Answer, Arguments};
use super::failure::{Request, graph, repo_name, rest};
use super::{Outcome, minimal};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{FieldType, GitHub, IssueField, Organization, Team, account_id};
use mcp_mock::world::Env;

/// Whoever is in no organization gets `null`, which is what the server makes of an empty list.
pub(super) fn get_teams(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let user = Some(arguments.text("user")).filter(|user| !user.is_empty());
    let user = user.unwrap_or(&github.viewer);
    if !has_account(github, user) || github.is_organization(user) {
        let name = format!("a User with the login of '{user}'");
        return Err(graph("Failed to find teams", &name)(not_found()));
    }
    let team = |team: &Team| json!({ "name": team.name, "slug": team.slug(), "description": team.description });
    let own = github.organizations.iter().filter(|organization| organization.has_member(user));
    let own = own.map(|organization| {
        let teams = organization.teams.iter().filter(|team| team.has_member(user));
        json!({ "org": organization.login, "teams": teams.map(team).collect::<Vec<_>>() })
    });
    Ok(Answer::Json(or_null(own.collect())))
}

/// A team without members, and one that is not there, is `null`.
pub(super) fn get_team_members(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let login = arguments.text("org");
    let found = organization(github, login);
    let found = found.map_err(graph("Failed to get team members", &organization_name(login)))?;
    let team = found.and_then(|organization| organization.team(arguments.text("team_slug")));
    let members = team.map(|team| team.members.iter().cloned().map(Value::from).collect());
    Ok(Answer::Json(or_null(members.unwrap_or_default())))
}

pub(super) fn list_issue_types(github: &mut GitHub, _: &mut Env, arguments: &Arguments) -> Outcome {
    let owner = arguments.text("owner");
    let (found, request) = if arguments.text("repo").is_empty() {
        let request = Request::new("GET", format_args!("orgs/{owner}/issue-types"));
        (organization(github, owner), request)
    } else {
        (of_repo(github, arguments), Request::of_repo("GET", arguments, "/issue-types"))
    };
    let found = found.map_err(rest("failed to list issue types", request))?;
    let types = found.iter().flat_map(|found| &found.issue_types);
    Ok(Answer::Json(types.map(|kind| issue_type(owner, kind)).collect()))
}

pub(super) fn list_issue_fields(
    github: &mut GitHub,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let owner = arguments.text("owner");
    let (found, name) = if arguments.text("repo").is_empty() {
        (organization(github, owner), organization_name(owner))
    } else {
        (of_repo(github, arguments), repo_name(arguments))
    };
    let found = found.map_err(graph("failed to list issue fields", &name))?;
    let fields = found.iter().flat_map(|found| &found.issue_fields);
    Ok(Answer::Json(fields.map(|shown| field(owner, shown)).collect()))
}

fn field(owner: &str, field: &IssueField) -> Value {
    let id = account_id(&format!("{owner}/fields/{}", field.name));
    let option = |(priority, name): (usize, &String)| {
        let id = account_id(&format!("{owner}/fields/{}/{name}", field.name));
        json!({ "id": format!("IFSSO_kgDO{id:x}"), "name": name, "color": "GRAY", "priority": priority })
    };
    let options: Vec<Value> = match field.data_type {
        FieldType::SingleSelect => (1..).zip(&field.options).map(option).collect(),
        FieldType::Date | FieldType::Number | FieldType::Text => Vec::new(),
    };
    let body = json!({
        "id": format!("IF_kwDO{id:x}"),
        "full_database_id": id,
        "name": field.name,
        "description": field.description,
        "data_type": field.data_type.as_str(),
        "visibility": "ORG_ONLY",
        "options": options,
    });
    minimal::lean(body, &[])
}

/// What is known of the organization that owns a repository.
pub(super) fn of_repo<'a>(
    github: &'a GitHub,
    arguments: &Arguments,
) -> Result<Option<&'a Organization>, ApiError> {
    let repo = github.get_repo(repo_path(arguments))?;
    Ok(github.organization(&repo.owner))
}

/// What is known of an organization; of one that only owns repositories it is nothing.
fn organization<'a>(github: &'a GitHub, login: &str) -> Result<Option<&'a Organization>, ApiError> {
    let is_there = has_account(github, login) && github.is_organization(login);
    if is_there { Ok(github.organization(login)) } else { Err(not_found()) }
}

fn has_account(github: &GitHub, login: &str) -> bool {
    github.accounts().iter().any(|known| known.eq_ignore_ascii_case(login))
}

fn organization_name(login: &str) -> String {
    format!("an Organization with the login of '{login}'")
}

fn or_null(all: Vec<Value>) -> Value {
    if all.is_empty() { Value::Null } else { all.into() }
}

fn not_found() -> ApiError {
    ApiError::new(404, "not_found", "Not Found")
}
