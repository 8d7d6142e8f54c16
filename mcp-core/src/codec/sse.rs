//! Server-sent events: the framing of a `text/event-stream`.
//!
//! The decoder takes bytes as they come and gives whole events, by the processing model of the
//! WHATWG standard: three kinds of line end, comments, data over several lines, an id that stays
//! until it is replaced. It adds what the standard leaves open, a limit for the size of an event. It
//! does not decode data, so invalid UTF-8 reaches whoever parses the message; and it does not
//! reconnect, it only remembers what a new connection needs. An event without its blank line is no
//! event: at the end of the stream, drop the decoder.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use memchr::{memchr, memchr2};

/// Largest event that is accepted unless an option says otherwise; as for a line of stdio.
pub const EVENT_LIMIT_BYTES: usize = super::line::LINE_LIMIT_BYTES;

/// A comment that keeps an idle stream open and means nothing to its reader.
pub const KEEP_ALIVE: &[u8] = b":\n\n";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits a stream of bytes into the events that it holds.
///
/// [`feed`](Self::feed) it, then take events until there is none.
///
/// ```
/// use mcp_core::codec::sse::SseDecoder;
///
/// let mut decoder = SseDecoder::default();
/// decoder.feed(b": hello\nid: 7\ndata: {\"id\":1}\n\ndata: {\"id\"");
///
/// let event = decoder.next_event()?.unwrap();
/// assert_eq!(event.data, "{\"id\":1}");
/// assert_eq!(event.id.as_deref(), Some("7"));
/// assert_eq!(decoder.next_event()?, None);
/// # Ok::<_, mcp_core::codec::sse::EventTooLong>(())
/// ```
#[derive(Debug)]
pub struct SseDecoder {
    buffer: BytesMut,
    /// Where the next search for a line end begins; everything before it holds none.
    searched: usize,
    /// Dropped when the next line begins with it: the mark at the start of the stream, or the line
    /// feed of a line end whose carriage return was taken.
    leading: &'static [u8],
    limit_bytes: usize,
    pending: PendingEvent,
    /// The id that the next blank line makes the last one. It outlives the event that set it.
    pending_id: Option<Arc<str>>,
    last_event_id: Option<Arc<str>>,
    retry: Option<Duration>,
    comment_lines: u64,
}

impl Default for SseDecoder {
    fn default() -> Self {
        Self::with_limit(EVENT_LIMIT_BYTES)
    }
}

