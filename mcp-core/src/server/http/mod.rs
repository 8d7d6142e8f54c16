//! Streamable HTTP: a function from requests to responses, in both eras.
//!
//! ```text
//! http::Request ─▶ admission ─▶ receive ─▶ modern ─▶ exchange ─▶ JSON, or events while it is running
//!                  Host, Origin, body      legacy ─┘ └ session
//!                  token, form
//! ```
//!
//! | era | a request is refused unless | its client leaves |
//! |---|---|---|
//! | modern | its headers agree with its body | it is cancelled |
//! | legacy | it names a session of its sender's, but for `initialize` | it goes on, if [`HttpOptions::spawn`] is set; its answer is dropped, since streams are not resumed |
//!
//! Every running request has a stream of its own, so equal ids of two clients, or of one, never meet.
//! There are no sockets here, no runtime and no clock. The mounting side brings them, and it bounds
//! connections and the time that headers take. Under hyper:
//!
//! ```text
//! let service = service_fn(move |request| {
//!     let server = server.clone();
//!     async move { Ok::<_, Infallible>(server.handle(request).await) }
//! });
//! http1::Builder::new().timer(TokioTimer::new()).serve_connection(io, service).await
//! ```
//!
//! Under axum it is `any(move |request: Request| async move { server.handle(request).await })`. Without
//! either:
//!
//! ```
//! use std::sync::Arc;
//!
//! use http_body_util::{BodyExt, Full};
//! use mcp_core::server::http::{HttpOptions, HttpServer};
//! use mcp_core::server::{Dispatch, Handler};
//!
//! /// What to mount: one server, shared by all connections.
//! fn server(handler: impl Handler) -> HttpServer {
//!     HttpServer::new(Arc::new(Dispatch(handler)), HttpOptions::default())
//! }
//!
//! /// What a test may do with it.
//! async fn ask(server: &HttpServer, message: &'static str) -> (http::StatusCode, bytes::Bytes) {
//!     let request = http::Request::post("/mcp")
//!         .header("host", "localhost")
//!         .header("content-type", "application/json")
//!         .body(Full::new(bytes::Bytes::from(message)))
//!         .expect("the parts are valid");
//!     let (parts, body) = server.handle(request).await.into_parts();
//!     let body = body.collect().await.expect("nothing breaks off");
//!     (parts.status, body.to_bytes())
//! }
//! ```

mod admission;
mod body;
mod exchange;
mod legacy;
mod modern;
mod options;
mod receive;
mod refusal;
mod respond;
mod session;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::AbortHandle;
use http::header::{AUTHORIZATION, HeaderMap};
use http::request::Parts;
use http::{Method, Request as HttpRequest, Response, StatusCode};
use http_body::Body;

pub use body::{BrokenOff, HttpBody};
pub use options::{HttpOptions, Principal, Spawn, Task, Timer};

use super::caller::Caller;
use super::client_messages::ClientMessages;
use super::service::{self, Reply, Service};
use crate::Lock;
use crate::http::header;
use crate::jsonrpc::{Envelope, RpcError, code, scan};
use crate::protocol::{Era, ProtocolVersion, method};
use crate::session::{Incoming, Request, ServerSession};
use admission::{check_accept, check_form, single};
use exchange::{Answering, Exchange, ExchangeParts, KeepAlive, Permits};
use refusal::Refusal;
use session::{Owner, Sessions};

/// Serves a [`Service`] over HTTP. Clones serve the same clients.
#[derive(Clone)]
pub struct HttpServer(Arc<Shared>);

struct Shared {
    service: Arc<dyn Service>,
    options: HttpOptions,
    /// One for all modern requests: they leave nothing behind in it.
    modern: Lock<ServerSession>,
    sessions: Sessions,
    permits: Permits,
}

impl HttpServer {
    /// A server under these rules. The service is asked at once who it is, for modern clients.
    #[must_use]
    pub fn new(service: Arc<dyn Service>, options: HttpOptions) -> Self {
        let modern = Lock::new(ServerSession::new(service.info(), service.versions()));
        let sessions = Sessions::new(options.sessions_max);
        let permits = Permits::new(options.streams_max);
        Self(Arc::new(Shared { service, options, modern, sessions, permits }))
    }

    /// Answers one request, whatever it is. The path does not matter.
    ///
    /// # Cancel safety
    ///
    /// A dropped future means that the client has left, and so does a dropped body of the response: a
    /// modern request is cancelled, a legacy one goes on if it can.
    pub async fn handle<B>(&self, request: HttpRequest<B>) -> Response<HttpBody>
    where
        B: Body + Send,
    {
        let (parts, body) = request.into_parts();
        let answered = self.answer(&parts, body).await;
        answered.unwrap_or_else(Refusal::into_response)
    }

