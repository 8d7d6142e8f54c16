//! Requests to the control plane, without a socket.

use http::StatusCode;
use http_body_util::BodyExt;
use mcp_client::Client;
use serde_json::json;

use super::*;
use mcp_mock::world::State;

const ORIGIN: &str = "http://127.0.0.1:1";

/// Worlds with the demo content, of which GitHub and Slack are served.
struct Demo;

impl WorldFactory for Demo {
    fn random_seed(&self) -> u64 {
        42
    }

    fn state(&self) -> State {
        World::new(42).state()
    }

    fn servers(&self, world: &World) -> Vec<MockServer> {
        vec![world.github(), world.slack()]
    }

    fn script(&self, servers: &[MockServer]) {
        for server in servers {
            server.on("list_repos").pass();
        }
    }
}

/// A control plane with the servers of its first world.
struct Setting {
    control: Control,
    github: MockServer,
}

impl Setting {
    fn new() -> Self {
        Self::under(&HttpOptions::default())
    }

    fn under(options: &HttpOptions) -> Self {
        let world = World::new(42);
        let servers = Demo.servers(&world);
        Demo.script(&servers);
        let github = world.github();
        let control = Control::new(Arc::new(Demo), (world, servers), options, ORIGIN).unwrap();
        Self { control, github }
    }

    async fn ask(&self, line: &str, body: &Value) -> (StatusCode, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[("host", "127.0.0.1")], body).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).unwrap();
        let (parts, body) = self.control.respond(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// What a request that goes well is answered with.
    async fn ok(&self, line: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(line, body).await;
        assert_eq!(status, StatusCode::OK, "{line}: {answer}");
        answer
    }

    async fn get(&self, path: &str) -> Value {
        self.ok(&format!("GET /__mock/{path}"), &Value::Null).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.ok(&format!("POST /__mock/{path}"), body).await
    }

    /// Status and message of a refusal.
    async fn refused(&self, line: &str, body: &Value) -> String {
        let (status, answer) = self.ask(line, body).await;
        assert!(status.is_client_error(), "{line}: {status}");
        format!("{} {}", status.as_u16(), answer["error"].as_str().unwrap())
    }

    async fn create_issue(&self) {
        let client = Client::connect(self.github.transport()).await.unwrap();
        let issue = json!({ "owner": "company", "repo": "support", "title": "Printer on fire" });
        // Some tests let it fail.
        drop(client.call_raw("create_issue", &issue).await);
    }
}

#[tokio::test]
async fn difference_names_what_was_added() {
    let setting = Setting::new();

    setting.create_issue().await;
    let diff = setting.get("diff").await;

    let [change] = diff["changes"].as_array().unwrap().as_slice() else { panic!("{diff}") };
    assert_eq!(change["kind"], "added");
    assert_eq!(change["path"], "github.repos[company/support].issues[3]");
    assert_eq!(change["after"]["title"], "Printer on fire");
    assert!(change.get("before").is_none());
}

