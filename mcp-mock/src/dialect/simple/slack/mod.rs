//! Slack in the `simple` dialect: 8 tools, one file each.
//!
//! Answers are Slack's with fewer members; a refusal is an error with Slack's code, never `ok:
//! false`.

mod arguments;
mod render;

mod add_reaction;
mod get_channel_history;
mod get_thread_replies;
mod get_user_profile;
mod list_channels;
mod list_users;
mod post_message;
mod reply_to_thread;

use crate::dialect::simple::tool::Tool;
use crate::service::slack::Slack;

/// All tools, by name.
pub(crate) fn tools() -> Vec<Tool<Slack>> {
    vec![
        add_reaction::tool(),
        get_channel_history::tool(),
        get_thread_replies::tool(),
        get_user_profile::tool(),
        list_channels::tool(),
        list_users::tool(),
        post_message::tool(),
        reply_to_thread::tool(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::dialect::simple::demo::Demo;

    #[test]
    fn there_are_eight_tools_in_the_order_of_their_names() {
        let names: Vec<_> = tools().iter().map(|tool| tool.name).collect();

        assert_eq!(names.len(), 8);
        assert!(names.is_sorted());
    }

    #[test]
    fn every_tool_answers_as_it_declares() {
        let mut demo = Demo::new(tools());
        let channel = demo.state.slack.channel("support").unwrap().id.clone();
        let ts = demo.state.slack.messages("support")[0].ts.clone();
        let user = demo.state.slack.user("ada").unwrap().id.clone();
        let calls = [
            ("post_message", json!({ "channel": "#support", "text": "New ticket" })),
            ("reply_to_thread", json!({ "channel": channel, "thread_ts": ts, "text": "On it" })),
            ("add_reaction", json!({ "channel": channel, "timestamp": ts, "reaction": "eyes" })),
            (
                "list_channels",
                json!({ "exclude_archived": true, "types": ["public_channel", "private_channel", "im"] }),
            ),
            ("get_channel_history", json!({ "channel": channel, "limit": 10 })),
            ("get_thread_replies", json!({ "channel": channel, "thread_ts": ts })),
            ("list_users", json!({})),
            ("get_user_profile", json!({ "user": user })),
        ];

        let called: BTreeSet<&str> = calls.iter().map(|(name, _)| *name).collect();
        for (name, arguments) in calls {
            demo.call(name, arguments).unwrap();
        }

        assert_eq!(called, tools().iter().map(|tool| tool.name).collect());
    }

    #[test]
    fn aliases_resolve() {
        let mut demo = Demo::new(tools());

        let posted =
            demo.call("send_message", json!({ "channel": "#general", "text": "hi" })).unwrap();
        let users = demo.call("get_users", json!({})).unwrap();

        assert_eq!(posted["ts"], posted["message"]["ts"]);
        assert_eq!(users["users"][0]["id"], "USLACKBOT");
    }

    #[test]
    fn name_posts_and_does_not_read() {
        let mut demo = Demo::new(tools());

        let posted =
            demo.call("post_message", json!({ "channel": "#general", "text": "hi" })).unwrap();
        let by_name = demo.call("get_channel_history", json!({ "channel": "#general" }));
        let by_id = demo
            .call("get_channel_history", json!({ "channel": posted["channel"], "limit": 1 }))
            .unwrap();

        assert_eq!(by_name.unwrap_err().code, "channel_not_found");
        assert_eq!(by_id["messages"][0]["ts"], posted["ts"]);
        assert_eq!(by_id["has_more"], true);
    }
}
