//! Base64 in the standard alphabet.
//!
//! A crate for it would be one more package in every test that uses the fakes.

/// The letters, each of which stands for six bits.
pub(crate) const LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The letters of these bytes, without padding.
pub(crate) fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut letters = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for index in 0..=group.len() {
            let letter = (bits >> (18 - 6 * index)) & 0b11_1111;
            letters.extend(LETTERS.get(letter as usize));
        }
    }
    letters
}

/// The same as a text, with padding.
pub(crate) fn encoded_text(bytes: &[u8]) -> String {
    let mut text: String = encoded(bytes).into_iter().map(char::from).collect();
    text.extend(std::iter::repeat_n('=', (4 - text.len() % 4) % 4));
    text
}

/// The bytes of a text, with or without padding; blanks and line ends do not count. `None` when it is no
/// base64.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let padding = letters.iter().rev().take_while(|letter| **letter == b'=').count();
    let letters = letters.get(..letters.len() - padding)?;
    if padding > 2 || letters.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    for group in letters.chunks(4) {
        let mut bits = 0_u32;
        for letter in group {
            let place = LETTERS.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(place).ok()?;
        }
        let [_, group_bytes @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        bytes.extend(group_bytes.iter().take(group.len() - 1));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encoding_is_base64() {
        for (bytes, expected) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")]
        {
            assert_eq!(encoded(bytes.as_bytes()), expected.as_bytes());
        }
    }

    #[test]
    fn what_is_no_base64_is_not_decoded() {
        assert_eq!(decoded(" Zm9v\nYg== "), Some(b"foob".to_vec()));
        for text in ["Z", "Zm9vY", "%m9v", "Zm=v", "====", "Zm9é"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive(bytes: Vec<u8>) {
            prop_assert_eq!(decoded(&encoded_text(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(encoded_text(&bytes).len() % 4, 0);
        }
    }
}
