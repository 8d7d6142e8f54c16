use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::server::Service;

#[tokio::test]
async fn refusal_of_a_version_names_those_that_discover_names() {
    let server = server();
    let unknown = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "v999.0.0" } });
    let builder =
        post().header("mcp-protocol-version", "v999.0.0").header("mcp-method", "tools/list");

    let refused = ask(&server, with_body(builder, legacy_body(1, "tools/list", &unknown))).await;
    let discovered = ask(&server, modern(2, "server/discover", &json!({}))).await;

    let data = &refused.messages()[0]["error"]["data"];
    assert_eq!(data["requested"], "v999.0.0");
    assert_eq!(data["supported"], discovered.messages()[0]["result"]["supportedVersions"]);
}

#[tokio::test]
async fn mirrored_arguments_must_stand_in_their_headers() {
    let server = server();
    let both = json!({ "region": "Hello", "count": 3 });
    let one = json!({ "region": "Grüße" });
    let look_alike = json!({ "region": "=?base64?SGVsbG8=" });
    let hello = json!({ "region": "Hello" });
    let (nothing, null) = (json!({}), json!({ "region": null }));
    let cases = [
        (&both, "Mcp-Param-Region: Hello; mcp-param-count: 3", 200),
        (&both, "MCP-PARAM-REGION:   Hello ; Mcp-Param-Count: 3", 200),
        (&both, "Mcp-Param-Region: =?base64?SGVsbG8=?=; Mcp-Param-Count: 3", 200),
        (&one, "Mcp-Param-Region: =?base64?R3LDvMOfZQ==?=", 200),
        (&one, "Mcp-Param-Region: =?base64?R3LDvMOfZQ==?=; Mcp-Param-Other: x", 200),
        (&look_alike, "Mcp-Param-Region: =?base64?SGVsbG8=", 200),
        (&nothing, "", 200),
        (&null, "", 200),
        (&both, "Mcp-Param-Region: Hello", 400),
        (&both, "Mcp-Param-Region: Hello; Mcp-Param-Count: 4", 400),
        (&hello, "Mcp-Param-Region: Hello; Mcp-Param-Region: Hello", 400),
        (&hello, "Mcp-Param-Region: hello", 400),
        (&null, "Mcp-Param-Region: Hello", 400),
        (&hello, "Mcp-Param-Region: =?base64?SGVsbG8?=", 400),
        (&hello, "Mcp-Param-Region: =?base64?SGVs!!!bG8=?=", 400),
        (&one, "Mcp-Param-Region: Grüße", 400),
    ];

    for (arguments, headers, expected) in cases {
        let mut request = modern_call(1, "mirrored", arguments);
        for (name, value) in headers.split("; ").filter_map(|header| header.split_once(": ")) {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().append(name, value);
        }
        let seen = ask(&server, request).await;
        assert_eq!(seen.status, expected, "{arguments} {headers} {}", seen.text);
        assert_eq!(seen.code(), (expected == 400).then_some(-32020), "{arguments} {headers}");
    }
}

#[tokio::test]
async fn name_header_is_read_as_http_says() {
    let server = server();
    let call = modern_body(1, "tools/call", &json!({ "name": "echo" }));
    let cases: [(&[&str], u16); 4] = [
        (&["  echo\t"], 200),
        (&["=?base64?ZWNobw==?="], 200),
        (&["ECHO"], 400),
        (&["echo"; 2], 400),
    ];

    for (values, expected) in cases {
        let builder = post().header("mcp-protocol-version", "2026-07-28");
        let builder = builder.header("MCP-METHOD", "tools/call");
        let builder =
            values.iter().fold(builder, |builder, value| builder.header("mcp-name", *value));
        let seen = ask(&server, with_body(builder, call.clone())).await;
        assert_eq!(seen.status, expected, "{values:?}");
    }
}

