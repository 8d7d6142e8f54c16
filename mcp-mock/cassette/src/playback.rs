//! Which recording answers a request: pure decisions.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use mcp_core::protocol::{Era, ResultType, method};
use mcp_core::schema::nearest_name;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::compare::{differences, is_same, shortened};
use super::tape::{Exchange, RecordedAnswer};
use mcp_mock::UnknownNameError;

/// Names that are listed when none is near.
const NAMES_MAX: usize = 10;

/// How a request finds its recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Matching {
    /// By what is asked: the same tool with the same arguments. The first recording that was not used
    /// yet answers; when all were, the last one again. What is asked in another order, or more often,
    /// is answered all the same.
    #[default]
    Content,
    /// In the order of the tape, method and parameters equal, each once. Lists are left out of the
    /// order, since clients keep them.
    Strict,
    /// By the name of the tool alone, in the order of the tape; then the last one again. For clients
    /// whose arguments differ from run to run.
    Tool,
}

impl Matching {
    /// All ways, by the names that [`Display`](fmt::Display) writes.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Content, Self::Tool];

    /// The name, as the command line takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Strict => "strict",
            Self::Tool => "tool",
        }
    }
}

impl FromStr for Matching {
    type Err = UnknownNameError;

    fn from_str(name: &str) -> Result<Self, UnknownNameError> {
        UnknownNameError::find("matching", name, Self::ALL.map(|known| (known.as_str(), known)))
    }
}

impl fmt::Display for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A tape, and what of it was used.
#[derive(Debug)]
pub(super) struct Playback {
    exchanges: Vec<Exchange>,
    is_used: Vec<bool>,
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) params: Map<String, Value>,
    pub(super) era: Era,
}

impl Playback {
    pub(super) fn new(exchanges: Vec<Exchange>) -> Self {
        Self { is_used: vec![false; exchanges.len()], exchanges }
    }

    /// The recording that answers, which counts as used from now on.
    ///
    /// # Errors
    ///
    /// What was asked, the closest recording and where they differ.
    pub(super) fn take(
        &mut self,
        matching: Matching,
        asked: &Asked<'_>,
    ) -> Result<&Exchange, String> {
        let matching = if is_list(asked.method) { Matching::Content } else { matching };
        let found = match matching {
            Matching::Strict => self.next_in_order(asked),
            Matching::Content => self.first_of(asked, |exchange| asked.is_same(exchange)),
            Matching::Tool => self.first_of(asked, |exchange| asked.is_about(exchange)),
        };
        let index = found.ok_or_else(|| self.unexpected(matching, asked))?;
        if let Some(is_used) = self.is_used.get_mut(index) {
            *is_used = true;
        }
        self.exchanges.get(index).ok_or_else(|| self.unexpected(matching, asked))
    }

    /// The numbers of the recordings that answered nothing so far, lists left out.
    pub(super) fn unused(&self) -> Vec<usize> {
        let unused = self.exchanges.iter().zip(&self.is_used).filter(|(_, is_used)| !**is_used);
        unused
            .map(|(one, _)| one)
            .filter(|one| !is_list(&one.method))
            .map(|one| one.number)
            .collect()
    }

    fn next_in_order(&self, asked: &Asked<'_>) -> Option<usize> {
        let next = self.expected(asked)?;
        let exchange = self.exchanges.get(next)?;
        let is_same = exchange.method == asked.method && is_same_params(exchange, asked);
        is_same.then_some(next)
    }

    /// What a strict replay waits for.
    fn expected(&self, asked: &Asked<'_>) -> Option<usize> {
        let mut left = self.exchanges.iter().zip(&self.is_used);
        left.position(|(one, is_used)| {
            !is_used && !is_list(&one.method) && is_readable(one, asked.era)
        })
    }

    /// The first that fits and was not used, or else the last that fits.
    fn first_of(&self, asked: &Asked<'_>, fits: impl Fn(&Exchange) -> bool) -> Option<usize> {
        let mut last = None;
        for (index, (exchange, is_used)) in self.exchanges.iter().zip(&self.is_used).enumerate() {
            if is_readable(exchange, asked.era) && fits(exchange) {
                if !is_used {
                    return Some(index);
                }
                last = Some(index);
            }
        }
        last
    }

    fn unexpected(&self, matching: Matching, asked: &Asked<'_>) -> String {
        let mut text = format!("unexpected {asked}");
        if matching == Matching::Strict {
            let next = self.expected(asked).and_then(|index| self.exchanges.get(index));
            match next {
                None => text.push_str("\n  the tape is at its end"),
                Some(next) => push_recording(&mut text, "next recording", next, asked),
            }
            return text;
        }
        let near = self.exchanges.iter().filter_map(|one| Some((one, asked.distance(one)?)));
        match near.min_by_key(|(_, distance)| *distance) {
            None => text.push_str(&format!("\n  {}", self.inventory(asked.method))),
            Some((near, _)) => push_recording(&mut text, "closest recording", near, asked),
        }
        text
    }