impl SseDecoder {
    /// Makes a decoder that refuses events of more than `limit_bytes`.
    ///
    /// All lines of an event count, whole and without their line ends; comments do not, but none may
    /// be longer than the limit.
    #[must_use]
    pub fn with_limit(limit_bytes: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            searched: 0,
            leading: BYTE_ORDER_MARK,
            limit_bytes,
            pending: PendingEvent::default(),
            pending_id: None,
            last_event_id: None,
            retry: None,
            comment_lines: 0,
        }
    }

    /// Appends a copy of `bytes`.
    ///
    /// The limit is checked by [`next_event`](Self::next_event): call it before the next chunk.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next whole event, or `None` when more bytes are needed.
    ///
    /// Its data may be empty: that is how a server announces an id before it has a message. An event
    /// without any `data` field is not returned, but its id counts.
    ///
    /// # Errors
    ///
    /// An event over the limit, whether or not its end was seen. It is returned again by every later
    /// call: the stream cannot be read on.
    pub fn next_event(&mut self) -> Result<Option<SseEvent>, EventTooLong> {
        while let Some(line) = self.next_line()? {
            if !line.is_empty() {
                self.take_field(line);
            } else if let Some(event) = self.end_event() {
                return Ok(Some(event));
            }
        }
        if self.buffer.is_empty() {
            // A stream may be idle for days; it holds no memory meanwhile.
            self.buffer = BytesMut::new();
        }
        Ok(None)
    }

    /// How long to wait before connecting again, as the server last asked for.
    ///
    /// At most `u32::MAX` milliseconds (49 days); the caller keeps its own, narrower bounds.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The id to resume after, as of the last event that ended, with or without data.
    ///
    /// `None` when there was none or the server took it back. It may hold any character but line ends
    /// and NUL, so not every id fits into a header.
    #[must_use]
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// How many comments arrived: signs of life that are no events.
    #[must_use]
    pub fn comment_lines(&self) -> u64 {
        self.comment_lines
    }

    /// Removes the next whole line and its end, and counts it to the pending event.
    fn next_line(&mut self) -> Result<Option<BytesMut>, EventTooLong> {
        if !self.skip_leading() {
            return Ok(None);
        }
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(at) = memchr2(b'\r', b'\n', unsearched) else {
            self.searched = self.buffer.len();
            self.count(self.searched)?;
            return Ok(None);
        };
        let end = self.searched + at;
        self.pending.bytes = self.count(end)?;

        let line = self.buffer.split_to(end);
        self.leading = if self.buffer.get_u8() == b'\r' { b"\n" } else { b"" };
        self.searched = 0;
        Ok(Some(line))
    }

    /// Drops what is no part of the next line; false when that takes more bytes to decide.
    fn skip_leading(&mut self) -> bool {
        if self.buffer.starts_with(self.leading) {
            self.buffer.advance(self.leading.len());
        } else if self.leading.starts_with(&self.buffer) {
            return false;
        }
        self.leading = b"";
        true
    }

    /// The size of the pending event if the first `line_bytes` of the buffer are its next line.
    fn count(&self, line_bytes: usize) -> Result<usize, EventTooLong> {
        let is_comment = self.buffer.starts_with(b":");
        let before = if is_comment { 0 } else { self.pending.bytes };
        let with_line = before.saturating_add(line_bytes);
        if with_line > self.limit_bytes {
            return Err(EventTooLong { limit_bytes: self.limit_bytes });
        }
        Ok(if is_comment { self.pending.bytes } else { with_line })
    }

    fn take_field(&mut self, mut line: BytesMut) {
        let name_bytes = memchr(b':', &line).unwrap_or(line.len());
        let name = line.split_to(name_bytes);
        let separator_bytes = if line.starts_with(b": ") { 2 } else { line.len().min(1) };
        line.advance(separator_bytes);

        match name.as_ref() {
            b"" => self.comment_lines += 1,
            b"data" => self.pending.add_data(line),
            b"event" => self.pending.event_type = text(&line).map(Cow::into_owned),
            b"id" if memchr(0, &line).is_none() => self.pending_id = text(&line).map(Arc::from),
            b"retry" => self.retry = delay(&line).or(self.retry),
            _ => {}
        }
    }

    fn end_event(&mut self) -> Option<SseEvent> {
        let PendingEvent { event_type, data, .. } = mem::take(&mut self.pending);
        self.last_event_id.clone_from(&self.pending_id);
        let data = data?.freeze();
        Some(SseEvent { event_type, data, id: self.last_event_id.clone() })
    }
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// Its `event` field, unless that is absent or empty; both mean `message`.
    pub event_type: Option<String>,
    /// Its `data` fields, joined by line feeds; not checked to be UTF-8.
    pub data: Bytes,
    /// The last id of the stream as of this event, which need not be the one that set it.
    pub id: Option<Arc<str>>,
}

impl SseEvent {
    /// Whether a JSON-RPC message is expected in the data.
    ///
    /// False for events of another type and for those that only carry an id.
    #[must_use]
    pub fn is_message(&self) -> bool {
        let has_type = self.event_type.as_deref().is_none_or(|event_type| event_type == "message");
        has_type && !self.data.is_empty()
    }
}

/// An event was longer than the limit of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("server-sent event of more than {limit_bytes} bytes")]
#[non_exhaustive]
pub struct EventTooLong {
    /// The limit that was exceeded.
    pub limit_bytes: usize,
}

