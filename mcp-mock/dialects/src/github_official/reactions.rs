//! Tools that comment, react, or do both; the reaction comes first.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::github::{InRepo, Number, OfIssue};
use super::failure::{Request, rest_error, server_error};
use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::github::{GitHub, Issue, ReactionContent, ReactionTarget, not_found};

#[derive(Deserialize)]
struct NewComment {
    #[serde(flatten)]
    on: OfIssue,
    comment_id: Option<Number>,
    #[serde(flatten)]
    wanted: Wanted,
}

pub(super) fn add_issue_comment(mut call: Call<'_, GitHub>) -> Outcome {
    let NewComment { on, comment_id, wanted } = call.read()?;
    let comment_id = comment_id.map(Number::id);
    if comment_id == Some(0) {
        return Err(server_error("comment_id must be greater than 0"));
    }
    if comment_id.is_some() && wanted.body.is_some() {
        return Err(server_error("comment_id cannot be combined with body"));
    }
    if comment_id.is_some() && wanted.reaction.is_none() {
        return Err(server_error("comment_id can only be provided when reaction is provided"));
    }
    let content = wanted.check()?;
    let number = on.issue_number.id();
    let target = match comment_id {
        Some(id) => {
            check_place(&mut call, &on, id)?;
            ReactionTarget::Comment(id)
        }
        None => ReactionTarget::Issue(number),
    };
    let reaction = content.map(|content| react(&mut call, &on.at, target, content)).transpose()?;
    let comment = wanted.body.map(|body| {
        let request = Request::of_repo("POST", &on.at, format_args!("/issues/{number}/comments"));
        let added = call.service.add_comment(&mut call.api, on.path(), &body);
        let comment = added.map_err(rest_error("failed to create comment", request))?;
        Ok::<_, Refusal>(json!({ "id": comment.id.to_string(), "url": comment.html_url }))
    });
    Ok(both(comment.transpose()?, reaction))
}

/// The comment must be one of the issue that the call names.
fn check_place(call: &mut Call<'_, GitHub>, on: &OfIssue, id: u64) -> Result<(), Refusal> {
    let OfIssue { at, issue_number } = on;
    let has_it = |issue: &&Issue| issue.comments.iter().any(|comment| comment.id == id);
    let found = call.service.get_repo(&mut call.api, at.path());
    let found = found.and_then(|repo| repo.issues.iter().find(has_it).ok_or_else(not_found));
    let request = Request::of_repo("GET", at, format_args!("/issues/comments/{id}"));
    let issue = found.map_err(rest_error("failed to get issue comment", request))?;
    if issue.number == issue_number.id() {
        return Ok(());
    }
    Err(server_error(format!("comment_id does not belong to issue_number {}", issue_number.id())))
}

#[derive(Deserialize)]
struct NewReply {
    #[serde(flatten)]
    at: InRepo,
    #[serde(rename = "commentId")]
    comment: Number,
    #[serde(default, rename = "pullNumber")]
    pull: Number,
    #[serde(flatten)]
    wanted: Wanted,
}

pub(super) fn add_reply_to_pull_request_comment(mut call: Call<'_, GitHub>) -> Outcome {
    let NewReply { at, comment, pull, wanted } = call.read()?;
    let (id, pull) = (comment.id(), pull.id());
    if id == 0 {
        return Err(server_error("commentId must be greater than 0"));
    }
    let content = wanted.check()?;
    if wanted.body.is_some() && pull == 0 {
        return Err(server_error("missing required parameter: pullNumber"));
    }
    let target = ReactionTarget::ReviewComment(id);
    let reaction = content.map(|content| react(&mut call, &at, target, content)).transpose()?;
    let comment = wanted.body.map(|body| {
        let path = at.path().issue(pull);
        let request = Request::of_repo("POST", &at, format_args!("/pulls/{pull}/comments"));
        let refused = rest_error("failed to add reply to pull request comment", request);
        let reply = call.service.reply_to_review_comment(&mut call.api, path, id, &body);
        let reply = reply.map_err(refused)?;
        let page = &call.service.pull_at(path)?.html_url;
        Ok::<_, Refusal>(json!({ "id": reply.id.to_string(), "url": format!("{page}#discussion_r{}", reply.id) }))
    });
    Ok(both(comment.transpose()?, reaction))
}

/// What a call asks for: a comment, a reaction, or both.
#[derive(Deserialize)]
struct Wanted {
    body: Option<String>,
    reaction: Option<String>,
}

impl Wanted {
    /// The reaction, when both are as the server wants them.
    fn check(&self) -> Result<Option<ReactionContent>, Refusal> {
        let complaint = match (self.body.as_deref(), self.reaction.as_deref()) {
            (None, None) => "at least one of body or reaction is required",
            (Some(""), _) => "body cannot be empty when provided",
            (_, Some("")) => "reaction cannot be empty when provided",
            (_, None) => return Ok(None),
            (_, Some(word)) => match ReactionContent::of_word(word) {
                Some(content) => return Ok(Some(content)),
                None => {
                    "reaction must be one of +1, -1, laugh, confused, heart, hooray, rocket, eyes"
                }
            },
        };
        Err(server_error(complaint))
    }
}

fn react(
    call: &mut Call<'_, GitHub>,
    at: &InRepo,
    target: ReactionTarget,
    content: ReactionContent,
) -> Result<Value, Refusal> {
    let (place, what) = match target {
        ReactionTarget::Issue(number) => (format!("issues/{number}"), "issue"),
        ReactionTarget::Comment(id) => (format!("issues/comments/{id}"), "issue comment"),
        ReactionTarget::ReviewComment(id) => {
            (format!("pulls/comments/{id}"), "pull request review comment")
        }
    };
    let words = format!("failed to add reaction to {what}");
    let request = Request::of_repo("POST", at, format_args!("/{place}/reactions"));
    let reacted = call.service.react(&mut call.api, at.path(), target, content);
    let reaction = reacted.map_err(rest_error(&words, request))?;
    let InRepo { owner, repo } = at;
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
