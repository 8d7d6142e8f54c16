//! One pass over a frame that finds what routing needs and touches nothing else.
//!
//! The scan checks the outermost object only: its members, their names, and where each value ends. What
//! is inside `params`, `result` and `error`, UTF-8 included, is checked by the typed parse that follows.
//! So a frame with one bad byte in a result still names the call that it must fail. A server, which
//! decides by the `_meta` of the parameters, is shown that on the way: [`scan_noting_meta`].

use std::borrow::Cow;

use super::RequestId;

/// How deep values may nest; `serde_json` refuses more as well.
const DEPTH_MAX: u32 = 128;

/// A message with its parts as slices of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope<'a> {
    /// An answer that refuses.
    Error {
        /// The request that it answers, when the peer could read its id.
        id: Option<RequestId>,
        /// The error object as JSON.
        error: &'a [u8],
    },
    /// A message that wants no answer.
    Notification {
        /// What it is about.
        method: Cow<'a, str>,
        /// The parameters as JSON.
        params: Option<&'a [u8]>,
    },
    /// A message that wants an answer.
    Request {
        /// What the answer must carry.
        id: RequestId,
        /// What is asked.
        method: Cow<'a, str>,
        /// The parameters as JSON.
        params: Option<&'a [u8]>,
    },
    /// A successful answer.
    Result {
        /// The request that it answers.
        id: RequestId,
        /// The result as JSON.
        result: &'a [u8],
    },
}

/// A frame that is not one message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
#[non_exhaustive]
pub struct ScanError {
    /// What is wrong with it.
    pub kind: ScanErrorKind,
    /// The id, when it could be read all the same.
    pub id: Option<RequestId>,
    /// Whether the frame names a method, that is: whether it wanted to be a request.
    pub has_method: bool,
}

/// What is wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanErrorKind {
    /// Both `result` and `error`, or one of them beside `method`.
    #[error("message is of two kinds at once")]
    Ambiguous,
    /// The same member twice.
    #[error("a member of the message stands there twice")]
    Duplicate,
    /// The id is neither a number nor a string, or is missing in an answer.
    #[error("message has no usable id")]
    Id,
    /// Neither `method` nor `result` nor `error`.
    #[error("message is neither request nor answer")]
    NotAMessage,
    /// Not a JSON object.
    #[error("message is not a JSON object")]
    Syntax,
    /// Values nest too deeply.
    #[error("message nests deeper than {DEPTH_MAX} levels")]
    TooDeep,
    /// `jsonrpc` is there and not `2.0`.
    #[error("message is not JSON-RPC 2.0")]
    Version,
}

/// Finds kind, id and method of a frame.
///
/// # Errors
///
/// When the frame is not exactly one JSON-RPC message. The error carries the id if it was readable.
pub fn scan(frame: &[u8]) -> Result<Envelope<'_>, ScanError> {
    scan_with(frame, Cursor::value)
}

/// Like [`scan`], and shows each member of the parameters' `_meta` to `note`: its name and its raw value.
///
/// # Errors
///
/// See [`scan`].
pub(crate) fn scan_noting_meta<'a>(
    frame: &'a [u8],
    mut note: impl FnMut(&[u8], &'a [u8]),
) -> Result<Envelope<'a>, ScanError> {
    scan_with(frame, |cursor| {
        cursor.value_with(|cursor, name| match name {
            b"_meta" => cursor.value_with(|cursor, name| {
                let value = cursor.value()?;
                note(name, value);
                Ok(value)
            }),
            _ => cursor.value(),
        })
    })
}

/// The scan; `params` reads the value of that member.
fn scan_with<'a>(frame: &'a [u8], params: impl FnMut(&mut Cursor<'a>) -> Value<'a>) -> Scanned<'a> {
    let mut members = Members::default();
    match members.read(frame, params) {
        Ok(()) => members.classify(),
        Err(kind) => Err(members.error(kind)),
    }
}

type Scanned<'a> = Result<Envelope<'a>, ScanError>;

/// The bytes of one JSON value.
type Value<'a> = Result<&'a [u8], ScanErrorKind>;

#[derive(Debug, Default)]
struct Members<'a> {
    version: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    method: Option<&'a [u8]>,
    params: Option<&'a [u8]>,
    result: Option<&'a [u8]>,
    error: Option<&'a [u8]>,
}

