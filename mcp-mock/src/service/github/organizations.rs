//! Organizations: teams, and the types and fields that their issues can have.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ApiError;
use super::{GitHub, refusal};

/// An organization. Its members are those of its teams. Ids follow from names, so that a seed needs none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Organization {
    /// Its login, in its own spelling.
    pub login: String,
    /// Teams, oldest first.
    pub teams: Vec<Team>,
    /// Types that issues of its repositories can have.
    pub issue_types: Vec<IssueType>,
    /// Fields that issues of its repositories can have.
    pub issue_fields: Vec<IssueField>,
}

/// A team of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// Logins of its members.
    pub members: Vec<String>,
}

/// A type of issues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssueType {
    /// Its name, such as `Bug`.
    pub name: String,
    /// One line about it.
    pub description: String,
}

/// A field of issues.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssueField {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// What its values are.
    pub data_type: FieldType,
    /// The values of a single select, in order.
    pub options: Vec<String>,
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Days, as `YYYY-MM-DD`.
    Date,
    /// Numbers.
    Number,
    /// One of the field's options.
    SingleSelect,
    /// Any text.
    #[default]
    Text,
}

impl FieldType {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Number => "NUMBER",
            Self::SingleSelect => "SINGLE_SELECT",
            Self::Text => "TEXT",
        }
    }
}

impl Organization {
    /// The team with this slug.
    #[must_use]
    pub fn team(&self, slug: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.slug().eq_ignore_ascii_case(slug))
    }

    /// The type with this name, in any case.
    #[must_use]
    pub fn issue_type(&self, name: &str) -> Option<&IssueType> {
        self.issue_types.iter().find(|kind| kind.name.eq_ignore_ascii_case(name))
    }

    /// The field with this name, in any case.
    #[must_use]
    pub fn issue_field(&self, name: &str) -> Option<&IssueField> {
        self.issue_fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Whether this account is in one of its teams.
    #[must_use]
    pub fn has_member(&self, login: &str) -> bool {
        self.teams.iter().any(|team| team.has_member(login))
    }
}

impl Team {
    /// The name as it stands in addresses: lower case, with hyphens for all but letters and digits.
    #[must_use]
    pub fn slug(&self) -> String {
        let lower = self.name.to_lowercase();
        let words = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    }

    /// Whether this account is in the team.
    #[must_use]
    pub fn has_member(&self, login: &str) -> bool {
        self.members.iter().any(|member| member.eq_ignore_ascii_case(login))
    }
}

impl IssueField {
    /// The option with this name, in any case.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|option| option.eq_ignore_ascii_case(name.trim()));
        found.map(String::as_str)
    }

    /// A value of this field as a string, when it is one.
    pub(super) fn read(&self, value: &Value) -> Option<String> {
        let text = value.as_str();
        match self.data_type {
            FieldType::Date => {
                text.filter(|day| day.parse::<jiff::civil::Date>().is_ok()).map(str::to_owned)
            }
            FieldType::Number => value.as_f64().map(|number| number.to_string()),
            FieldType::SingleSelect => text.and_then(|name| self.option(name)).map(str::to_owned),
            FieldType::Text => text.map(str::to_owned),
        }
    }
}

impl GitHub {
    /// The organization with this login, when the seed has said something about it.
    #[must_use]
    pub fn organization(&self, login: &str) -> Option<&Organization> {
        self.organizations.iter().find(|other| other.login.eq_ignore_ascii_case(login))
    }

    /// Adds an organization of a seed.
    pub(super) fn seed_organization(&mut self, organization: Organization) -> Result<(), ApiError> {
        let Organization { login, teams, issue_types, issue_fields } = &organization;
        if login.is_empty() {
            return Err(refusal::invalid("Organization", "login", "missing_field"));
        }
        if self.organization(login).is_some() {
            return Err(refusal::invalid("Organization", "login", "already_exists"));
        }
        let names = [
            ("Team", teams.iter().map(|team| &team.name).collect::<Vec<_>>()),
            ("IssueType", issue_types.iter().map(|kind| &kind.name).collect()),
            ("IssueField", issue_fields.iter().map(|field| &field.name).collect()),
        ];
        for (resource, names) in names {
            if names.iter().any(|name| name.is_empty()) {
                return Err(refusal::invalid(resource, "name", "missing_field"));
            }
        }
        self.organizations.push(organization);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{env, seeded};
    use super::*;

    #[test]
    fn teams_are_found_by_slug_and_members_in_any_case() {
        let (github, _) = seeded(json!({ "organizations": [{ "login": "Acme", "teams": [
            { "name": "Core & Friends", "members": ["ada"] },
        ] }] }));
        let organization = github.organization("acme").unwrap();

        assert!(organization.team("core-friends").is_some_and(|team| team.has_member("Ada")));
        assert!(organization.has_member("ADA") && !organization.has_member("bob"));
        assert!(github.is_organization("acme") && !github.is_organization("ada"));
    }

    #[test]
    fn organization_without_a_login_or_with_a_nameless_team_is_refused() {
        let refused = |organization: Value| {
            let seed = serde_json::from_value(json!({ "organizations": [organization] })).unwrap();
            GitHub::default().apply_seed(&mut env().api(), seed).unwrap_err().code
        };

        assert_eq!(refused(json!({})), "missing_field");
        assert_eq!(refused(json!({ "login": "acme", "teams": [{}] })), "missing_field");
    }

    #[test]
    fn values_of_fields_are_read_by_their_type() {
        let field = |data_type| IssueField {
            data_type,
            options: vec!["High".to_owned()],
            ..IssueField::default()
        };
        let cases = [
            (FieldType::Date, json!("2026-02-30"), None),
            (FieldType::Date, json!("2026-02-28"), Some("2026-02-28")),
            (FieldType::Number, json!(3.0), Some("3")),
            (FieldType::Number, json!("3"), None),
            (FieldType::SingleSelect, json!("high"), Some("High")),
            (FieldType::SingleSelect, json!("low"), None),
            (FieldType::Text, json!("x"), Some("x")),
            (FieldType::Text, json!(true), None),
        ];

        for (data_type, value, expected) in cases {
            assert_eq!(field(data_type).read(&value).as_deref(), expected, "{data_type:?} {value}");
        }
    }
}
