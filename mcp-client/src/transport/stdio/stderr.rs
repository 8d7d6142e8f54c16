//! The standard error of a child: drained from the first moment, its end kept for error texts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::SetOnce;

use mcp_core::Lock;

use crate::transport::visible::visible;

/// What is kept of the output: enough for the traceback of any language.
const RING_BYTES: usize = 64 * 1024;

/// What is kept of one line; the rest of it is dropped.
const LINE_BYTES_MAX: usize = 8 * 1024;

/// What of it goes into an error text.
const TAIL_LINES: usize = 5;
const TAIL_BYTES: usize = 1024;

/// Lines that go to the log in one second; a flood shows as a count.
const LOGGED_LINES_PER_SECOND: u32 = 100;

/// Values of declared variables are hidden from this length on; shorter ones would hit at random.
const HIDDEN_BYTES_MIN: usize = 6;

const READ_BYTES: usize = 4 * 1024;

/// Everything known of the standard error of one child.
pub(super) struct Stderr {
    ring: Lock<Ring>,
    drained: SetOnce<()>,
    /// Value and name of each declared variable, longest value first.
    hidden: Vec<(String, String)>,
}

impl Stderr {
    /// The values in `env` may be secrets and are replaced by their names wherever they appear.
    pub(super) fn new(env: &BTreeMap<String, String>) -> Self {
        let mut hidden: Vec<(String, String)> = env
            .iter()
            .filter(|(_, value)| value.len() >= HIDDEN_BYTES_MIN)
            .map(|(name, value)| (value.clone(), format!("${name}")))
            .collect();
        hidden.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { ring: Lock::default(), drained: SetOnce::new(), hidden }
    }

    /// Reads until the last writer is gone.
    pub(super) async fn drain(self: Arc<Self>, mut pipe: impl AsyncRead + Unpin) {
        let mut chunk = Vec::with_capacity(READ_BYTES);
        let mut log = Log::default();
        while matches!(pipe.read_buf(&mut chunk).await, Ok(1..)) {
            self.ring.lock().push(&chunk, |line| {
                if let Some(suppressed) = log.admit(Instant::now()) {
                    tracing::debug!(suppressed, line = self.show(line), "stderr of the server");
                }
            });
            chunk.clear();
        }
        drop(self.drained.set(()));
    }

    /// Waits until everything was read. Cancel safe.
    pub(super) async fn drained(&self) {
        self.drained.wait().await;
    }

    /// The last lines, safe for display, as one line.
    pub(super) fn tail(&self) -> String {
        let ring = self.ring.lock();
        let mut room = TAIL_BYTES;
        let mut shown: Vec<String> = Vec::new();
        for line in ring.newest_first().take(TAIL_LINES) {
            let mut line = self.show(line);
            if line.len() > room && shown.is_empty() {
                let end = (0..=room).rev().find(|&at| line.is_char_boundary(at));
                line.truncate(end.unwrap_or(0));
                line.push('…');
            } else if line.len() > room {
                break;
            }
            room = room.saturating_sub(line.len());
            shown.push(line);
        }
        shown.reverse();
        shown.join(" | ")
    }

    fn show(&self, line: &[u8]) -> String {
        let mut line = visible(line);
        for (value, name) in &self.hidden {
            if line.contains(value) {
                line = line.replace(value, name);
            }
        }
        line
    }
}

/// The last lines of a stream of bytes.
#[derive(Default)]
struct Ring {
    lines: VecDeque<Vec<u8>>,
    lines_bytes: usize,
    /// The line whose end has not come yet.
    unfinished: Vec<u8>,
}

impl Ring {
    /// Adds output and tells each line that it completes. A carriage return ends a line, too, so that
    /// progress bars do not become one endless line.
    fn push(&mut self, chunk: &[u8], mut tell: impl FnMut(&[u8])) {
        let mut pieces = chunk.split(|byte| matches!(byte, b'\n' | b'\r')).peekable();
        while let Some(piece) = pieces.next() {
            let room = LINE_BYTES_MAX - self.unfinished.len();
            self.unfinished.extend(piece.iter().take(room));
            if pieces.peek().is_some() && !self.unfinished.is_empty() {
                tell(&self.unfinished);
                self.keep_line();
            }
        }
    }

