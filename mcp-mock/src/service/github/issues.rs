//! Issues, and what pull requests share with them: list, read, update, comment.

use super::super::{ApiError, Page};
use super::{
    Api, Comment, GitHub, Issue, IssueDetails, IssueFilter, IssuePath, IssueState, Label,
    PageNumber, Quota, Repo, RepoPath, StateReason, database_id, refusal,
};

/// GitHub's limit for a title, in characters.
const TITLE_MAX: usize = 256;
/// GitHub's limit for the text of an issue, pull request or comment, in characters.
const BODY_MAX: usize = 65_536;
/// What labels look like until somebody picks a colour.
const LABEL_COLOR: &str = "ededed";

/// What a new issue is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewIssue {
    /// The headline.
    pub title: String,
    /// The text.
    pub body: Option<String>,
    /// Names of labels; unknown ones are created.
    pub labels: Vec<String>,
    /// Logins; those without access are dropped.
    pub assignees: Vec<String>,
    /// Milestone, type and fields.
    pub details: IssueDetails,
}

/// What is to change about an issue or pull request; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueChange {
    /// The new headline.
    pub title: Option<String>,
    /// The new text.
    pub body: Option<String>,
    /// Close it or open it again.
    pub state: Option<IssueState>,
    /// Why it is closed; `completed` when not given.
    pub state_reason: Option<StateReason>,
    /// The labels that it has from here on.
    pub labels: Option<Vec<String>>,
    /// The logins that it is assigned to from here on.
    pub assignees: Option<Vec<String>>,
    /// Milestone, type and fields.
    pub details: IssueDetails,
}

impl GitHub {
    /// Opens an issue.
    ///
    /// # Errors
    ///
    /// 404 without the repository, 403 when it is archived, 410 when issues are switched off, 422
    /// for a missing title, a body that is too long, and a milestone, type or field that does not exist.
    pub fn create_issue(
        &mut self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        new: NewIssue,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Content)?;
        let viewer = self.viewer.clone();
        let organization = self.organization(path.owner).cloned();
        let repo = self.writable(path)?;
        if !repo.has_issues {
            return Err(refusal::gone("Issues has been disabled in this repository."));
        }
        check_title("Issue", &new.title)?;
        check_body("Issue", new.body.as_deref())?;
        // Before it is opened: a refused issue takes no number.
        let mut issue = Issue::default();
        new.details.put_on(&mut issue, repo, organization.as_ref())?;
        let Issue { milestone, issue_type, fields, .. } = issue;
        let mut issue =
            Issue { milestone, issue_type, fields, ..repo.open(api, &viewer, new.title) };
        issue.html_url = format!("{}/issues/{}", repo.html_url, issue.number);
        issue.body = new.body;
        issue.labels = repo.take_labels(api, new.labels);
        issue.assignees = repo.with_access(&viewer, new.assignees);
        repo.issues.push(issue.clone());
        Ok(issue)
    }

    /// The issue or pull request with this number.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number.
    pub fn get_issue(&self, api: &mut Api<'_>, at: IssuePath<'_>) -> Result<&Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        self.issue_at(at)
    }

    /// Issues and pull requests that the filter shows, in its order.
    ///
    /// # Errors
    ///
    /// 404 without the repository.
    pub fn list_issues(
        &self,
        api: &mut Api<'_>,
        path: RepoPath<'_>,
        filter: &IssueFilter,
        page: PageNumber,
    ) -> Result<Page<&Issue, u64>, ApiError> {
        self.spend(api, Quota::Core)?;
        Ok(page.cut(self.issues_at(path, filter)?))
    }

    /// The issues and pull requests that the filter shows, in its order.
    ///
    /// # Errors
    ///
    /// 404 without the repository.
    pub fn issues_at(
        &self,
        path: RepoPath<'_>,
        filter: &IssueFilter,
    ) -> Result<Vec<&Issue>, ApiError> {
        let repo = self.repo_at(path)?;
        let shown = repo.issues.iter().filter(|issue| filter.shows(repo, issue));
        let mut shown: Vec<_> = shown.collect();
        filter.order.sort(&mut shown);
        Ok(shown)
    }

    /// Changes an issue or pull request; closing a closed one changes nothing.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number, 403 when archived, 422 for a bad text, for a milestone, type
    /// or field that does not exist, or for opening a merged pull request again.
    pub fn update_issue(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        change: IssueChange,
    ) -> Result<Issue, ApiError> {
        self.spend(api, Quota::Core)?;
        self.change_issue(api, at, change)
    }

    pub(super) fn change_issue(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        change: IssueChange,
    ) -> Result<Issue, ApiError> {
        let viewer = self.viewer.clone();
        let organization = self.organization(at.repo.owner).cloned();
        let repo = self.writable(at.repo)?;
        let before = repo.issue(at.number).ok_or_else(refusal::not_found)?.clone();
        let mut issue = before.clone();
        if let Some(title) = change.title {
            check_title("Issue", &title)?;
            issue.title = title;
        }
        if let Some(body) = change.body {
            check_body("Issue", Some(&body))?;
            issue.body = Some(body);
        }
        change.details.put_on(&mut issue, repo, organization.as_ref())?;
        let now = api.clock.rfc3339();
        if let Some(state) = change.state {
            issue.move_to(state, change.state_reason, &now)?;
        }
        if let Some(names) = change.labels {
            issue.labels = repo.take_labels(api, names);
        }
        if let Some(logins) = change.assignees {
            issue.assignees = repo.with_access(&viewer, logins);
        }
        if issue != before {
            issue.updated_at = now;
        }
        if let Some(slot) = repo.issue_mut(at.number) {
            slot.clone_from(&issue);
        }
        Ok(issue)
    }

    /// Comments on an issue or pull request.
    ///
    /// # Errors
    ///
    /// 404 without the repository or the number, 403 when archived or locked, 422 for an empty or too long
    /// text.
    pub fn add_comment(
        &mut self,
        api: &mut Api<'_>,
        at: IssuePath<'_>,
        body: &str,
    ) -> Result<Comment, ApiError> {
        self.spend(api, Quota::Content)?;
        let author = self.viewer.clone();
        let issue = self.writable(at.repo)?.issue_mut(at.number).ok_or_else(refusal::not_found)?;
        if issue.locked {
            return Err(refusal::forbidden("Unable to create comment because issue is locked."));
        }
        if body.trim().is_empty() {
            return Err(refusal::explained("IssueComment", "data", "Body cannot be blank"));
        }
        check_body("IssueComment", Some(body))?;
        let id = database_id(api);
        let comment = Comment {
            id,
            author,
            body: body.to_owned(),
            html_url: format!("{}#issuecomment-{id}", issue.html_url),
            reactions: Vec::new(),
            created_at: api.clock.rfc3339(),
        };
        issue.updated_at.clone_from(&comment.created_at);
        issue.comments.push(comment.clone());
        Ok(comment)
    }
}

