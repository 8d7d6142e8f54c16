//! The stream on which a legacy server speaks unasked: opened once, taken up again while that helps.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, header as usual};
use mcp_core::http::header;
use mcp_core::{Delivery, SendError};
use reqwest::Response;
use tokio::time::{Instant, sleep, timeout};

use super::answer::{BodyKind, Place, body_kind, place_in_stream};
use super::body::{Body, Events, silence};
use super::peer;
use super::shared::Shared;

/// Streams in a row that brought nothing and did not last, before the server is left alone.
const FLAPS_MAX: u32 = 10;

/// A stream that lasts as long is a good one, even when the server has nothing to say.
const STEADY: Duration = Duration::from_secs(10);

/// What a server that does not say is granted before its stream is taken up again.
const RETRY_DEFAULT: Duration = Duration::from_secs(1);
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(60);

/// Reads the stream until the server does not offer it any more.
pub(super) async fn read(shared: Arc<Shared>) {
    let (mut retry, mut last_event_id, mut flaps) = (None, None, 0);
    while flaps < FLAPS_MAX {
        let start = Instant::now();
        let opened = open_stream(&shared, last_event_id.clone()).await;
        let mut has_message = false;
        match opened {
            Ok(None) => return,
            // No caller waits, so no person is asked to log in again and again.
            Err(error) if error.cause.is_permanent() => return,
            Err(error) => tracing::debug!(%error, "stream of the session not opened"),
            Ok(Some(response)) => {
                let limits = shared.peer.limits;
                let body = Body::new(response, limits.stream_idle_timeout);
                let mut events = Events::new(body, limits.message_bytes_max);
                has_message = hand_on(&shared, &mut events).await;
                retry = events.retry().or(retry);
                let id = events.last_event_id().and_then(|id| HeaderValue::try_from(id).ok());
                last_event_id = id.or(last_event_id);
            }
        }
        flaps = flaps_after(flaps, has_message, start.elapsed());
        let random = RandomState::new().hash_one(flaps);
        sleep(pause(retry, flaps.saturating_sub(1), random)).await;
    }
    tracing::debug!("stream of the session given up");
}

/// Opens a stream of the session. `None`: the server does not offer that.
pub(super) async fn open_stream(
    shared: &Shared,
    last_event_id: Option<HeaderValue>,
) -> Result<Option<Response>, SendError> {
    let mut headers = shared.session.join().headers;
    headers.insert(usual::ACCEPT, HeaderValue::from_static("text/event-stream"));
    if let Some(id) = last_event_id {
        headers.insert(header::LAST_EVENT_ID, id);
    }
    let limit = shared.peer.limits.idle_timeout;
    let response = timeout(limit, shared.peer.send(Method::GET, headers, None)).await;
    let response = response.unwrap_or_else(|_| Err(SendError::unknown(silence(limit))))?;
    if body_kind(response.status(), response.headers()) == BodyKind::Stream {
        return Ok(Some(response));
    }
    let failure = peer::failure(response, &shared.peer.limits).await;
    if failure.delivery == Delivery::Refused { Ok(None) } else { Err(failure) }
}

/// Whether a message came before the stream ended, however it did.
async fn hand_on(shared: &Shared, events: &mut Events) -> bool {
    let mut has_message = false;
    loop {
        match events.next().await {
            Ok(Some(frame)) if place_in_stream(&frame) == Place::Aside => {
                has_message = true;
                shared.incoming.put(frame).await;
            }
            Ok(Some(_)) => tracing::debug!("answer outside of its exchange dropped"),
            Ok(None) => return has_message,
            Err(error) => {
                tracing::debug!(%error, "stream of the session ended");
                return has_message;
            }
        }
    }
}

/// How many streams in a row were of no use, this one included.
fn flaps_after(flaps: u32, has_message: bool, lasted: Duration) -> u32 {
    if has_message || lasted >= STEADY { 0 } else { flaps + 1 }
}

/// How long to wait before a stream is taken up again: what the server wants within our bounds, twice
/// as long for each try in vain, and up to a quarter more by chance, so that not all come at once.
pub(super) fn pause(retry: Option<Duration>, tries: u32, random: u64) -> Duration {
    let wanted = retry.unwrap_or(RETRY_DEFAULT).max(RETRY_MIN);
    let grown = wanted.saturating_mul(2_u32.saturating_pow(tries)).min(RETRY_MAX);
    let share = u32::try_from(random % 256).expect("less than 256");
    (grown + grown * share / 1024).min(RETRY_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_is_of_use_when_it_lasts_or_brings_something() {
        assert_eq!(flaps_after(9, false, Duration::ZERO), FLAPS_MAX);
        assert_eq!(flaps_after(9, true, Duration::ZERO), 0);
        assert_eq!(flaps_after(9, false, STEADY), 0);
    }

    #[test]
    fn pause_stays_within_bounds() {
        let ms = Duration::from_millis;
        let cases = [
            (None, 0, 0, ms(1000)),
            (Some(ms(500)), 0, 0, ms(500)),
            (Some(Duration::ZERO), 0, 0, ms(100)),
            (Some(Duration::ZERO), 3, 0, ms(800)),
            (Some(ms(400)), 0, 128, ms(450)),
            (Some(ms(500)), 40, 255, RETRY_MAX),
            (Some(Duration::from_secs(4_000_000)), 0, 255, RETRY_MAX),
        ];
        for (retry, tries, random, expected) in cases {
            assert_eq!(pause(retry, tries, random), expected, "{retry:?} {tries} {random}");
        }
    }
}
