//! Which path leads to which server.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use mcp_core::server::Service;
use mcp_core::server::http::{HttpOptions, HttpServer};

use super::MockHttpError;
use crate::server::MockServer;
use crate::server::answer::Connection;
use crate::server::deliver::http::{Answer, AnswerBody, exchange};

/// Where the only server is, besides its own path, and what every other path ends with.
const ONLY_PATH: &str = "/mcp";

/// What is on a port.
#[async_trait]
pub trait Site: Send + Sync {
    /// Answers one request, whatever it is.
    async fn answer(&self, request: Request<Incoming>) -> Answer;
}

/// Servers by their paths.
#[derive(Debug)]
pub struct Routes(BTreeMap<String, HttpServer>);

impl Routes {
    /// Puts each service at the path of its name; a single one also at `/mcp`.
    ///
    /// # Errors
    ///
    /// When two have one name.
    pub fn new(
        services: Vec<(String, Arc<dyn Service>)>,
        options: &HttpOptions,
    ) -> Result<Self, MockHttpError> {
        let is_only = services.len() == 1;
        let mut routes = BTreeMap::new();
        for (name, service) in services {
            let server = HttpServer::new(service, options.clone());
            if is_only {
                routes.insert(ONLY_PATH.to_owned(), server.clone());
            }
            // An only one without a name has one path and not two.
            if routes.insert(path_of(&name), server).is_some() && !is_only {
                return Err(MockHttpError::Twice { name });
            }
        }
        Ok(Self(routes))
    }

    /// The server at a path.
    pub fn find(&self, path: &str) -> Option<&HttpServer> {
        self.0.get(path)
    }
}

#[async_trait]
impl Site for Routes {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        at_path(self.find(request.uri().path()), request).await
    }
}

/// Lets the server that a path leads to answer, if it leads to one.
pub async fn at_path<B>(server: Option<&HttpServer>, request: Request<B>) -> Answer
where
    B: Body + Send,
{
    match server {
        Some(server) => exchange(server, request).await,
        None => nothing_here(),
    }
}

/// What routes are made of.
pub fn services_of(servers: &[MockServer]) -> Vec<(String, Arc<dyn Service>)> {
    let service = |server: &MockServer| {
        let connection = Connection::new(Arc::clone(&server.core)).over_http();
        (server.name().to_owned(), Arc::new(connection) as Arc<dyn Service>)
    };
    servers.iter().map(service).collect()
}

/// The path of a server; one without a name is at the path of an only one.
pub fn path_of(name: &str) -> String {
    if name.is_empty() { ONLY_PATH.to_owned() } else { format!("/{name}{ONLY_PATH}") }
}

fn nothing_here() -> Answer {
    let text = Bytes::from_static(b"no server is at this path\n");
    let mut response = Response::new(AnswerBody::from(Full::new(text)));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
