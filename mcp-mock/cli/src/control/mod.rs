//! The control plane: worlds, their content, rules and calls over JSON, for tests in any language.
//!
//! ```text
//! /__mock/…            ─▶ gate (Host, Origin, token) ─▶ target (which world) ─▶ resources ─▶ Stage
//! /github/mcp          ─▶ the servers of the first world
//! /w/ID/github/mcp     ─▶ the servers of another
//! ```
//!
//! Whoever may call the servers may do all of this, so it is for the loopback and for made-up data only.
//! `docs/control-plane.md` describes every request.

mod calls;
mod clock;
mod content;
mod error;
mod gate;
mod plan;
mod resources;
mod rules;
mod snapshots;
mod stage;
mod target;
#[cfg(test)]
mod tests;
mod worlds;

pub(crate) use plan::Plan;

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{Either, Full};
use hyper::body::{Body, Incoming};
use mcp_core::server::http::HttpOptions;
use serde_json::Value;

use error::ControlError;
use gate::Gate;
use mcp_mock::MockServer;
use mcp_mock::http::{Answer, MockHttpError, MockHttpOptions, MockHttpServer, Site, at_path};
use mcp_mock::world::World;
use resources::{Asked, Scene};
use stage::Stage;
use target::Target;
use worlds::Worlds;

/// What every path of the control plane begins with.
pub(crate) const PREFIX: &str = "/__mock";

/// The worlds of a port and the control plane over them.
pub(crate) struct Control {
    gate: Gate,
    worlds: Worlds,
}

impl Control {
    /// Puts a world on a port, with the control plane; the other worlds are made on demand.
    pub(crate) async fn open(
        plan: Arc<dyn Plan>,
        world: World,
        servers: Vec<MockServer>,
        options: MockHttpOptions,
    ) -> Result<MockHttpServer, MockHttpError> {
        let names: Vec<_> = servers.iter().map(|server| server.name().to_owned()).collect();
        let site = |http: &HttpOptions, origin: &str| {
            Ok(Arc::new(Self::new(plan, (world, servers), http, origin)?) as _)
        };
        MockHttpServer::mounting(&names, options, site).await
    }

    fn new(
        plan: Arc<dyn Plan>,
        (world, servers): (World, Vec<MockServer>),
        http: &HttpOptions,
        origin: &str,
    ) -> Result<Self, MockHttpError> {
        let gate = Gate::new(http);
        let first = Stage::new(world, servers, http)?;
        Ok(Self { gate, worlds: Worlds::new(plan, first, http, origin) })
    }

    /// Answers one request, whatever it is.
    async fn respond<B>(&self, request: Request<B>) -> Answer
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
    {
        match Target::of(request.uri().path()) {
            Target::Server { world, path } => {
                let stage = self.worlds.find(world);
                let server = stage.as_ref().and_then(|stage| stage.routes.find(path));
                at_path(server, request).await
            }
            Target::Control(place) => {
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
        self.gate.check(parts)?;
        let body = self.gate.read(body).await?;
        let query = parts.uri.query().unwrap_or_default();
        self.carry_out(&Asked { place, query, body: &body }, &parts.method)
    }

    fn carry_out(&self, asked: &Asked<'_>, method: &Method) -> Result<Value, ControlError> {
        let (world, resource) = target::split(asked.place)?;
        match (world, resource) {
            (None, "worlds") => self.worlds.carry_out(method, asked),
            (Some(id), "") => self.worlds.carry_out_one(method, id),
            (id, resource) => {
                let (stage, plan) = (self.worlds.named(id)?, &*self.worlds.plan);
                resources::carry_out(&Scene { stage: &stage, plan }, (method, resource), asked)
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
    let mut response = Response::new(Either::Right(body));
    let media_type = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
