//! Reading the body of a request.

use std::future::poll_fn;
use std::pin::{Pin, pin};

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
    loop {
        match poll_fn(|context| take(body.as_mut().poll_frame(context), &mut whole, bytes_max)).await {
            Chunk::Taken => {}
            Chunk::Last => return Ok(whole.freeze()),
            Chunk::TooLarge => return Err(too_large()),
            Chunk::Broken => {
                let text = "the body broke off\n";
                return Err(Refusal::text(StatusCode::BAD_REQUEST, text));
            }
        }
    }
}