#[tokio::test]
async fn tools_without_mirrors_may_have_headers_beside_them() {
    let mut request = modern_call(1, "echo", &json!({}));
    request.headers_mut().append("mcp-param-region", "x".parse().unwrap());

    assert_eq!(ask(&server(), request).await.status, 200);
}

#[tokio::test]
async fn modern_server_tells_initialize_what_it_speaks() {
    struct ModernOnly(Dispatch<Bench>);
    #[async_trait]
    impl Service for ModernOnly {
        fn info(&self) -> ServerInfo {
            self.0.info()
        }
        async fn answer(
            &self,
            request: crate::session::Request,
            caller: &crate::server::Caller,
        ) -> crate::server::Reply {
            self.0.answer(request, caller).await
        }
        fn versions(&self) -> &[ProtocolVersion] {
            &[ProtocolVersion::V2026_07_28]
        }
    }
    let service = Arc::new(ModernOnly(Dispatch(Bench::default())));
    let server = HttpServer::new(service, HttpOptions::default());

    let refused = ask(&server, with_body(post(), initialize_body())).await;
    let bare = ask(&server, with_body(post(), legacy_body(7, "tools/list", &json!({})))).await;
    let get = ask(&server, of_session("GET", "x")).await;

    assert_eq!((refused.status, refused.code()), (400, Some(-32022)));
    assert_eq!((bare.status, bare.code()), (400, Some(-32020)));
    assert_eq!((get.status, &get.headers["allow"]), (405, &"POST".parse().unwrap()));
}

#[tokio::test]
async fn answer_that_is_ready_is_json() {
    let seen = ask(&server(), modern_call(9, "echo", &json!({ "a": 1 }))).await;

    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(seen.messages()[0]["id"], 9);
    assert_eq!(seen.said().as_deref(), Some(r#"{"a":1}"#));
}

#[tokio::test]
async fn leaving_cancels_a_request_in_either_form() {
    let bench = Bench::default();
    let timer = Arc::new(HandTimer::default());
    let options = HttpOptions { timer: Some(timer.clone()), ..HttpOptions::default() };
    let server = bench.server(options);

    let mut waiting = Box::pin(server.handle(modern_call(1, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());
    assert_eq!(bench.counts(), (1, 0, 0));
    drop(waiting);
    assert_eq!(bench.counts(), (1, 0, 1));

    let mut waiting = Box::pin(server.handle(modern_call(2, "hold", &json!({}))));
    assert!(poll_now(waiting.as_mut()).is_pending());
    timer.pass(Duration::from_secs(15));
    let Poll::Ready(response) = poll_now(waiting.as_mut()) else { panic!("a stream begins") };
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    drop(response);
    assert_eq!(bench.counts(), (2, 0, 2));
}

proptest! {
    /// Whichever of them asks, is polled or gets its answer first.
    #[test]
    fn clients_with_equal_ids_never_see_each_others_answers(
        order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
        release_after in 0..12_usize,
    ) {
        let bench = Bench::default();
        let server = bench.server(HttpOptions::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let session = runtime.block_on(open(&server));
        let mut asking: Vec<_> = (0..12).map(|client| {
            let arguments = json!({ "client": client });
            let request = match client % 3 {
                0 => modern_call(1, "hold", &arguments),
                1 => legacy_call(&session, 1, "hold", &arguments),
                _ => modern_call(1, "echo", &arguments),
            };
            Box::pin(ask(&server, request))
        }).collect();

        let mut seen: Vec<Option<Seen>> = (0..12).map(|_| None).collect();
        for (count, client) in order.iter().chain(&order).enumerate() {
            if count == release_after {
                bench.gate.raise();
            }
            if seen[*client].is_none() && let Poll::Ready(answer) = poll_now(asking[*client].as_mut()) {
                seen[*client] = Some(answer);
            }
        }

        for (client, answer) in seen.into_iter().enumerate() {
            let said = answer.unwrap().said().unwrap();
            prop_assert_eq!(said, json!({ "client": client }).to_string());
        }
    }
}
