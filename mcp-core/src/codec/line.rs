//! One message per line: the framing of stdio and of every other byte stream.
//!
//! The decoder takes bytes as they come and gives whole frames, split off its buffer without a copy.
//! It is lenient about what surrounds a message (byte order mark, CRLF, blank lines, banners that a
//! server prints) and strict about one thing only: the length of a line. It looks at the first
//! character of a line and no further, so a frame may hold invalid UTF-8 or broken JSON; whoever
//! reads the message decides which call that fails.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

/// Longest line that is accepted unless an option says otherwise.
///
/// Large enough for a file in base64, small enough that a peer which never ends its line cannot take
/// the memory of the process.
pub const LINE_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Room that a read gets at least; also what an idle connection holds.
const READ_BYTES: usize = 8 * 1024;

/// Below this much room the buffer grows; above it, a read into the rest is still worth its call.
const READ_BYTES_MIN: usize = 2 * 1024;

/// A buffer that grew beyond this is given back as soon as it is empty.
const IDLE_BYTES_MAX: usize = 64 * 1024;

/// How much of the last noise line is kept for error texts.
const NOISE_BYTES_MAX: usize = 200;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits a stream of bytes into the messages that its lines hold.
///
/// Write into [`spare`](Self::spare) (or call [`feed`](Self::feed)), then take frames until there is
/// none. At the end of the stream ask [`finish`](Self::finish).
///
/// ```
/// use mcp_core::codec::line::LineDecoder;
///
/// let mut decoder = LineDecoder::default();
/// decoder.feed(b"server ready\r\n{\"id\":1}\r\n{\"id\"");
///
/// assert_eq!(decoder.next_frame()?.unwrap(), "{\"id\":1}");
/// assert_eq!(decoder.next_frame()?, None);
/// assert_eq!(decoder.noise_lines(), 1);
/// # Ok::<_, mcp_core::codec::line::LineTooLong>(())
/// ```
#[derive(Debug)]
pub struct LineDecoder {
    buffer: BytesMut,
    /// Where the next search for a line end begins; everything before it holds none.
    searched: usize,
    limit_bytes: usize,
    /// Whether no line was taken yet, so that a byte order mark may stand at the front.
    is_at_start: bool,
    /// Whether the allocation behind the buffer is larger than an idle connection may hold.
    has_grown: bool,
    noise_lines: u64,
    last_noise: Vec<u8>,
}

impl Default for LineDecoder {
    fn default() -> Self {
        Self::with_limit(LINE_LIMIT_BYTES)
    }
}

