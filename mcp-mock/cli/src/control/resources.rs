//! The resources of a world, by name and method.

use http::Method;
use mcp_core::schema::nearest_name;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::ControlError;
use super::served::ServedWorld;
use super::worlds::WorldFactory;
use super::{clock, content, script, snapshots};
use mcp_mock::service::ServiceName;

/// A request to the control plane.
pub(super) struct ControlRequest<'a> {
    pub(super) method: &'a Method,
    /// Its path after the prefix of the control plane.
    pub(super) place: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// The world that a request is about.
pub(super) struct Target<'a> {
    pub(super) served: &'a ServedWorld,
    pub(super) factory: &'a dyn WorldFactory,
}

pub(super) type Outcome = Result<Value, ControlError>;

struct Resource {
    method: Method,
    name: &'static str,
    /// The parameters that the query may have.
    parameters: &'static [&'static str],
    action: fn(&Target<'_>, &ControlRequest<'_>) -> Outcome,
}

const RESOURCES: [Resource; 11] = [
    Resource {
        method: Method::GET,
        name: "calls",
        parameters: &["service"],
        action: script::calls,
    },
    Resource { method: Method::GET, name: "clock", parameters: &[], action: clock::show },
    Resource { method: Method::POST, name: "clock", parameters: &[], action: clock::turn },
    Resource { method: Method::GET, name: "diff", parameters: &["since"], action: snapshots::diff },
    Resource { method: Method::POST, name: "reset", parameters: &[], action: content::reset },
    Resource { method: Method::POST, name: "restore", parameters: &[], action: snapshots::restore },
    Resource {
        method: Method::DELETE,
        name: "rules",
        parameters: &[],
        action: script::forget_rules,
    },
    Resource { method: Method::POST, name: "rules", parameters: &[], action: script::add_rules },
    Resource { method: Method::PUT, name: "seed", parameters: &[], action: content::seed },
    Resource { method: Method::POST, name: "snapshot", parameters: &[], action: snapshots::take },
    Resource {
        method: Method::GET,
        name: "state",
        parameters: &["service"],
        action: content::show,
    },
];

/// Carries out a request about a world.
pub(super) fn carry_out(target: &Target<'_>, name: &str, request: &ControlRequest<'_>) -> Outcome {
    let named: Vec<_> = RESOURCES.iter().filter(|resource| resource.name == name).collect();
    if named.is_empty() {
        let known = RESOURCES.iter().map(|resource| resource.name).chain(["worlds"]);
        let near = nearest_name(name, known);
        return Err(ControlError::place(request.place, near));
    }
    let Some(resource) = named.iter().find(|resource| resource.method == *request.method) else {
        let allowed: Vec<_> = named.iter().map(|resource| resource.method.as_str()).collect();
        return Err(ControlError::method(name, &allowed.join(", ")));
    };
    request.check_parameters(resource.parameters)?;
    (resource.action)(target, request)
}

impl ControlRequest<'_> {
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

    /// Refuses unknown parameters: a filter that does not filter is worse than none.
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
