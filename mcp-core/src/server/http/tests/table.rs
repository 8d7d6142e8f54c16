use http::Method;
use serde_json::json;

use super::*;

/// A request under a name.
type Case = (&'static str, Request<Full<Bytes>>);

#[tokio::test]
async fn every_kind_of_request_has_its_status() {
    let server = server();
    let session = open(&server).await;
    let mut rows = Vec::new();

    for (name, request) in [any_era(), modern_era(), legacy_era(&session)].into_iter().flatten() {
        rows.push(format!("{name}: {}", outcome(&server, request).await));
    }

    insta::assert_snapshot!(rows.join("\n"), @r"
    PUT: 405 text (GET, POST, DELETE)
    GET of a modern client: 405 text (POST)
    DELETE of a modern client: 405 text (POST)
    GET without session: 400 -32600 id null
    DELETE without session: 400 -32600 id null
    GET of an unknown session: 404 -32600 id null
    no JSON: 400 -32700 id null
    empty body: 400 -32700 id null
    batch: 400 -32600 id null
    id null: 400 -32600 id null
    neither request nor answer: 400 -32600 id 5
    modern discover: 200 result
    modern call: 200 result
    modern, unknown tool: 200 -32602 id 7
    modern, capability not declared: 400 -32021 id 7
    modern, no version header: 400 -32020 id 7
    modern by body alone: 400 -32020 id 7
    modern, no _meta: 400 -32602 id 7
    modern, no capabilities: 400 -32602 id 7
    modern, header and body differ: 400 -32020 id 7
    modern, header legacy: 400 -32020 id 7
    modern, unknown version: 400 -32022 id 7
    modern, no method header: 400 -32020 id 7
    modern, other method header: 400 -32020 id 7
    modern, method in capitals: 400 -32020 id 7
    modern, discover under another name: 400 -32020 id 7
    modern, no name header: 400 -32020 id 7
    modern, other name header: 400 -32020 id 7
    modern, initialize: 404 -32601 id 7
    modern, ping: 404 -32601 id 7
    modern, setLevel: 404 -32601 id 7
    modern, subscribe: 404 -32601 id 7
    modern, unknown method: 404 -32601 id 7
    modern, notification: 202 no body
    modern, answer: 400 -32600 id 7
    legacy initialize: 200 result
    legacy initialize with headers of today: 200 result
    legacy initialize without a client: 400 -32602 id 7
    legacy call: 200 result
    legacy call, no session: 400 -32600 id 7
    legacy call, unknown session: 404 -32600 id 7
    legacy call, other known version: 200 result
    legacy call, no version: 200 result
    legacy call, unknown version: 400 -32600 id 7
    legacy, unknown method: 200 -32601 id 7
    legacy ping: 200 result
    legacy notification: 202 no body
    legacy notification, no session: 400 -32600 id null
    legacy answer: 202 no body
    legacy DELETE: 204 no body
    legacy call after DELETE: 404 -32600 id 7
    ");
}

async fn outcome(server: &HttpServer, request: Request<Full<Bytes>>) -> String {
    let seen = ask(server, request).await;
    let detail = match seen.headers.get("content-type").map(|value| value.to_str().unwrap()) {
        Some("application/json") => {
            let message = seen.messages().remove(0);
            match message["error"]["code"].as_i64() {
                Some(code) => format!("{code} id {}", message["id"]),
                None => "result".to_owned(),
            }
        }
        Some("text/event-stream") => "events".to_owned(),
        Some(_) => "text".to_owned(),
        None => "no body".to_owned(),
    };
    let allow = seen.headers.get("allow").map(|value| format!(" ({})", value.to_str().unwrap()));
    format!("{} {detail}{}", seen.status, allow.unwrap_or_default())
}

fn any_era() -> Vec<Case> {
    let of = |method: Method, version: &str| {
        with_body(post().method(method).header("mcp-protocol-version", version), "")
    };
    let sent = |body: &str| with_body(post(), body.to_owned());
    vec![
        ("PUT", of(Method::PUT, "2025-11-25")),
        ("GET of a modern client", of(Method::GET, "2026-07-28")),
        ("DELETE of a modern client", of(Method::DELETE, "2026-07-28")),
        ("GET without session", of(Method::GET, "2025-11-25")),
        ("DELETE without session", of(Method::DELETE, "2025-11-25")),
        ("GET of an unknown session", of_session("GET", "nobody")),
        ("no JSON", sent("{oops")),
        ("empty body", sent("")),
        ("batch", sent(&format!(" [{}]", initialize_body()))),
        ("id null", sent(r#"{"jsonrpc":"2.0","id":null,"method":"x"}"#)),
        ("neither request nor answer", sent(r#"{"jsonrpc":"2.0","id":5}"#)),
    ]
}

/// `headers` are version, method and name, with `-` for one that is missing.
fn sent_with(headers: &str, body: &str) -> Request<Full<Bytes>> {
    let names = ["mcp-protocol-version", "mcp-method", "mcp-name"];
    let pairs = names.into_iter().zip(headers.split(' ')).filter(|(_, value)| *value != "-");
    let builder = pairs.fold(post(), |builder, (name, value)| builder.header(name, value));
    with_body(builder, body.to_owned())
}

fn modern_era() -> Vec<Case> {
    let nothing = json!({});
    let version = |version: &str| {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": version });
        legacy_body(7, "tools/list", &json!({ "_meta": meta }))
    };
    let list = modern_body(7, "tools/list", &nothing);
    let call = modern_body(7, "tools/call", &json!({ "name": "echo", "arguments": {} }));
    let discover = modern_body(7, "server/discover", &nothing);
    let no_meta = legacy_body(7, "tools/list", &nothing);
    let (today, unknown) = (version("2026-07-28"), version("v999.0.0"));
    vec![
        ("modern discover", modern(7, "server/discover", &nothing)),
        ("modern call", modern_call(7, "echo", &nothing)),
        ("modern, unknown tool", modern_call(7, "nope", &nothing)),
        ("modern, capability not declared", modern_call(7, "needs_sampling", &nothing)),
        ("modern, no version header", sent_with("- tools/list", &list)),
        ("modern by body alone", sent_with("-", &list)),
        ("modern, no _meta", sent_with("2026-07-28 tools/list", &no_meta)),
        ("modern, no capabilities", sent_with("2026-07-28 tools/list", &today)),
        ("modern, header and body differ", sent_with("2026-07-28 tools/list", &unknown)),
        ("modern, header legacy", sent_with("2025-11-25 tools/list", &list)),
        ("modern, unknown version", sent_with("v999.0.0 tools/list", &unknown)),
        ("modern, no method header", sent_with("2026-07-28", &list)),
        ("modern, other method header", sent_with("2026-07-28 prompts/list", &list)),
        ("modern, method in capitals", sent_with("2026-07-28 TOOLS/LIST", &list)),
        ("modern, discover under another name", sent_with("2026-07-28 tools/list", &discover)),
        ("modern, no name header", sent_with("2026-07-28 tools/call", &call)),
        ("modern, other name header", sent_with("2026-07-28 tools/call hold", &call)),
        ("modern, initialize", modern(7, "initialize", &nothing)),
        ("modern, ping", modern(7, "ping", &nothing)),
        ("modern, setLevel", modern(7, "logging/setLevel", &nothing)),
        ("modern, subscribe", modern(7, "resources/subscribe", &nothing)),
        ("modern, unknown method", modern(7, "unknown/method", &nothing)),
        ("modern, notification", sent_with("2026-07-28 x", r#"{"method":"notifications/x"}"#)),
        ("modern, answer", sent_with("2026-07-28", r#"{"id":7,"result":{}}"#)),
    ]
}

fn legacy_era(session: &str) -> Vec<Case> {
    let nothing = json!({});
    let ping = || legacy_body(7, "ping", &nothing);
    let inside = |body: String| with_body(in_session(session), body);
    let versioned = |version: &str| {
        let builder = post().header("mcp-session-id", session);
        with_body(builder.header("mcp-protocol-version", version), ping())
    };
    let initialized = || r#"{"method":"notifications/initialized"}"#.to_owned();
    vec![
        ("legacy initialize", with_body(post(), initialize_body())),
        (
            "legacy initialize with headers of today",
            sent_with("2025-11-25 initialize", &initialize_body()),
        ),
        (
            "legacy initialize without a client",
            with_body(post(), legacy_body(7, "initialize", &nothing)),
        ),
        ("legacy call", legacy_call(session, 7, "echo", &nothing)),
        ("legacy call, no session", with_body(post(), ping())),
        ("legacy call, unknown session", legacy_call("nobody", 7, "echo", &nothing)),
        ("legacy call, other known version", versioned("2025-06-18")),
        ("legacy call, no version", with_body(post().header("mcp-session-id", session), ping())),
        ("legacy call, unknown version", versioned("1999-01-01")),
        ("legacy, unknown method", inside(legacy_body(7, "unknown/method", &nothing))),
        ("legacy ping", inside(ping())),
        ("legacy notification", inside(initialized())),
        ("legacy notification, no session", with_body(post(), initialized())),
        ("legacy answer", inside(r#"{"id":7,"result":{}}"#.to_owned())),
        ("legacy DELETE", of_session("DELETE", session)),
        ("legacy call after DELETE", legacy_call(session, 7, "echo", &nothing)),
    ]
}

#[tokio::test]
async fn form_of_the_body_must_be_json() {
    let server = server();
    let cases = [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("text/plain", 415),
        ("application/jsonp", 415),
    ];

    for (content_type, expected) in cases {
        let builder = Request::post("/").header("host", "localhost");
        let builder = builder.header("content-type", content_type);
        let seen = ask(&server, with_body(builder, initialize_body())).await;
        assert_eq!(seen.status, expected, "{content_type}");
    }
    let missing = Request::post("/").header("host", "localhost");
    assert_eq!(ask(&server, with_body(missing, initialize_body())).await.status, 415);
}
