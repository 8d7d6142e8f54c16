//! Slack in the `simple` dialect: tools for channels, messages and users.
//!
//! Answers are Slack's with fewer members; a refusal is an error with Slack's code, never `ok:
//! false`.

mod channels;
mod messages;
mod users;

use serde::Deserialize;

use crate::dialect::CatalogTool;
use crate::dialect::schema::{Field, boolean, integer, optional, required, text};
use crate::service::slack::{Paging, Slack};

/// All tools, by name.
pub(super) fn tools() -> Vec<CatalogTool<Slack>> {
    vec![
        messages::add_reaction(),
        messages::get_channel_history(),
        messages::get_thread_replies(),
        users::get_user_profile(),
        channels::list_channels(),
        users::list_users(),
        messages::post_message(),
        messages::reply_to_thread(),
    ]
}

/// Which page of a list is wanted.
#[derive(Deserialize)]
struct PageArguments {
    limit: Option<i64>,
    #[serde(default)]
    cursor: String,
}

impl PageArguments {
    fn paging(&self) -> Paging<'_> {
        let usual = Paging::default();
        Paging { limit: self.limit.unwrap_or(usual.limit), cursor: &self.cursor }
    }
}

fn limit() -> Field {
    optional("limit", integer("Entries on a page, 100 if not given, 1000 at most."))
}

fn cursor() -> Field {
    optional("cursor", text("The `next_cursor` of the page before."))
}

fn ok() -> Field {
    required("ok", boolean("Always true; what Slack refuses is an error."))
}

fn next_cursor() -> Field {
    required("next_cursor", text("Leads to the next page; empty at the end."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::dialect::simple::tests::Demo;

    #[test]
    fn there_are_eight_tools_in_the_order_of_their_names() {
        let tools = tools();
        let names: Vec<_> = tools.iter().map(|tool| &tool.listed.name).collect();

        assert_eq!(names.len(), 8);
        assert!(names.is_sorted());
    }

    #[test]
    fn every_tool_answers_as_it_declares() {
        let mut demo = Demo::new(tools());
        let channel = demo.state.slack.channel("support").unwrap().id.clone();
        let first =
            demo.call("post_message", json!({ "channel": channel, "text": "Hello" })).unwrap();
        let ts = &first["ts"];
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

        let called: BTreeSet<_> = calls.iter().map(|(name, _)| (*name).to_owned()).collect();
        for (name, arguments) in calls {
            demo.call(name, arguments).unwrap();
        }

        assert_eq!(called, tools().into_iter().map(|tool| tool.listed.name).collect());
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