/// Appends one event of the default type.
///
/// Line ends in the data, which a JSON text can have between its tokens only, arrive as line feeds.
/// Empty data with an id announces the id alone. An id with a line end or NUL cannot be expressed and
/// is left out.
pub fn encode_event(out: &mut BytesMut, data: &[u8], id: Option<&str>) {
    if let Some(id) = id.filter(|id| !id.contains(['\0', '\r', '\n'])) {
        put_field(out, b"id", id.as_bytes());
    }
    let mut rest = data;
    while let Some(end) = memchr2(b'\r', b'\n', rest) {
        let (line, after) = rest.split_at(end);
        put_field(out, b"data", line);
        let line_end_bytes = if after.starts_with(b"\r\n") { 2 } else { 1 };
        rest = after.get(line_end_bytes..).unwrap_or_default();
    }
    put_field(out, b"data", rest);
    out.extend_from_slice(b"\n");
}

/// Appends the wish that the client waits for `delay` before it connects again.
pub fn encode_retry(out: &mut BytesMut, delay: Duration) {
    put_field(out, b"retry", delay.as_millis().to_string().as_bytes());
    out.extend_from_slice(b"\n");
}

fn put_field(out: &mut BytesMut, name: &[u8], value: &[u8]) {
    out.reserve(name.len() + value.len() + 3);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\n");
}

/// What is known of the event whose blank line did not arrive yet.
#[derive(Debug, Default)]
struct PendingEvent {
    /// The size of its lines so far.
    bytes: usize,
    event_type: Option<String>,
    data: Option<BytesMut>,
}

impl PendingEvent {
    /// The first line, which is the only one as a rule, is kept without a copy.
    fn add_data(&mut self, line: BytesMut) {
        match &mut self.data {
            Some(data) => {
                data.extend_from_slice(b"\n");
                data.extend_from_slice(&line);
            }
            None => self.data = Some(line),
        }
    }
}

/// The value as text, unless it is empty. As in the standard, invalid UTF-8 is replaced.
fn text(value: &[u8]) -> Option<Cow<'_, str>> {
    (!value.is_empty()).then(|| String::from_utf8_lossy(value))
}

