//! Reading the body of a request.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::future::{Either, select};
use http::StatusCode;
use http_body::Body;

use super::options::HttpOptions;
use super::refusal::Refusal;

/// Reads a body whole. Nothing is read beyond the limit.
///
/// # Cancel safety
///
/// A dropped future has dropped the body.
pub(super) async fn whole<B: Body>(body: B, options: &HttpOptions) -> Result<Bytes, Refusal> {
    let reading = pin!(read(body, options.body_bytes_max));
    let Some(timer) = &options.timer else { return reading.await };
    match select(reading, timer.sleep(options.body_timeout)).await {
        Either::Left((read, _)) => read,
        Either::Right(_) => {
            Err(Refusal::text(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time\n"))
        }
    }
}

async fn read<B: Body>(body: B, bytes_max: usize) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::text(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large\n");
    let mut body = pin!(body);
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let mut whole = BytesMut::new();
    poll_fn(|context| {
        loop {
            match ready!(body.as_mut().poll_frame(context)) {
                None => return Poll::Ready(Ok(whole.split().freeze())),
                Some(Err(_)) => {
                    let text = "the body broke off\n";
                    return Poll::Ready(Err(Refusal::text(StatusCode::BAD_REQUEST, text)));
                }
                Some(Ok(frame)) => {
                    // Trailers say nothing to us.
                    let Ok(data) = frame.into_data() else { continue };
                    if data.remaining() > bytes_max - whole.len() {
                        return Poll::Ready(Err(too_large()));
                    }
                    whole.put(data);
                }
            }
        }
    })
    .await
}
