//! A state that the client returns in the next round and cannot change: it is sealed for one request.
//!
//! The seal is HMAC-SHA-1 with a key in this file: an example that protects nothing. A real server takes a
//! secret key, and binds the state to its client and to a time as well.

use mcp_core::jsonrpc::{RpcError, code};
use mcp_core::server::ToolCall;
use serde_json::Value;
use sha1_smol::Sha1;

const KEY: &[u8; 28] = b"known to everybody who reads";
/// The block size of SHA-1 in bytes.
const BLOCK_BYTES: usize = 64;

/// Seals a state for later rounds of this call.
pub(super) fn seal(call: &ToolCall<'_>, state: &str) -> String {
    format!("{}.{state}", signature(call, state))
}

/// The state in the request; `None` when there is none.
///
/// # Errors
///
/// `-32602` for a state that this server did not seal, or sealed for another request.
pub(super) fn open<'a>(call: &'a ToolCall<'_>) -> Result<Option<&'a str>, RpcError> {
    let Some(sealed) = call.context.state() else { return Ok(None) };
    match sealed.split_once('.') {
        Some((signed, state)) if is_same(signed, &signature(call, state)) => Ok(Some(state)),
        _ => {
            let message = "`requestState` was not given out for this request by this server";
            Err(RpcError::new(code::INVALID_PARAMS, message))
        }
    }
}

fn signature(call: &ToolCall<'_>, state: &str) -> String {
    // Parsed and serialized again, since a client may format the same arguments differently.
    let arguments: Value = call
        .arguments
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    // As JSON, so that the boundaries of the parts are unambiguous.
    let signed = serde_json::json!([call.name, arguments, state]).to_string();
    hmac(KEY, signed.as_bytes())
}

/// HMAC as in RFC 2104, for keys of at most one block.
fn hmac(key: &[u8], message: &[u8]) -> String {
    let pad = |byte: u8| {
        let mut block = [byte; BLOCK_BYTES];
        block.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        block
    };
    let digest = |block: [u8; BLOCK_BYTES], rest: &[u8]| {
        let mut hash = Sha1::new();
        hash.update(&block);
        hash.update(rest);
        hash.digest()
    };
    digest(pad(0x5C), &digest(pad(0x36), message).bytes()).to_string()
}

/// Compares in constant time.
fn is_same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::hmac;

    #[test]
    fn the_known_answers_of_the_standard_come_out() {
        let first = hmac(&[0x0B; 20], b"Hi There");
        let second = hmac(b"Jefe", b"what do ya want for nothing?");

        assert_eq!(first, "b617318655057264e28bc0b6fb378c8ef146be00");
        assert_eq!(second, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }
}