    async fn answer<B>(&self, parts: &Parts, body: B) -> Result<Response<HttpBody>, Refusal>
    where
        B: Body + Send,
    {
        let headers = &parts.headers;
        let allowed = self.allowed_methods(headers);
        if !allowed.split(", ").any(|allowed| allowed == parts.method.as_str()) {
            return Err(Refusal::method(allowed));
        }
        admission::check(self.options(), parts)?;
        let owner = owner(parts);
        if parts.method == Method::DELETE {
            return self.end_session(headers, &owner);
        }
        if parts.method == Method::GET {
            check_accept(headers, &["text/event-stream"])?;
            return self.open_stream(headers, &owner);
        }
        check_form(headers)?;
        let frame = receive::whole(body, self.options()).await?;
        let envelope = read(&frame)?;
        if self.is_modern(headers, &envelope) {
            self.answer_modern(headers, &frame, &envelope).await
        } else {
            self.answer_legacy(headers, owner, &frame, &envelope).await
        }
    }

    /// Only legacy clients have streams and sessions to open and end.
    fn allowed_methods(&self, headers: &HeaderMap) -> &'static str {
        let named = single(headers, &header::PROTOCOL_VERSION).ok().flatten();
        let named = named.and_then(|date| date.parse().ok()).map(ProtocolVersion::era);
        if self.speaks(Era::Legacy) && named != Some(Era::Modern) {
            "GET, POST, DELETE"
        } else {
            "POST"
        }
    }

    fn is_modern(&self, headers: &HeaderMap, envelope: &Envelope<'_>) -> bool {
        let opens =
            matches!(envelope, Envelope::Request { method, .. } if method == method::INITIALIZE);
        match (self.speaks(Era::Modern), self.speaks(Era::Legacy)) {
            (false, _) => false,
            // `initialize` is told what this server speaks.
            (true, false) => !opens || modern::is_meant(headers, envelope),
            (true, true) => modern::is_meant(headers, envelope),
        }
    }

    fn speaks(&self, era: Era) -> bool {
        self.service().versions().iter().any(|version| version.era() == era)
    }

    fn accept_modern(&self, frame: &Bytes) -> Incoming {
        self.0.modern.lock().accept(frame)
    }

    /// Begins a request that belongs to no session.
    fn begin(&self, request: Request) -> Result<Exchange, Refusal> {
        let permit = self.permits().take().ok_or_else(Refusal::busy)?;
        let messages = Arc::new(ClientMessages::default());
        let answering = self.answering(request, Caller::default().over(Arc::clone(&messages)));
        // A modern request is cancelled by dropping it and in no other way.
        let (_, registration) = AbortHandle::new_pair();
        let keep_alive = KeepAlive::new(self.options());
        let parts =
            ExchangeParts { permit, registration, entry: None, keep_alive, background: None };
        Ok(Exchange::new(answering, messages, parts))
    }

    fn answering(&self, request: Request, caller: Caller) -> Answering {
        let service = Arc::clone(&self.0.service);
        Box::pin(async move {
            match service::answering(&*service, request, &caller).await {
                // To the client it is still running: it can be cancelled, and the stream lives.
                Reply::Silence => std::future::pending().await,
                reply => reply,
            }
        })
    }

    fn service(&self) -> &dyn Service {
        &*self.0.service
    }

    fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    fn permits(&self) -> &Permits {
        &self.0.permits
    }
}

impl fmt::Debug for HttpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpServer").field("options", self.options()).finish_non_exhaustive()
    }
}

fn owner(parts: &Parts) -> Owner {
    match (parts.extensions.get::<Principal>(), parts.headers.get(AUTHORIZATION)) {
        (Some(principal), _) => Owner::Principal(principal.clone()),
        (None, Some(value)) => {
            let mut value = value.clone();
            value.set_sensitive(true);
            Owner::Authorization(value)
        }
        (None, None) => Owner::Anyone,
    }
}

/// Reads the one message that a body is.
fn read(frame: &[u8]) -> Result<Envelope<'_>, Refusal> {
    if frame.trim_ascii_start().starts_with(b"[") {
        let message = "a body holds one message; batches are not taken";
        return Err(Refusal::invalid(StatusCode::BAD_REQUEST, None, message));
    }
    scan(frame).map_err(|error| {
        let is_message = error.id.is_some() || error.has_method;
        let code = if is_message { code::INVALID_REQUEST } else { code::PARSE_ERROR };
        let refusal = RpcError::new(code, error.kind.to_string());
        Refusal::error(StatusCode::BAD_REQUEST, error.id.as_ref(), &refusal)
    })
}
