//! How much each vendor allows.
//!
//! The defaults are the vendors' numbers, as their documents had them in November 2026; where each stands is
//! said with it. Tests that do not want to make five thousand calls give smaller ones.

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// What stands for the numbers of all vendors.
const VENDOR: &str = "vendor";

/// The limits that a world enforces. A service without limits takes any number of calls.
///
/// ```
/// use mcp_mock::{GitHubLimits, Limits};
///
/// let ten_an_hour = GitHubLimits { requests_per_hour: 10, ..GitHubLimits::default() };
/// let limits = Limits { github: Some(ten_an_hour), ..Limits::default() };
///
/// assert_eq!(limits.slack, None);
/// assert_eq!(Limits::vendor().github.unwrap().requests_per_hour, 5_000);
/// ```
///
/// In a seed file they are `"vendor"`, or an object with the services whose limits are enforced; what is left
/// out of a service has the vendor's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// GitHub's.
    pub github: Option<GitHubLimits>,
    /// Gmail's.
    pub gmail: Option<GmailLimits>,
    /// Notion's.
    pub notion: Option<NotionLimits>,
    /// Salesforce's.
    pub salesforce: Option<SalesforceLimits>,
    /// Slack's.
    pub slack: Option<SlackLimits>,
}

impl Limits {
    /// The numbers of all vendors.
    #[must_use]
    pub fn vendor() -> Self {
        Self::default().or_vendor()
    }

    /// These limits, and the vendor's numbers for the services that have none.
    pub(crate) fn or_vendor(self) -> Self {
        Self {
            github: Some(self.github.unwrap_or_default()),
            gmail: Some(self.gmail.unwrap_or_default()),
            notion: Some(self.notion.unwrap_or_default()),
            salesforce: Some(self.salesforce.unwrap_or_default()),
            slack: Some(self.slack.unwrap_or_default()),
        }
    }
}

/// GitHub's limits for a user with a token.
///
/// From "Rate limits for the REST API" and "REST API endpoints for search" on docs.github.com. Not counted
/// are requests at the same time (100) and points for each endpoint (900 a minute).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GitHubLimits {
    /// Primary limit, for all but searches: 5000.
    pub requests_per_hour: u32,
    /// Primary limit of searches, but for code: 30.
    pub searches_per_minute: u32,
    /// Primary limit of searches for code: 10.
    pub code_searches_per_minute: u32,
    /// Secondary limit of requests that create something: 80, which GitHub calls a general rule.
    pub content_per_minute: u32,
    /// Secondary limit of requests that create something: 500, which GitHub calls a general rule.
    pub content_per_hour: u32,
}

impl Default for GitHubLimits {
    fn default() -> Self {
        Self {
            requests_per_hour: 5_000,
            searches_per_minute: 30,
            code_searches_per_minute: 10,
            content_per_minute: 80,
            content_per_hour: 500,
        }
    }
}

/// Gmail's limit for a user of a project.
///
/// From "Usage limits" of the Gmail API on developers.google.com, for projects made since May 2026; older ones
/// keep 15 000. The limit for the whole project, 1 200 000 a minute, is not counted: there is one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GmailLimits {
    /// Quota units, of which each request costs some: 6000.
    pub units_per_minute: u32,
}

impl Default for GmailLimits {
    fn default() -> Self {
        Self { units_per_minute: 6_000 }
    }
}

/// Notion's limit for a connection.
///
/// From "Request limits" on developers.notion.com: three requests a second on average, spent at any pace in
/// windows of 60 seconds. The limit that all connections of a workspace share has no published number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotionLimits {
    /// Requests: 180.
    pub requests_per_minute: u32,
}

impl Default for NotionLimits {
    fn default() -> Self {
        Self { requests_per_minute: 180 }
    }
}

/// Salesforce's limit for an organization.
///
/// From "API Request Limits and Allocations" on developer.salesforce.com. The vendor looks back over the last
/// 24 hours; here a day begins with its first request, and all of it is free again when the day ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SalesforceLimits {
    /// Requests: 15 000, as in Developer Edition; other editions add to theirs for each licence.
    pub requests_per_day: u32,
}

