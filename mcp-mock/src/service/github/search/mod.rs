//! Searches: over files, commits, issues and pull requests, repositories, accounts.
//!
//! Words match whole words, in any case and order; `"two words"` match as they stand; `key:value` narrows
//! and `-key:value` excludes. A qualifier that GitHub has and this world does not finds nothing, so that a
//! query does not seem to work here and fails on GitHub.

mod accounts;
mod code;
mod commits;
mod issues;

pub use code::CodeHit;

use super::{Api, GitHub, PageNumber, refusal};
use crate::service::ApiError;

/// GitHub's limit for a query, in characters.
const QUERY_MAX: usize = 256;
/// GitHub shows no results behind this one.
const RESULTS_MAX: u64 = 1_000;

/// What searches see: the present, or the content of some time ago when they lag.
#[derive(Debug, Clone, Copy)]
pub struct SearchIndex<'a> {
    content: &'a GitHub,
    present: &'a GitHub,
}

impl GitHub {
    /// What searches see.
    pub fn search_index<'a>(&'a self, api: &Api<'a>) -> SearchIndex<'a> {
        SearchIndex { content: api.past().unwrap_or(self), present: self }
    }
}

impl<'a> SearchIndex<'a> {
    #[cfg(test)]
    fn current(github: &'a GitHub) -> Self {
        Self { content: github, present: github }
    }

    /// The content that is searched.
    #[must_use]
    pub fn content(self) -> &'a GitHub {
        self.content
    }
}

/// One page of what a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<T> {
    /// How many match, on all pages.
    pub total_count: usize,
    /// Those on this page.
    pub items: Vec<T>,
    /// Number of the page after it, when there is one.
    pub next_page: Option<u64>,
}

fn found<T>(all: Vec<T>, page: PageNumber) -> Result<Found<T>, ApiError> {
    if page.skipped() >= RESULTS_MAX {
        let message = "Only the first 1000 search results are available";
        return Err(refusal::unprocessable(message));
    }
    let total_count = all.len();
    let listing = page.cut(all);
    Ok(Found { total_count, items: listing.items, next_page: listing.next })
}

#[derive(Debug, Default)]
struct Query {
    words: Vec<String>,
    phrases: Vec<String>,
    qualifiers: Vec<Qualifier>,
}

#[derive(Debug)]
struct Qualifier {
    key: String,
    value: String,
    excludes: bool,
}

impl Query {
    /// Reads a query; `known` are the qualifiers of this kind of search, other words with a colon are
    /// words.
    fn read(text: &str, known: &[&str]) -> Result<Self, ApiError> {
        if text.trim().is_empty() {
            return Err(refusal::invalid("Search", "q", "missing"));
        }
        if text.chars().count() > QUERY_MAX {
            let message = format!("The search is longer than {QUERY_MAX} characters.");
            return Err(refusal::explained("Search", "q", &message));
        }
        let mut query = Self::default();
        // The key of a qualifier whose value is quoted, such as `label:"good first issue"`.
        let mut open: Option<Qualifier> = None;
        for (index, part) in text.to_lowercase().split('"').enumerate() {
            if index % 2 == 1 {
                match open.take() {
                    Some(qualifier) => {
                        query.qualifiers.push(Qualifier { value: part.to_owned(), ..qualifier });
                    }
                    None => query.phrases.push(part.to_owned()),
                }
                continue;
            }
            for word in part.split_whitespace() {
                match qualifier(word, known) {
                    Some(qualifier) if qualifier.value.is_empty() => open = Some(qualifier),
                    Some(qualifier) => query.qualifiers.push(qualifier),
                    None => query.words.extend(tokens(word).map(str::to_owned)),
                }
            }
        }
        query.phrases.retain(|phrase| !phrase.trim().is_empty());
        Ok(query)
    }

    /// Whether there is nothing but qualifiers.
    fn is_bare(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty()
    }

    fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let of_key = self.qualifiers.iter().filter(move |qualifier| qualifier.key == key);
        of_key.map(|qualifier| qualifier.value.as_str())
    }

    fn qualified(&self, meets: impl Fn(&str, &str) -> bool) -> bool {
        self.qualifiers
            .iter()
            .all(|qualifier| meets(&qualifier.key, &qualifier.value) != qualifier.excludes)
    }

    /// Whether all words and phrases are in a string, which is in lower case.
    fn is_in(&self, text: &str) -> bool {
        self.words.iter().all(|word| tokens(text).any(|token| token == word))
            && self.phrases.iter().all(|phrase| text.contains(phrase.as_str()))
    }
}

fn qualifier(word: &str, known: &[&str]) -> Option<Qualifier> {
    let (excludes, rest) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let (key, value) = rest.split_once(':').filter(|(key, _)| known.contains(key))?;
    Some(Qualifier { key: key.to_owned(), value: value.to_owned(), excludes })
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|token| !token.is_empty())
}

/// `2026-01-05`, `>=2026-01-05`, `2026-01-01..2026-01-05`: times of one format compare as strings, and a
/// day is a prefix of all its times.
fn is_when(time: &str, value: &str) -> bool {
    let value = value.to_uppercase();
    let from = |since: &str| since == "*" || time >= since;
    let to = |until: &str| until == "*" || time <= until || time.starts_with(until);
    if let Some((since, until)) = value.split_once("..") {
        return from(since) && to(until);
    }
    if let Some(since) = value.strip_prefix(">=") {
        return from(since);
    }
    if let Some(until) = value.strip_prefix("<=") {
        return to(until);
    }
    if let Some(since) = value.strip_prefix('>') {
        return time > since && !time.starts_with(since);
    }
    if let Some(until) = value.strip_prefix('<') {
        return time < until;
    }
    !value.is_empty() && time.starts_with(value.as_str())
}