#[tokio::test]
async fn snapshot_is_compared_with_and_restored() {
    let setting = Setting::new();
    setting.create_issue().await;
    let id = setting.post("snapshot", &Value::Null).await["id"].clone();
    let since = format!("diff?since={}", id.as_str().unwrap());

    setting.create_issue().await;
    let changed = setting.get(&since).await;
    setting.post("restore", &json!({ "snapshot": id })).await;

    assert_eq!(changed["changes"][0]["path"], "github.repos[company/support].issues[4]");
    assert_eq!(setting.get(&since).await, json!({ "changes": [] }));
    assert_eq!(setting.get("diff").await["changes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rules_are_added_and_forgotten_and_calls_stay() {
    let setting = Setting::new();
    let fault = json!({ "rules": [{ "on": { "tool": "create_issue" }, "fault": "tool-error" }] });

    setting.post("rules", &fault).await;
    setting.create_issue().await;
    setting.ok("DELETE /__mock/rules", &Value::Null).await;
    setting.create_issue().await;
    let calls = setting.get("calls?service=github").await;

    let outcomes: Vec<_> = calls["calls"].as_array().unwrap().iter().map(outcome).collect();
    assert_eq!(outcomes, ["faulted", "answered"]);
    assert_eq!(calls["calls"][0]["fault"], "tool-error");
    assert_eq!(calls["calls"][0]["arguments"]["title"], "Printer on fire");
    assert_eq!(setting.get("calls?service=slack").await, json!({ "calls": [] }));
}

fn outcome(call: &Value) -> &str {
    call["outcome"].as_str().unwrap()
}

#[tokio::test]
async fn clock_moves_forward_and_never_back() {
    let setting = Setting::new();

    let advanced = setting.post("clock", &json!({ "advance": "90s" })).await;
    let set = setting.post("clock", &json!({ "set": "2026-02-01T00:00:00Z" })).await;
    let past = json!({ "set": "2026-01-01T00:00:00Z" });
    let back = setting.refused("POST /__mock/clock", &past).await;

    assert_eq!(advanced, json!({ "now": "2026-01-05T09:01:30Z" }));
    assert_eq!(set, setting.get("clock").await);
    insta::assert_snapshot!(back, @"400 clock shows 2026-02-01T00:00:00Z and does not go back to 2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn seed_is_a_new_beginning() {
    let setting = Setting::new();
    let seed = json!({ "github": { "repos": [{ "owner": "a", "name": "b" }] } });

    setting.ok("PUT /__mock/seed", &seed).await;
    let state = setting.get("state?service=github").await;
    setting.create_issue().await;
    setting.post("reset", &Value::Null).await;

    assert_eq!(state["repos"][0]["owner"], "a");
    assert_eq!(setting.get("state").await["github"], state);
    assert_eq!(setting.get("diff").await, json!({ "changes": [] }));
}

#[tokio::test]
async fn limits_come_with_the_seed_and_the_state_shows_what_was_used() {
    let setting = Setting::new();
    let github = json!({ "content_per_minute": 1 });
    let repos = json!([{ "owner": "company", "name": "support" }]);
    let seed = json!({ "limits": { "github": github }, "github": { "repos": repos } });
    let issues = async || {
        let state = setting.get("state?service=github").await;
        state["repos"][0]["issues"].as_array().unwrap().len()
    };

    setting.ok("PUT /__mock/seed", &seed).await;
    setting.create_issue().await;
    setting.create_issue().await;
    let (state, at_once) = (setting.get("state").await, issues().await);
    setting.post("clock", &json!({ "advance": "60s" })).await;
    setting.create_issue().await;
    let later = issues().await;
    setting.post("reset", &Value::Null).await;

    assert_eq!((at_once, later), (1, 2));
    assert_eq!(state["limits"]["windows"]["github core"]["used"], 1);
    assert_eq!(setting.get("state").await["limits"]["windows"], json!({}));
}

#[tokio::test]
async fn reset_restores_content_clock_and_rules_and_forgets_calls_and_snapshots() {
    let setting = Setting::new();
    let beginning = setting.get("state").await;
    setting.post("snapshot", &Value::Null).await;
    setting.create_issue().await;
    setting.post("clock", &json!({ "advance": "1h" })).await;
    setting.ok("DELETE /__mock/rules", &Value::Null).await;

    setting.post("reset", &Value::Null).await;

    assert_eq!(setting.get("state").await, beginning);
    assert_eq!(setting.get("calls").await, json!({ "calls": [] }));
    let gone = setting.refused("GET /__mock/diff?since=s1", &Value::Null).await;
    assert!(gone.starts_with("404 snapshot `s1` is unknown"), "{gone}");
    assert_eq!(setting.post("snapshot", &Value::Null).await, json!({ "id": "s2" }));
}

#[tokio::test]
async fn worlds_are_made_used_and_removed() {
    let setting = Setting::new();
    let seed = json!({ "seed": { "slack": { "channels": [{ "name": "x" }] } }, "random_seed": 7 });

    let made = setting.post("worlds", &Value::Null).await;
    let seeded = setting.post("worlds", &seed).await;
    setting.ok("POST /__mock/worlds/w1/clock", &json!({ "advance": "1h" })).await;
    let clocks = [setting.get("clock").await, setting.get("worlds/w1/clock").await];
    let state = setting.get("worlds/w2/state").await;
    setting.ok("DELETE /__mock/worlds/w1", &Value::Null).await;

    assert_eq!(made["services"]["github"]["url"], format!("{ORIGIN}/w/w1/github/mcp"));
    assert_eq!(setting.get("worlds").await, json!({ "worlds": [seeded] }));
    assert_eq!(
        clocks.map(|clock| clock["now"].clone()),
        ["2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"]
    );
    assert_eq!(state["slack"]["channels"].as_array().unwrap().len(), 1);
    let gone = setting.refused("GET /__mock/worlds/w1/clock", &Value::Null).await;
    assert_eq!(gone, "404 world `w1` is unknown; `POST /__mock/worlds` makes one");
    let (status, _) = setting.ask("POST /w/w1/github/mcp", &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn number_of_worlds_and_snapshots_is_limited() {
    let setting = Setting::new();
    let empty = json!({ "seed": {} });

    for _ in 0..256 {
        setting.post("worlds", &empty).await;
    }
    for _ in 0..64 {
        setting.post("worlds/w1/snapshot", &Value::Null).await;
    }

    insta::assert_snapshot!(setting.refused("POST /__mock/worlds", &Value::Null).await, @"409 there are 256 worlds already; `DELETE /__mock/worlds/ID` removes one");
    insta::assert_snapshot!(setting.refused("POST /__mock/worlds/w1/snapshot", &Value::Null).await, @"409 there are 64 snapshots already; `POST reset` forgets them");
}

#[tokio::test]
async fn refusals_name_what_is_wrong() {
    let setting = Setting::new();
    let none = Value::Null;
    let rule =
        |tool: &str, fault: &str| json!({ "rules": [{ "on": { "tool": tool }, "fault": fault }] });
    let twice = json!({ "slack": { "channels": [{ "name": "a" }, { "name": "a" }] } });
    let cases = [
        ("GET /__mock/rule", none.clone()),
        ("GET /__mock/worlds/w1/clock/now", none.clone()),
        ("GET /__mock/reset", none.clone()),
        ("DELETE /__mock/worlds", none.clone()),
        ("GET /__mock/calls?servcie=github", none.clone()),
        ("GET /__mock/calls?service=githup", none.clone()),
        ("POST /__mock/clock", none.clone()),
        ("POST /__mock/clock", json!({ "advance": "soon" })),
        ("POST /__mock/clock", json!({ "advance": "-1s" })),
        ("POST /__mock/worlds", json!({ "sead": {} })),
        ("POST /__mock/restore", json!({ "snapshot": "s9" })),
        ("POST /__mock/rules", rule("create_isue", "crash")),
        ("POST /__mock/rules", rule("create_issue", "crahs")),
        ("PUT /__mock/seed", json!({ "githup": {} })),
        ("PUT /__mock/seed", twice),
    ];

    let mut told = Vec::new();
    for (line, body) in cases {
        told.push(setting.refused(line, &body).await);
    }

    insta::assert_snapshot!(told.join("\n"), @"
    404 there is nothing at `/__mock/rule` (did you mean `rules`?)
    404 there is nothing at `/__mock/worlds/w1/clock/now`
    405 `reset` takes POST
    405 `worlds` takes GET, POST
    400 parameter `servcie` is unknown here
    400 `githup` is no service (did you mean `github`?)
    400 body cannot be read: EOF while parsing a value at line 1 column 0
    400 `soon` is no duration forward; write `90s` or `1h 30m`
    400 `-1s` is no duration forward; write `90s` or `1h 30m`
    400 body cannot be read: unknown field `sead`, expected `random_seed` or `seed` at line 1 column 7
    404 snapshot `s9` is unknown; `POST snapshot` gives one and `reset` forgets all
    400 /rules/0/on/tool: tool `create_isue` is unknown on server `github` (did you mean `create_issue`?)
    400 /rules/0/fault: `crahs` is no fault (did you mean `crash`?)
    400 body cannot be read: unknown field `githup`, expected one of `now`, `github`, `gmail`, `notion`, `salesforce`, `slack`, `limits`, `search_lag_seconds`, `$schema` at line 1 column 9
    400 `slack` refuses its part of the seed: there is a channel `#a` already
    ");
}

#[tokio::test]
async fn whom_a_server_would_refuse_is_refused() {
    let mut options = HttpOptions::default();
    options.token = Some("t0p".to_owned());
    let setting = Setting::under(&options);
    let host = ("host", "127.0.0.1");
    let token = ("authorization", "Bearer t0p");
    let cases: [(&[(&str, &str)], u16); 6] = [
        (&[host, token], 200),
        (&[host, token, ("origin", "http://localhost:3000")], 200),
        (&[host, token, ("origin", "https://evil.example")], 403),
        (&[("host", "evil.example"), token], 403),
        (&[host], 401),
        (&[host, ("authorization", "Bearer t1p")], 401),
    ];

    for (headers, wanted) in cases {
        let (status, answer) = setting.send("GET", "/__mock/clock", headers, "").await;
        assert_eq!(status, wanted, "{headers:?}");
        assert_eq!(answer.get("error").is_some(), wanted != 200, "{answer}");
    }
}

#[tokio::test]
async fn body_beyond_the_limit_is_refused() {
    let mut options = HttpOptions::default();
    options.body_bytes_max = 10;
    let setting = Setting::under(&options);

    let told = setting.refused("PUT /__mock/seed", &json!({ "github": {} })).await;

    assert_eq!(told, "413 body has more than 10 bytes");
}
