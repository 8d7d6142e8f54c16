//! Everything that a world remembers, as one value.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::search::SearchIndex;
use super::{Clock, Ids};
use crate::limit::{Limits, Meter};
use crate::notation::{Notation, SyntaxError};
use crate::service::github::{GitHub, GitHubSeed};
use crate::service::gmail::{Gmail, GmailSeed};
use crate::service::notion::{Notion, NotionSeed};
use crate::service::salesforce::{Salesforce, SalesforceSeed};
use crate::service::slack::{Slack, SlackSeed};
use crate::service::{Api, ApiError, ServiceName};

/// The state of a world: a snapshot when cloned, equal when nothing differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    /// The time and the source of ids.
    pub env: Env,
    /// Repositories, issues, pull requests, releases.
    pub github: GitHub,
    /// One mailbox.
    pub gmail: Gmail,
    /// Databases and pages.
    pub notion: Notion,
    /// Records of all objects.
    pub salesforce: Salesforce,
    /// Channels, messages, users.
    pub slack: Slack,
    /// Which limits are enforced, and what was used of them.
    #[serde(default, skip_serializing_if = "Meter::is_off")]
    pub(crate) limits: Meter,
    /// What searches see when they lag.
    #[serde(default, skip_serializing_if = "SearchIndex::is_current")]
    pub(super) search: SearchIndex,
}

/// What operations take from their world: the time and fresh ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Env {
    /// The time of the world.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
}

impl Env {
    /// What operations of a service take, without limits.
    pub fn api<S>(&mut self) -> Api<'_, S> {
        Api::new(&self.clock, &mut self.ids)
    }
}

impl State {
    /// A world in which nothing has happened yet.
    #[must_use]
    pub fn empty(seed: u64) -> Self {
        Self {
            env: Env { clock: Clock::default(), ids: Ids::new(seed) },
            github: GitHub::default(),
            gmail: Gmail::default(),
            notion: Notion::default(),
            salesforce: Salesforce::default(),
            slack: Slack::default(),
            limits: Meter::default(),
            search: SearchIndex::default(),
        }
    }

    /// Enforces the vendors' rate limits, where no other ones are set.
    pub fn enforce_vendor_limits(&mut self) {
        self.limits = Meter::new(self.limits.rules.or_vendor());
    }

    /// Adds what a seed describes.
    ///
    /// # Errors
    ///
    /// When the seed contradicts itself or what is there, in the words of the service.
    pub fn apply_seed(&mut self, seed: Seed) -> Result<(), SeedError> {
        if let Some(now) = seed.now {
            self.env.clock = Clock::at(now);
        }
        let of = |service| move |error| SeedError { service, error };
        self.github
            .apply_seed(&mut self.env.api(), seed.github)
            .map_err(of(ServiceName::GitHub))?;
        self.gmail.apply_seed(&mut self.env.api(), seed.gmail).map_err(of(ServiceName::Gmail))?;
        self.notion
            .apply_seed(&mut self.env.api(), seed.notion)
            .map_err(of(ServiceName::Notion))?;
        self.salesforce
            .apply_seed(&mut self.env.api(), seed.salesforce)
            .map_err(of(ServiceName::Salesforce))?;
        self.slack.apply_seed(&mut self.env.api(), seed.slack).map_err(of(ServiceName::Slack))?;
        if let Some(limits) = seed.limits {
            self.limits = Meter::new(limits);
        }
        if let Some(seconds) = seed.search_lag_seconds {
            self.lag_search(Duration::from_secs(seconds.into()));
        }
        Ok(())
    }
}

/// A seed that contradicts itself or what is there.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{service}` refuses its part of the seed: {error}{}", details(.error))]
#[non_exhaustive]
pub struct SeedError {
    /// The service that refuses.
    pub service: ServiceName,
    /// What is wrong, in the words of the service.
    pub error: ApiError,
}

/// What is in a world at its beginning, as people write it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// What the clock shows, in RFC 3339.
    pub now: Option<Timestamp>,
    /// Repositories with their contents.
    pub github: GitHubSeed,
    /// Messages in the mailbox.
    pub gmail: GmailSeed,
    /// Databases and pages.
    pub notion: NotionSeed,
    /// Records.
    pub salesforce: SalesforceSeed,
    /// Channels and users.
    pub slack: SlackSeed,
    /// The rate limits that are enforced: none when left out.
    pub limits: Option<Limits>,
    /// How long searches of GitHub and Notion do not see what has changed: no time when left out.
    pub search_lag_seconds: Option<u32>,
    /// Where the schema is, for editors.
    #[serde(rename = "$schema")]
    _schema: Option<String>,
}

impl Seed {
    /// Reads a seed from JSON.
    ///
    /// # Errors
    ///
    /// With line and column when the text is not a seed.
    pub fn from_json(text: &str) -> Result<Self, SyntaxError> {
        Notation::Json.read(text)
    }

    /// The same from YAML (feature `yaml`), of which JSON is a part.
    ///
    /// # Errors
    ///
    /// See [`from_json`](Self::from_json).
    #[cfg(feature = "yaml")]
    pub fn from_yaml(text: &str) -> Result<Self, SyntaxError> {
        Notation::Yaml.read(text)
    }

