//! How Slack stores the text of a message: `&`, `<` and `>` escaped, mentions and links kept.

/// What may stand after `<` in a token: users, channels, groups and commands, links.
const TOKENS: [&str; 6] = ["@", "#", "!", "http://", "https://", "mailto:"];
const ENTITIES: [&str; 3] = ["&amp;", "&lt;", "&gt;"];

/// Escapes what is not escaped yet and is no token such as `<@U1>` or `<https://x.example|page>`.
pub(super) fn escaped(text: &str) -> String {
    let mut stored = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        let (plain, special) = rest.split_at(at);
        stored.push_str(plain);
        let kept = kept_length(special);
        if kept > 0 {
            let (token, after) = special.split_at(kept);
            stored.push_str(token);
            rest = after;
            continue;
        }
        stored.push_str(match special.as_bytes().first() {
            Some(b'&') => "&amp;",
            Some(b'<') => "&lt;",
            _ => "&gt;",
        });
        rest = special.get(1..).unwrap_or_default();
    }
    stored.push_str(rest);
    stored
}

/// The length of the entity or token that the text starts with; 0 when it starts with neither.
fn kept_length(text: &str) -> usize {
    if let Some(entity) = ENTITIES.iter().find(|entity| text.starts_with(**entity)) {
        return entity.len();
    }
    let Some(inner) = text.strip_prefix('<') else { return 0 };
    let end = inner
        .find(['<', '>', '\n'])
        .filter(|end| inner.get(*end..).is_some_and(|rest| rest.starts_with('>')));
    match end {
        Some(end) if TOKENS.iter().any(|token| inner.starts_with(token)) => end + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::escaped;

    #[test]
    fn bare_signs_are_escaped() {
        assert_eq!(escaped("a < b && c > d"), "a &lt; b &amp;&amp; c &gt; d");
        assert_eq!(escaped("<b>bold</b>"), "&lt;b&gt;bold&lt;/b&gt;");
    }

    #[test]
    fn tokens_and_entities_are_kept() {
        let text = "<@U1> see <https://x.example/?a=1&b=2|page> in <#C1|dev> &amp; &lt;";

        assert_eq!(escaped(text), text);
    }

    proptest! {
        #[test]
        fn escaping_twice_is_escaping_once(text in "[<>&@#a-c; \n]{0,40}") {
            let once = escaped(&text);

            prop_assert_eq!(escaped(&once), once);
        }
    }
}