impl<'a> Members<'a> {
    fn read(
        &mut self,
        frame: &'a [u8],
        mut params: impl FnMut(&mut Cursor<'a>) -> Value<'a>,
    ) -> Result<(), ScanErrorKind> {
        let mut cursor = Cursor { bytes: frame, at: 0 };
        cursor.object(|cursor, name| {
            let value = if name == b"params" { params(cursor) } else { cursor.value() }?;
            self.keep(name, value)
        })?;
        if cursor.peek().is_some() { Err(ScanErrorKind::Syntax) } else { Ok(()) }
    }

    fn keep(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), ScanErrorKind> {
        let slot = match name {
            b"jsonrpc" => &mut self.version,
            b"id" => &mut self.id,
            b"method" => &mut self.method,
            b"params" => &mut self.params,
            b"result" => &mut self.result,
            b"error" => &mut self.error,
            _ => return Ok(()),
        };
        if slot.replace(value).is_some() { Err(ScanErrorKind::Duplicate) } else { Ok(()) }
    }

    fn classify(&self) -> Result<Envelope<'a>, ScanError> {
        if self.version.is_some_and(|version| version != br#""2.0""#) {
            return Err(self.error(ScanErrorKind::Version));
        }
        match (self.method, self.result, self.error) {
            (Some(method), None, None) => self.question(method),
            (None, Some(result), None) => {
                let id = self.id().ok_or_else(|| self.error(ScanErrorKind::Id))?;
                Ok(Envelope::Result { id, result })
            }
            (None, None, Some(error)) => Ok(Envelope::Error { id: self.id(), error }),
            (None, None, None) => Err(self.error(ScanErrorKind::NotAMessage)),
            _ => Err(self.error(ScanErrorKind::Ambiguous)),
        }
    }

    fn question(&self, method: &'a [u8]) -> Result<Envelope<'a>, ScanError> {
        let method = json_text(method).ok_or_else(|| self.error(ScanErrorKind::Syntax))?;
        let params = self.params;
        match (self.id, self.id()) {
            (None, _) => Ok(Envelope::Notification { method, params }),
            (Some(_), Some(id)) => Ok(Envelope::Request { id, method, params }),
            (Some(_), None) => Err(self.error(ScanErrorKind::Id)),
        }
    }

    fn id(&self) -> Option<RequestId> {
        serde_json::from_slice(self.id?).ok()
    }

    fn error(&self, kind: ScanErrorKind) -> ScanError {
        ScanError { kind, id: self.id(), has_method: self.method.is_some() }
    }
}

/// A JSON string; borrowed unless it holds escapes. `None` when it is no string.
pub(crate) fn json_text(value: &[u8]) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice(value).ok().map(Cow::Owned)
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is not white space, not consumed.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Result<(), ScanErrorKind> {
        if self.next() == Some(byte) { Ok(()) } else { Err(ScanErrorKind::Syntax) }
    }

