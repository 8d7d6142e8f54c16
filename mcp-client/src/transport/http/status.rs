//! What an HTTP status says about a request: all decisions, no I/O.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, StatusCode, header};
use mcp_core::{Delivery, SendError, TransportError};
use reqwest::Url;
use serde_json::Value;

use crate::transport::visible::visible;

/// Longest wait that a server may ask for; what asks for more is not meant for a program.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3600);

/// How much of a server's explanation goes into an error.
const EXPLANATION_CHARACTERS_MAX: usize = 300;

/// The failure that an answer without a message stands for.
pub(super) fn failure(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> SendError {
    let message = match location(status, headers) {
        Some(location) => location,
        None => explanation(headers, body),
    };
    let cause = TransportError::Status {
        status: status.as_u16(),
        retry_after: retry_after(headers, now),
        message,
    };
    failed(cause, delivery(status))
}

/// A failure whose delivery is known.
pub(super) fn failed(cause: TransportError, delivery: Delivery) -> SendError {
    let mut error = SendError::unknown(cause);
    error.delivery = delivery;
    error
}

/// The failure of an answer that came with a status of success and holds nothing of use.
pub(super) fn useless(status: StatusCode, message: &str) -> SendError {
    SendError::unknown(TransportError::Status {
        status: status.as_u16(),
        retry_after: None,
        message: message.to_owned(),
    })
}

/// Whether a request that was answered so may have been carried out.
///
/// Refused is what a server says before it looks at the content (RFC 9110, 15.5) and 429. 408 and 409
/// are said by servers and proxies that did begin; so is everything above 499.
pub(super) fn delivery(status: StatusCode) -> Delivery {
    match status.as_u16() {
        300..=399 | 400 | 401 | 403..=406 | 413 | 415 | 422 | 429 => Delivery::Refused,
        _ => Delivery::Unknown,
    }
}

/// What `Retry-After` asks for: seconds or a date. What cannot be meant is ignored.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        // A date that is over means: now.
        date(value)?.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(RETRY_AFTER_MAX))
}

/// Where a redirect points, by host only: the rest may hold secrets.
fn location(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    if !status.is_redirection() {
        return None;
    }
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let host = location.and_then(|location| Url::parse(location).ok());
    Some(match host.as_ref().and_then(Url::host_str) {
        Some(host) => {
            format!("it points to `{}`, and redirects are not followed", visible(host.as_bytes()))
        }
        None => "redirects are not followed".to_owned(),
    })
}

/// The server's own words, made safe for display. A page for people has none that help.
fn explanation(headers: &HeaderMap, body: &[u8]) -> String {
    let text = from_json(body).or_else(|| from_text(headers, body));
    let text: String =
        text.unwrap_or_default().trim().chars().take(EXPLANATION_CHARACTERS_MAX).collect();
    visible(text.as_bytes())
}

/// The members in which JSON bodies of errors usually say what is wrong.
fn from_json(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let places = ["/error_description", "/error/message", "/message", "/detail", "/error"];
    places.into_iter().find_map(|place| body.pointer(place)?.as_str().map(str::to_owned))
}

fn from_text(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    kind.starts_with("text/plain").then(|| String::from_utf8_lossy(body).into_owned())
}

/// Reads the one form of a date that HTTP allows to be sent: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date(text: &str) -> Option<SystemTime> {
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: u64 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = month(parts.next()?)?;
    let year: u64 = parts.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = parts.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if parts.next() != Some("GMT") || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

fn month(name: &str) -> Option<u64> {
    let names =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(names).find(|(_, known)| *known == name).map(|(number, _)| number)
}

/// Days from 1970-01-01. Years are counted from March, so that the leap day is the last one.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (http::HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn every_status_says_whether_the_request_may_have_been_carried_out() {
        let refused = [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 413, 415, 422, 429];
        let unknown = [200, 202, 204, 402, 408, 409, 418, 500, 501, 502, 503, 504, 520];
        for status in refused {
            assert_eq!(
                delivery(StatusCode::from_u16(status).unwrap()),
                Delivery::Refused,
                "{status}"
            );
        }
        for status in unknown {
            assert_eq!(
                delivery(StatusCode::from_u16(status).unwrap()),
                Delivery::Unknown,
                "{status}"
            );
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_absurd() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let cases = [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("3600", Some(3600)),
            ("3601", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:57 GMT", Some(20)),
            ("Sun, 06 Nov 1994 08:40:00 GMT", Some(0)),
            ("Fri, 01 Jan 2100 00:00:00 GMT", Some(3600)),
            ("-5", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Sun, 32 Nov 1994 08:49:57 GMT", None),
            ("Sun, 06 Nov 1994 08:49:57 CET", None),
            ("Sun, 06 Nov 99999999999 08:49:57 GMT", None),
        ];
        for (value, seconds) in cases {
            let found = retry_after(&headers(&[("retry-after", value)]), now);
            assert_eq!(found, seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn dates_are_counted_from_1970() {
        let seconds =
            |text: &str| date(text).unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();

        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
        assert_eq!(seconds("Tue, 29 Feb 2000 12:00:00 GMT"), 951_825_600);
        assert_eq!(seconds("Sun, 22 Nov 2026 00:00:00 GMT"), 1_795_305_600);
    }

    #[test]
    fn explanation_is_what_the_server_says_made_safe() {
        let json = headers(&[("content-type", "application/json")]);
        let text = headers(&[("content-type", "text/plain; charset=utf-8")]);
        let html = headers(&[("content-type", "text/html")]);
        let cases: [(&HeaderMap, &[u8], &str); 7] = [
            (
                &json,
                br#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no session"}}"#,
                "no session",
            ),
            (&json, br#"{"error":"invalid_token","error_description":"expired"}"#, "expired"),
            (&json, br#"{"error":"nope"}"#, "nope"),
            (&text, b" gone\x1b[2J\n", "gone\\u{1b}[2J"),
            (&html, b"<html>no</html>", ""),
            (&json, b"", ""),
            (&json, b"\xff", ""),
        ];
        for (headers, body, expected) in cases {
            assert_eq!(explanation(headers, body), expected);
        }
    }

    #[test]
    fn redirect_names_the_host_and_nothing_else() {
        let to = headers(&[("location", "https://user:pw@other.example/path?token=secret")]);
        let relative = headers(&[("location", "/login")]);
        let message = |headers| location(StatusCode::FOUND, headers).unwrap();

        assert_eq!(message(&to), "it points to `other.example`, and redirects are not followed");
        assert_eq!(message(&relative), "redirects are not followed");
        assert_eq!(location(StatusCode::OK, &to), None);
    }
}