    fn keep_line(&mut self) {
        let line = std::mem::take(&mut self.unfinished);
        self.lines_bytes += line.len();
        self.lines.push_back(line);
        while self.lines_bytes > RING_BYTES {
            self.lines_bytes -= self.lines.pop_front().map_or(0, |line| line.len());
        }
    }

    fn newest_first(&self) -> impl Iterator<Item = &[u8]> {
        let unfinished = Some(self.unfinished.as_slice()).filter(|line| !line.is_empty());
        unfinished.into_iter().chain(self.lines.iter().rev().map(Vec::as_slice))
    }
}

/// Admits at most this many lines to the log in each second.
#[derive(Default)]
struct Log {
    second: Option<Instant>,
    admitted: u32,
    suppressed: u64,
}

impl Log {
    /// How many lines were suppressed before this one, unless it is to be suppressed as well.
    fn admit(&mut self, now: Instant) -> Option<u64> {
        let is_over =
            self.second.is_none_or(|start| now.duration_since(start) >= Duration::from_secs(1));
        if is_over {
            self.second = Some(now);
            self.admitted = 0;
        }
        if self.admitted == LOGGED_LINES_PER_SECOND {
            self.suppressed += 1;
            return None;
        }
        self.admitted += 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stderr_of(chunks: &[&[u8]]) -> Stderr {
        let env = [("TOKEN", "s3cret-value"), ("MODE", "fast")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let stderr = Stderr::new(&env);
        for chunk in chunks {
            stderr.ring.lock().push(chunk, |_| {});
        }
        stderr
    }

    #[track_caller]
    fn check(chunks: &[&[u8]], tail: &str) {
        assert_eq!(stderr_of(chunks).tail(), tail);
    }

    #[test]
    fn tail_is_the_last_lines_in_order() {
        check(&[], "");
        check(&[b"one\ntwo\n"], "one | two");
        check(&[b"1\n2\n3\n4\n5\n6\n"], "2 | 3 | 4 | 5 | 6");
    }

    #[test]
    fn lines_join_over_chunks_and_an_unfinished_one_counts() {
        check(&[b"pan", b"ic", b": no\nbye"], "panic: no | bye");
    }

    #[test]
    fn carriage_returns_and_blank_lines_leave_no_trace() {
        check(&[b"10 %\r20 %\r\n\r\n\ndone\r\n"], "10 % | 20 % | done");
    }

    #[test]
    fn tail_is_made_safe_for_display() {
        check(&[b"\x1b[31mred\n"], "\\u{1b}[31mred");
    }

    #[test]
    fn values_of_declared_variables_are_hidden() {
        check(&[b"bad token s3cret-value, going fast\n"], "bad token $TOKEN, going fast");
    }

    #[test]
    fn tail_keeps_within_its_bytes() {
        let long = [b'x'; TAIL_BYTES];
        check(&[b"old\n", &long, b"\n"], &"x".repeat(TAIL_BYTES));
        check(&[&long, b"\nnew\n"], "new");
        check(&["é".repeat(TAIL_BYTES).as_bytes()], &format!("{}…", "é".repeat(TAIL_BYTES / 2)));
    }

    #[test]
    fn flood_keeps_the_newest_lines_within_the_ring() {
        let stderr = stderr_of(&[]);
        for number in 0..10_000 {
            stderr.ring.lock().push(format!("line number {number}\n").as_bytes(), |_| {});
        }
        for _ in 0..1000 {
            stderr.ring.lock().push(&[b'x'; 1000], |_| {});
        }

        let ring = stderr.ring.lock();

        assert!(ring.lines_bytes <= RING_BYTES && ring.lines_bytes > RING_BYTES / 2);
        assert_eq!(ring.lines_bytes, ring.lines.iter().map(Vec::len).sum::<usize>());
        assert_eq!(ring.unfinished.len(), LINE_BYTES_MAX);
        assert_eq!(ring.lines.back().unwrap(), b"line number 9999");
    }

    #[test]
    fn log_admits_a_number_of_lines_in_a_second_and_counts_the_others() {
        let mut log = Log::default();
        let start = Instant::now();

        let admitted = (0..250).filter(|_| log.admit(start).is_some()).count();
        let later = log.admit(start + Duration::from_secs(1));

        assert_eq!(admitted, LOGGED_LINES_PER_SECOND as usize);
        assert_eq!(later, Some(150));
    }
}
