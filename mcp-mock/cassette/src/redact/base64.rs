//! A known value inside base64, wherever in the encoded bytes it begins.

use std::ops::Range;

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD_NO_PAD;

/// Shorter pieces are found in ordinary words too often.
const FRAGMENT_LETTERS_MIN: usize = 7;

/// The part of the encoding that depends on the value alone, for each of its three offsets in a group of
/// three bytes.
pub(super) struct Fragments(Vec<Vec<u8>>);

impl Fragments {
    pub(super) fn of(value: &str) -> Self {
        let fragments = [0, 1, 2].map(|bytes_before: usize| {
            let bytes = [&[0; 2][..bytes_before], value.as_bytes()].concat();
            // Letters at either end hold bits of neighbouring bytes too.
            let whole_letters = bytes.len() * 8 / 6;
            let letters =
                STANDARD_NO_PAD.encode(&bytes).into_bytes().into_iter().take(whole_letters);
            letters.skip((bytes_before * 8).div_ceil(6)).collect::<Vec<_>>()
        });
        Self(
            fragments.into_iter().filter(|letters| letters.len() >= FRAGMENT_LETTERS_MIN).collect(),
        )
    }

    /// The runs of base64 that hold the value, as a whole: neighbouring letters hold some of its bits.
    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let holds = |letters: &[u8]| {
            self.0.iter().any(|fragment| {
                letters.windows(fragment.len()).any(|window| window == fragment.as_slice())
            })
        };
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let run = run(text.as_bytes(), at);
            if holds(&run.letters) {
                found.push(at..run.end);
            }
            at = run.end + 1;
        }
        found.retain(|range: &Range<usize>| text.get(range.clone()).is_some());
        found
    }
}

/// Letters of base64 in a row, over line ends, in the standard alphabet.
struct Run {
    letters: Vec<u8>,
    end: usize,
}

fn run(text: &[u8], start: usize) -> Run {
    let mut letters = Vec::new();
    let mut end = start;
    for byte in text.get(start..).unwrap_or_default() {
        match byte {
            b'-' => letters.push(b'+'),
            b'_' => letters.push(b'/'),
            b'\r' | b'\n' | b'=' => {}
            b'+' | b'/' => letters.push(*byte),
            byte if byte.is_ascii_alphanumeric() => letters.push(*byte),
            _ => break,
        }
        end += 1;
    }
    Run { letters, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_found_at_every_offset_in_both_alphabets_and_over_lines() {
        let fragments = Fragments::of("s3cret??>value");

        for before in ["", "u", "us", "user:"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}s3cret??>value and more"));
            let url_safe = text.replace('+', "-").replace('/', "_");
            let (start, end) = text.split_at(12);
            let wrapped = format!("{start}\n{end}");

            for text in [text, url_safe, wrapped] {
                assert_eq!(fragments.find(&format!("x {text}= y")), vec![2..text.len() + 3]);
            }
        }
        assert_eq!(fragments.find("nothing of the kind"), Vec::<Range<usize>>::new());
    }
}