    /// What the tape has for a method, for when nothing on it is close.
    fn inventory(&self, method: &str) -> String {
        let of_method = self.exchanges.iter().filter(|exchange| exchange.method == method);
        let names: BTreeSet<_> = of_method.map(|one| subject(&one.method, &one.params)).collect();
        let quoted: Vec<_> =
            names.iter().flatten().take(NAMES_MAX).map(|name| format!("`{name}`")).collect();
        if quoted.is_empty() {
            format!("the tape holds no `{method}`")
        } else {
            format!("the tape holds `{method}` of {}", quoted.join(", "))
        }
    }
}

impl Asked<'_> {
    /// Whether a recording is of the same question.
    fn is_same(&self, recorded: &Exchange) -> bool {
        self.is_about(recorded) && differences_of(recorded, self).is_empty()
    }

    /// Whether a recording is of the same method, and of the same tool, prompt or resource.
    fn is_about(&self, recorded: &Exchange) -> bool {
        let is_one = recorded.method == self.method;
        is_one
            && match (
                subject(&recorded.method, &recorded.params),
                subject(self.method, &self.params),
            ) {
                (Some(recorded), Some(asked)) => is_same(&recorded.into(), &asked.into()),
                (None, None) => is_same_params(recorded, self),
                _ => false,
            }
    }

    /// How far a recording is from what is asked: another tool counts more than other arguments.
    fn distance(&self, recorded: &Exchange) -> Option<(bool, usize)> {
        if recorded.method != self.method {
            return None;
        }
        let names =
            (subject(&recorded.method, &recorded.params), subject(self.method, &self.params));
        let is_other = match names {
            (Some(recorded), Some(asked)) if recorded != asked => {
                nearest_name(asked, [recorded])?;
                true
            }
            _ => false,
        };
        Some((is_other, differences_of(recorded, self).len()))
    }
}

/// `tools/call create_issue {"owner":"acme"}`.
impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method)?;
        if let Some(subject) = subject(self.method, &self.params) {
            write!(f, " {subject}")?;
        }
        write!(f, " {}", shortened(&content(self.method, &self.params)))
    }
}

fn push_recording(text: &mut String, which: &str, recorded: &Exchange, asked: &Asked<'_>) {
    let (number, method) = (recorded.number, &recorded.method);
    let name = subject(method, &recorded.params);
    let spaced = name.map(|name| format!(" {name}")).unwrap_or_default();
    text.push_str(&format!("\n  {which}: #{number} {method}{spaced}"));
    if let Some(name) = name.filter(|name| subject(asked.method, &asked.params) != Some(name)) {
        let asked = subject(asked.method, &asked.params).unwrap_or(asked.method);
        text.push_str(&format!("\n    recorded `{name}`, got `{asked}`"));
    }
    for difference in differences_of(recorded, asked) {
        text.push_str(&format!("\n    {difference}"));
    }
}

fn differences_of(recorded: &Exchange, asked: &Asked<'_>) -> Vec<String> {
    let recorded = content(&recorded.method, &recorded.params);
    differences(&recorded, &content(asked.method, &asked.params))
}

fn is_same_params(recorded: &Exchange, asked: &Asked<'_>) -> bool {
    is_same(&whole(&recorded.method, &recorded.params), &whole(asked.method, &asked.params))
}

/// Which tool, prompt or resource a request is about.
fn subject<'a>(method: &str, params: &'a Map<String, Value>) -> Option<&'a str> {
    let name = match method {
        method::TOOLS_CALL | method::PROMPTS_GET => "name",
        method::RESOURCES_READ => "uri",
        _ => return None,
    };
    params.get(name).and_then(Value::as_str)
}

/// The arguments of the request; missing ones count as empty.
fn content(method: &str, params: &Map<String, Value>) -> Value {
    match method {
        method::TOOLS_CALL | method::PROMPTS_GET => {
            params.get("arguments").cloned().unwrap_or_else(|| Map::new().into())
        }
        method::RESOURCES_READ => Map::new().into(),
        _ => params.clone().into(),
    }
}

/// All parameters, written in one way.
fn whole(method: &str, params: &Map<String, Value>) -> Value {
    let mut params = params.clone();
    if matches!(method, method::TOOLS_CALL | method::PROMPTS_GET) {
        params.insert("arguments".to_owned(), content(method, &params));
    }
    params.into()
}

fn is_list(method: &str) -> bool {
    matches!(
        method,
        method::TOOLS_LIST
            | method::RESOURCES_LIST
            | method::RESOURCES_TEMPLATES_LIST
            | method::PROMPTS_LIST
    )
}

/// Whether a client of that era understands the answer: a legacy one knows no result that asks back.
fn is_readable(exchange: &Exchange, era: Era) -> bool {
    era == Era::Modern || exchange.result_type() == ResultType::Complete
}

impl Exchange {
    /// What sort of result was recorded; everything is complete that does not say otherwise.
    pub(super) fn result_type(&self) -> ResultType {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Typed {
            result_type: Option<ResultType>,
        }
        let RecordedAnswer::Result(result) = &self.answer else { return ResultType::Complete };
        let typed = serde_json::from_str::<Typed>(result.get()).ok();
        match typed.and_then(|typed| typed.result_type) {
            None | Some(ResultType::Other(_)) => ResultType::Complete,
            Some(known) => known,
        }
    }
}