impl Repo {
    /// An issue with the next number; the caller completes and stores it.
    pub(super) fn open(&mut self, api: &mut Api<'_>, author: &str, title: String) -> Issue {
        self.last_number = self.last_number.saturating_add(1);
        let now = api.clock.rfc3339();
        Issue {
            id: database_id(api),
            number: self.last_number,
            title,
            author: author.to_owned(),
            created_at: now.clone(),
            updated_at: now,
            ..Issue::default()
        }
    }

    /// The labels with these names, each once; unknown ones are created.
    pub(super) fn take_labels(&mut self, api: &mut Api<'_>, names: Vec<String>) -> Vec<Label> {
        let mut taken: Vec<Label> = Vec::new();
        for name in names {
            let known = self.labels.iter().find(|label| label.name.eq_ignore_ascii_case(&name));
            let label = known.cloned().unwrap_or_else(|| {
                let label = Label { id: database_id(api), name, color: LABEL_COLOR.to_owned() };
                self.labels.push(label.clone());
                label
            });
            if !taken.iter().any(|other| other.id == label.id) {
                taken.push(label);
            }
        }
        taken
    }

    /// The logins that an issue can be assigned to; GitHub drops the others silently.
    pub(super) fn with_access(&self, viewer: &str, logins: Vec<String>) -> Vec<String> {
        let has_access = |login: &String| {
            let known = [viewer, &self.owner];
            let mut known = known.into_iter().chain(self.collaborators.iter().map(String::as_str));
            known.any(|other| other.eq_ignore_ascii_case(login))
        };
        logins.into_iter().filter(has_access).collect()
    }
}

impl Issue {
    /// Closes it or opens it again; nothing changes when it is there already.
    pub(super) fn move_to(
        &mut self,
        state: IssueState,
        reason: Option<StateReason>,
        now: &str,
    ) -> Result<(), ApiError> {
        if self.state == state {
            return Ok(());
        }
        let is_pull = self.pull.is_some();
        if self.pull.as_ref().is_some_and(|pull| pull.merged_at.is_some()) {
            return Err(refusal::invalid("PullRequest", "state", "invalid"));
        }
        let (closed_at, usual) = match state {
            IssueState::Closed => (Some(now.to_owned()), StateReason::Completed),
            IssueState::Open => (None, StateReason::Reopened),
        };
        self.state = state;
        self.state_reason = (!is_pull).then(|| reason.unwrap_or(usual));
        self.closed_at = closed_at;
        now.clone_into(&mut self.updated_at);
        Ok(())
    }
}

