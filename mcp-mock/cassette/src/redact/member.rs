//! Members whose names tell that their value is a secret.

use serde_json::Value;

use super::{MARK_END, MARK_START};

/// Such names in lower case, without `-` and `_`. Whole names, because the tokens of pages
/// (`nextPageToken`) and the counts of models (`tokens`) are none.
const TELLING: [&str; 19] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authorization",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "cookie",
    "idtoken",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "proxyauthorization",
    "refreshtoken",
    "secret",
    "setcookie",
    "token",
];

/// Words that stand before the secret in an `Authorization` header.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "token "];

pub(super) fn is_telling(name: &str) -> bool {
    // A JSON pointer or a long string is not a name, and is not copied.
    if name.len() > 32 {
        return false;
    }
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .collect::<String>()
        .to_lowercase();
    TELLING.contains(&plain.as_str())
}

/// Whether the value of such a member, with the secrets in it marked that are known, still shows
/// anything. Objects and lists do not count: a schema describes a `password` without holding one.
pub(super) fn hides(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty() && !is_mark(without_scheme(text)),
        _ => false,
    }
}

/// The string without the scheme before the secret.
pub(super) fn without_scheme(text: &str) -> &str {
    let is_scheme = |scheme: &&&str| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let scheme = SCHEMES.iter().find(is_scheme).map_or(0, |scheme| scheme.len());
    text.get(scheme..).unwrap_or_default().trim_start()
}

fn is_mark(text: &str) -> bool {
    let inner = text.strip_prefix(MARK_START).and_then(|rest| rest.strip_suffix(MARK_END));
    inner.is_some_and(|name| !name.contains(MARK_END))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_tell_however_they_are_written() {
        for name in ["password", "apiKey", "API_KEY", "access-token", "Set-Cookie", "token"] {
            assert!(is_telling(name), "{name}");
        }
        for name in ["nextPageToken", "tokens", "key", "secretary", "author"] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn schemas_and_marks_hide_nothing() {
        for value in
            [json!({ "type": "string" }), json!(["x"]), json!(""), json!(true), json!(null)]
        {
            assert!(!hides(&value), "{value}");
        }
        assert!(!hides(&json!("Bearer «redacted:TOKEN»")));
        assert!(hides(&json!("«redacted:A» and «redacted:B»")));
        assert!(hides(&json!("hunter2")));
        assert!(hides(&json!(1234)));
    }
}
