//! What an issue has from its repository and from the organization that owns it: milestone, type, fields.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::ApiError;
use super::{Issue, Organization, Repo, refusal};

/// Milestone, type and fields of an issue; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueDetails {
    /// Number of a milestone of the repository.
    pub milestone: Option<u64>,
    /// Name of a type of the organization; the empty one takes the type away.
    pub issue_type: Option<String>,
    /// Values by name of a field of the organization; null takes a value away.
    pub fields: BTreeMap<String, Value>,
}

impl IssueDetails {
    /// Puts them on an issue, all or none.
    pub(super) fn put_on(
        self,
        issue: &mut Issue,
        repo: &Repo,
        organization: Option<&Organization>,
    ) -> Result<(), ApiError> {
        if let Some(number) = self.milestone {
            repo.milestone(number).ok_or_else(|| unknown("milestone", &number.into()))?;
            issue.milestone = Some(number);
        }
        if let Some(name) = self.issue_type {
            let known = organization.and_then(|organization| organization.issue_type(&name));
            issue.issue_type = match (name.as_str(), known) {
                ("", _) => None,
                (_, Some(known)) => Some(known.name.clone()),
                (_, None) => return Err(unknown("type", &name.into())),
            };
        }
        for (name, value) in self.fields {
            let field = organization.and_then(|organization| organization.issue_field(&name));
            let field = field.ok_or_else(|| unknown("issue_field_values", &name.into()))?;
            if value.is_null() {
                issue.fields.remove(&field.name);
                continue;
            }
            let read = field.read(&value).ok_or_else(|| unknown("issue_field_values", &value))?;
            issue.fields.insert(field.name.clone(), read);
        }
        Ok(())
    }
}

fn unknown(field: &str, value: &Value) -> ApiError {
    refusal::invalid_value("Issue", field, value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{APP, env, seeded};
    use super::super::{GitHub, GitHubSeed, IssueChange, NewIssue};
    use super::*;

    fn seed() -> Value {
        json!({
            "organizations": [{ "login": "acme", "issue_types": [{ "name": "Bug" }], "issue_fields": [
                { "name": "Priority", "data_type": "single_select", "options": ["High", "Low"] },
                { "name": "Points", "data_type": "number" },
            ] }],
            "repos": [{ "owner": "acme", "name": "app", "milestones": [{ "title": "v1" }], "issues": [
                { "title": "One", "type": "bug", "milestone": 1, "fields": { "points": 3 } },
            ] }],
        })
    }

    #[test]
    fn seeded_issue_has_its_milestone_type_and_fields_in_their_own_spelling() {
        let (github, _) = seeded(seed());

        let issue = &github.repos[0].issues[0];
        assert_eq!((issue.milestone, issue.issue_type.as_deref()), (Some(1), Some("Bug")));
        assert_eq!(issue.fields, BTreeMap::from([("Points".to_owned(), "3".to_owned())]));
    }

    #[test]
    fn what_does_not_exist_is_invalid_and_changes_nothing() {
        let (mut github, mut env) = seeded(seed());
        let before = github.clone();
        let details = [
            IssueDetails { milestone: Some(2), ..IssueDetails::default() },
            IssueDetails { issue_type: Some("Task".to_owned()), ..IssueDetails::default() },
            IssueDetails {
                fields: BTreeMap::from([("Size".to_owned(), json!(1))]),
                ..IssueDetails::default()
            },
            IssueDetails {
                fields: BTreeMap::from([("Priority".to_owned(), json!("Mid"))]),
                ..IssueDetails::default()
            },
        ];

        for details in details {
            let new =
                NewIssue { title: "T".to_owned(), details: details.clone(), ..NewIssue::default() };
            let created = github.create_issue(&mut env.api(), APP, new).unwrap_err();
            let change = IssueChange { details, ..IssueChange::default() };
            let updated = github.update_issue(&mut env.api(), APP.issue(1), change).unwrap_err();

            assert_eq!((created.status, created.code.as_str()), (422, "invalid"));
            assert_eq!(created, updated);
        }
        assert_eq!(github, before);
    }

    #[test]
    fn type_and_value_are_taken_away() {
        let (mut github, mut env) = seeded(seed());
        let details = IssueDetails {
            issue_type: Some(String::new()),
            fields: BTreeMap::from([("Points".to_owned(), Value::Null)]),
            ..IssueDetails::default()
        };

        let issue = github.update_issue(
            &mut env.api(),
            APP.issue(1),
            IssueChange { details, ..IssueChange::default() },
        );

        let issue = issue.unwrap();
        assert_eq!((issue.issue_type, issue.fields.len()), (None, 0));
    }

    #[test]
    fn seed_with_an_unknown_type_is_refused() {
        let seed: GitHubSeed = serde_json::from_value(json!({ "repos": [
            { "owner": "acme", "name": "app", "issues": [{ "title": "One", "type": "Bug" }] },
        ] }))
        .unwrap();

        let error = GitHub::default().apply_seed(&mut env().api(), seed).unwrap_err();

        assert_eq!(error.details.unwrap()["errors"][0]["field"], "type");
    }
}
