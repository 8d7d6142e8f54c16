//! RealServer servers behind URLs.

use mcp_client::Connector;
use mcp_client::transport::http::HttpEndpoint;

use super::error::CommandError;

/// How to reach the server, and its origin: paths and queries may be secrets.
pub(super) fn connector(
    url: &str,
    headers: &[(String, String)],
) -> Result<(Box<dyn Connector>, String), CommandError> {
    let unusable = |error: mcp_client::transport::http::EndpointError| CommandError::Url {
        message: error.to_string(),
    };
    let mut endpoint = HttpEndpoint::new(url).map_err(unusable)?;
    for (name, value) in headers {
        endpoint = endpoint.with_header(name, value).map_err(unusable)?;
    }
    Ok((Box::new(endpoint), origin(url)))
}

fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_a_url_is_its_origin() {
        assert_eq!(origin("https://h.example:8443/s/s3cret/mcp?key=1"), "https://h.example:8443");
        assert_eq!(origin("http://h?key=1"), "http://h");
    }
}