impl Default for SalesforceLimits {
    fn default() -> Self {
        Self { requests_per_day: 15_000 }
    }
}

/// Slack's limits for an app in a workspace: each method has a count of its own.
///
/// From "Rate limits" and the pages of the methods on docs.slack.dev. Slack promises these numbers at the
/// least, and lets more through when it likes; here they are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SlackLimits {
    /// Calls of `conversations.list` and of `users.list`: 20.
    pub tier_2_per_minute: u32,
    /// Calls of `reactions.add`: 50.
    pub tier_3_per_minute: u32,
    /// Calls of `users.profile.get`: 100.
    pub tier_4_per_minute: u32,
    /// Calls of `conversations.history` and of `conversations.replies`: 50, which is tier 3. Apps that are
    /// sold outside Slack's Marketplace have 1.
    pub history_per_minute: u32,
    /// Messages to one channel within as many seconds: 5. That is one a second, which is Slack's number, with
    /// a short burst, of which Slack does not say how short.
    pub post_burst: u32,
}

impl Default for SlackLimits {
    fn default() -> Self {
        Self {
            tier_2_per_minute: 20,
            tier_3_per_minute: 50,
            tier_4_per_minute: 100,
            history_per_minute: 50,
            post_burst: 5,
        }
    }
}

/// Limits as an object says them.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Chosen {
    github: Option<GitHubLimits>,
    gmail: Option<GmailLimits>,
    notion: Option<NotionLimits>,
    salesforce: Option<SalesforceLimits>,
    slack: Option<SlackLimits>,
}

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// Reads either form. A derived choice between two would lose the place of a mistake.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Limits;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{VENDOR}` or an object with limits by service")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Limits, E> {
        if word == VENDOR {
            return Ok(Limits::vendor());
        }
        Err(E::invalid_value(serde::de::Unexpected::Str(word), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limits, A::Error> {
        let Chosen { github, gmail, notion, salesforce, slack } =
            Chosen::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Limits { github, gmail, notion, salesforce, slack })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_stands_for_all_vendors_numbers() {
        assert_eq!(serde_json::from_str::<Limits>("\"vendor\"").unwrap(), Limits::vendor());
    }

    #[test]
    fn what_is_left_out_of_a_service_is_the_vendors_and_other_services_are_free() {
        let limits: Limits =
            serde_json::from_str(r#"{ "github": { "requests_per_hour": 10 }, "slack": {} }"#)
                .unwrap();

        let github = GitHubLimits { requests_per_hour: 10, ..GitHubLimits::default() };
        let slack = Some(SlackLimits::default());
        assert_eq!(limits, Limits { github: Some(github), slack, ..Limits::default() });
    }

    #[test]
    fn limits_read_back_as_they_were_written() {
        for limits in [Limits::default(), Limits::vendor()] {
            let text = serde_json::to_string(&limits).unwrap();

            assert_eq!(serde_json::from_str::<Limits>(&text).unwrap(), limits);
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let told = [
            r#""vendors""#,
            "{\n  \"githup\": {}\n}",
            "{\n  \"gmail\": { \"units\": 1 }\n}",
            "{\n  \"notion\": { \"requests_per_minute\": -1 }\n}",
            "true",
        ]
        .map(|text| serde_json::from_str::<Limits>(text).unwrap_err().to_string());

        insta::assert_snapshot!(told.join("\n"), @r#"
        invalid value: string "vendors", expected `vendor` or an object with limits by service at line 1 column 9
        unknown field `githup`, expected one of `github`, `gmail`, `notion`, `salesforce`, `slack` at line 2 column 10
        unknown field `units`, expected `units_per_minute` at line 2 column 20
        invalid value: integer `-1`, expected u32 at line 2 column 39
        invalid type: boolean `true`, expected `vendor` or an object with limits by service at line 1 column 4
        "#);
    }
}
