//! Tools that comment, react, or do both; the reaction comes first.

use serde_json::{Value, json};

use super::super::github::{number, repo_path};
use super::super::{Answer, Arguments};
use super::Outcome;
use super::failure::{Request, rest, told};
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{GitHub, Issue, Reaction, ReactionContent, ReactionTarget};
use mcp_mock::world::Env;

pub(super) fn add_issue_comment(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let comment_id = arguments.given("comment_id").map(|_| number(arguments, "comment_id"));
    if comment_id == Some(0) {
        return Err(told("comment_id must be greater than 0"));
    }
    let (has_body, has_reaction) =
        (arguments.given("body").is_some(), arguments.given("reaction").is_some());
    if comment_id.is_some() && has_body {
        return Err(told("comment_id cannot be combined with body"));
    }
    if comment_id.is_some() && !has_reaction {
        return Err(told("comment_id can only be provided when reaction is provided"));
    }
    let wanted = Wanted::read(arguments)?;
    let number = number(arguments, "issue_number");
    let (target, place, what) = match comment_id {
        Some(id) => {
            check_place(github, arguments, (id, number))?;
            (ReactionTarget::Comment(id), format!("issues/comments/{id}"), "issue comment")
        }
        None => (ReactionTarget::Issue(number), format!("issues/{number}"), "issue"),
    };
    let reaction = wanted.reaction.map(|content| {
        let reacted = github.react(env, repo_path(arguments), target, content);
        reaction_answer(arguments, (&place, what), reacted)
    });
    let reaction = reaction.transpose()?;
    let comment = wanted.body.map(|body| {
        let place = format_args!("/issues/{number}/comments");
        let request = Request::of_repo("POST", arguments, place);
        let added = github.add_comment(env, repo_path(arguments), number, body);
        let comment = added.map_err(rest("failed to create comment", request))?;
        Ok(json!({ "id": comment.id.to_string(), "url": comment.html_url }))
    });
    Ok(both(comment.transpose()?, reaction))
}

/// The comment must be one of the issue that the call names.
fn check_place(
    github: &GitHub,
    arguments: &Arguments,
    (id, number): (u64, u64),
) -> Result<(), ApiError> {
    let missing = || ApiError::new(404, "not_found", "Not Found");
    let found = github.get_repo(repo_path(arguments)).and_then(|repo| {
        let has_it = |issue: &&_| has_comment(issue, id);
        repo.issues.iter().find(has_it).map(|issue| issue.number).ok_or_else(missing)
    });
    let request = Request::of_repo("GET", arguments, format_args!("/issues/comments/{id}"));
    if found.map_err(rest("failed to get issue comment", request))? == number {
        return Ok(());
    }
    Err(told(format!("comment_id does not belong to issue_number {number}")))
}

fn has_comment(issue: &Issue, id: u64) -> bool {
    issue.comments.iter().any(|comment| comment.id == id)
}

pub(super) fn add_reply_to_pull_request_comment(
    github: &mut GitHub,
    env: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let id = number(arguments, "commentId");
    if id == 0 {
        return Err(told("commentId must be greater than 0"));
    }
    let wanted = Wanted::read(arguments)?;
    let pull = number(arguments, "pullNumber");
    if wanted.body.is_some() && pull == 0 {
        return Err(told("missing required parameter: pullNumber"));
    }
    let reaction = wanted.reaction.map(|content| {
        let target = ReactionTarget::ReviewComment(id);
        let reacted = github.react(env, repo_path(arguments), target, content);
        let place = format!("pulls/comments/{id}");
        reaction_answer(arguments, (&place, "pull request review comment"), reacted)
    });
    let reaction = reaction.transpose()?;
    let comment = wanted.body.map(|body| {
        let path = repo_path(arguments);
        let place = format_args!("/pulls/{pull}/comments");
        let request = Request::of_repo("POST", arguments, place);
        let replied = github.reply_to_review_comment(env, path, pull, (id, body));
        let refused = rest("failed to add reply to pull request comment", request);
        let reply = replied.map_err(refused)?;
        let page = &github.get_pull(path, pull)?.html_url;
        Ok(json!({ "id": reply.id.to_string(), "url": format!("{page}#discussion_r{}", reply.id) }))
    });
    Ok(both(comment.transpose()?, reaction))
}

/// What a call asks for: a text, a reaction, or both.
struct Wanted<'a> {
    body: Option<&'a str>,
    reaction: Option<ReactionContent>,
}

impl<'a> Wanted<'a> {
    fn read(arguments: &'a Arguments) -> Result<Self, ApiError> {
        let (body, word) = (arguments.optional_text("body"), arguments.optional_text("reaction"));
        let complaint = match (body, word) {
            (None, None) => "at least one of body or reaction is required",
            (Some(""), _) => "body cannot be empty when provided",
            (_, Some("")) => "reaction cannot be empty when provided",
            (body, word) => {
                let reaction = word.and_then(ReactionContent::of_word);
                if word.is_none() || reaction.is_some() {
                    return Ok(Self { body, reaction });
                }
                "reaction must be one of +1, -1, laugh, confused, heart, hooray, rocket, eyes"
            }
        };
        Err(told(complaint))
    }
}

fn reaction_answer(
    arguments: &Arguments,
    (place, what): (&str, &str),
    reacted: Result<Reaction, ApiError>,
) -> Result<Value, ApiError> {
    let request = Request::of_repo("POST", arguments, format_args!("/{place}/reactions"));
    let reaction = reacted.map_err(rest(&format!("failed to add reaction to {what}"), request))?;
    let (owner, repo) = (arguments.text("owner"), arguments.text("repo"));
    let api = format!("https://api.github.com/repos/{owner}/{repo}");
    let url = format!("{api}/{place}/reactions/{}", reaction.id);
    Ok(json!({ "id": reaction.id.to_string(), "url": url }))
}

fn both(comment: Option<Value>, reaction: Option<Value>) -> Answer {
    Answer::Json(match (comment, reaction) {
        (Some(comment), Some(reaction)) => json!({ "comment": comment, "reaction": reaction }),
        (comment, reaction) => comment.or(reaction).unwrap_or_default(),
    })
}
