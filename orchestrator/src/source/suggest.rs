//! Names that were probably meant, for messages.

use mcp_core::schema::nearest_name;

/// How many known names a message lists at most; more would hide the point.
const KNOWN_SHOWN_MAX: usize = 8;

/// A help line for an unknown `word`: the nearest candidate, or else the known ones.
pub(crate) fn help<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = candidates.into_iter().collect();
    if let Some(name) = nearest_name(word, known.iter().copied()) {
        return Some(format!("did you mean `{name}`?"));
    }
    if known.is_empty() {
        return None;
    }
    let shown: Vec<String> =
        known.iter().take(KNOWN_SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    let rest = match known.len().saturating_sub(KNOWN_SHOWN_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("known: {}{rest}", shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_the_nearest_or_lists_what_is_known() {
        let known = ["title", "body"];

        assert_eq!(help("titel", known).as_deref(), Some("did you mean `title`?"));
        assert_eq!(help("zzz", known).as_deref(), Some("known: `title`, `body`"));
        assert_eq!(help("zzz", []), None);
    }
}
