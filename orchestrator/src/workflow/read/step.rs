//! Steps: what they do, and when, how often and with what consequence.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::Reader;
use super::fields::{Fields, Shape};
use crate::call::{Effect, Growth, RetryPolicy};
use crate::source::node::{Entry, Node, NodeKind};
use crate::source::{Code, Diagnostic, Span};
use crate::workflow::definition::{Each, Group, OnStepError, Step, StepId, StepKind};
use crate::workflow::name::ROOTS;

static STEP: Shape = Shape {
    noun: "a step",
    known: &[
        "call",
        "set",
        "wait",
        "steps",
        "with",
        "needs",
        "if",
        "each",
        "as",
        "concurrency",
        "pause",
        "retry",
        "timeout",
        "deadline",
        "on_error",
        "fallback",
        "undo",
        "effect",
    ],
    later: &["expect", "idempotency_key"],
};
static RETRY: Shape =
    Shape { noun: "`retry`", known: &["attempts", "delay", "growth", "max"], later: &[] };
/// The keys that say what a step does; it has one of them.
const KINDS: [&str; 4] = ["call", "set", "steps", "wait"];
/// Keys that mean something only beside another one.
const COMPANIONS: [(&str, &[&str]); 3] = [
    ("call", &["with", "retry", "timeout", "fallback", "undo", "effect"]),
    ("steps", &["each"]),
    ("each", &["as", "concurrency", "pause"]),
];
/// More attempts than this hammer a server.
const ATTEMPTS_MAX: u32 = 100;
/// More items at once than this exceed what one connection to a server carries.
const CONCURRENCY_MAX: u32 = 256;
/// The name of the item when `as` says none.
const ITEM_NAME: &str = "item";

