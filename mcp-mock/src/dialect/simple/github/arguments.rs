//! Arguments that several tools take: how they are declared and how they are read.

use crate::dialect::Arguments;
use crate::dialect::schema::{Field, choice, integer, optional, required, text};
use crate::service::github::{Page, RepoPath, StateFilter};

pub(super) fn owner() -> Field {
    required("owner", text("Account that owns the repository."))
}

pub(super) fn repo() -> Field {
    required("repo", text("Name of the repository."))
}

pub(super) fn page() -> Field {
    optional("page", integer("Number of the page, from 1."))
}

pub(super) fn per_page() -> Field {
    optional("per_page", integer("Entries on a page, 30 if not given, 100 at most."))
}

pub(super) fn state() -> Field {
    let states = choice(&["open", "closed", "all"], "Which state to list; open if not given.");
    optional("state", states)
}

pub(super) fn read_repo(arguments: &Arguments) -> RepoPath<'_> {
    RepoPath::new(arguments.text("owner"), arguments.text("repo"))
}

/// The number of an issue; one below zero reads as 0, which no issue has.
pub(super) fn read_number(arguments: &Arguments) -> u64 {
    unsigned(arguments, "number").unwrap_or_default()
}

pub(super) fn read_page(arguments: &Arguments) -> Page {
    let usual = Page::default();
    Page {
        page: unsigned(arguments, "page").unwrap_or(usual.page),
        per_page: unsigned(arguments, "per_page").unwrap_or(usual.per_page),
    }
}

pub(super) fn read_state(arguments: &Arguments) -> StateFilter {
    match arguments.text("state") {
        "all" => StateFilter::All,
        "closed" => StateFilter::Closed,
        _ => StateFilter::Open,
    }
}

/// A list of texts, when it is given; an empty list is not the same as none.
pub(super) fn read_texts(arguments: &Arguments, name: &str) -> Option<Vec<String>> {
    arguments.value(name).map(|_| arguments.texts(name))
}

pub(super) fn read_text(arguments: &Arguments, name: &str) -> Option<String> {
    arguments.optional_text(name).map(str::to_owned)
}

fn unsigned(arguments: &Arguments, name: &str) -> Option<u64> {
    arguments.integer(name).map(|number| u64::try_from(number).unwrap_or_default())
}
