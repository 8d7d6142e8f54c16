//! What errors and bindings say of a request, beside its parameters.

use mcp_core::protocol::ProtocolVersion;

/// What errors and bindings say of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestHead<'a> {
    pub(crate) method: &'static str,
    /// The name in errors: the method, or the tool, prompt or resource.
    pub(crate) subject: &'a str,
    /// The name of the tool, prompt, resource or task, for bindings that repeat it.
    pub(crate) name: Option<&'a str>,
    /// The revision that is agreed on, or that the request itself names.
    pub(crate) version: Option<ProtocolVersion>,
    /// Arguments that headers repeat.
    pub(crate) param_headers: &'a [(String, String)],
}

impl<'a> RequestHead<'a> {
    /// A request that is about nothing but its method.
    pub(crate) fn new(method: &'static str) -> Self {
        Self { method, subject: method, name: None, version: None, param_headers: &[] }
    }

    /// A request about the tool, prompt or resource of this name.
    pub(crate) fn about(method: &'static str, name: &'a str) -> Self {
        Self { subject: name, name: Some(name), ..Self::new(method) }
    }
}
