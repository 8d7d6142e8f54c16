//! The known name that an unknown one was probably meant to be.

/// Longer names are not compared: the cost grows with the square of the length.
const NAME_CHARS_MAX: usize = 64;

/// Gives the candidate nearest to `name`, when one is near enough to be worth a "did you mean".
///
/// Near enough means one edit for each three characters; swapping two neighbours is one edit, and
/// letter case costs nothing.
///
/// ```
/// assert_eq!(mcp_core::schema::nearest_name("titel", ["body", "title"]), Some("title"));
/// assert_eq!(mcp_core::schema::nearest_name("x", ["body", "title"]), None);
/// ```
#[must_use]
pub fn nearest_name<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = folded(name)?;
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let letters = folded(candidate)?;
            let edits_max = wanted.len().max(letters.len()).div_ceil(3);
            let edits = edits_between(&wanted, &letters);
            (edits <= edits_max && edits < letters.len()).then_some((edits, candidate))
        })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> Option<Vec<char>> {
    let letters: Vec<char> =
        name.chars().take(NAME_CHARS_MAX + 1).flat_map(char::to_lowercase).collect();
    (letters.len() <= NAME_CHARS_MAX).then_some(letters)
}

/// Insertions, removals, replacements and swaps of neighbours that lead from one name to the other.
fn edits_between(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut diagonal = above.iter();
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal.next().map_or(0, |edits| edits + usize::from(letter != other));
            let removed = above.get(column + 1).map_or(usize::MAX, |edits| edits + 1);
            let inserted = current.last().map_or(usize::MAX, |edits| edits + 1);
            let swapped = column
                .checked_sub(1)
                .filter(|&at| {
                    row > 0 && left.get(row - 1) == Some(other) && right.get(at) == Some(letter)
                })
                .and_then(|at| before.get(at))
                .map_or(usize::MAX, |edits| edits + 1);
            current.push(replaced.min(removed).min(inserted).min(swapped));
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_found_when_near_enough() {
        let known = ["body", "labels", "title"];

        for (name, expected) in [
            ("titel", Some("title")),
            ("TITLE", Some("title")),
            ("label", Some("labels")),
            ("bdoy", Some("body")),
            ("owner", None),
            ("", None),
        ] {
            assert_eq!(nearest_name(name, known), expected, "{name}");
        }
    }
}
