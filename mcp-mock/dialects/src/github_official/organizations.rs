//! Tools of organizations: teams, and the types and fields of issues.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::InRepo;
use super::super::github::issue::issue_type;
use super::failure::{Request, graphql_error, repo_name, rest_error};
use super::minimal;
use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    Api, FieldType, GitHub, IssueField, Organization, Quota, Team, account_id, not_found,
};

#[derive(Deserialize)]
struct OfUser {
    #[serde(default)]
    user: String,
}

/// Asks who the viewer is unless a user is given. A user without an organization gets `null`, which is what
/// the server makes of an empty list.
pub(super) fn get_teams(mut call: Call<'_, GitHub>) -> Outcome {
    let OfUser { user } = call.read()?;
    let github = &*call.service;
    let user = if user.is_empty() {
        let paid = github.spend(&mut call.api, Quota::Core);
        paid.map_err(rest_error("failed to get user", Request::new("GET", "user")))?;
        &github.viewer
    } else {
        &user
    };
    let name = format!("a User with the login of '{user}'");
    let refused = graphql_error("Failed to find teams", &name);
    github.spend(&mut call.api, Quota::Core).map_err(&refused)?;
    if !has_account(github, user) || github.is_organization(user) {
        return Err(refused(not_found()));
    }
    let team = |team: &Team| json!({ "name": team.name, "slug": team.slug(), "description": team.description });
    let own = github.organizations.iter().filter(|organization| organization.has_member(user));
    let own = own.map(|organization| {
        let teams = organization.teams.iter().filter(|team| team.has_member(user));
        json!({ "org": organization.login, "teams": teams.map(team).collect::<Vec<_>>() })
    });
    Ok(Answer::Json(or_null(own.collect())))
}

#[derive(Deserialize)]
struct OfTeam {
    org: String,
    team_slug: String,
}

/// A team without members, and one that is not there, is `null`.
pub(super) fn get_team_members(mut call: Call<'_, GitHub>) -> Outcome {
    let OfTeam { org, team_slug } = call.read()?;
    let found = organization(call.service, &mut call.api, &org);
    let found =
        found.map_err(graphql_error("Failed to get team members", &organization_name(&org)))?;
    let team = found.and_then(|organization| organization.team(&team_slug));
    let members = team.map(|team| team.members.iter().cloned().map(Value::from).collect());
    Ok(Answer::Json(or_null(members.unwrap_or_default())))
}

#[derive(Deserialize)]
struct Owned {
    owner: String,
    #[serde(default)]
    repo: String,
}

pub(super) fn list_issue_types(mut call: Call<'_, GitHub>) -> Outcome {
    let Owned { owner, repo } = call.read()?;
    let at = InRepo { owner, repo };
    let owner = &at.owner;
    let (found, request) = if at.repo.is_empty() {
        let request = Request::new("GET", format_args!("orgs/{owner}/issue-types"));
        (organization(call.service, &mut call.api, owner), request)
    } else {
        let request = Request::of_repo("GET", &at, "/issue-types");
        (of_repo(call.service, &mut call.api, &at), request)
    };
    let found = found.map_err(rest_error("failed to list issue types", request))?;
    let types = found.iter().flat_map(|found| &found.issue_types);
    Ok(Answer::Json(types.map(|kind| issue_type(owner, kind)).collect()))
}

pub(super) fn list_issue_fields(mut call: Call<'_, GitHub>) -> Outcome {
    let Owned { owner, repo } = call.read()?;
    let at = InRepo { owner, repo };
    let owner = &at.owner;
    let (found, name) = if at.repo.is_empty() {
        (organization(call.service, &mut call.api, owner), organization_name(owner))
    } else {
        (of_repo(call.service, &mut call.api, &at), repo_name(&at))
    };
    let found = found.map_err(graphql_error("failed to list issue fields", &name))?;
    let fields = found.iter().flat_map(|found| &found.issue_fields);
    Ok(Answer::Json(fields.map(|field| render_field(owner, field)).collect()))
}

fn render_field(owner: &str, field: &IssueField) -> Value {
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

/// Asks for what is known of the organization that owns a repository.
pub(super) fn of_repo<'a>(
    github: &'a GitHub,
    api: &mut Api<'_>,
    at: &InRepo,
) -> Result<Option<&'a Organization>, ApiError> {
    let repo = github.get_repo(api, at.path())?;
    Ok(github.organization(&repo.owner))
}

/// Asks for what is known of an organization; of one that only owns repositories it is nothing.
fn organization<'a>(
    github: &'a GitHub,
    api: &mut Api<'_>,
    login: &str,
) -> Result<Option<&'a Organization>, ApiError> {
    github.spend(api, Quota::Core)?;
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
