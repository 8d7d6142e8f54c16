//! JSON for people and for pipes: the same document, letters that a terminal obeys escaped.
//!
//! It works on the text, not on values, so members keep their order and numbers their digits.

use super::text::is_unsafe;

/// Spaces of one level.
const INDENT: &str = "  ";

/// Lays a JSON document out over lines. A text that is no JSON comes out safe all the same.
#[must_use]
pub fn pretty(document: &str) -> String {
    let mut layout = Layout::default();
    for letter in document.trim().chars() {
        layout.push(letter);
    }
    layout.text
}

/// The same document on one line as it is, letters that a terminal obeys written as `\u…`.
#[must_use]
pub fn escaped(document: &str) -> String {
    let mut text = String::with_capacity(document.len());
    document.chars().for_each(|letter| push_safe(&mut text, letter));
    text
}

#[derive(Default)]
struct Layout {
    text: String,
    depth: usize,
    in_string: bool,
    after_backslash: bool,
    /// A bracket was opened and nothing stands in it yet.
    is_fresh: bool,
}

impl Layout {
    fn push(&mut self, letter: char) {
        if self.in_string {
            self.push_in_string(letter);
            return;
        }
        if matches!(letter, ' ' | '\t' | '\r' | '\n') {
            return;
        }
        let closes = matches!(letter, ']' | '}');
        let was_fresh = std::mem::take(&mut self.is_fresh);
        if closes {
            self.depth = self.depth.saturating_sub(1);
        }
        if was_fresh != closes {
            self.new_line();
        }
        push_safe(&mut self.text, letter);
        match letter {
            '"' => self.in_string = true,
            '[' | '{' => {
                self.depth += 1;
                self.is_fresh = true;
            }
            ',' => self.new_line(),
            ':' => self.text.push(' '),
            _ => {}
        }
    }

    fn push_in_string(&mut self, letter: char) {
        push_safe(&mut self.text, letter);
        let is_escaped = std::mem::take(&mut self.after_backslash);
        match letter {
            '\\' => self.after_backslash = !is_escaped,
            '"' if !is_escaped => self.in_string = false,
            _ => {}
        }
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&INDENT.repeat(self.depth));
    }
}

/// Outside of strings JSON has no such letters, so an escape never changes what a document says.
fn push_safe(text: &mut String, letter: char) {
    if !is_unsafe(letter) || matches!(letter, ' ' | '\t' | '\r' | '\n') {
        text.push(letter);
        return;
    }
    let mut units = [0; 2];
    for unit in letter.encode_utf16(&mut units) {
        text.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn order_and_digits_stay() {
        let document = r#"{"b":[1.10,{"x":[]}],"a":{},"c":"q\"{,:","d":null}"#;

        insta::assert_snapshot!(pretty(document), @r#"
        {
          "b": [
            1.10,
            {
              "x": []
            }
          ],
          "a": {},
          "c": "q\"{,:",
          "d": null
        }
        "#);
    }

    #[test]
    fn unsafe_letters_are_escaped_as_json_does() {
        assert_eq!(escaped("\"\u{202e}\u{e0041}\u{9b}\""), r#""\u202e\udb40\udc41\u009b""#);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\"\\\\{}\\[\\]:, \u{202e}\u{7f}]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_document_stays_the_same(value in value()) {
            let document = value.to_string();

            prop_assert_eq!(&serde_json::from_str::<Value>(&pretty(&document)).unwrap(), &value);
            prop_assert_eq!(&serde_json::from_str::<Value>(&escaped(&document)).unwrap(), &value);
        }

        #[test]
        fn layout_is_that_of_serde(value in value().prop_filter("plain", |v| v.to_string().is_ascii() && !v.to_string().contains('\u{7f}'))) {
            prop_assert_eq!(pretty(&value.to_string()), serde_json::to_string_pretty(&value).unwrap());
        }

        #[test]
        fn any_text_is_laid_out_without_a_panic(text in "[\\[\\]{}\",:a ]{0,30}") {
            prop_assert!(!pretty(&text).contains('\t'));
        }
    }
}
