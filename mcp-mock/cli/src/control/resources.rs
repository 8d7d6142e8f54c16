//! What can be asked of a world, by name and method.

use http::Method;
use mcp_core::schema::nearest_name;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::ControlError;
use super::plan::Plan;
use super::stage::Stage;
use super::{calls, clock, content, rules, snapshots};
use mcp_mock::service::ServiceName;

/// A request about a world, without its method.
pub(super) struct Asked<'a> {
    /// Its path after the prefix of the control plane.
    pub(super) place: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// Where a request is carried out.
pub(super) struct Scene<'a> {
    pub(super) stage: &'a Stage,
    pub(super) plan: &'a dyn Plan,
}

pub(super) type Outcome = Result<Value, ControlError>;

struct Resource {
    method: Method,
    name: &'static str,
    /// What the query may say.
    parameters: &'static [&'static str],
    action: fn(&Scene<'_>, &Asked<'_>) -> Outcome,
}

const RESOURCES: [Resource; 11] = [
    Resource { method: Method::GET, name: "calls", parameters: &["service"], action: calls::list },
    Resource { method: Method::GET, name: "clock", parameters: &[], action: clock::show },
    Resource { method: Method::POST, name: "clock", parameters: &[], action: clock::turn },
    Resource { method: Method::GET, name: "diff", parameters: &["since"], action: snapshots::diff },
    Resource { method: Method::POST, name: "reset", parameters: &[], action: content::reset },
    Resource { method: Method::POST, name: "restore", parameters: &[], action: snapshots::restore },
    Resource { method: Method::DELETE, name: "rules", parameters: &[], action: rules::forget },
    Resource { method: Method::POST, name: "rules", parameters: &[], action: rules::add },
    Resource { method: Method::PUT, name: "seed", parameters: &[], action: content::seed },
    Resource { method: Method::POST, name: "snapshot", parameters: &[], action: snapshots::take },
    Resource {
        method: Method::GET,
        name: "state",
        parameters: &["service"],
        action: content::show,
    },
];

/// Carries out what is asked of a world.
pub(super) fn carry_out(
    scene: &Scene<'_>,
    (method, name): (&Method, &str),
    asked: &Asked<'_>,
) -> Outcome {
    let named: Vec<_> = RESOURCES.iter().filter(|resource| resource.name == name).collect();
    if named.is_empty() {
        let known = RESOURCES.iter().map(|resource| resource.name).chain(["worlds"]);
        let near = nearest_name(name, known);
        return Err(ControlError::place(asked.place, near));
    }
    let Some(resource) = named.iter().find(|resource| resource.method == *method) else {
        let allowed: Vec<_> = named.iter().map(|resource| resource.method.as_str()).collect();
        return Err(ControlError::method(name, &allowed.join(", ")));
    };
    asked.check_parameters(resource.parameters)?;
    (resource.action)(scene, asked)
}

impl Asked<'_> {
    /// The body, which is JSON of this form.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        serde_json::from_slice(self.body).map_err(|error| ControlError::Body { error })
    }

    /// What the query says of this name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters().find_map(|(said, value)| (said == name).then_some(value))
    }

    /// The service that the query names, if any.
    pub(super) fn service(&self) -> Result<Option<ServiceName>, ControlError> {
        let read = |name: &str| name.parse().map_err(ControlError::Service);
        self.parameter("service").map(read).transpose()
    }

    /// Refuses what would be read over: a filter that does not filter is worse than none.
    pub(super) fn check_parameters(&self, known: &[&str]) -> Result<(), ControlError> {
        match self.parameters().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(ControlError::Parameter { name: name.to_owned() }),
            None => Ok(()),
        }
    }

    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.query.split('&').filter(|part| !part.is_empty());
        parts.map(|part| part.split_once('=').unwrap_or((part, "")))
    }
}
