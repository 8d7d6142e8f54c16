//! All dialects of a service show one truth: what one writes, every other reads.

use mcp_mock::{ServiceName, World};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{block_on, body, told, world};
use crate::{client_of, in_dialect};

/// A dialect that writes things and lists them.
#[derive(Clone, Copy)]
pub(super) struct Face {
    pub(super) service: ServiceName,
    pub(super) dialect: &'static str,
    /// The call that writes something with this text.
    write: fn(&World, &str) -> (&'static str, Value),
    /// The call that lists what there is.
    list: fn(&World) -> (&'static str, Value),
    /// Names and texts in the answer.
    read: fn(&str) -> Vec<(String, String)>,
}

const FACES: [Face; 12] = [
    Face {
        service: ServiceName::GitHub,
        dialect: "simple",
        write: |_, text| ("create_issue", in_app(json!({ "title": text }))),
        list: |_| ("list_issues", in_app(json!({ "per_page": 100 }))),
        read: |answer| entries(answer, "/issues", "/number", "/title"),
    },
    Face {
        service: ServiceName::GitHub,
        dialect: "npm-2025.4.8",
        write: |_, text| ("create_issue", in_app(json!({ "title": text }))),
        list: |_| ("list_issues", in_app(json!({ "per_page": 100 }))),
        read: |answer| entries(answer, "", "/number", "/title"),
    },
    Face {
        service: ServiceName::GitHub,
        dialect: "official",
        write: |_, text| ("issue_write", in_app(json!({ "method": "create", "title": text }))),
        list: |_| ("list_issues", in_app(json!({ "state": "OPEN", "perPage": 100 }))),
        read: |answer| entries(answer, "/issues", "/number", "/title"),
    },
    Face {
        service: ServiceName::Gmail,
        dialect: "simple",
        write: |_, text| ("send_message", mail(&json!("a@b.example"), text)),
        list: |_| ("list_messages", json!({})),
        read: |answer| entries(answer, "/messages", "/id", "/subject"),
    },
    Face {
        service: ServiceName::Gmail,
        dialect: "npm-1.1.11",
        write: |_, text| ("send_email", mail(&json!(["a@b.example"]), text)),
        list: |_| ("search_emails", json!({ "query": "", "maxResults": 100 })),
        read: |answer| lines(answer, "ID: ", "Subject: "),
    },
    Face {
        service: ServiceName::Notion,
        dialect: "simple",
        write: |_, text| {
            ("create_page", json!({ "database_id": "rows", "properties": { "Name": text } }))
        },
        list: |_| ("query_database", json!({ "database_id": "rows" })),
        read: |answer| entries(answer, "/pages", "/id", "/properties/Name"),
    },
    Face {
        service: ServiceName::Notion,
        dialect: "npm-2.5.2",
        write: |world, text| {
            let title = json!({ "title": [{ "text": { "content": text } }] });
            let parent = json!({ "data_source_id": source(world) });
            ("API-post-page", json!({ "parent": parent, "properties": { "Name": title } }))
        },
        list: |world| ("API-query-data-source", json!({ "data_source_id": source(world) })),
        read: |answer| entries(answer, "/results", "/id", "/properties/Name/title/0/plain_text"),
    },
    Face {
        service: ServiceName::Salesforce,
        dialect: "simple",
        write: |_, text| {
            let lead = json!({ "email": "a@b.example", "company": "Acme", "last_name": text });
            ("create_lead", lead)
        },
        list: |_| ("query", json!({ "soql": "SELECT Id, LastName FROM Lead" })),
        read: |answer| entries(answer, "/records", "/Id", "/LastName"),
    },
    Face {
        service: ServiceName::Salesforce,
        dialect: "tsmztech-0.0.6",
        write: |_, text| {
            let lead = json!({ "LastName": text, "Company": "Acme" });
            let insert = json!({ "operation": "insert", "objectName": "Lead", "records": [lead] });
            ("salesforce_dml_records", insert)
        },
        list: |_| {
            let query = json!({ "objectName": "Lead", "fields": ["Id", "LastName"] });
            ("salesforce_query_records", query)
        },
        read: |answer| lines(answer, "    Id: ", "    LastName: "),
    },
    Face {
        service: ServiceName::Slack,
        dialect: "simple",
        write: |_, text| ("post_message", json!({ "channel": "C1", "text": text })),
        list: |_| ("get_channel_history", json!({ "channel": "C1" })),
        read: |answer| entries(answer, "/messages", "/ts", "/text"),
    },
    Face { dialect: "npm-2025.4.25", ..SLACK },
    Face { dialect: "zencoder-0.0.1", ..SLACK },
];

/// What the two recorded servers of Slack have in common.
const SLACK: Face = Face {
    service: ServiceName::Slack,
    dialect: "",
    write: |_, text| ("slack_post_message", json!({ "channel_id": "C1", "text": text })),
    list: |_| ("slack_get_channel_history", json!({ "channel_id": "C1", "limit": 100 })),
    read: |answer| entries(answer, "/messages", "/ts", "/text"),
};

fn in_app(mut more: Value) -> Value {
    more["owner"] = json!("acme");
    more["repo"] = json!("app");
    more
}

fn mail(to: &Value, subject: &str) -> Value {
    json!({ "to": to, "subject": subject, "body": "b" })
}

fn source(world: &World) -> String {
    world.state().notion.databases[0].sources[0].id.clone()
}

/// Names and texts of entries in JSON. A pull request is no issue.
fn entries(answer: &str, list: &str, name: &str, text: &str) -> Vec<(String, String)> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let entries = answer.pointer(list).and_then(Value::as_array).unwrap();
    let is_pull = |entry: &&Value| entry.get("pull_request").is_some_and(Value::is_object);
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pair =
        |entry: &Value| (shown(entry.pointer(name).unwrap()), shown(entry.pointer(text).unwrap()));
    entries.iter().filter(|entry| !is_pull(entry)).map(pair).collect()
}

/// Names and texts of entries in prose, a line each.
fn lines(answer: &str, name: &str, text: &str) -> Vec<(String, String)> {
    let of = |lead: &str| -> Vec<String> {
        answer.lines().filter_map(|line| line.strip_prefix(lead)).map(str::to_owned).collect()
    };
    of(name).into_iter().zip(of(text)).collect()
}

impl Face {
    pub(super) fn of(service: ServiceName) -> Vec<Self> {
        FACES.into_iter().filter(|face| face.service == service).collect()
    }

