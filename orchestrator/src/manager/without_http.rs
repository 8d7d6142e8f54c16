//! Servers behind URLs in a build that has no HTTP.

use std::path::Path;

use super::spec::ServerSpec;
use crate::config::Endpoint;

/// A server that says why it cannot be reached.
pub(super) fn spec(name: &str, _endpoint: &Endpoint, _tokens: Option<&Path>) -> ServerSpec {
    let message = "this program was built without HTTP: build it with the feature `http`";
    ServerSpec::unusable(name, message.to_owned())
}
