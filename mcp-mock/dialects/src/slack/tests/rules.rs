//! Rules of Slack's API that the tools of both recorded servers show.

use serde_json::{Map, Value, json};

use crate::tests::seeded;
use crate::{slack_npm, slack_zencoder};
use mcp_mock::dialect::{Dialect, simple};
use mcp_mock::service::ServiceName;
use mcp_mock::world::State;

/// A world and a server that was recorded.
struct Server {
    state: State,
    dialect: Box<dyn Dialect>,
}

impl Server {
    /// `#general` (`C1`) with the bot, `#random` (`C2`) without it, `#old` (`C3`) archived; ada (`U1`), and
    /// bob (`U2`) who has left.
    fn both() -> [Self; 2] {
        [slack_npm::dialect(), slack_zencoder::dialect()].map(|dialect| {
            let seed = json!({ "slack": {
                "users": [
                    { "id": "U1", "name": "ada" }, { "id": "U2", "name": "bob", "deleted": true },
                ],
                "channels": [
                    { "id": "C1", "name": "general", "messages": [{ "text": "hi" }] },
                    { "id": "C2", "name": "random", "joined": false },
                    { "id": "C3", "name": "old", "archived": true, "messages": [{ "text": "bye" }] },
                ],
            } });
            Self { state: seeded(&seed), dialect }
        })
    }

    /// The body that a tool answers with; `slack_` is put in front of its name.
    #[track_caller]
    fn body(&mut self, tool: &str, arguments: Value) -> Value {
        let arguments: Map<String, Value> = serde_json::from_value(arguments).unwrap();
        let tool = format!("slack_{tool}");
        let result = self.dialect.call(&mut self.state, &tool, Some(arguments)).reply.unwrap();
        assert_ne!(result.is_error, Some(true), "{tool}");
        let result = serde_json::to_value(&result).unwrap();
        serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
    }

    /// The code that a tool refuses with.
    #[track_caller]
    fn code(&mut self, tool: &str, arguments: Value) -> String {
        let body = self.body(tool, arguments);
        assert_eq!(body["ok"], false, "{body}");
        body["error"].as_str().unwrap().to_owned()
    }
}

#[test]
fn ids_begin_with_the_letter_of_their_kind() {
    for mut server in Server::both() {
        let posted = server.body("post_message", json!({ "channel_id": "C1", "text": "hi" }));
        let direct = server.body("post_message", json!({ "channel_id": "U1", "text": "hi" }));

        let begins =
            |id: &Value, letter: char| id.as_str().is_some_and(|id| id.starts_with(letter));
        let message = &posted["message"];
        assert!(begins(&message["team"], 'T') && begins(&message["user"], 'U'), "{message}");
        assert!(begins(&message["bot_id"], 'B') && begins(&message["app_id"], 'A'), "{message}");
        assert!(begins(&posted["channel"], 'C') && begins(&direct["channel"], 'D'));
    }
}

#[test]
fn ts_has_six_digits_behind_its_point_and_rises() {
    for mut server in Server::both() {
        let mut post = || {
            let posted = server.body("post_message", json!({ "channel_id": "C1", "text": "hi" }));
            posted["ts"].as_str().unwrap().to_owned()
        };

        let (one, other) = (post(), post());

        assert_eq!(
            one.split_once('.').map(|(seconds, rest)| (seconds.len(), rest.len())),
            Some((10, 6))
        );
        assert!(one < other);
    }
}

#[test]
fn user_id_in_place_of_a_channel_opens_a_direct_conversation() {
    for mut server in Server::both() {
        let mut post =
            |to: &str| server.body("post_message", json!({ "channel_id": to, "text": "hi" }));

        let (one, other) = (post("U1"), post("U1"));
        let left = post("U2");
        let history = server.body("get_channel_history", json!({ "channel_id": one["channel"] }));

        assert_eq!(one["channel"], other["channel"]);
        assert_eq!(history["messages"].as_array().unwrap().len(), 2);
        assert_eq!(left, json!({ "ok": false, "error": "channel_not_found" }));
    }
}

