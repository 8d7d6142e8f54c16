//! What goes back over HTTP in place of an answer.
//!
//! A server knows nothing of the exchange that carries its answer. So a fault leaves what it wants sent in a
//! slot of the exchange, and whoever serves the exchange looks there when the server is done.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{Empty, Full};
use hyper::body::{Body, Frame, SizeHint};
use mcp_core::Lock;
use mcp_core::http::header;
use mcp_core::server::Reply as Served;
use mcp_core::server::http::{HttpBody, HttpServer};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Drip, Pace, Reply, Status};

/// What goes back for a request.
pub type Answer = Response<AnswerBody>;

tokio::task_local! {
    /// The slot of the exchange that this task serves.
    static EXCHANGE: Slot;
}

/// What a fault wants sent in place of the answer.
type Slot = Arc<Lock<Option<Reply>>>;

/// The sign to the port, on an answer that is never sent: it closes for this long.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Outage(pub(in crate::server) Duration);

/// Leaves a reply in the slot of the exchange; gives the server what ends its part.
pub(super) fn replace(reply: Reply) -> Served {
    // The server writes the answer as ever; only its bytes leave slowly.
    let served = match &reply {
        Reply::Drip(drip) => Served::Answer(drip.bytes.clone()),
        _ => Served::Close,
    };
    // Nobody is there to send anything when the client has left and the work goes on.
    EXCHANGE.try_with(|slot| *slot.lock() = Some(reply)).ok();
    served
}

/// Lets the server answer, unless a fault wants something else sent.
pub(in crate::server) async fn exchange<B>(server: &HttpServer, request: Request<B>) -> Answer
where
    B: Body + Send,
{
    let slot = Slot::default();
    let session = SessionEnd::of(&request);
    let served = EXCHANGE.scope(Arc::clone(&slot), server.handle(request)).await;
    let wanted = slot.lock().take();
    let session_id = served.headers().get(header::SESSION_ID).cloned();
    let mut answer = match wanted {
        None => return served.map(|body| AnswerBody(Kind::Served { body, slot })),
        Some(Reply::Drip(Drip { pace, .. })) => {
            return served.map(|body| AnswerBody(Kind::Paced(Paced::new(body, pace))));
        }
        Some(Reply::Outage(duration)) => {
            let mut answer = Response::new(AnswerBody::from(Full::default()));
            answer.extensions_mut().insert(Outage(duration));
            return answer;
        }
        Some(Reply::Status(status)) => of_status(status),
        Some(Reply::Torn(bytes)) => {
            let mut answer = Response::new(AnswerBody(Kind::Torn(Some(bytes))));
            let json = HeaderValue::from_static("application/json");
            answer.headers_mut().insert(CONTENT_TYPE, json);
            answer
        }
        Some(Reply::Close | Reply::Frames(_) | Reply::Answer(_) | Reply::Silence) => {
            unreachable!("the server sends these by itself")
        }
    };
    if let Some(id) = session_id {
        answer.headers_mut().entry(header::SESSION_ID).or_insert(id);
    }
    // To a legacy client 404 says that its session is over, and so it is.
    if answer.status() == StatusCode::NOT_FOUND
        && let Some(session) = session
    {
        session.carry_out(server).await;
    }
    answer
}

