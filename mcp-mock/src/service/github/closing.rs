//! `fixes #12`: the words that close an issue when a change reaches the default branch.

use super::{Issue, IssueState, Repo, StateReason};

const KEYWORDS: [&str; 9] =
    ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

impl Repo {
    /// The pull requests into the default branch whose text says that they close the issue with this number.
    pub fn closing_pulls(&self, number: u64) -> impl Iterator<Item = &Issue> {
        self.issues.iter().filter(move |issue| {
            let text = issue.body.as_deref().unwrap_or_default();
            issue.pull.as_ref().is_some_and(|pull| pull.base == self.default_branch)
                && linked(text, &self.full_name()).contains(&number)
        })
    }

    /// Closes the open issues of this repository that the text says it closes.
    pub(super) fn close_linked(&mut self, text: &str, now: &str) {
        let full_name = self.full_name();
        for number in linked(text, &full_name) {
            let issue = self.issue_mut(number).filter(|issue| issue.pull.is_none());
            let Some(issue) = issue else { continue };
            issue
                .move_to(IssueState::Closed, Some(StateReason::Completed), now)
                .expect("only a merged pull request refuses, and this is an issue");
        }
    }
}

/// The numbers after a keyword: `fixes #1`, `Closes: #2`, `resolves owner/name#3`.
fn linked(text: &str, full_name: &str) -> Vec<u64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs
        .filter_map(|(keyword, target)| {
            let keyword = keyword.trim_start_matches(|letter: char| !letter.is_alphabetic());
            let keyword = keyword.strip_suffix(':').unwrap_or(keyword);
            let is_keyword = KEYWORDS.iter().any(|known| known.eq_ignore_ascii_case(keyword));
            let (repo, number) = target.split_once('#')?;
            let is_here = repo.is_empty() || repo.eq_ignore_ascii_case(full_name);
            let end = number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len());
            let number = number.get(..end)?.parse().ok()?;
            (is_keyword && is_here).then_some(number)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[track_caller]
    fn check(text: &str, expected: &[u64]) {
        assert_eq!(linked(text, "acme/app"), expected);
    }

    #[test]
    fn keywords_link_issues_of_the_same_repository() {
        check("Fixes #1, closes: #2. (Resolves ACME/app#3)", &[1, 2, 3]);
    }

    #[test]
    fn mentions_and_other_repositories_do_not_link() {
        check("See #1, prefixes #2, fixes other/app#3, fixes #, fixes 5", &[]);
    }
}