impl Reader<'_> {
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Step> {
        let entries = self.entries(node, "`steps`");
        if entries.is_empty() && matches!(node.kind, NodeKind::Map(_)) {
            let message = "there are no steps";
            self.report(Diagnostic::error(Code::MissingKey, &node.span, message));
        }
        entries.iter().filter_map(|entry| self.step(entry)).collect()
    }

    fn step(&mut self, entry: &Entry) -> Option<Step> {
        self.identifier(&entry.key, &entry.span, "a step");
        let fields = self.fields(&entry.value, &STEP)?;
        self.check_companions(&fields);
        let kind = self.step_kind(&fields, &entry.span);
        let is_call = matches!(kind, Some(StepKind::Call(_)));
        let defaults_timeout = self.defaults.timeout.filter(|_| is_call);
        let defaults_retry =
            if is_call { self.defaults.retry.clone() } else { RetryPolicy::default() };
        let needs = fields.get("needs").map(|needs| self.needs(&needs.value));
        let condition = fields.get("if").and_then(|cond| self.expression(&cond.value, "`if`"));
        let on_error = fields.get("on_error").and_then(|on_error| {
            let words = [("fail", OnStepError::Fail), ("continue", OnStepError::Continue)];
            self.word(&on_error.value, &words)
        });
        let retry = fields.get("retry").and_then(|retry| self.retry(&retry.value));
        let timeout = fields.get("timeout").and_then(|timeout| self.duration(&timeout.value));
        let deadline = fields.get("deadline").and_then(|deadline| self.duration(&deadline.value));
        let fallback = fields.get("fallback").map(|calls| self.fallback(&calls.value));
        let undo = fields.get("undo").and_then(|undo| self.call(&undo.value));
        let effect = fields.get("effect").and_then(|effect| {
            let words = [
                ("read", Effect::Read),
                ("idempotent", Effect::Idempotent),
                ("unsafe", Effect::Unsafe),
            ];
            self.word(&effect.value, &words)
        });
        Some(Step {
            id: StepId::new(entry.key.as_str()),
            kind: kind?,
            needs: needs.unwrap_or_default(),
            condition,
            on_error: on_error.unwrap_or_default(),
            retry: retry.unwrap_or(defaults_retry),
            timeout: timeout.or(defaults_timeout),
            deadline,
            fallback: fallback.unwrap_or_default(),
            undo,
            effect,
            span: entry.span.clone(),
        })
    }

    /// What the step does, by the one key of [`KINDS`] that it has.
    fn step_kind(&mut self, fields: &Fields<'_>, span: &Span) -> Option<StepKind> {
        let present: Vec<&Entry> =
            KINDS.iter().filter_map(|key| fields.get_even_empty(key)).collect();
        let [entry] = present.as_slice() else {
            if present.is_empty() && KINDS.iter().any(|key| fields.is_misspelt(key)) {
                return None;
            }
            let mut problem = match present.first() {
                None => Diagnostic::error(
                    Code::MissingKey,
                    span,
                    "a step needs one of `call`, `set`, `steps` and `wait`",
                ),
                Some(first) => {
                    Diagnostic::error(Code::Conflict, &first.span, "a step does one thing only")
                        .with_label("this")
                }
            };
            for other in present.iter().skip(1) {
                problem = problem.with_related(&other.span, "and this");
            }
            self.report(problem);
            return None;
        };
        match entry.key.as_str() {
            "call" => {
                self.required(fields, "call")?;
                self.call_of(fields).map(StepKind::Call)
            }
            "set" => Some(StepKind::Set(self.argument(&entry.value))),
            "wait" => self.duration(&entry.value).map(StepKind::Wait),
            _ => {
                let steps = self.steps(&entry.value);
                let each = match fields.get("each") {
                    Some(each) => Some(self.each(fields, &each.value)?),
                    None => None,
                };
                Some(StepKind::Group(Group { each, steps }))
            }
        }
    }

    fn each(&mut self, fields: &Fields<'_>, node: &Node) -> Option<Each> {
        let items = self.expression(node, "`each`");
        let name = match fields.get("as") {
            Some(entry) => {
                let name = self.text(&entry.value)?;
                self.identifier(&name, &entry.value.span, "an item");
                if ROOTS.contains(&name.as_str()) {
                    let message =
                        format!("`{name}` cannot be the name of an item: it has a meaning");
                    self.report(Diagnostic::error(Code::BadName, &entry.value.span, message));
                }
                name
            }
            None => ITEM_NAME.to_owned(),
        };
        let concurrency = fields
            .get("concurrency")
            .and_then(|entry| self.whole(&entry.value, 1..=CONCURRENCY_MAX));
        let pause = fields.get("pause").and_then(|entry| self.duration(&entry.value));
        Some(Each {
            items: items?,
            name,
            concurrency: concurrency
                .and_then(|number| NonZeroUsize::new(usize::try_from(number).ok()?))
                .unwrap_or(NonZeroUsize::MIN),
            pause: pause.unwrap_or(Duration::ZERO),
        })
    }

    /// One name, or a list of names.
    fn needs(&mut self, node: &Node) -> Vec<(StepId, Span)> {
        let items = match &node.kind {
            NodeKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        items
            .iter()
            .filter_map(|item| Some((StepId::new(self.text(item)?), item.span.clone())))
            .collect()
    }

    /// A retry policy; what it does not say comes from the defaults of the workflow.
    pub(super) fn retry(&mut self, node: &Node) -> Option<RetryPolicy> {
        let fields = self.fields(node, &RETRY)?;
        let base = self.defaults.retry.clone();
        if base.attempts == 1 {
            self.required(&fields, "attempts");
        }
        let attempts =
            fields.get("attempts").and_then(|entry| self.whole(&entry.value, 1..=ATTEMPTS_MAX));
        let delay = fields.get("delay").and_then(|entry| self.duration(&entry.value));
        let growth = fields.get("growth").and_then(|entry| {
            let words = [
                ("constant", Growth::Constant),
                ("exponential", Growth::Exponential),
                ("linear", Growth::Linear),
            ];
            self.word(&entry.value, &words)
        });
        let max = fields.get("max").and_then(|entry| self.duration(&entry.value));
        Some(RetryPolicy {
            attempts: attempts.unwrap_or(base.attempts),
            delay: delay.unwrap_or(base.delay),
            growth: growth.unwrap_or(base.growth),
            max: max.unwrap_or(base.max),
        })
    }

    fn check_companions(&mut self, fields: &Fields<'_>) {
        for (leader, companions) in COMPANIONS {
            if fields.get_even_empty(leader).is_some() || fields.is_misspelt(leader) {
                continue;
            }
            for entry in companions.iter().filter_map(|key| fields.get_even_empty(key)) {
                let message = format!("`{}` means nothing without `{leader}`", entry.key);
                self.report(Diagnostic::error(Code::Conflict, &entry.span, message));
            }
        }
    }
}