    /// Reads an object, name by name; `member` reads the value.
    fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &[u8]) -> Result<(), ScanErrorKind>,
    ) -> Result<(), ScanErrorKind> {
        self.expect(b'{')?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let name = self.name()?;
            self.expect(b':')?;
            member(self, &name)?;
            match self.next() {
                Some(b',') => {}
                Some(b'}') => return Ok(()),
                _ => return Err(ScanErrorKind::Syntax),
            }
        }
    }

    /// Reads the name of a member, without quotes.
    fn name(&mut self) -> Result<Cow<'a, [u8]>, ScanErrorKind> {
        if self.peek() != Some(b'"') {
            return Err(ScanErrorKind::Syntax);
        }
        let start = self.at;
        let name = if self.skip_text()? {
            let text = self.bytes.get(start..self.at).and_then(json_text);
            text.map(|text| Cow::Owned(text.into_owned().into_bytes()))
        } else {
            self.bytes.get(start + 1..self.at - 1).map(Cow::Borrowed)
        };
        name.ok_or(ScanErrorKind::Syntax)
    }

    /// Reads one value and returns its bytes; `member` reads the values in it if it is an object.
    fn value_with(&mut self, mut member: impl FnMut(&mut Self, &[u8]) -> Value<'a>) -> Value<'a> {
        if self.peek() != Some(b'{') {
            return self.value();
        }
        let start = self.at;
        self.object(|cursor, name| member(cursor, name).map(drop))?;
        self.bytes.get(start..self.at).ok_or(ScanErrorKind::Syntax)
    }

    /// Skips one value and returns its bytes.
    fn value(&mut self) -> Value<'a> {
        let first = self.peek().ok_or(ScanErrorKind::Syntax)?;
        let start = self.at;
        match first {
            b'"' => {
                self.skip_text()?;
            }
            b'{' | b'[' => self.skip_nested()?,
            _ => self.skip_plain(),
        }
        match self.bytes.get(start..self.at) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(ScanErrorKind::Syntax),
        }
    }

    /// Skips a string and says whether it holds escapes.
    fn skip_text(&mut self) -> Result<bool, ScanErrorKind> {
        self.at += 1;
        let mut has_escape = false;
        loop {
            let rest = self.bytes.get(self.at..).ok_or(ScanErrorKind::Syntax)?;
            let found = memchr::memchr2(b'"', b'\\', rest).ok_or(ScanErrorKind::Syntax)?;
            self.at += found + 1;
            if rest[found] == b'"' {
                return Ok(has_escape);
            }
            has_escape = true;
            self.at += 1;
        }
    }

    fn skip_nested(&mut self) -> Result<(), ScanErrorKind> {
        let mut depth = 0_u32;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_text()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
            if depth > DEPTH_MAX {
                return Err(ScanErrorKind::TooDeep);
            }
        }
        Err(ScanErrorKind::Syntax)
    }

    fn skip_plain(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            if matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\r' | b'\n') {
                return;
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(frame: &[u8]) -> ScanError {
        scan(frame).expect_err("the frame must be refused")
    }

    #[test]
    fn the_four_kinds_are_told_apart() {
        let id = RequestId::Number(7);
        let cases: [(&str, Envelope<'_>); 4] = [
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#,
                Envelope::Request { id: id.clone(), method: "ping".into(), params: None },
            ),
            (
                r#"{"method":"notifications/x","params":{"a":[1]}}"#,
                Envelope::Notification {
                    method: "notifications/x".into(),
                    params: Some(br#"{"a":[1]}"#),
                },
            ),
            (
                r#"{"result":{"text":"}\"{"},"jsonrpc":"2.0","id":7}"#,
                Envelope::Result { id, result: br#"{"text":"}\"{"}"# },
            ),
            (
                r#" { "id" : null , "error" : {"code":1} } "#,
                Envelope::Error { id: None, error: br#"{"code":1}"# },
            ),
        ];

        for (frame, expected) in cases {
            assert_eq!(scan(frame.as_bytes()), Ok(expected), "{frame}");
        }
    }

    #[test]
    fn a_bad_frame_still_names_its_id() {
        let cases: [(&[u8], ScanErrorKind); 5] = [
            (br#"{"id":3,"result":1,"error":{}}"#, ScanErrorKind::Ambiguous),
            (br#"{"id":3}"#, ScanErrorKind::NotAMessage),
            (br#"{"id":3,"result":1,"result":2}"#, ScanErrorKind::Duplicate),
            (br#"{"id":3,"result":{"cut": "#, ScanErrorKind::Syntax),
            (br#"{"jsonrpc":"1.0","id":3,"result":1}"#, ScanErrorKind::Version),
        ];

        for (frame, kind) in cases {
            let error = refused(frame);
            assert_eq!((error.kind, error.id), (kind, Some(RequestId::Number(3))));
        }
    }

    #[test]
    fn an_id_must_be_a_number_or_a_text() {
        for id in ["null", "1.5", "[]", "{}", "true", "99999999999999999999"] {
            let frame = format!(r#"{{"id":{id},"method":"m"}}"#);
            assert_eq!(refused(frame.as_bytes()).kind, ScanErrorKind::Id, "{id}");
        }
    }

    #[test]
    fn invalid_utf8_in_a_result_does_not_hide_the_call() {
        let frame = b"{\"id\":9,\"result\":{\"text\":\"\xff\xfe\"}}";

        let Ok(Envelope::Result { id, .. }) = scan(frame) else { panic!("must be an answer") };
        assert_eq!(id, RequestId::Number(9));
    }

    #[test]
    fn nesting_is_capped_without_recursion() {
        let frame = format!(r#"{{"id":1,"result":{}"#, "[".repeat(100_000));

        assert_eq!(refused(frame.as_bytes()).kind, ScanErrorKind::TooDeep);
    }

    #[test]
    fn an_escaped_member_name_is_the_same_member() {
        let frame = br#"{"\u0069d":4,"result":true}"#;

        assert!(matches!(scan(frame), Ok(Envelope::Result { id: RequestId::Number(4), .. })));
    }

    #[test]
    fn what_is_noted_is_the_meta_of_the_parameters() {
        let frame = br#"{"id":1,"method":"m","_meta":{"a":0},
            "params":{"x":{"_meta":{"b":0}}, "\u005fmeta" : { "c" : [1,{"d":"}"}], "e":"f" } }}"#;
        let mut noted = Vec::new();

        let seen = scan_noting_meta(frame, |name, value| noted.push((name.to_vec(), value)));

        assert_eq!(seen, scan(frame));
        let expected: [(Vec<u8>, &[u8]); 2] =
            [(b"c".to_vec(), br#"[1,{"d":"}"}]"#), (b"e".to_vec(), br#""f""#)];
        assert_eq!(noted, expected);
    }

    #[test]
    fn parameters_without_an_object_as_meta_are_read_as_usual() {
        for params in ["[]", "7", r#"{"_meta":null}"#, r#"{"_meta":[]}"#, "{}", r#"{"_meta":{}}"#] {
            let frame = format!(r#"{{"id":1,"method":"m","params":{params}}}"#);

            let seen = scan_noting_meta(frame.as_bytes(), |_, _| panic!("nothing to note"));

            assert_eq!(seen, scan(frame.as_bytes()), "{params}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(scan(&bytes));
        }

        #[test]
        fn json_like_bytes_never_panic(text in r#"[{}\[\]":,\\ aindersulmtho0-9]{0,80}"#) {
            drop(scan(text.as_bytes()));
            drop(scan_noting_meta(text.as_bytes(), |_, _| {}));
        }

        #[test]
        fn the_result_slice_is_the_result(text in ".{0,40}", number in any::<i64>()) {
            let result = serde_json::json!({ "text": text, "list": [number, null] });
            let frame = serde_json::json!({ "result": result, "id": number }).to_string();

            let Ok(Envelope::Result { id, result: slice }) = scan(frame.as_bytes()) else {
                panic!("must be an answer")
            };

            prop_assert_eq!(id, RequestId::Number(number));
            prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(slice).unwrap(), result);
        }
    }
}