    /// The JSON Schema of seeds, for editors and other programs.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        super::seed_schema::seed_schema()
    }

    /// The small company that the examples work in.
    ///
    /// # Panics
    ///
    /// Never: the files are part of the crate and a test reads them.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            now: None,
            github: part(include_str!("../../seeds/demo/github.json")),
            gmail: part(include_str!("../../seeds/demo/gmail.json")),
            notion: part(include_str!("../../seeds/demo/notion.json")),
            salesforce: part(include_str!("../../seeds/demo/salesforce.json")),
            slack: part(include_str!("../../seeds/demo/slack.json")),
            limits: None,
            search_lag_seconds: None,
            _schema: None,
        }
    }
}

/// The details of a refusal, whose message may be no more than "Validation Failed".
fn details(error: &ApiError) -> String {
    error.details.as_ref().map(|details| format!(": {details}")).unwrap_or_default()
}

fn part<T: for<'de> Deserialize<'de>>(json: &str) -> T {
    serde_json::from_str(json).expect("the demo seeds are read by a test")
}

/// A service that is a part of the state.
pub trait ServiceState: std::fmt::Debug + Sized + Send + Sync + 'static {
    /// The service of this type.
    const SERVICE: ServiceName;

    /// The service, and what its operations take from the world.
    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>);
}

impl ServiceState for GitHub {
    const SERVICE: ServiceName = ServiceName::GitHub;

    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>) {
        let State { env: Env { clock, ids }, github, limits, search, .. } = state;
        let past = search.past(clock.now()).map(|moment| &moment.github);
        (github, Api::new(clock, ids).metered(limits).searching(past))
    }
}

impl ServiceState for Gmail {
    const SERVICE: ServiceName = ServiceName::Gmail;

    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>) {
        let State { env: Env { clock, ids }, gmail, limits, .. } = state;
        (gmail, Api::new(clock, ids).metered(limits))
    }
}

impl ServiceState for Notion {
    const SERVICE: ServiceName = ServiceName::Notion;

    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>) {
        let State { env: Env { clock, ids }, notion, limits, search, .. } = state;
        let past = search.past(clock.now()).map(|moment| &moment.notion);
        (notion, Api::new(clock, ids).metered(limits).searching(past))
    }
}

impl ServiceState for Salesforce {
    const SERVICE: ServiceName = ServiceName::Salesforce;

    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>) {
        let State { env: Env { clock, ids }, salesforce, limits, .. } = state;
        (salesforce, Api::new(clock, ids).metered(limits))
    }
}

impl ServiceState for Slack {
    const SERVICE: ServiceName = ServiceName::Slack;

    fn open(state: &mut State) -> (&mut Self, Api<'_, Self>) {
        let State { env: Env { clock, ids }, slack, limits, .. } = state;
        (slack, Api::new(clock, ids).metered(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_seed_takes_root() {
        let mut state = State::empty(1);

        state.apply_seed(Seed::demo()).unwrap();

        assert_ne!(state, State::empty(1));
    }

    #[test]
    fn a_snapshot_reads_back_as_the_same_state() {
        let mut state = State::empty(1);
        state.apply_seed(Seed::demo()).unwrap();

        let json = serde_json::to_string(&state).unwrap();

        assert_eq!(serde_json::from_str::<State>(&json).unwrap(), state);
    }

    #[test]
    fn a_seed_may_say_where_its_schema_is() {
        assert!(Seed::from_json(r#"{ "$schema": "seed.schema.json" }"#).is_ok());
    }

    #[test]
    fn an_unknown_member_of_a_seed_is_named_with_its_place() {
        let error = Seed::from_json("{\n  \"githup\": {}\n}").unwrap_err();

        assert!(error.to_string().contains("unknown field `githup`"), "{error}");
        assert_eq!(error.line(), 2);
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn seed_in_yaml_is_the_same_seed() {
        let text = "
now: 2026-03-02T08:00:00Z
github:
  repos:
    - owner: acme
      name: app
      files: { README.md: '# App' }
gmail:
  messages:
    - from: ann@acme.example
      attachments: [offer.pdf, { name: a.txt, text: hello }]
notion:
  databases:
    - name: tickets
      properties: { Name: title, Status: { type: status, options: [Open, Done] } }
      pages: [{ Name: First, Status: Open }]
slack:
  channels: [{ name: '#dev', messages: [{ text: hi, replies: [{ text: hello }] }] }]
";
        let mut state = State::empty(1);

        state.apply_seed(Seed::from_yaml(text).unwrap()).unwrap();

        assert_eq!(state.env.clock.now().to_string(), "2026-03-02T08:00:00Z");
        assert!(state.github.repo("acme", "app").is_some());
        assert_eq!(state.gmail.messages[0].attachments[1].content(), b"hello");
        assert_eq!(state.notion.pages.len(), 1);
        assert_eq!(state.slack.messages("dev").len(), 2);
    }

    #[cfg(feature = "yaml")]
    #[test]
    fn mistake_in_yaml_is_named_with_its_place() {
        let place = |text: &str| {
            let error = Seed::from_yaml(text).unwrap_err();
            (error.line(), error.column(), error.to_string())
        };

        let (line, column, words) = place("slack:\n  chanels: []\n");
        assert!((line, column) == (2, 3) && words.contains("chanels"), "{words}");
        let (line, _, words) = place("now: 2026-03-02T08:00:00Z\nslack: [\n");
        assert!(line >= 2, "{words}");
        let (line, _, words) = place("gmail:\n  files:\n    - { name: a, base64: '%' }\n");
        assert!(line == 3 && words.contains("`base64` of file `a`"), "{words}");
    }
}