pub(super) fn check_title(resource: &str, title: &str) -> Result<(), ApiError> {
    if title.trim().is_empty() {
        return Err(refusal::invalid(resource, "title", "missing_field"));
    }
    if title.chars().count() > TITLE_MAX {
        let message = format!("title is too long (maximum is {TITLE_MAX} characters)");
        return Err(refusal::explained(resource, "title", &message));
    }
    Ok(())
}

pub(super) fn check_body(resource: &str, body: Option<&str>) -> Result<(), ApiError> {
    if body.is_some_and(|body| body.chars().count() > BODY_MAX) {
        let message = format!("body is too long (maximum is {BODY_MAX} characters)");
        return Err(refusal::explained(resource, "body", &message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::StateFilter;
    use super::super::tests::{APP, seeded};
    use super::*;
    use crate::world::Env;

    fn app() -> (GitHub, Env) {
        seeded(json!({ "repos": [{
            "owner": "acme", "name": "app", "collaborators": ["ada"],
            "issues": [{ "title": "First", "labels": ["Bug"] }, { "title": "Done", "state": "closed" }],
            "pulls": [{ "title": "Change", "head": "change" }],
        }]}))
    }

    fn named(title: &str) -> NewIssue {
        NewIssue { title: title.to_owned(), ..NewIssue::default() }
    }

    fn closing() -> IssueChange {
        IssueChange { state: Some(IssueState::Closed), ..IssueChange::default() }
    }

    #[test]
    fn issues_and_pull_requests_share_their_numbers() {
        let (mut github, mut env) = app();

        let issue = github.create_issue(&mut env.api(), APP, named("Next")).unwrap();

        assert_eq!(github.pulls("acme", "app")[0].number, 3);
        assert_eq!(issue.number, 4);
    }

    #[test]
    fn missing_title_is_a_missing_field() {
        let (mut github, mut env) = app();

        let error = github.create_issue(&mut env.api(), APP, named("  ")).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (422, "missing_field"));
        let expected = json!({ "errors": [{ "resource": "Issue", "field": "title", "code": "missing_field" }] });
        assert_eq!(error.details, Some(expected));
    }

    #[test]
    fn refused_issue_takes_no_number() {
        let (mut github, mut env) = app();
        let before = github.clone();

        github.create_issue(&mut env.api(), APP, named(&"x".repeat(257))).unwrap_err();

        assert_eq!(github, before);
    }

    #[test]
    fn switched_off_issues_are_gone() {
        let (mut github, mut env) = app();
        github.repos[0].has_issues = false;

        let error = github.create_issue(&mut env.api(), APP, named("Nope")).unwrap_err();

        assert_eq!((error.status, error.code.as_str()), (410, "gone"));
    }

    #[test]
    fn labels_are_objects_created_when_unknown_and_matched_in_any_case() {
        let (mut github, mut env) = app();
        let labels = ["bug", "urgent", "BUG"].map(str::to_owned).to_vec();

        let issue =
            github.create_issue(&mut env.api(), APP, NewIssue { labels, ..named("L") }).unwrap();

        let names: Vec<_> = issue.labels.iter().map(|label| label.name.as_str()).collect();
        assert_eq!(names, ["Bug", "urgent"]);
        assert_eq!(github.repos[0].labels.len(), 2);
        assert_eq!(issue.labels[0], github.issues("acme", "app")[0].labels[0]);
    }

    #[test]
    fn assignees_without_access_are_dropped() {
        let (mut github, mut env) = app();
        let assignees = ["Ada", "stranger", "octocat"].map(str::to_owned).to_vec();

        let issue = github.create_issue(&mut env.api(), APP, NewIssue { assignees, ..named("A") });

        assert_eq!(issue.unwrap().assignees, ["Ada", "octocat"]);
    }

    #[test]
    fn list_shows_open_ones_newest_first_and_marks_pull_requests() {
        let (github, mut env) = app();

        let listing = github
            .list_issues(&mut env.api(), APP, &IssueFilter::default(), PageNumber::default())
            .unwrap();

        let shown: Vec<_> =
            listing.items.iter().map(|issue| (issue.number, issue.pull.is_some())).collect();
        assert_eq!(shown, [(3, true), (1, false)]);
    }

    #[test]
    fn list_can_be_narrowed_by_state_and_label() {
        let (github, mut env) = app();
        let mut numbers = |filter: IssueFilter| {
            let listing =
                github.list_issues(&mut env.api(), APP, &filter, PageNumber::default()).unwrap();
            listing.items.iter().map(|issue| issue.number).collect::<Vec<_>>()
        };

        let closed = numbers(IssueFilter { state: StateFilter::Closed, ..IssueFilter::default() });
        let bugs =
            numbers(IssueFilter { labels: vec!["bug".to_owned()], ..IssueFilter::default() });

        assert_eq!((closed, bugs), (vec![2], vec![1]));
    }

    #[test]
    fn closed_issue_has_a_time_and_a_reason() {
        let (mut github, mut env) = app();
        env.clock.advance(Duration::from_secs(60));

        let issue = github.update_issue(&mut env.api(), APP.issue(1), closing()).unwrap();

        assert_eq!(issue.state_reason, Some(StateReason::Completed));
        assert_eq!(issue.closed_at.as_deref(), Some("2026-01-05T09:01:00Z"));
        assert_eq!(issue.updated_at, "2026-01-05T09:01:00Z");
    }

    #[test]
    fn closing_twice_changes_nothing_more() {
        let (mut github, mut env) = app();
        github.update_issue(&mut env.api(), APP.issue(1), closing()).unwrap();
        let once = github.clone();
        env.clock.advance(Duration::from_secs(60));

        github.update_issue(&mut env.api(), APP.issue(1), closing()).unwrap();

        assert_eq!(github, once);
    }

    #[test]
    fn reopened_issue_loses_its_closing_time() {
        let (mut github, mut env) = app();
        let change = IssueChange { state: Some(IssueState::Open), ..IssueChange::default() };

        let issue = github.update_issue(&mut env.api(), APP.issue(2), change).unwrap();

        assert_eq!((issue.closed_at, issue.state_reason), (None, Some(StateReason::Reopened)));
    }

    #[test]
    fn comment_moves_the_time_of_the_issue() {
        let (mut github, mut env) = app();
        env.clock.advance(Duration::from_secs(5));

        let comment = github.add_comment(&mut env.api(), APP.issue(1), "Looking at it").unwrap();

        let issue = github.issue("acme", "app", 1).unwrap();
        assert_eq!(issue.updated_at, "2026-01-05T09:00:05Z");
        assert_eq!(comment.html_url, format!("{}#issuecomment-{}", issue.html_url, comment.id));
    }

    #[test]
    fn labels_move_the_time_of_the_issue_and_the_same_labels_do_not() {
        let (mut github, mut env) = app();
        let label = |names: &[&str]| {
            let labels = names.iter().map(|name| (*name).to_owned()).collect();
            IssueChange { labels: Some(labels), ..IssueChange::default() }
        };
        env.clock.advance(Duration::from_secs(5));

        let same = github.update_issue(&mut env.api(), APP.issue(1), label(&["Bug"])).unwrap();
        let other =
            github.update_issue(&mut env.api(), APP.issue(1), label(&["Bug", "late"])).unwrap();

        assert_eq!(same.updated_at, "2026-01-05T09:00:00Z");
        assert_eq!(other.updated_at, "2026-01-05T09:00:05Z");
    }

    #[test]
    fn closed_issue_keeps_the_reason_that_was_given() {
        for reason in [StateReason::Completed, StateReason::Duplicate, StateReason::NotPlanned] {
            let (mut github, mut env) = app();
            let change = IssueChange { state_reason: Some(reason), ..closing() };

            let issue = github.update_issue(&mut env.api(), APP.issue(1), change).unwrap();

            assert_eq!(issue.state_reason, Some(reason));
        }
    }

    #[test]
    fn locked_issue_takes_no_comment() {
        let (mut github, mut env) = seeded(json!({ "repos": [{ "owner": "acme", "name": "app",
            "issues": [{ "title": "Heated", "locked": true, "comments": [{ "body": "So there" }] }] }] }));

        let error = github.add_comment(&mut env.api(), APP.issue(1), "Me too").unwrap_err();

        let expected = (403, "Unable to create comment because issue is locked.");
        assert_eq!((error.status, error.message.as_str()), expected);
        assert_eq!(github.issue("acme", "app", 1).unwrap().comments.len(), 1);
    }

    #[test]
    fn blank_comment_is_refused() {
        let (mut github, mut env) = app();

        let error = github.add_comment(&mut env.api(), APP.issue(1), " \n").unwrap_err();

        assert_eq!((error.status, error.message.as_str()), (422, "Validation Failed"));
    }
}