impl LineDecoder {
    /// Makes a decoder that refuses lines of more than `limit_bytes`, without the line end.
    #[must_use]
    pub fn with_limit(limit_bytes: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            searched: 0,
            limit_bytes,
            is_at_start: true,
            has_grown: false,
            noise_lines: 0,
            last_noise: Vec::new(),
        }
    }

    /// The buffer to append to, with room for a read.
    ///
    /// Only append: bytes that are already there belong to the decoder.
    pub fn spare(&mut self) -> &mut BytesMut {
        if self.buffer.capacity() - self.buffer.len() < READ_BYTES_MIN {
            self.buffer.reserve(READ_BYTES);
            self.has_grown |= self.buffer.capacity() > IDLE_BYTES_MAX;
        }
        &mut self.buffer
    }

    /// Appends a copy of `bytes`.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
        self.has_grown |= self.buffer.capacity() > IDLE_BYTES_MAX;
    }

    /// Takes the next whole message, or `None` when more bytes are needed.
    ///
    /// # Errors
    ///
    /// A line over the limit, whether or not its end was seen. It is returned again by every later
    /// call: the stream cannot be read on, because what follows may be the rest of that line.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, LineTooLong> {
        while let Some(end) = self.find_line_end() {
            if let Some(frame) = self.take_line(end, end + 1)? {
                return Ok(Some(frame));
            }
        }
        self.check_limit(self.buffer.len())?;
        Ok(None)
    }

    /// Takes what is left at the end of the stream when it looks like a whole message.
    ///
    /// A peer that dies in the middle of a line leaves half a message, which is dropped; one that
    /// forgets the last line end leaves a whole one.
    ///
    /// # Errors
    ///
    /// As for [`next_frame`](Self::next_frame).
    pub fn finish(&mut self) -> Result<Option<Bytes>, LineTooLong> {
        if let Some(frame) = self.next_frame()? {
            return Ok(Some(frame));
        }
        let rest = self.buffer.len();
        let last = self.take_line(rest, rest)?;
        Ok(last.filter(|frame| frame.trim_ascii_end().ends_with(b"}")))
    }

    /// Whether a whole line is waiting to be taken.
    pub fn has_line(&mut self) -> bool {
        self.find_line_end().is_some()
    }

    /// How many lines were skipped because they hold no message.
    #[must_use]
    pub fn noise_lines(&self) -> u64 {
        self.noise_lines
    }

    /// The beginning of the last line that was skipped, as the peer wrote it.
    #[must_use]
    pub fn last_noise(&self) -> Option<&[u8]> {
        (self.noise_lines > 0).then_some(&self.last_noise)
    }

    fn find_line_end(&mut self) -> Option<usize> {
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        match memchr(b'\n', unsearched) {
            Some(at) => {
                self.searched += at;
                Some(self.searched)
            }
            None => {
                self.searched = self.buffer.len();
                None
            }
        }
    }

    /// Removes `taken` bytes, of which the first `end` are a line; returns the message in it.
    fn take_line(&mut self, end: usize, taken: usize) -> Result<Option<Bytes>, LineTooLong> {
        let (start, end) = self.check_limit(end)?;
        let mut line = self.buffer.split_to(taken).freeze();
        self.searched = 0;
        self.is_at_start = false;
        self.give_back_when_idle();

        line.truncate(end);
        line.advance(start);
        line.advance(line.len() - line.trim_ascii_start().len());
        match line.first() {
            Some(b'{') => Ok(Some(line)),
            Some(_) => {
                self.note_noise(&line);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Where the text of the line lies in the first `end` bytes, if it is within the limit.
    fn check_limit(&self, end: usize) -> Result<(usize, usize), LineTooLong> {
        let line = self.buffer.get(..end).unwrap_or_default();
        let has_mark = self.is_at_start && line.starts_with(BYTE_ORDER_MARK);
        let start = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
        let end = if line.ends_with(b"\r") { end - 1 } else { end };
        if end.saturating_sub(start) > self.limit_bytes {
            return Err(LineTooLong { limit_bytes: self.limit_bytes });
        }
        Ok((start, end))
    }

    fn note_noise(&mut self, line: &[u8]) {
        self.noise_lines += 1;
        self.last_noise.clear();
        self.last_noise.extend(line.iter().take(NOISE_BYTES_MAX));
    }

    /// The rest of a large allocation would stay alive for as long as this small end of it.
    fn give_back_when_idle(&mut self) {
        if self.has_grown && self.buffer.is_empty() {
            self.buffer = BytesMut::new();
            self.has_grown = false;
        }
    }
}

/// A line was longer than the limit of the decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line of more than {limit_bytes} bytes")]
#[non_exhaustive]
pub struct LineTooLong {
    /// The limit that was exceeded.
    pub limit_bytes: usize,
}

/// Makes a JSON text fit for one line.
///
/// A line end can only stand between the tokens of a JSON text, where a space means the same.
/// Messages that hold none, which is the rule, are returned as they are.
#[must_use]
pub fn single_line(message: Bytes) -> Bytes {
    if memchr(b'\n', &message).is_none() {
        return message;
    }
    message.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Frames, noise lines and the error of a stream that arrives in pieces of the given sizes.
    fn decode(stream: &[u8], sizes: &[usize], limit_bytes: usize) -> (Vec<Bytes>, u64, bool) {
        let mut decoder = LineDecoder::with_limit(limit_bytes);
        let mut frames = Vec::new();
        let mut sizes = sizes.iter().cycle();
        let mut rest = stream;
        let mut is_cut = false;
        while !rest.is_empty() && !is_cut {
            let (piece, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
            rest = after;
            decoder.spare().extend_from_slice(piece);
            is_cut = drain(&mut decoder, &mut frames).is_err();
        }
        if !is_cut {
            match decoder.finish() {
                Ok(last) => frames.extend(last),
                Err(_) => is_cut = true,
            }
        }
        (frames, decoder.noise_lines(), is_cut)
    }

    fn drain(decoder: &mut LineDecoder, frames: &mut Vec<Bytes>) -> Result<(), LineTooLong> {
        while let Some(frame) = decoder.next_frame()? {
            frames.push(frame);
        }
        Ok(())
    }

    #[track_caller]
    fn check(stream: &[u8], frames: &[&str], noise_lines: u64) {
        let (found, noise, is_cut) = decode(stream, &[usize::MAX], LINE_LIMIT_BYTES);

        assert_eq!(found, frames);
        assert_eq!(noise, noise_lines);
        assert!(!is_cut);
    }

    #[test]
    fn lines_become_frames() {
        check(b"{\"a\":1}\n{\"b\":2}\n", &["{\"a\":1}", "{\"b\":2}"], 0);
    }

    #[test]
    fn crlf_blank_lines_and_indentation_are_no_part_of_a_frame() {
        check(b"{}\r\n\r\n \t\n\n  {\"a\":1}\r\n", &["{}", "{\"a\":1}"], 0);
    }

    #[test]
    fn byte_order_mark_is_dropped_at_the_very_start_only() {
        check(b"\xef\xbb\xbf{}\n", &["{}"], 0);
        check(b"{}\n\xef\xbb\xbf{}\n", &["{}"], 1);
        check(b"\xef\xbb\xbf\xef\xbb\xbf{}\n", &[], 1);
    }

    #[test]
    fn other_line_separators_of_unicode_stay_inside_a_frame() {
        check("{\"a\":\"\u{2028}\u{85}\"}\n".as_bytes(), &["{\"a\":\"\u{2028}\u{85}\"}"], 0);
    }

    #[test]
    fn banners_and_batches_are_noise() {
        check(b"Server listening\n[{}]\n{}\n\x00\n", &["{}"], 3);
    }

    #[test]
    fn beginning_of_the_last_noise_line_is_kept() {
        let mut decoder = LineDecoder::default();
        decoder.feed(b"first\n");
        decoder.feed(&[b'x'; 1000]);
        decoder.feed(b"\n");

        let frame = decoder.next_frame().unwrap();

        assert_eq!(frame, None);
        assert_eq!(decoder.last_noise(), Some(&[b'x'; NOISE_BYTES_MAX][..]));
    }

    #[test]
    fn invalid_utf8_passes_through() {
        let (frames, ..) = decode(b"{\"a\":\"\xff\"}\n", &[1], LINE_LIMIT_BYTES);

        assert_eq!(frames, [&b"{\"a\":\"\xff\"}"[..]]);
    }

    #[test]
    fn last_line_without_an_end_counts_when_it_looks_whole() {
        check(b"{}\n{\"a\":1}", &["{}", "{\"a\":1}"], 0);
        check(b"{}\n{\"a\":1} \r", &["{}", "{\"a\":1} "], 0);
        check(b"{}\n{\"a\":", &["{}"], 0);
        check(b"bye", &[], 1);
    }

    #[test]
    fn limit_is_the_longest_line_that_passes() {
        for line_end in ["\n", "\r\n", ""] {
            for (length, passes) in [(9, true), (10, true), (11, false)] {
                let line = format!("{{{}}}{line_end}", " ".repeat(length - 2));

                let (frames, _, is_cut) = decode(line.as_bytes(), &[3], 10);

                assert_eq!((frames.len(), is_cut), (usize::from(passes), !passes), "{line:?}");
            }
        }
    }

    #[test]
    fn endless_line_is_refused_before_its_end_and_ever_after() {
        let mut decoder = LineDecoder::with_limit(100);
        decoder.feed(&[b'x'; 102]);

        let first = decoder.next_frame();
        decoder.feed(b"\n{}\n");
        let second = decoder.next_frame();

        assert_eq!(first, Err(LineTooLong { limit_bytes: 100 }));
        assert_eq!(second, first);
    }

    #[test]
    fn frames_are_split_off_without_a_copy() {
        let mut decoder = LineDecoder::default();
        decoder.spare().extend_from_slice(b"{\"a\":1}\n");
        let buffered = decoder.buffer.as_ptr();

        let frame = decoder.next_frame().unwrap().unwrap();

        assert_eq!(frame.as_ptr(), buffered);
    }

    #[test]
    fn large_buffer_is_given_back_and_a_small_one_kept() {
        let mut decoder = LineDecoder::default();
        decoder.spare().extend_from_slice(b"{}\n");
        decoder.next_frame().unwrap();
        let small = decoder.buffer.capacity();
        while decoder.buffer.len() <= IDLE_BYTES_MAX {
            decoder.spare().extend_from_slice(&[b'{'; 1000]);
        }
        decoder.spare().extend_from_slice(b"\n");
        decoder.next_frame().unwrap();

        let large = decoder.buffer.capacity();

        assert!(small > 0);
        assert_eq!(large, 0);
    }

    #[test]
    fn line_ends_between_tokens_become_spaces() {
        let pretty = Bytes::from_static(b"{\n  \"a\": 1\n}");
        let plain = Bytes::from_static(b"{\"a\":1}");

        assert_eq!(single_line(pretty), "{   \"a\": 1 }");
        assert_eq!(single_line(plain.clone()).as_ptr(), plain.as_ptr());
    }

    /// Pieces from which streams are made that touch every rule.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(b"\n".to_vec()),
            Just(b"\r\n".to_vec()),
            Just(b"\r".to_vec()),
            Just(b" ".to_vec()),
            Just(b"{}\n".to_vec()),
            Just(b"{\"id\":1,\"result\":{}}\r\n".to_vec()),
            Just(b"noise\n".to_vec()),
            Just(BYTE_ORDER_MARK.to_vec()),
            Just(b"{\"half".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn chunking_changes_nothing(
            pieces in proptest::collection::vec(piece(), 0..40),
            sizes in proptest::collection::vec(1_usize..50, 1..10),
            limit_bytes in prop_oneof![8_usize..60, Just(LINE_LIMIT_BYTES)],
        ) {
            let stream = pieces.concat();

            let whole = decode(&stream, &[usize::MAX], limit_bytes);
            let chunked = decode(&stream, &sizes, limit_bytes);

            prop_assert_eq!(whole, chunked);
        }

        #[test]
        fn every_frame_survives(
            frames in proptest::collection::vec("\\{[^\n]{0,60}\\}", 0..20),
            sizes in proptest::collection::vec(1_usize..50, 1..10),
        ) {
            let mut stream: Vec<u8> = Vec::new();
            for frame in &frames {
                stream.extend(frame.bytes());
                stream.push(b'\n');
            }

            let (found, noise, is_cut) = decode(&stream, &sizes, LINE_LIMIT_BYTES);

            prop_assert_eq!(found, frames);
            prop_assert_eq!((noise, is_cut), (0, false));
        }
    }
}
