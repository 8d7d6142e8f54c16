//! Reactions, and threads of comments on files.

use super::*;

/// The id of a comment on a file of the third pull request of `company/app`.
fn commented(state: &mut State) -> u64 {
    let pull = |more: Value| joined(of("company/app", json!({ "pullNumber": 3 })), more);
    words(state, "pull_request_review_write", pull(json!({ "method": "create" })));
    let comment = json!({ "path": "src/login.rs", "body": "Here", "subjectType": "LINE", "line": 3,
        "startLine": 2, "side": "RIGHT", "startSide": "LEFT" });
    words(state, "add_comment_to_pending_review", pull(comment));
    let submit = json!({ "method": "submit_pending", "event": "APPROVE" });
    words(state, "pull_request_review_write", pull(submit));
    let pull = state.github.issue("company", "app", 3).unwrap().pull.as_ref().unwrap();
    pull.reviews.last().unwrap().comments[0].id
}

#[test]
fn comment_is_kept_with_the_lines_and_sides_that_it_is_on() {
    let mut state = demo();

    let id = commented(&mut state);

    let pull = state.github.issue("company", "app", 3).unwrap().pull.as_ref().unwrap();
    let comment = serde_json::to_value(&pull.reviews[0].comments[0]).unwrap();
    assert_eq!((&comment["id"], &comment["start_line"]), (&json!(id), &json!(2)));
    assert_eq!((&comment["side"], &comment["start_side"]), (&json!("RIGHT"), &json!("LEFT")));
}

#[test]
fn reply_and_reaction_are_told_apart_and_the_reply_joins_its_thread() {
    let mut state = demo();
    let id = commented(&mut state);
    let reply = of(
        "company/app",
        json!({ "pullNumber": 3, "commentId": id, "body": "Done", "reaction": "eyes" }),
    );

    let answer = call(&mut state, "add_reply_to_pull_request_comment", reply);

    let read = of("company/app", json!({ "method": "get_review_comments", "pullNumber": 3 }));
    let threads = call(&mut state, "pull_request_read", read);
    assert!(answer["comment"]["url"].as_str().unwrap().contains("/pull/3#discussion_r"));
    assert!(
        answer["reaction"]["url"]
            .as_str()
            .unwrap()
            .contains(&format!("/pulls/comments/{id}/reactions/"))
    );
    assert_eq!(
        (&threads["totalCount"], &threads["review_threads"][0]["total_count"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(threads["review_threads"][0]["comments"][1]["body"], "Done");
}

#[test]
fn reply_wants_a_text_or_a_reaction_and_a_pull_request_with_the_text() {
    let cases = [
        (json!({ "commentId": 1 }), "at least one of body or reaction is required"),
        (json!({ "commentId": 1, "body": "" }), "body cannot be empty when provided"),
        (json!({ "commentId": 1, "body": "x" }), "missing required parameter: pullNumber"),
        (
            json!({ "commentId": 1, "body": "x", "pullNumber": 3 }),
            "failed to add reply to pull request comment: \
             POST https://api.github.com/repos/company/app/pulls/3/comments: 404 Not Found []",
        ),
    ];

    for (more, expected) in cases {
        let message =
            refused(&mut demo(), "add_reply_to_pull_request_comment", of("company/app", more));
        assert_eq!(message, expected);
    }
}

#[test]
fn review_threads_go_by_cursor() {
    let mut state = demo();
    let id = commented(&mut state);
    let page = |after: &str| {
        of(
            "company/app",
            json!({ "method": "get_review_comments", "pullNumber": 3, "perPage": 1, "after": after }),
        )
    };

    let first = call(&mut state, "pull_request_read", page(""));
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let rest = call(&mut state, "pull_request_read", page(&cursor));
    let unknown = refused(&mut state, "pull_request_read", page("nope"));

    assert!(id > 0 && first["pageInfo"]["hasNextPage"] == false);
    assert_eq!(rest["review_threads"], json!([]));
    assert!(unknown.ends_with("`nope` does not appear to be a valid cursor."), "{unknown}");
}

#[test]
fn reaction_is_counted_where_it_was_given() {
    let mut state = demo();
    let on = |more: Value| joined(of("company/support", json!({ "issue_number": 1 })), more);
    let comment = state.github.issue("company", "support", 1).unwrap().comments[0].id;

    let plain = call(&mut state, "add_issue_comment", on(json!({ "reaction": "+1" })));
    call(
        &mut state,
        "add_issue_comment",
        on(json!({ "reaction": "heart", "comment_id": comment })),
    );
    let both =
        call(&mut state, "add_issue_comment", on(json!({ "reaction": "+1", "body": "Yes" })));

    let issue = call(&mut state, "issue_read", on(json!({ "method": "get" })));
    let comments = call(&mut state, "issue_read", on(json!({ "method": "get_comments" })));
    assert_eq!(both["reaction"], plain, "GitHub gives the reaction that is there");
    assert_eq!(
        (&issue["reactions"]["total_count"], &issue["reactions"]["+1"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(comments[0]["reactions"]["heart"], 1);
}

#[test]
fn bad_reactions_are_refused_in_the_words_of_the_server() {
    let mut state = demo();
    let comment = state.github.issue("company", "support", 1).unwrap().comments[0].id;
    let cases = [
        (json!({}), "at least one of body or reaction is required"),
        (json!({ "comment_id": 0 }), "comment_id must be greater than 0"),
        (json!({ "comment_id": 1, "body": "x" }), "comment_id cannot be combined with body"),
        (json!({ "comment_id": 1 }), "comment_id can only be provided when reaction is provided"),
        (
            json!({ "reaction": "wow" }),
            "reaction must be one of +1, -1, laugh, confused, heart, hooray, rocket, eyes",
        ),
        (
            json!({ "reaction": "eyes", "comment_id": comment, "issue_number": 2 }),
            "comment_id does not belong to issue_number 2",
        ),
        (
            json!({ "reaction": "eyes", "comment_id": 7 }),
            "failed to get issue comment: \
             GET https://api.github.com/repos/company/support/issues/comments/7: 404 Not Found []",
        ),
    ];

    for (more, expected) in cases {
        let arguments = joined(of("company/support", json!({ "issue_number": 1 })), more);
        assert_eq!(refused(&mut state, "add_issue_comment", arguments), expected);
    }
}
