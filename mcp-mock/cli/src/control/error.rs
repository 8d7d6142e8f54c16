//! Why a request to the control plane was refused. The message is for the person whose test sent it.

use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;

use super::{PREFIX, json};
use mcp_mock::http::{Answer, MockHttpError};
use mcp_mock::world::SeedError;
use mcp_mock::{RulesError, UnknownNameError};

#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    #[error("clock shows {now} and does not go back to {time}")]
    Backwards { now: Timestamp, time: Timestamp },
    #[error("body cannot be read: {error}")]
    Body { error: serde_json::Error },
    #[error("body broke off")]
    BodyBroken,
    #[error("body has more than {bytes_max} bytes")]
    BodyLarge { bytes_max: usize },
    #[error("body did not arrive within {limit:?}")]
    BodyLate { limit: Duration },
    #[error("`{text}` is no duration forward; write `90s` or `1h 30m`")]
    Duration { text: String },
    #[error("there are {max} {what} already; {}", remedy(.what))]
    Full { what: &'static str, max: usize },
    #[error("`{name}` takes {allowed}")]
    Method { name: String, allowed: String },
    #[error("parameter `{name}` is unknown here")]
    Parameter { name: String },
    #[error("there is nothing at `{PREFIX}{place}`{}", did_you_mean(*.near))]
    Place { place: String, near: Option<&'static str> },
    #[error("{}", reason(*.status))]
    Refused { status: StatusCode },
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Seed { error: SeedError },
    #[error(transparent)]
    Serve { error: MockHttpError },
    #[error(transparent)]
    Service(UnknownNameError),
    #[error("snapshot `{id}` is unknown; `POST snapshot` gives one and `reset` forgets all")]
    Snapshot { id: String },
    #[error("world `{id}` is unknown; `POST {PREFIX}/worlds` makes one")]
    World { id: String },
}

impl ControlError {
    pub(super) fn method(name: &str, allowed: &str) -> Self {
        Self::Method { name: name.to_owned(), allowed: allowed.to_owned() }
    }

    pub(super) fn place(place: &str, near: Option<&'static str>) -> Self {
        Self::Place { place: place.to_owned(), near }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::BodyLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyLate { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Full { .. } => StatusCode::CONFLICT,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Place { .. } | Self::Snapshot { .. } | Self::World { .. } => {
                StatusCode::NOT_FOUND
            }
            Self::Refused { status } => *status,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn into_answer(self) -> Answer {
        let mut answer = json(&json!({ "error": self.to_string() }));
        *answer.status_mut() = self.status();
        let (name, value) = match &self {
            Self::Method { allowed, .. } => (header::ALLOW, HeaderValue::from_str(allowed)),
            Self::Refused { status: StatusCode::UNAUTHORIZED } => {
                (header::WWW_AUTHENTICATE, Ok(HeaderValue::from_static("Bearer")))
            }
            _ => return answer,
        };
        if let Ok(value) = value {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}

fn remedy(what: &str) -> String {
    match what {
        "worlds" => format!("`DELETE {PREFIX}/worlds/ID` removes one"),
        _ => "`POST reset` forgets them".to_owned(),
    }
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "`Host` or `Origin` is not that of this machine",
        StatusCode::UNAUTHORIZED => "`Authorization` does not bear the token of `--token`",
        _ => "headers of the request are not taken",
    }
}
