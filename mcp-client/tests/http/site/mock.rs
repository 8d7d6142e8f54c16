//! An HTTP server that wiremock plays: whole answers, well-formed ones.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::{Log, Reply, Seen, Site};

/// A server of whole answers.
pub(crate) struct MockSite {
    server: MockServer,
    log: Arc<Log>,
}

impl Site for MockSite {
    type Answer = Reply;

    async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        // Not one from the pool, where the late words of a client could reach the next test.
        let server = MockServer::builder().disable_request_recording().start().await;
        let log = Arc::new(Log::default());
        let answering = Answering { answer, log: Arc::clone(&log) };
        Mock::given(any()).respond_with(answering).mount(&server).await;
        Self { server, log }
    }

    fn address(&self) -> SocketAddr {
        *self.server.address()
    }

    fn log(&self) -> &Log {
        &self.log
    }
}

struct Answering<F> {
    answer: F,
    log: Arc<Log>,
}

impl<F: Fn(&Seen) -> Reply + Send + Sync> Respond for Answering<F> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let seen = Seen::from(request);
        let reply = (self.answer)(&seen);
        self.log.push(seen);
        reply.into()
    }
}

impl From<&Request> for Seen {
    fn from(request: &Request) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let headers = request.headers.iter();
        Self {
            verb: request.method.to_string(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        }
    }
}

impl From<Reply> for ResponseTemplate {
    fn from(reply: Reply) -> Self {
        let template = Self::new(reply.status).set_body_bytes(reply.body);
        reply.headers.iter().fold(template, |template, (name, value)| {
            template.append_header(name.as_str(), value.as_bytes())
        })
    }
}
