//! Ids: 15 characters in which case matters, and the same with a checksum of 3 letters.

use crate::world::Ids;

/// The checksum is made of these: one for each pattern of five upper-case letters.
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What stands for the server and the reserved part in every id of the org.
const INSTANCE: &str = "5g000";

/// The form with 18 characters of an id with 15 or 18; `None` when it is no id, or the checksum is wrong.
#[must_use]
pub fn long_id(id: &str) -> Option<String> {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let short = short_id(id)?;
    let long = short.to_owned() + &checksum(short);
    let fits = id.len() == short.len() || long.eq_ignore_ascii_case(id);
    fits.then_some(long)
}

/// The first 15 characters of an id with 15 or 18.
#[must_use]
pub fn short_id(id: &str) -> Option<&str> {
    matches!(id.len(), 15 | 18).then(|| id.get(..15)).flatten()
}

/// A new id of an object with this prefix.
pub(super) fn new_id(ids: &mut Ids, prefix: &str) -> String {
    let short = format!("{prefix}{INSTANCE}{}", ids.text(ALPHABET, 7));
    let checksum = checksum(&short);
    short + &checksum
}

fn checksum(short: &str) -> String {
    let letter = |group: &[u8]| {
        let bits = group.iter().enumerate();
        let index = bits
            .fold(0_usize, |sum, (bit, byte)| sum | usize::from(byte.is_ascii_uppercase()) << bit);
        CHECKSUM.get(index).copied().map(char::from)
    };
    short.as_bytes().chunks(5).filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_counts_upper_case_letters() {
        assert_eq!(long_id("001D000000IqhSL").as_deref(), Some("001D000000IqhSLIAZ"));
        assert_eq!(long_id("001d000000iqhsl").as_deref(), Some("001d000000iqhslAAA"));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "001", "001D000000IqhS!", "001D000000IqhSLIAY", "é01D000000Iqhé"] {
            assert_eq!(long_id(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn fifteen_and_eighteen_characters_are_one_id(short in "[0-9A-Za-z]{15}") {
            let long = long_id(&short).unwrap();

            prop_assert_eq!(long.len(), 18);
            prop_assert_eq!(short_id(&long), Some(short.as_str()));
            prop_assert_eq!(long_id(&long), Some(long.clone()));
        }

        #[test]
        fn any_text_is_an_id_or_not(text in "\\PC{0,20}") {
            drop(long_id(&text));
        }
    }
}