/// The value as milliseconds, if it is all digits; too many of them mean the longest delay.
fn delay(value: &[u8]) -> Option<Duration> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let add_digit = |sum: u32, digit: &u8| {
        sum.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
    };
    is_number.then(|| Duration::from_millis(value.iter().fold(0, add_digit).into()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a stream comes to: its events, and what the decoder knows at the end.
    #[derive(Debug, PartialEq)]
    struct Decoded {
        events: Vec<SseEvent>,
        last_event_id: Option<String>,
        retry: Option<Duration>,
        comment_lines: u64,
        is_cut: bool,
    }

    /// Decodes a stream that arrives in pieces of the given sizes.
    fn decode(stream: &[u8], sizes: &[usize], limit_bytes: usize) -> Decoded {
        let mut decoder = SseDecoder::with_limit(limit_bytes);
        let mut events = Vec::new();
        let mut sizes = sizes.iter().cycle();
        let mut rest = stream;
        let mut is_cut = false;
        while !rest.is_empty() && !is_cut {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            rest = after;
            decoder.feed(piece);
            is_cut = drain(&mut decoder, &mut events).is_err();
        }
        Decoded {
            events,
            last_event_id: decoder.last_event_id().map(String::from),
            retry: decoder.retry(),
            comment_lines: decoder.comment_lines(),
            is_cut,
        }
    }

    fn drain(decoder: &mut SseDecoder, events: &mut Vec<SseEvent>) -> Result<(), EventTooLong> {
        while let Some(event) = decoder.next_event()? {
            events.push(event);
        }
        Ok(())
    }

    fn event(event_type: Option<&str>, data: &str, id: Option<&str>) -> SseEvent {
        let data = Bytes::copy_from_slice(data.as_bytes());
        SseEvent { event_type: event_type.map(String::from), data, id: id.map(Arc::from) }
    }

    /// Whole and byte by byte, the stream must come to these events.
    #[track_caller]
    fn check(stream: &str, events: &[SseEvent]) {
        for size in [usize::MAX, 1] {
            let decoded = decode(stream.as_bytes(), &[size], EVENT_LIMIT_BYTES);

            assert_eq!(decoded.events, events, "{stream:?} in pieces of {size}");
            assert!(!decoded.is_cut);
        }
    }

    #[test]
    fn examples_of_the_standard_hold() {
        let message = |data: &str| event(None, data, None);
        check(
            "data: This is the first message.\n\ndata: This is the second message, it\n\
             data: has two lines.\n\ndata: This is the third message.\n\n",
            &[
                message("This is the first message."),
                message("This is the second message, it\nhas two lines."),
                message("This is the third message."),
            ],
        );
        check(
            "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
            &[event(Some("add"), "73857293", None), event(Some("remove"), "2153", None)],
        );
        check("data: YHOO\ndata: +2\ndata: 10\n\n", &[message("YHOO\n+2\n10")]);
        check(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            &[event(None, "first event", Some("1")), message("second event")],
        );
        check("data\n\ndata\ndata\n\ndata:", &[message(""), message("\n")]);
        check("data:test\n\ndata: test\n\n", &[message("test"), message("test")]);
    }

    #[test]
    fn carriage_return_ends_an_event_without_waiting_for_a_line_feed() {
        let mut decoder = SseDecoder::default();
        decoder.feed(b"data: 1\r\r");

        let first = decoder.next_event().unwrap();
        decoder.feed(b"\ndata: 2\r\n\r");
        let second = decoder.next_event().unwrap();
        decoder.feed(b"\n");
        let third = decoder.next_event().unwrap();

        assert_eq!(first, Some(event(None, "1", None)));
        assert_eq!(second, Some(event(None, "2", None)));
        assert_eq!(third, None);
    }

    #[test]
    fn byte_order_mark_is_dropped_at_the_very_start_only() {
        check("\u{feff}data: 1\n\n", &[event(None, "1", None)]);
        check("\u{feff}\u{feff}data: 1\n\n", &[]);
        check("\n\u{feff}data: 1\n\n", &[]);
        check("data: \u{feff}1\n\n", &[event(None, "\u{feff}1", None)]);
    }

    #[test]
    fn at_most_one_space_after_the_colon_is_dropped() {
        check("data:  a: b \n\n", &[event(None, " a: b ", None)]);
        check("data:\ta\n\n", &[event(None, "\ta", None)]);
    }

    #[test]
    fn unknown_fields_and_names_in_other_spelling_are_ignored() {
        check("Data: 1\n data: 2\ndata : 3\nfoo\nfoo: 4\ndata: 5\n\n", &[event(None, "5", None)]);
    }

    #[test]
    fn event_type_lasts_for_one_event_even_without_data() {
        check("event: a\n\ndata: 1\n\n", &[event(None, "1", None)]);
        check("event: a\nevent: b\ndata: 1\n\n", &[event(Some("b"), "1", None)]);
        check("event: a\nevent:\ndata: 1\n\n", &[event(None, "1", None)]);
    }

    #[test]
    fn id_stays_until_it_is_replaced_or_taken_back() {
        check(
            "id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid\ndata: d\n\n",
            &[
                event(None, "a", Some("1")),
                event(None, "b", Some("1")),
                event(None, "c", Some("2")),
                event(None, "d", None),
            ],
        );
    }

    #[test]
    fn id_with_nul_is_ignored() {
        check("id: 1\nid: 2\0\ndata: a\n\n", &[event(None, "a", Some("1"))]);
    }

    #[test]
    fn id_counts_from_the_end_of_its_event_with_or_without_data() {
        for (stream, events, id) in [
            ("id: 1\ndata:\n\n", 1, Some("1")),
            ("id: 1\n\n", 0, Some("1")),
            ("id: 1\n\nid: 2\ndata: cut\n", 0, Some("1")),
        ] {
            let decoded = decode(stream.as_bytes(), &[1], EVENT_LIMIT_BYTES);

            assert_eq!(decoded.events.len(), events, "{stream:?}");
            assert_eq!(decoded.last_event_id.as_deref(), id, "{stream:?}");
        }
    }

    #[test]
    fn only_default_events_with_data_are_messages() {
        assert!(event(None, "{}", None).is_message());
        assert!(event(Some("message"), "{}", None).is_message());
        assert!(!event(Some("endpoint"), "/messages", None).is_message());
        assert!(!event(None, "", Some("1")).is_message());
    }

    #[test]
    fn retry_takes_digits_only_and_saturates() {
        let longest = Duration::from_millis(u32::MAX.into());
        let absurd = "9".repeat(10_000);
        for (value, delay) in [
            ("500", Some(Duration::from_millis(500))),
            ("0", Some(Duration::ZERO)),
            ("007", Some(Duration::from_millis(7))),
            ("4294967295", Some(longest)),
            ("4294967296", Some(longest)),
            (&absurd, Some(longest)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1 ", None),
            ("1s", None),
        ] {
            let stream = format!("retry: {value}\n");

            let decoded = decode(stream.as_bytes(), &[1], EVENT_LIMIT_BYTES);

            assert_eq!(decoded.retry, delay, "{value:?}");
        }
    }

    #[test]
    fn bad_retry_leaves_the_last_good_one() {
        let decoded = decode(b"retry: 5\nretry: x\n", &[1], EVENT_LIMIT_BYTES);

        assert_eq!(decoded.retry, Some(Duration::from_millis(5)));
    }

    #[test]
    fn comments_are_counted_and_nothing_else() {
        let stream = [KEEP_ALIVE, b": a\n:b\ndata: 1\n: c\ndata: 2\n\n"].concat();

        let decoded = decode(&stream, &[1], EVENT_LIMIT_BYTES);

        assert_eq!(decoded.events, [event(None, "1\n2", None)]);
        assert_eq!(decoded.comment_lines, 4);
    }

    #[test]
    fn invalid_utf8_passes_through_in_data_and_is_replaced_elsewhere() {
        let decoded = decode(b"event: \xff\nid: \xff\ndata: \xff\n\n", &[1], EVENT_LIMIT_BYTES);

        let [found] = &decoded.events[..] else { panic!("{decoded:?}") };
        assert_eq!(found.data, &b"\xff"[..]);
        assert_eq!(found.event_type.as_deref(), Some("\u{fffd}"));
        assert_eq!(found.id.as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn limit_is_the_largest_event_that_passes() {
        for start in [
            "",
            "data: ",
            ":",
            "\u{feff}id: 1\ndata: 1\ndata: ",
            "id: 1\ndata: 1\nevent: ",
            "event: 1\r\ndata: 1\r\nid: ",
            "data: 1\rdata: 2\rfoo:",
        ] {
            let start_bytes = start.replace(['\u{feff}', '\r', '\n'], "").len();
            for (length, passes) in [(39, true), (40, true), (41, false)] {
                let stream = format!("{start}{}\r\n\r\n", "x".repeat(length - start_bytes));
                for size in [usize::MAX, 3, 1] {
                    let decoded = decode(stream.as_bytes(), &[size], 40);

                    assert_eq!(decoded.is_cut, !passes, "{stream:?} in pieces of {size}");
                }
            }
        }
    }

    #[test]
    fn size_is_counted_for_each_event_anew() {
        let decoded = decode(&b"id: 1\ndata: 1\n\n".repeat(100), &[7], 12);

        assert_eq!(decoded.events.len(), 100);
        assert!(!decoded.is_cut);
    }

    #[test]
    fn comments_within_an_event_do_not_count() {
        let stream = [b"data: 1\n".to_vec(), b": keep\n".repeat(1000), b"\n".to_vec()].concat();

        let decoded = decode(&stream, &[7], 10);

        assert_eq!(decoded.events, [event(None, "1", None)]);
    }

    #[test]
    fn endless_line_is_refused_before_its_end_and_ever_after() {
        for start in ["data: ", ":", "id", ""] {
            let mut decoder = SseDecoder::with_limit(100);
            decoder.feed(start.as_bytes());
            decoder.feed(&[b'x'; 101]);

            let first = decoder.next_event();
            decoder.feed(b"\n\ndata: 1\n\n");
            let second = decoder.next_event();

            assert_eq!(first, Err(EventTooLong { limit_bytes: 100 }));
            assert_eq!(second, first);
        }
    }

    #[test]
    fn endless_event_of_short_lines_is_refused() {
        for line in ["data\n", "id:1\n", "event\n", "retry:1\n", "foo\n"] {
            let decoded = decode(line.repeat(1000).as_bytes(), &[1], 100);

            assert!(decoded.is_cut, "{line:?}");
        }
    }

    #[test]
    fn no_byte_is_searched_twice() {
        let mut decoder = SseDecoder::default();
        decoder.feed(b"data: ");
        for _ in 0..1000 {
            decoder.feed(b"x");

            let found = decoder.next_event().unwrap();

            assert_eq!(found, None);
            assert_eq!(decoder.searched, decoder.buffer.len());
        }
    }

    #[test]
    fn data_of_one_line_is_split_off_without_a_copy() {
        let mut decoder = SseDecoder::default();
        decoder.feed(b"data: {}\n\n");
        let buffered = decoder.buffer.as_ptr();

        let found = decoder.next_event().unwrap().unwrap();

        assert_eq!(found.data.as_ptr(), buffered.wrapping_add(b"data: ".len()));
    }

    #[test]
    fn idle_stream_holds_no_memory() {
        let mut decoder = SseDecoder::default();
        decoder.feed(&b"data: {}\r\n\r\n".repeat(1000));

        drain(&mut decoder, &mut Vec::new()).unwrap();

        assert_eq!(decoder.buffer.capacity(), 0);
    }

    #[test]
    fn encoded_events_have_one_data_field_for_each_line() {
        let mut out = BytesMut::new();
        encode_event(&mut out, b"{}", None);
        encode_event(&mut out, b"{\r\n}\r\n", Some("7"));
        encode_event(&mut out, b"", Some(" 8"));
        encode_retry(&mut out, Duration::from_secs(2));

        let text = String::from_utf8(out.to_vec()).unwrap();

        insta::assert_snapshot!(text, @r"
        data: {}

        id: 7
        data: {
        data: }
        data: 

        id:  8
        data: 

        retry: 2000
        ");
    }

    #[test]
    fn id_that_would_end_its_line_is_left_out() {
        for id in ["1\ndata: forged", "1\rdata: forged", "1\0"] {
            let mut out = BytesMut::new();

            encode_event(&mut out, b"{}", Some(id));

            assert_eq!(out, "data: {}\n\n");
        }
    }

    /// How a sender may write the same events.
    #[derive(Debug, Clone)]
    struct Spelling {
        line_end: &'static str,
        after_colon: &'static str,
        between: &'static str,
        start: &'static str,
    }

    fn spelling() -> impl Strategy<Value = Spelling> {
        let line_end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
        let after_colon = prop::sample::select(vec![" ", ""]);
        let between = prop::sample::select(vec!["", ":", ": ping", "foo: bar"]);
        let start = prop::sample::select(vec!["", "\u{feff}"]);
        (line_end, after_colon, between, start).prop_map(
            |(line_end, after_colon, between, start)| Spelling {
                line_end,
                after_colon,
                between,
                start,
            },
        )
    }

    impl Spelling {
        fn write(&self, events: &[SseEvent]) -> String {
            let mut lines = Vec::new();
            for event in events {
                lines.extend(event.id.iter().map(|id| self.field("id", id)));
                lines.extend(event.event_type.iter().map(|name| self.field("event", name)));
                let data = str::from_utf8(&event.data).unwrap();
                lines.extend(data.split('\n').map(|line| self.field("data", line)));
                lines.push(String::new());
            }
            let body: String =
                lines.iter().map(|line| format!("{line}{}", self.line_end)).collect();
            format!("{}{body}", self.start)
        }

        fn field(&self, name: &str, value: &str) -> String {
            let after_colon = if value.starts_with(' ') { " " } else { self.after_colon };
            let between = match self.between {
                "" => String::new(),
                line => format!("{line}{}", self.line_end),
            };
            format!("{between}{name}:{after_colon}{value}")
        }
    }

    fn any_event() -> impl Strategy<Value = SseEvent> {
        let data = "([^\r\n]{0,30}\n){0,3}[^\r\n]{0,30}";
        (prop::option::of("[^\r\n]{1,8}"), data, "[^\r\n\0]{1,8}")
            .prop_map(|(event_type, data, id)| event(event_type.as_deref(), &data, Some(&id)))
    }

    /// Pieces from which streams are made that touch every rule.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b"data: {}\n\n".to_vec()),
            Just(b"data".to_vec()),
            Just(b"id: 1\r".to_vec()),
            Just(b"id:\0\n".to_vec()),
            Just(b"event: a\n".to_vec()),
            Just(b"retry: 99999999999999999999\n".to_vec()),
            Just(b": ".to_vec()),
            Just(BYTE_ORDER_MARK.to_vec()),
            prop::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn every_event_survives_any_spelling_and_chunking(
            events in prop::collection::vec(any_event(), 0..10),
            spelling in spelling(),
            sizes in prop::collection::vec(1_usize..50, 1..10),
        ) {
            let stream = spelling.write(&events);

            let decoded = decode(stream.as_bytes(), &sizes, EVENT_LIMIT_BYTES);
            let by_bytes = decode(stream.as_bytes(), &[1], EVENT_LIMIT_BYTES);

            prop_assert_eq!(&decoded.events, &events);
            prop_assert_eq!(decoded, by_bytes);
        }

        #[test]
        fn what_is_encoded_is_decoded(
            data in "[\\x00-\\x7fé€😀]{0,60}",
            id in prop::option::of("[^\r\n\0]{1,20}"),
            sizes in prop::collection::vec(1_usize..20, 1..10),
        ) {
            let mut out = BytesMut::from(KEEP_ALIVE);
            encode_event(&mut out, data.as_bytes(), id.as_deref());

            let decoded = decode(&out, &sizes, EVENT_LIMIT_BYTES);

            let data = data.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(decoded.events, [event(None, &data, id.as_deref())]);
        }

        #[test]
        fn chunking_changes_nothing(
            pieces in prop::collection::vec(piece(), 0..40),
            sizes in prop::collection::vec(1_usize..50, 1..10),
            limit_bytes in prop_oneof![0_usize..60, Just(EVENT_LIMIT_BYTES)],
        ) {
            let stream = pieces.concat();

            let whole = decode(&stream, &[usize::MAX], limit_bytes);
            let chunked = decode(&stream, &sizes, limit_bytes);

            prop_assert_eq!(whole, chunked);
        }

        #[test]
        fn memory_stays_within_the_limit(
            pieces in prop::collection::vec(piece(), 0..200),
            limit_bytes in 0_usize..60,
        ) {
            let mut decoder = SseDecoder::with_limit(limit_bytes);
            for piece in &pieces {
                decoder.feed(piece);
                if drain(&mut decoder, &mut Vec::new()).is_err() {
                    break;
                }

                let data = decoder.pending.data.as_ref();
                let data_bytes = data.map_or(0, BytesMut::len);
                let id_bytes = decoder.pending_id.as_ref().map_or(0, |id| id.len());
                // An undecided byte order mark is held beside the limit, and a replaced byte of an
                // id takes three.
                prop_assert!(decoder.buffer.len() <= limit_bytes.max(2));
                prop_assert!(data_bytes <= limit_bytes);
                prop_assert!(id_bytes <= 3 * limit_bytes);
                prop_assert!(decoder.buffer.capacity() + data.map_or(0, BytesMut::capacity) < 2048);
            }
        }
    }
}
