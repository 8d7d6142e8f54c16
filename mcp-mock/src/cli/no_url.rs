//! What a build without HTTP says to the URL of a server.

use mcp_client::Connector;

use super::error::CommandError;

pub(super) fn connector(
    _url: &str,
    _headers: &[(String, String)],
) -> Result<(Box<dyn Connector>, String), CommandError> {
    let message = "this build reaches no server behind a URL; build with `--features http`";
    Err(CommandError::Url { message: message.to_owned() })
}