#[test]
fn post_that_cannot_be_is_refused_with_the_code_of_its_cause() {
    let long = "x".repeat(40_001);
    let cases = [
        ("C9", "x", "channel_not_found"),
        ("#nowhere", "x", "channel_not_found"),
        ("C2", "x", "not_in_channel"),
        ("C3", "x", "is_archived"),
        ("C1", " ", "no_text"),
        ("C1", long.as_str(), "msg_too_long"),
    ];
    for mut server in Server::both() {
        let before = server.state.clone();

        for (channel, text, code) in cases {
            let post = json!({ "channel_id": channel, "text": text });
            assert_eq!(server.code("post_message", post), code);
        }

        let reply = json!({ "channel_id": "C1", "thread_ts": "1.000000", "text": "x" });
        assert_eq!(server.code("reply_to_thread", reply), "thread_not_found");
        assert_eq!(server.state, before);
    }
}

#[test]
fn writing_warns_of_the_missing_character_set_and_reading_does_not() {
    for mut server in Server::both() {
        let posted = server.body("post_message", json!({ "channel_id": "C1", "text": "hi" }));
        let react = json!({ "channel_id": "C1", "timestamp": posted["ts"], "reaction": "eyes" });
        let reacted = server.body("add_reaction", react);
        let read = server.body("get_channel_history", json!({ "channel_id": "C1" }));

        for body in [posted, reacted] {
            assert_eq!(body["warning"], "missing_charset");
            assert_eq!(body["response_metadata"]["warnings"], json!(["missing_charset"]));
        }
        assert_eq!(read.get("warning"), None);
    }
}

#[test]
fn first_message_of_a_thread_tells_of_its_replies() {
    for mut server in Server::both() {
        let post = json!({ "channel_id": "C1", "text": "question" });
        let ts = server.body("post_message", post)["ts"].clone();
        let mut reply = |ts: &Value| {
            let reply = json!({ "channel_id": "C1", "thread_ts": ts, "text": "answer" });
            server.body("reply_to_thread", reply)
        };

        let first = reply(&ts);
        let to_the_reply = reply(&first["ts"]);
        let history = server.body("get_channel_history", json!({ "channel_id": "C1" }));

        assert_eq!(to_the_reply["message"]["thread_ts"], ts);
        let parent = &history["messages"][0];
        assert_eq!((&parent["ts"], &parent["thread_ts"]), (&ts, &ts));
        assert_eq!((&parent["reply_count"], &parent["reply_users_count"]), (&json!(2), &json!(1)));
        assert_eq!(parent["reply_users"], json!([first["message"]["user"]]));
        assert_eq!(parent["latest_reply"], to_the_reply["ts"]);
    }
}

#[test]
fn history_is_newest_first_and_only_for_members() {
    for mut server in Server::both() {
        server.body("post_message", json!({ "channel_id": "C1", "text": "later" }));

        let read = server.body("get_channel_history", json!({ "channel_id": "C1" }));
        let stranger = server.code("get_channel_history", json!({ "channel_id": "C2" }));
        let archived = server.body("get_channel_history", json!({ "channel_id": "C3" }));

        let texts: Vec<_> =
            read["messages"].as_array().unwrap().iter().map(|it| &it["text"]).collect();
        assert_eq!(texts, ["later", "hi"]);
        assert_eq!((stranger.as_str(), &archived["ok"]), ("not_in_channel", &json!(true)));
    }
}

#[test]
fn reaction_that_cannot_be_is_refused_with_the_code_of_its_cause() {
    for mut server in Server::both() {
        let ts = server.state.slack.messages("C1")[0].ts.clone();
        let react = |channel: &str, ts: &str, emoji: &str| json!({ "channel_id": channel, "timestamp": ts, "reaction": emoji });
        server.body("add_reaction", react("C1", &ts, "eyes"));

        let mut code = |arguments: Value| server.code("add_reaction", arguments);

        assert_eq!(code(react("C1", &ts, "eyes")), "already_reacted");
        assert_eq!(code(react("C1", "1.000000", "eyes")), "message_not_found");
        assert_eq!(code(react("C1", &ts, ":eyes:")), "invalid_name");
        assert_eq!(code(react("#general", &ts, "eyes")), "channel_not_found");
    }
}

