//! Trace context: which trace a request belongs to.

use mcp_core::protocol::key;

/// Longest `traceparent`: version 00 has 55 characters, later ones may have more.
const TRACEPARENT_MAX: usize = 128;

/// Longest `tracestate`: twice what everybody must pass on (W3C Trace Context, 3.3.1.5).
const TRACESTATE_MAX: usize = 1024;

/// Longest `baggage` (W3C Baggage, 3.3.2).
const BAGGAGE_MAX: usize = 8192;

/// Which trace a request belongs to, sent in its `_meta` in both eras (W3C Trace Context).
///
/// The values go out as they are, so they are short and visible ASCII.
///
/// ```
/// use mcp_client::TraceContext;
///
/// let trace = TraceContext::new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")?
///     .with_tracestate("vendor=1")?;
/// # Ok::<_, mcp_client::TraceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    traceparent: String,
    tracestate: Option<String>,
    baggage: Option<String>,
}

/// A value that is no part of a trace context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not visible ASCII of 1 to {max} characters")]
#[non_exhaustive]
pub struct TraceError {
    /// The value's name.
    pub name: &'static str,
    /// How long it may be.
    pub max: usize,
}

impl TraceContext {
    /// The trace and the span that the request comes from.
    ///
    /// # Errors
    ///
    /// When it is too long or not visible ASCII.
    pub fn new(traceparent: impl Into<String>) -> Result<Self, TraceError> {
        let is_text = |byte: u8| byte.is_ascii_graphic();
        let traceparent = checked(key::TRACEPARENT, traceparent.into(), TRACEPARENT_MAX, is_text)?;
        Ok(Self { traceparent, tracestate: None, baggage: None })
    }

    /// Adds what vendors keep with the trace.
    ///
    /// # Errors
    ///
    /// See [`TraceContext::new`]. Spaces are fine.
    pub fn with_tracestate(mut self, tracestate: impl Into<String>) -> Result<Self, TraceError> {
        let tracestate = tracestate.into();
        self.tracestate = Some(checked(key::TRACESTATE, tracestate, TRACESTATE_MAX, is_shown)?);
        Ok(self)
    }

    /// Adds what travels with the trace.
    ///
    /// # Errors
    ///
    /// See [`TraceContext::new`]. Spaces are fine.
    pub fn with_baggage(mut self, baggage: impl Into<String>) -> Result<Self, TraceError> {
        self.baggage = Some(checked(key::BAGGAGE, baggage.into(), BAGGAGE_MAX, is_shown)?);
        Ok(self)
    }

    /// The members of `_meta`.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let parent = [(key::TRACEPARENT, self.traceparent.as_str())];
        let state = self.tracestate.as_deref().map(|state| (key::TRACESTATE, state));
        let baggage = self.baggage.as_deref().map(|baggage| (key::BAGGAGE, baggage));
        parent.into_iter().chain(state).chain(baggage)
    }
}

fn checked(
    name: &'static str,
    value: String,
    max: usize,
    is_allowed: impl Fn(u8) -> bool,
) -> Result<String, TraceError> {
    let is_valid = (1..=max).contains(&value.len()) && value.bytes().all(is_allowed);
    if is_valid { Ok(value) } else { Err(TraceError { name, max }) }
}

fn is_shown(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_visible_and_bounded() {
        let parent = |length| TraceContext::new("0".repeat(length));
        let trace = parent(TRACEPARENT_MAX).unwrap();

        assert!(parent(0).is_err());
        assert!(parent(TRACEPARENT_MAX + 1).is_err());
        assert!(TraceContext::new("00 01").is_err());
        assert!(TraceContext::new("ü").is_err());
        assert!(trace.clone().with_tracestate("a=1, b=2").is_ok());
        assert!(trace.clone().with_tracestate("a=1\r\nb: 2").is_err());
        assert!(trace.clone().with_tracestate("a".repeat(TRACESTATE_MAX + 1)).is_err());
        assert!(trace.clone().with_baggage("a".repeat(BAGGAGE_MAX)).is_ok());
        insta::assert_snapshot!(trace.with_baggage("\0").unwrap_err(), @"`baggage` is not visible ASCII of 1 to 8192 characters");
    }
}