    /// One of all faces.
    pub(super) fn any() -> impl Strategy<Value = Self> {
        (0..FACES.len()).prop_map(|place| FACES[place])
    }

    /// Writes something with this text, and gives the answer.
    pub(super) async fn write(self, world: &World, text: &str) -> String {
        let (tool, arguments) = (self.write)(world, text);
        self.told(world, tool, arguments).await
    }

    /// What there is, ordered by name.
    async fn list(self, world: &World) -> Vec<(String, String)> {
        let (tool, arguments) = (self.list)(world);
        let mut listed = (self.read)(&self.told(world, tool, arguments).await);
        listed.sort();
        listed
    }

    async fn told(self, world: &World, tool: &str, arguments: Value) -> String {
        let server = in_dialect(&world.server(self.service), self.dialect);
        told(&client_of(&server).await, tool, arguments).await
    }
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.service, self.dialect)
    }
}

#[test]
fn every_dialect_has_a_face() {
    for service in ServiceName::ALL {
        let faces: Vec<_> = Face::of(service).iter().map(|face| face.dialect).collect();
        assert_eq!(faces, mcp_mock_dialects::names(service));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_one_dialect_writes_every_other_reads(texts in prop::collection::vec(("[A-Z][a-z]{2,8}", 0..3_usize), 1..5)) {
        for service in ServiceName::ALL {
            let faces = Face::of(service);
            let (before, after) = block_on(async {
                let world = world(1);
                let before = faces[0].list(&world).await.len();
                for (text, writer) in &texts {
                    faces[writer % faces.len()].write(&world, text).await;
                }
                let mut after = Vec::new();
                for face in &faces {
                    after.push(face.list(&world).await);
                }
                (before, after)
            });

            prop_assert_eq!(after[0].len(), before + texts.len());
            for (text, _) in &texts {
                prop_assert!(after[0].iter().any(|(_, seen)| seen == text), "{} {:?}", text, &after[0]);
            }
            for (face, seen) in faces.iter().zip(&after) {
                prop_assert_eq!(seen, &after[0], "{:?}", face);
            }
        }
    }

    #[test]
    fn issues_and_pull_requests_share_one_counter_in_every_dialect(things in prop::collection::vec((0..3_usize, any::<bool>()), 1..7)) {
        let numbers = block_on(async {
            let world = world(1);
            let mut numbers = Vec::new();
            for (place, (dialect, is_pull)) in things.iter().enumerate() {
                let face = Face::of(ServiceName::GitHub)[*dialect];
                let answer = if *is_pull {
                    let head = new_branch(&world, place).await;
                    let pull = in_app(json!({ "title": "Pull", "head": head, "base": "main" }));
                    let tool = if face.dialect == "simple" { "create_pr" } else { "create_pull_request" };
                    face.told(&world, tool, pull).await
                } else {
                    face.write(&world, "Issue").await
                };
                numbers.push(number(&answer));
            }
            numbers
        });

        // The world begins with eight issues and four pull requests.
        let expected: Vec<u64> = (13..).take(things.len()).collect();
        prop_assert_eq!(numbers, expected);
    }

    #[test]
    fn ts_rises_strictly_in_every_dialect_and_at_any_time(posts in prop::collection::vec((0..3_usize, 0..3_u64), 1..10)) {
        let all = block_on(async {
            let world = world(1);
            let mut all = Vec::new();
            for (dialect, seconds) in &posts {
                world.advance(std::time::Duration::from_secs(*seconds));
                let answer = Face::of(ServiceName::Slack)[*dialect].write(&world, "Hi").await;
                let answer: Value = serde_json::from_str(&answer).unwrap();
                all.push(answer["ts"].as_str().unwrap().to_owned());
            }
            all
        });

        prop_assert!(all.is_sorted_by(|one, other| one < other), "{:?}", all);
    }
}

/// A branch that is ahead by one commit.
async fn new_branch(world: &World, place: usize) -> String {
    let name = format!("head-{place}");
    let server = in_dialect(&world.github(), "npm-2025.4.8");
    let client = client_of(&server).await;
    body(&client, "create_branch", in_app(json!({ "branch": name }))).await;
    let file = json!({ "path": name, "content": "x", "message": "Add", "branch": name });
    body(&client, "create_or_update_file", in_app(file)).await;
    name
}

/// The number in an answer, which says it itself or in a link.
fn number(answer: &str) -> u64 {
    let answer: Value = serde_json::from_str(answer).unwrap();
    let in_link = || answer["url"].as_str()?.rsplit('/').next()?.parse().ok();
    answer["number"].as_u64().or_else(in_link).unwrap()
}