#[test]
fn reactions_are_counted_with_the_message() {
    for mut server in Server::both() {
        let ts = server.state.slack.messages("C1")[0].ts.clone();
        let react = json!({ "channel_id": "C1", "timestamp": ts, "reaction": "eyes" });

        server.body("add_reaction", react);
        let read = server.body("get_channel_history", json!({ "channel_id": "C1" }));

        let bot = &server.state.slack.viewer;
        let expected = json!([{ "name": "eyes", "users": [bot], "count": 1 }]);
        assert_eq!(read["messages"][0]["reactions"], expected);
    }
}

#[test]
fn users_are_listed_with_slackbot_and_those_who_left() {
    for mut server in Server::both() {
        let listed = server.body("get_users", json!({}));

        let member =
            |user: &Value| (user["id"].as_str().unwrap().to_owned(), user["deleted"] == true);
        let members: Vec<_> = listed["members"].as_array().unwrap().iter().map(member).collect();
        assert!(members.contains(&("USLACKBOT".to_owned(), false)));
        assert!(members.contains(&("U2".to_owned(), true)));
    }
}

#[test]
fn cursor_is_empty_at_the_end_of_a_list() {
    for mut server in Server::both() {
        for tool in ["list_channels", "get_users"] {
            let whole = server.body(tool, json!({}));
            let part = server.body(tool, json!({ "limit": 1 }));

            assert_eq!(whole["response_metadata"]["next_cursor"], "", "{tool}");
            assert_ne!(part["response_metadata"]["next_cursor"], "", "{tool}");
        }
    }
}

#[test]
fn cursor_and_limit_that_are_none_are_refused() {
    for mut server in Server::both() {
        for tool in ["list_channels", "get_users"] {
            assert_eq!(server.code(tool, json!({ "cursor": "dXNlcjpVMDYx" })), "invalid_cursor");
            for limit in [0.0, -1.0, 1.5] {
                assert_eq!(server.code(tool, json!({ "limit": limit })), "invalid_limit");
            }
        }
        let history = json!({ "channel_id": "C1", "limit": 1_001 });
        assert_eq!(server.code("get_channel_history", history), "invalid_limit");
    }
}

#[test]
fn limit_and_cursor_of_another_type_are_not_passed_over() {
    let [mut npm, _] = Server::both();

    for limit in [json!("many"), json!(null), json!([5])] {
        assert_eq!(npm.code("get_users", json!({ "limit": limit })), "invalid_limit");
        let history = json!({ "channel_id": "C1", "limit": limit });
        assert_eq!(npm.code("get_channel_history", history), "invalid_limit");
    }
    assert_eq!(npm.code("get_users", json!({ "cursor": ["x"] })), "invalid_cursor");
}

#[test]
fn profile_of_nobody_is_not_found() {
    for mut server in Server::both() {
        assert_eq!(server.code("get_user_profile", json!({ "user_id": "U9" })), "user_not_found");
    }
}

#[test]
fn text_is_stored_escaped_with_its_tokens_and_a_plain_name_mentions_nobody() {
    let cases = [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        (
            "<@U1> in <#C1|general>, see <https://x.example/|it>",
            "<@U1> in <#C1|general>, see <https://x.example/|it>",
        ),
        ("@ada and #general", "@ada and #general"),
    ];
    for mut server in Server::both() {
        for (text, stored) in cases {
            let posted = server.body("post_message", json!({ "channel_id": "C1", "text": text }));
            assert_eq!(posted["message"]["text"], stored);
        }
    }
}

#[test]
fn oldest_message_belongs_to_a_range_only_when_inclusive() {
    let [mut npm, _] = Server::both();
    let ts = npm.state.slack.messages("C1")[0].ts.clone();
    npm.body("post_message", json!({ "channel_id": "C1", "text": "later" }));
    let simple = simple(ServiceName::Slack);
    let mut texts = |inclusive: bool| {
        let arguments = json!({ "channel": "C1", "oldest": ts, "inclusive": inclusive });
        let arguments = serde_json::from_value(arguments).unwrap();
        let result = simple.call(&mut npm.state, "get_channel_history", arguments).reply.unwrap();
        let body: Value =
            serde_json::from_str(result.structured_content.as_ref().unwrap().get()).unwrap();
        body["messages"].as_array().unwrap().iter().map(|it| it["text"].clone()).collect::<Vec<_>>()
    };

    assert_eq!(texts(false), ["later"]);
    assert_eq!(texts(true), ["later", "hi"]);
}
