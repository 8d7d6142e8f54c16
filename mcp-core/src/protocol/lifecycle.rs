//! How a conversation begins: `initialize` (legacy) and `server/discover` (modern).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::open::{Extra, Members};
use super::{ProtocolVersion, key};
use crate::jsonrpc::RequestId;

/// Name and version of a program; for display only, never to decide by.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Implementation {
    /// The name for programs.
    pub name: String,
    /// The version, in whatever notation.
    pub version: String,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What else the peer says of itself.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Implementation {
    /// A program of that name and version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), title: None, extra: Extra::default() }
    }
}

impl<'de> Deserialize<'de> for Implementation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            name: members.required("name")?,
            version: members.optional("version")?.unwrap_or_default(),
            title: members.optional("title")?,
            extra: members.rest(),
        })
    }
}

/// What a server is and can do, whichever way it was asked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// Name and version.
    pub implementation: Implementation,
    /// The capabilities object as it came.
    pub capabilities: Map<String, Value>,
    /// What the server wants a model to know.
    pub instructions: Option<String>,
}

impl ServerInfo {
    /// A server of that name and version that offers tools.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        let tools = Value::Object(Map::from_iter([("listChanged".to_owned(), true.into())]));
        Self {
            implementation: Implementation::new(name, version),
            capabilities: Map::from_iter([("tools".to_owned(), tools)]),
            instructions: None,
        }
    }

    /// Adds instructions.
    #[must_use]
    pub fn with_instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }
}

/// Parameters of `initialize`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InitializeParams {
    /// The newest revision that the client wants to speak.
    pub protocol_version: String,
    /// What the client can do.
    #[serde(default)]
    pub capabilities: Map<String, Value>,
    /// Who the client is.
    pub client_info: Implementation,
}

impl InitializeParams {
    /// Parameters of a client that offers nothing but itself.
    #[must_use]
    pub fn new(version: ProtocolVersion, client: Implementation) -> Self {
        Self {
            protocol_version: version.as_str().to_owned(),
            capabilities: Map::new(),
            client_info: client,
        }
    }
}

/// Result of `initialize`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InitializeResult {
    /// The revision that the server chose.
    pub protocol_version: String,
    /// What the server can do.
    pub capabilities: Map<String, Value>,
    /// Who the server is.
    pub server_info: Implementation,
    /// What the server wants a model to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl InitializeResult {
    /// The answer of `server` in a revision.
    #[must_use]
    pub fn new(version: ProtocolVersion, server: &ServerInfo) -> Self {
        Self {
            protocol_version: version.as_str().to_owned(),
            capabilities: server.capabilities.clone(),
            server_info: server.implementation.clone(),
            instructions: server.instructions.clone(),
            extra: Extra::default(),
        }
    }

    /// Splits off what a client remembers.
    #[must_use]
    pub fn into_server_info(self) -> ServerInfo {
        ServerInfo {
            implementation: self.server_info,
            capabilities: self.capabilities,
            instructions: self.instructions,
        }
    }
}

impl<'de> Deserialize<'de> for InitializeResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            protocol_version: members.required("protocolVersion")?,
            capabilities: members.optional("capabilities")?.unwrap_or_default(),
            server_info: members.required("serverInfo")?,
            instructions: members.optional("instructions")?,
            extra: members.rest(),
        })
    }
}

/// Result of `server/discover`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DiscoverResult {
    /// The revisions that the server speaks.
    pub supported_versions: Vec<String>,
    /// What the server can do.
    pub capabilities: Map<String, Value>,
    /// What the server wants a model to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// `_meta`, where the server names itself.
    #[serde(rename = "_meta", skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
    /// What else the server sends.
    #[serde(flatten)]
    pub extra: Extra,
}

impl DiscoverResult {
    /// The answer of `server`, which speaks `versions`.
    ///
    /// It may be cached for an hour by everybody: who a server is does not depend on who asks.
    #[must_use]
    pub fn new(versions: &[ProtocolVersion], server: &ServerInfo) -> Self {
        let mut extra = Extra::default();
        for (name, json) in [("ttlMs", "3600000"), ("cacheScope", "\"public\"")] {
            let raw = RawValue::from_string(json.to_owned()).expect("a literal is JSON");
            extra.insert(name, raw);
        }
        let implementation = serde_json::to_value(&server.implementation).unwrap_or_default();
        Self {
            supported_versions: versions.iter().map(ToString::to_string).collect(),
            capabilities: server.capabilities.clone(),
            instructions: server.instructions.clone(),
            meta: Map::from_iter([(key::SERVER_INFO.to_owned(), implementation)]),
            extra,
        }
    }

    /// Splits off what a client remembers. Some servers name themselves in the body: accepted too.
    #[must_use]
    pub fn into_server_info(mut self) -> ServerInfo {
        let named = self.meta.remove(key::SERVER_INFO);
        let in_body = || self.extra.member("serverInfo").map(RawValue::get);
        let implementation = match named {
            Some(value) => serde_json::from_value(value).ok(),
            None => in_body().and_then(|raw| serde_json::from_str(raw).ok()),
        };
        ServerInfo {
            implementation: implementation.unwrap_or_else(|| Implementation::new("", "")),
            capabilities: self.capabilities,
            instructions: self.instructions,
        }
    }
}

impl<'de> Deserialize<'de> for DiscoverResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Members::read(deserializer)?;
        Ok(Self {
            supported_versions: members.required("supportedVersions")?,
            capabilities: members.optional("capabilities")?.unwrap_or_default(),
            instructions: members.optional("instructions")?,
            meta: members.optional("_meta")?.unwrap_or_default(),
            extra: members.rest(),
        })
    }
}

/// Parameters of `notifications/cancelled`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// The request that is no longer wanted.
    pub request_id: RequestId,
    /// Why, for the log of the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Parameters of `notifications/progress`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The token that the request carried: a string or a number.
    pub progress_token: Value,
    /// How far it has come; grows with every notification.
    pub progress: f64,
    /// How far it goes, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// What is being done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
