//! The control plane: worlds, their content, rules and calls over JSON, for tests in any language.
//!
//! ```text
//! /__mock/…            ─▶ access (Host, Origin, token) ─▶ route (which world) ─▶ resources ─▶ ServedWorld
//! /github/mcp          ─▶ the servers of the first world
//! /w/ID/github/mcp     ─▶ the servers of another
//! ```
//!
//! Every client of the servers may do all of this, so it is for the loopback and for made-up data only.
//! `docs/control-plane.md` describes every request.

mod access;
mod clock;
mod content;
mod error;
mod resources;
mod route;
mod script;
mod served;
mod snapshots;
#[cfg(test)]
mod tests;
mod worlds;

pub(crate) use worlds::WorldFactory;

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Request, Response, header};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use mcp_core::server::http::HttpOptions;
use serde_json::Value;

use access::AccessCheck;
use error::ControlError;
use mcp_mock::MockServer;
use mcp_mock::http::{Answer, MockHttpError, MockHttpOptions, MockHttpServer, Site, at_path};
use mcp_mock::world::World;
use resources::{ControlRequest, Target};
use route::Route;
use served::ServedWorld;
use worlds::Worlds;

/// What every path of the control plane begins with.
pub(crate) const PREFIX: &str = "/__mock";

/// The worlds of a port and the control plane over them.
pub(crate) struct Control {
    access: AccessCheck,
    worlds: Worlds,
}

impl Control {
    /// Puts a world on a port, with the control plane; the other worlds are made on demand.
    pub(crate) async fn open(
        factory: Arc<dyn WorldFactory>,
        world: World,
        servers: Vec<MockServer>,
        options: MockHttpOptions,
    ) -> Result<MockHttpServer, MockHttpError> {
        let names: Vec<_> = servers.iter().map(|server| server.name().to_owned()).collect();
        let site = |http: &HttpOptions, origin: &str| {
            Ok(Arc::new(Self::new(factory, (world, servers), http, origin)?) as _)
        };
        MockHttpServer::mounting(&names, options, site).await
    }

    fn new(
        factory: Arc<dyn WorldFactory>,
        (world, servers): (World, Vec<MockServer>),
        http: &HttpOptions,
        origin: &str,
    ) -> Result<Self, MockHttpError> {
        let access = AccessCheck::new(http);
        let first = ServedWorld::new(world, servers, http)?;
        Ok(Self { access, worlds: Worlds::new(factory, first, http, origin) })
    }

    /// Answers one request, whatever it is.
    async fn respond<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        match Route::of(request.uri().path()) {
            Route::Server { world, path } => {
                let served = self.worlds.find(world);
                let server = served.as_ref().and_then(|served| served.routes.find(path));
                at_path(server, request).await
            }
            Route::Control(place) => {
                let (place, (parts, body)) = (place.to_owned(), request.into_parts());
                match self.admit(&parts, body, &place).await {
                    Ok(value) => json(&value),
                    Err(error) => error.into_answer(),
                }
            }
        }
    }

    async fn admit<B>(&self, parts: &Parts, body: B, place: &str) -> Result<Value, ControlError>
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        self.access.check(parts)?;
        let body = self.access.read(body).await?;
        let query = parts.uri.query().unwrap_or_default();
        self.carry_out(&ControlRequest { method: &parts.method, place, query, body: &body })
    }

    fn carry_out(&self, request: &ControlRequest<'_>) -> Result<Value, ControlError> {
        let (world, resource) = route::split(request.place)?;
        match (world, resource) {
            (None, "worlds") => self.worlds.carry_out(request),
            (Some(id), "") => self.worlds.carry_out_one(request.method, id),
            (id, resource) => {
                let (served, factory) = (self.worlds.named(id)?, &*self.worlds.factory);
                resources::carry_out(&Target { served: &served, factory }, resource, request)
            }
        }
    }
}

#[async_trait]
impl Site for Control {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        self.respond(request).await
    }
}

fn json(value: &Value) -> Answer {
    let body = Full::new(Bytes::from(value.to_string()));
    let mut response = Response::new(body.into());
    let media_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
