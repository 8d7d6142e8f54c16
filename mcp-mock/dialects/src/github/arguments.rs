//! Arguments that GitHub's servers have in common.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use mcp_mock::dialect::Refusal;
use mcp_mock::service::github::{
    Branch, Issue, IssueFilter, IssueKind, IssueOrder, IssuePath, IssueSort, Merge, MergeMethod,
    PageNumber, ReactionContent, Repo, RepoPath, StateFilter,
};

/// The repository that a tool is about.
#[derive(Debug, Deserialize)]
pub(crate) struct InRepo {
    pub(crate) owner: String,
    pub(crate) repo: String,
}

impl InRepo {
    pub(crate) fn path(&self) -> RepoPath<'_> {
        RepoPath::new(&self.owner, &self.repo)
    }
}

/// The issue that a tool is about.
#[derive(Debug, Deserialize)]
pub(crate) struct OfIssue {
    #[serde(flatten)]
    pub(crate) at: InRepo,
    pub(crate) issue_number: Number,
}

impl OfIssue {
    pub(crate) fn path(&self) -> IssuePath<'_> {
        self.at.path().issue(self.issue_number.id())
    }
}

/// The pull request that a tool is about.
#[derive(Debug, Deserialize)]
pub(crate) struct OfPull {
    #[serde(flatten)]
    pub(crate) at: InRepo,
    #[serde(rename = "pullNumber", alias = "pull_number")]
    pub(crate) number: Number,
}

impl OfPull {
    pub(crate) fn path(&self) -> IssuePath<'_> {
        self.at.path().issue(self.number.id())
    }
}

/// A number, as JavaScript and Go read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Number(f64);

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
impl Number {
    /// The number of a record; a fraction or one below zero is 0, which nothing has.
    pub(crate) fn id(self) -> u64 {
        if self.0.fract() == 0.0 { self.0 as u64 } else { 0 }
    }

    /// How many there are to be; a fraction is cut off, and below zero is 0.
    pub(crate) fn count(self) -> u64 {
        self.0 as u64
    }
}

/// The page of a list that a call asks for.
#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    page: Option<Number>,
    #[serde(rename = "perPage", alias = "per_page")]
    per_page: Option<Number>,
}

impl Paging {
    pub(crate) fn number(&self) -> PageNumber {
        let usual = PageNumber::default();
        PageNumber {
            page: self.page.map_or(usual.page, Number::count),
            per_page: self.per_page.map_or(usual.per_page, Number::count),
        }
    }
}

/// How a list of pull requests is narrowed and ordered.
#[derive(Debug, Deserialize)]
pub(crate) struct PullList {
    #[serde(flatten)]
    pub(crate) at: InRepo,
    #[serde(default)]
    state: String,
    head: Option<String>,
    base: Option<String>,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    direction: String,
    #[serde(flatten)]
    pub(crate) paging: Paging,
}

impl PullList {
    /// Newest first; any other order is ascending by default.
    pub(crate) fn filter(&self) -> Result<IssueFilter, Refusal> {
        refuse_unmodelled("sort", &self.sort, &["long-running"])?;
        let by = match self.sort.as_str() {
            "popularity" => IssueSort::Comments,
            "updated" => IssueSort::Updated,
            _ => IssueSort::Created,
        };
        let is_by_age = matches!(self.sort.as_str(), "" | "created");
        let ascending = match self.direction.as_str() {
            "asc" => true,
            "desc" => false,
            _ => !is_by_age,
        };
        Ok(IssueFilter {
            kind: IssueKind::Pull,
            state: state(&self.state),
            head: self.head.clone().filter(|head| !head.is_empty()),
            base: self.base.clone().filter(|base| !base.is_empty()),
            order: IssueOrder { by, ascending },
            ..IssueFilter::default()
        })
    }
}

/// How a pull request is merged.
#[derive(Debug, Deserialize)]
pub(crate) struct MergeRequest {
    #[serde(flatten)]
    pub(crate) pull: OfPull,
    commit_title: Option<String>,
    commit_message: Option<String>,
    #[serde(default)]
    merge_method: String,
}

impl MergeRequest {
    /// GitHub's own title and text stand in for what is not given.
    pub(crate) fn merge(&self, issue: &Issue) -> Merge {
        let method = match self.merge_method.as_str() {
            "rebase" => MergeMethod::Rebase,
            "squash" => MergeMethod::Squash,
            _ => MergeMethod::Merge,
        };
        Merge { method, message: self.message(method, issue), sha: None }
    }

    fn message(&self, method: MergeMethod, issue: &Issue) -> Option<String> {
        let (title, text) = (&self.commit_title, self.commit_message.as_deref());
        if title.is_none() && text.is_none() {
            return None;
        }
        let title = title.clone().unwrap_or_else(|| method.title(issue, &self.pull.at.owner));
        let usual = if method == MergeMethod::Merge { issue.title.as_str() } else { "" };
        match text.unwrap_or(usual) {
            "" => Some(title),
            text => Some(format!("{title}\n\n{text}")),
        }
    }
}

/// A time or a day, as servers take either.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    let of_day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| of_day().map(|zoned| zoned.timestamp()))
}

/// Fails for a value that this world cannot do, rather than passing it over.
pub(crate) fn refuse_unmodelled(name: &str, given: &str, values: &[&str]) -> Result<(), Refusal> {
    if !values.contains(&given) {
        return Ok(());
    }
    Err(Refusal::NotModelled(format!(
        "mcp-mock does not model `{name}` = `{given}`: leave it out, or let a rule answer in its place"
    )))
}

/// The order of a search over issues. GitHub looks at `order` only together with `sort`.
pub(crate) fn search_order(sort: &str, order: &str) -> IssueOrder {
    let by = match sort {
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
    IssueOrder { by, ascending: order == "asc" }
}

pub(crate) fn state(state: &str) -> StateFilter {
    match state {
        "all" => StateFilter::All,
        "closed" => StateFilter::Closed,
        _ => StateFilter::Open,
    }
}

/// The head of a pull request.
pub(crate) fn head_sha(repo: &Repo, issue: &Issue) -> String {
    let head = issue.pull.as_ref().and_then(|pull| repo.branches.get(&pull.head));
    head.and_then(Branch::head).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_and_days_are_read() {
        let read = |text| read_time(text).map(|time: Timestamp| time.to_string());

        assert_eq!(read("2026-01-05T10:00:00+01:00").as_deref(), Some("2026-01-05T09:00:00Z"));
        assert_eq!(read("2026-01-05").as_deref(), Some("2026-01-05T00:00:00Z"));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn fractions_are_no_numbers_of_issues() {
        let read = |value| serde_json::from_value::<Number>(value).unwrap().id();

        assert_eq!(
            [read(json!(7)), read(json!(7.0)), read(json!(7.5)), read(json!(-1))],
            [7, 7, 0, 0]
        );
    }
}
