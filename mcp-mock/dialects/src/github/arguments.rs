//! Arguments that GitHub's servers have in common.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::github::{
    Branch, Issue, IssueOrder, IssueSort, MergeMethod, Page, ReactionContent, Repo, RepoPath,
    StateFilter,
};

/// A time or a day, as servers take either.
pub(in super::super) fn read_time(text: &str) -> Option<Timestamp> {
    let of_day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| of_day().map(|zoned| zoned.timestamp()))
}

pub(in super::super) fn repo_path(arguments: &Arguments) -> RepoPath<'_> {
    RepoPath::new(arguments.text("owner"), arguments.text("repo"))
}

/// A number in a path; a fraction or one below zero is 0, which nothing has.
pub(in super::super) fn number(arguments: &Arguments, name: &str) -> u64 {
    let whole = arguments.value(name).and_then(Value::as_f64).is_some_and(|it| it.fract() == 0.0);
    let number = arguments.integer(name).filter(|_| whole);
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default()
}

/// The page that the arguments of these names ask for.
pub(in super::super) fn page(arguments: &Arguments, page: &str, per_page: &str) -> Page {
    let usual = Page::default();
    let read = |name: &str, usual| match arguments.integer(name) {
        Some(number) => u64::try_from(number).unwrap_or_default(),
        None => usual,
    };
    Page { page: read(page, usual.page), per_page: read(per_page, usual.per_page) }
}

pub(in super::super) fn owned(arguments: &Arguments, name: &str) -> Option<String> {
    arguments.optional_text(name).map(str::to_owned)
}

/// A list of texts, when it is given; an empty list is not the same as none.
pub(in super::super) fn given_texts(arguments: &Arguments, name: &str) -> Option<Vec<String>> {
    arguments.value(name).map(|_| arguments.texts(name))
}

/// The number of a milestone; one that no milestone can have is 0.
pub(in super::super) fn milestone(arguments: &Arguments) -> Option<u64> {
    arguments.value("milestone").map(|_| number(arguments, "milestone"))
}

/// Fails for a value that this world cannot do, rather than passing it over.
pub(in super::super) fn refuse_unmodelled(
    arguments: &Arguments,
    name: &str,
    values: &[&str],
) -> Result<(), ApiError> {
    let given = arguments.text(name);
    if !values.contains(&given) {
        return Ok(());
    }
    let message = format!(
        "mcp-mock does not model `{name}` = `{given}`: leave it out, or let a rule answer in its place"
    );
    Err(ApiError::new(501, "not_modelled", message))
}

/// The order of a search over issues. GitHub looks at `order` only together with `sort`.
pub(in super::super) fn search_order(arguments: &Arguments) -> IssueOrder {
    let by = match arguments.text("sort") {
        "" => return IssueOrder::default(),
        "comments" => IssueSort::Comments,
        "interactions" => IssueSort::Interactions,
        "reactions" => IssueSort::Reactions,
        "reactions-+1" => IssueSort::Reaction(ReactionContent::PlusOne),
        "reactions--1" => IssueSort::Reaction(ReactionContent::MinusOne),
        "reactions-heart" => IssueSort::Reaction(ReactionContent::Heart),
        "reactions-smile" => IssueSort::Reaction(ReactionContent::Laugh),
        "reactions-tada" => IssueSort::Reaction(ReactionContent::Hooray),
        "reactions-thinking_face" => IssueSort::Reaction(ReactionContent::Confused),
        "updated" => IssueSort::Updated,
        _ => IssueSort::Created,
    };
    IssueOrder { by, ascending: arguments.text("order") == "asc" }
}

pub(in super::super) fn state(arguments: &Arguments) -> StateFilter {
    match arguments.text("state") {
        "all" => StateFilter::All,
        "closed" => StateFilter::Closed,
        _ => StateFilter::Open,
    }
}

/// Newest first, but any other order begins at its least unless told otherwise.
pub(in super::super) fn pull_order(arguments: &Arguments) -> Result<IssueOrder, ApiError> {
    refuse_unmodelled(arguments, "sort", &["long-running"])?;
    let by = match arguments.text("sort") {
        "popularity" => IssueSort::Comments,
        "updated" => IssueSort::Updated,
        _ => IssueSort::Created,
    };
    let is_by_age = matches!(arguments.text("sort"), "" | "created");
    let ascending = match arguments.text("direction") {
        "asc" => true,
        "desc" => false,
        _ => !is_by_age,
    };
    Ok(IssueOrder { by, ascending })
}

pub(in super::super) fn merge_method(arguments: &Arguments) -> MergeMethod {
    match arguments.text("merge_method") {
        "rebase" => MergeMethod::Rebase,
        "squash" => MergeMethod::Squash,
        _ => MergeMethod::Merge,
    }
}

/// GitHub's own title and text stand in for what is not given.
pub(in super::super) fn merge_message(
    method: MergeMethod,
    issue: &Issue,
    arguments: &Arguments,
) -> Option<String> {
    let (title, text) =
        (arguments.optional_text("commit_title"), arguments.optional_text("commit_message"));
    if title.is_none() && text.is_none() {
        return None;
    }
    let title = title.map_or_else(|| method.title(issue, arguments.text("owner")), str::to_owned);
    let usual = if method == MergeMethod::Merge { issue.title.as_str() } else { "" };
    match text.unwrap_or(usual) {
        "" => Some(title),
        text => Some(format!("{title}\n\n{text}")),
    }
}

/// The head of a pull request.
pub(in super::super) fn head_sha(repo: &Repo, issue: &Issue) -> String {
    let head = issue.pull.as_ref().and_then(|pull| repo.branches.get(&pull.head));
    head.and_then(Branch::head).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    #[test]
    fn times_and_days_are_read() {
        let shown = |text| read_time(text).map(|time: Timestamp| time.to_string());

        assert_eq!(shown("2026-01-05T10:00:00+01:00").as_deref(), Some("2026-01-05T09:00:00Z"));
        assert_eq!(shown("2026-01-05").as_deref(), Some("2026-01-05T00:00:00Z"));
        assert_eq!(shown("yesterday"), None);
    }

    #[test]
    fn fractions_are_no_numbers_of_issues() {
        let read =
            |value: Value| number(&Arguments::new(Map::from_iter([("n".to_owned(), value)])), "n");

        assert_eq!(
            [read(json!(7)), read(json!(7.0)), read(json!(7.5)), read(json!(-1))],
            [7, 7, 0, 0]
        );
    }
}