fn of_status(status: Status) -> Answer {
    let Status { code, headers, body } = status;
    let mut response = Response::new(AnswerBody::from(Full::new(body)));
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    for (name, value) in headers {
        let parsed = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = parsed {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The request that ends the session of another request.
struct SessionEnd {
    uri: Uri,
    headers: HeaderMap,
}

impl SessionEnd {
    /// `None` when the request belongs to no session.
    fn of<B>(request: &Request<B>) -> Option<Self> {
        let (uri, headers) = (request.uri(), request.headers());
        headers
            .contains_key(header::SESSION_ID)
            .then(|| Self { uri: uri.clone(), headers: headers.clone() })
    }

    async fn carry_out(self, server: &HttpServer) {
        let mut request = Request::new(Empty::<Bytes>::new());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        // A session that is gone already is over as well.
        drop(server.handle(request).await);
    }
}

/// The body of an answer: what the server says, or what a fault makes of it.
pub struct AnswerBody(Kind);

enum Kind {
    Full(Full<Bytes>),
    Paced(Paced),
    Served {
        body: HttpBody,
        /// A fault may come after the server has begun to tell something.
        slot: Slot,
    },
    /// Bytes before the break.
    Torn(Option<Bytes>),
}

/// The answer breaks off on purpose, as by a crash: the connection must not end in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the answer breaks off")]
#[non_exhaustive]
pub struct BrokenOff;

impl From<Full<Bytes>> for AnswerBody {
    fn from(body: Full<Bytes>) -> Self {
        Self(Kind::Full(body))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let this = self.get_mut();
        match &mut this.0 {
            Kind::Full(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Kind::Paced(paced) => paced.poll_frame(context),
            Kind::Served { body, slot } => {
                let poll = || Pin::new(body).poll_frame(context);
                match ready!(EXCHANGE.sync_scope(Arc::clone(slot), poll)) {
                    Some(Err(_)) => {
                        let wanted = slot.lock().take();
                        this.0 = Kind::Torn(wanted.and_then(torn_event));
                        Pin::new(this).poll_frame(context)
                    }
                    frame => Poll::Ready(frame.map(|frame| frame.map_err(|_| BrokenOff))),
                }
            }
            Kind::Torn(bytes) => Poll::Ready(Some(bytes.take().map(Frame::data).ok_or(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Full(body) => body.is_end_stream(),
            Kind::Paced(paced) => paced.is_end_stream(),
            Kind::Served { body, .. } => body.is_end_stream(),
            Kind::Torn(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(body) => body.size_hint(),
            Kind::Paced(paced) => paced.size_hint(),
            Kind::Served { body, .. } => body.size_hint(),
            Kind::Torn(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody").finish_non_exhaustive()
    }
}

/// The beginning of an event; for anything else it is too late in a stream.
fn torn_event(reply: Reply) -> Option<Bytes> {
    let Reply::Torn(bytes) = reply else { return None };
    Some([b"data: ", &bytes[..]].concat().into())
}

/// A body that leaves in pieces, with a pause after each.
struct Paced {
    body: HttpBody,
    /// What the body gave and has not left.
    rest: Bytes,
    pace: Pace,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    fn new(body: HttpBody, pace: Pace) -> Self {
        Self { body, rest: Bytes::new(), pace, pause: None }
    }

    fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(_)) => return Poll::Ready(Some(Err(BrokenOff))),
                None => return Poll::Ready(None),
            }
        }
        let piece = self.pace.piece(&mut self.rest);
        let end = Instant::now() + self.pace.pause;
        self.pause = piece.is_some().then(|| Box::pin(sleep_until(end)));
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size_hint().exact() {
            Some(bytes) => SizeHint::with_exact(bytes + self.rest.len() as u64),
            None => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use http_body_util::BodyExt;
    use mcp_core::protocol::ServerInfo;
    use mcp_core::server::http::HttpOptions;
    use mcp_core::server::{Caller, Service};
    use serde_json::json;

    use super::*;

    /// A service whose faults want this sent, after a notification if that is wanted.
    struct Scripted {
        reply: Reply,
        is_chatty: bool,
    }

    #[async_trait]
    impl Service for Scripted {
        fn info(&self) -> ServerInfo {
            ServerInfo::new("scripted", "1")
        }

        async fn answer(&self, _request: mcp_core::session::Request, caller: &Caller) -> Served {
            if self.is_chatty {
                caller.notify("notifications/message", &json!({}));
                tokio::task::yield_now().await;
            }
            replace(self.reply.clone())
        }
    }

    async fn answered(reply: Reply, is_chatty: bool) -> Answer {
        let service = Scripted { reply, is_chatty };
        let server = HttpServer::new(Arc::new(service), HttpOptions::default());
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": "x", "arguments": {}, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", "x")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        exchange(&server, request).await
    }

    /// The pieces of the body, with its end.
    async fn pieces(answer: Answer) -> Vec<String> {
        let (mut body, mut pieces) = (answer.into_body(), Vec::new());
        loop {
            let piece = body.frame().await;
            let is_over = !matches!(piece, Some(Ok(_)));
            pieces.push(match piece {
                None => "end".to_owned(),
                Some(Err(BrokenOff)) => "broken off".to_owned(),
                Some(Ok(frame)) => String::from_utf8(frame.into_data().unwrap().into()).unwrap(),
            });
            if is_over {
                return pieces;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn answer_in_pieces_has_a_length_and_arrives_piece_by_piece() {
        let pace = Pace { piece_bytes: 3, pause: Duration::from_secs(1) };
        let drip = Drip { bytes: Bytes::from_static(b"{\"a\":1}\n"), pace };
        let start = Instant::now();

        let answer = answered(Reply::Drip(drip), false).await;

        assert_eq!(answer.body().size_hint().exact(), Some(8));
        assert_eq!(pieces(answer).await, ["{\"a", "\":1", "}\n", "end"]);
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test]
    async fn torn_answer_breaks_off_after_its_bytes() {
        let torn = || Reply::Torn(Bytes::from_static(b"{\"a\":"));

        let whole = answered(torn(), false).await;
        let stream = answered(torn(), true).await;

        assert_eq!(whole.headers()["content-type"], "application/json");
        assert_eq!(pieces(whole).await, ["{\"a\":", "broken off"]);
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(pieces(stream).await[1..], ["data: {\"a\":", "broken off"]);
    }

    #[tokio::test]
    async fn status_has_the_headers_that_can_be_ones() {
        let headers = [("retry-after", "7"), ("www-authenticate", "a\nb")];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let headers: Vec<_> = headers.map(owned).into();
        let status =
            |code| Reply::Status(Status { code, headers: headers.clone(), body: "later".into() });

        let known = answered(status(503), false).await;
        let unknown = answered(status(7), false).await;
        let late = answered(status(503), true).await;

        assert_eq!((known.status().as_u16(), unknown.status().as_u16()), (503, 500));
        assert_eq!(known.headers()["retry-after"], "7");
        assert!(!known.headers().contains_key("www-authenticate"));
        assert_eq!(pieces(known).await, ["later", "end"]);
        // The stream has begun with its own status.
        assert_eq!(
            (late.status().as_u16(), pieces(late).await.pop().unwrap().as_str()),
            (200, "broken off")
        );
    }

    #[tokio::test]
    async fn an_outage_is_a_sign_to_the_port_and_no_header() {
        let outage = answered(Reply::Outage(Duration::from_secs(2)), false).await;

        let sign = outage.extensions().get::<Outage>();
        assert_eq!(sign.map(|Outage(duration)| *duration), Some(Duration::from_secs(2)));
        assert!(outage.headers().is_empty());
    }
}
