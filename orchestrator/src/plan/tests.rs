//! Laws of the planner over random workflows, and its graph by example.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use mcp_core::Delivery;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::policy::RetryPolicy;
use crate::run::error::{FailureKind, RunError};
use crate::run::event::{AttemptOutcome, Event, RunEnd, StepEnd};
use crate::run::id::RunId;
use crate::run::path::ScopePath;
use crate::run::state::{StepRecord, StepState};
use crate::workflow::definition::{
    Argument, Each, Group, OnRunError, OnStepError, Span, Step, StepId, StepKind,
};
use crate::workflow::diagnostic::Source;
use crate::workflow::expression::Expression;

/// More turns than any workflow below needs; a run that does not end fails instead of hanging.
const TURNS_MAX: usize = 20_000;

/// How the tool of a step behaves; the tool's name is its index into this list.
#[derive(Debug, Clone, Copy)]
struct Behaviour {
    ends: Ending,
    millis: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Good,
    Refuse,
    Busy,
    Vanish,
}

/// A driver without tasks or clock: time jumps to whatever comes next.
struct Simulation {
    planner: Planner,
    behaviours: Vec<Behaviour>,
    state: RunState,
    events: Vec<Event>,
    /// What the planner said, when, after how many events.
    turns: Vec<(usize, Duration, Vec<Command>)>,
    now: Duration,
    on_their_way: BTreeMap<(Duration, AttemptKey), AttemptOutcome>,
}

impl Simulation {
    fn run(workflow: Workflow, behaviours: Vec<Behaviour>) -> Self {
        let tools = Planner::tools(&workflow).into_iter().map(|tool| {
            let effect = if tool.server == "safe" { Effect::Read } else { Effect::Unsafe };
            (tool, ToolFacts { input_schema: None, effect })
        });
        let planner = Planner::new(Arc::new(workflow), tools.collect()).unwrap();
        let mut simulation = Self {
            planner,
            behaviours,
            state: RunState::default(),
            events: Vec::new(),
            turns: Vec::new(),
            now: Duration::ZERO,
            on_their_way: BTreeMap::new(),
        };
        simulation.apply(start());
        for _ in 0..TURNS_MAX {
            if simulation.state.end().is_some() {
                return simulation;
            }
            simulation.turn();
        }
        panic!("the run does not end");
    }

    fn turn(&mut self) {
        let commands = self.planner.next(&self.state, self.now);
        self.turns.push((self.events.len(), self.now, commands.clone()));
        let mut wake = None;
        let mut is_idle = true;
        for command in commands {
            if let Some(event) = command.event() {
                self.apply(event);
                is_idle = false;
            }
            match command {
                Command::Call(call) => self.call(call),
                Command::Cancel { attempt } => self.cancel(&attempt),
                Command::Record(_) => {}
                Command::Wait { until } => wake = Some(until),
            }
        }
        if is_idle {
            self.pass_time(wake);
        }
    }

    fn call(&mut self, call: Call) {
        let index: usize = call.tool.tool.parse().unwrap();
        let Behaviour { ends, millis } = self.behaviours[index % self.behaviours.len()];
        let after = Duration::from_millis(millis);
        let failed = |delivery, transient| {
            let kind = FailureKind::ToolError;
            AttemptOutcome::Failed {
                error: RunError { delivery, transient, ..RunError::new(kind, "no") },
            }
        };
        let (after, outcome) = match ends {
            Ending::Good if after <= call.timeout => {
                (after, AttemptOutcome::Succeeded { output: json!(millis) })
            }
            Ending::Refuse => (after.min(call.timeout), failed(Delivery::Executed, false)),
            Ending::Busy => (after.min(call.timeout), failed(Delivery::Refused, true)),
            Ending::Good | Ending::Vanish => (call.timeout, failed(Delivery::Unknown, true)),
        };
        self.on_their_way.insert((self.now + after, call.attempt), outcome);
    }

    fn cancel(&mut self, attempt: &AttemptKey) {
        let key = self.on_their_way.keys().find(|(_, other)| other == attempt).cloned();
        self.on_their_way.remove(&key.expect("only what is on its way is cancelled"));
        let error = RunError {
            delivery: Delivery::Unknown,
            ..RunError::new(FailureKind::Cancelled, "cancelled")
        };
        self.on_their_way.insert((self.now, attempt.clone()), AttemptOutcome::Failed { error });
    }

    fn pass_time(&mut self, wake: Option<Duration>) {
        let next_end = self.on_their_way.keys().next().map(|(time, _)| *time);
        let next =
            next_end.into_iter().chain(wake).min().expect("a run that goes on waits for something");
        self.now = self.now.max(next);
        if next_end == Some(next) {
            let ((_, attempt), outcome) = self.on_their_way.pop_first().unwrap();
            let AttemptKey { step, number } = attempt;
            self.apply(EventKind::AttemptEnded { step, attempt: number, outcome });
        }
    }

    fn apply(&mut self, kind: EventKind) {
        let event = Event { sequence: self.state.sequence() + 1, at: self.now, kind };
        self.state.apply(&event).unwrap();
        self.events.push(event);
    }

    fn record(&self, id: &StepId) -> &StepRecord {
        self.state.step(&ScopePath::root().step(id)).unwrap()
    }

    fn ended(&self, id: &StepId) -> Duration {
        match &self.record(id).phase {
            crate::run::state::Phase::Ended { at, .. } => *at,
            phase => panic!("`{id}` is {phase:?}"),
        }
    }
}

fn start() -> EventKind {
    let started_at = "2026-11-22T09:30:00Z".parse().unwrap();
    EventKind::RunStarted {
        run: RunId::new(started_at, 1),
        workflow: "random".to_owned(),
        started_at,
        inputs: Map::new(),
    }
}

fn workflow(yaml: &str) -> Workflow {
    Workflow::parse(Source::new("test.yaml", format!("workflow: test\n{yaml}"))).unwrap()
}

/// What a random step is made of, before its place in the workflow is known.
#[derive(Debug, Clone)]
struct Sketch {
    kind: SketchKind,
    needs: Vec<prop::sample::Index>,
    reads: Option<prop::sample::Index>,
    is_tolerant: bool,
    is_skipped: bool,
    is_safe: bool,
    attempts: u32,
    has_fallback: bool,
    deadline_ms: Option<u64>,
}

#[derive(Debug, Clone)]
enum SketchKind {
    Call(usize),
    Set,
    Wait(u64),
    Group { steps: Vec<Sketch>, items: Option<(usize, usize, u64)> },
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let leaf = prop_oneof![
        6 => (0_usize..100).prop_map(SketchKind::Call),
        1 => Just(SketchKind::Set),
        1 => (0_u64..500).prop_map(SketchKind::Wait),
    ];
    let leaf = around(leaf.boxed());
    leaf.prop_recursive(2, 12, 4, |inner| {
        let items = prop::option::of((0_usize..4, 1_usize..3, 0_u64..50));
        let group = (prop::collection::vec(inner, 0..4), items)
            .prop_map(|(steps, items)| SketchKind::Group { steps, items });
        around(group.boxed())
    })
}

fn around(kind: BoxedStrategy<SketchKind>) -> BoxedStrategy<Sketch> {
    let edges = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::option::of(any::<prop::sample::Index>()),
    );
    let deadline_ms = prop::option::weighted(0.15, 60_u64..800);
    let rules = (any::<bool>(), prop::bool::weighted(0.1), any::<bool>(), 1_u32..4, any::<bool>());
    (kind, edges, rules, deadline_ms)
        .prop_map(
            |(
                kind,
                (needs, reads),
                (is_tolerant, is_skipped, is_safe, attempts, fallback),
                deadline_ms,
            )| {
                Sketch {
                    kind,
                    needs,
                    reads,
                    is_tolerant,
                    is_skipped,
                    is_safe,
                    attempts,
                    has_fallback: fallback,
                    deadline_ms,
                }
            },
        )
        .boxed()
}

fn behaviours(endings: Vec<Ending>) -> impl Strategy<Value = Vec<Behaviour>> {
    let one = (prop::sample::select(endings), 1_u64..400)
        .prop_map(|(ends, millis)| Behaviour { ends, millis });
    prop::collection::vec(one, 1..8)
}

/// Places sketches one after the other; each waits for some of those before it.
fn steps(sketches: &[Sketch]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (place, sketch) in sketches.iter().enumerate() {
        let before: Vec<StepId> = steps.iter().map(|step| step.id.clone()).collect();
        let earlier =
            |index: &prop::sample::Index| (!before.is_empty()).then(|| index.get(&before).clone());
        let needs =
            sketch.needs.iter().filter_map(earlier).map(|id| (id, Span::default())).collect();
        steps.push(step(place, sketch, needs, sketch.reads.as_ref().and_then(earlier)));
    }
    steps
}

fn step(place: usize, sketch: &Sketch, needs: Vec<(StepId, Span)>, reads: Option<StepId>) -> Step {
    let server = if sketch.is_safe { "safe" } else { "unsafe" };
    let call = |tool: usize| crate::workflow::definition::Call {
        tool: ToolRef { server: server.to_owned(), tool: tool.to_string() },
        with: Argument::constant(json!({})),
        span: Span::default(),
    };
    let kind = match &sketch.kind {
        SketchKind::Call(tool) => StepKind::Call(call(*tool)),
        SketchKind::Set => StepKind::Set(Argument::constant(json!(1))),
        SketchKind::Wait(millis) => StepKind::Wait(Duration::from_millis(*millis)),
        SketchKind::Group { steps: inner, items } => StepKind::Group(Group {
            each: items.map(|(count, concurrency, pause)| Each {
                items: Expression::parse(&format!("range({count}) | list")).unwrap(),
                name: "item".to_owned(),
                concurrency: NonZeroUsize::new(concurrency).unwrap(),
                pause: Duration::from_millis(pause),
            }),
            steps: steps(inner),
        }),
    };
    let condition = match reads {
        _ if sketch.is_skipped => Some("1 > 2".to_owned()),
        Some(id) => Some(format!("steps.{id}.status != 'none'")),
        None => None,
    };
    let is_call = matches!(kind, StepKind::Call(_));
    Step {
        id: StepId::new(format!("s{place}")),
        kind,
        needs,
        condition: condition.map(|text| Expression::parse(&text).unwrap()),
        on_error: if sketch.is_tolerant { OnStepError::Continue } else { OnStepError::Fail },
        retry: RetryPolicy { attempts: sketch.attempts, ..RetryPolicy::default() },
        timeout: Some(Duration::from_millis(300)),
        deadline: sketch.deadline_ms.map(Duration::from_millis),
        fallback: if is_call && sketch.has_fallback { vec![call(place)] } else { Vec::new() },
        undo: None,
        effect: None,
        span: Span::default(),
    }
}

fn random_workflow(
    sketches: &[Sketch],
    on_error: OnRunError,
    deadline_ms: Option<u64>,
) -> Workflow {
    Workflow {
        steps: steps(sketches),
        on_error,
        deadline: deadline_ms.map(Duration::from_millis),
        ..workflow("steps: { only: { set: 1 } }")
    }
}

fn on_error() -> impl Strategy<Value = OnRunError> {
    prop::sample::select(vec![OnRunError::Finish, OnRunError::Stop])
}

fn all_endings() -> Vec<Ending> {
    vec![Ending::Good, Ending::Good, Ending::Good, Ending::Refuse, Ending::Busy, Ending::Vanish]
}

proptest! {
    /// Applying an event twice or out of order is an error of the state, so that a run that ends has
    /// ended every step at most once.
    #[test]
    fn runs_end_and_every_step_ends_once(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
        deadline_ms in prop::option::weighted(0.2, 60_u64..2_000),
    ) {
        let workflow = random_workflow(&sketches, on_error, deadline_ms);

        let simulation = Simulation::run(workflow.clone(), behaviours);

        for step in &workflow.steps {
            let ends = simulation.events.iter().filter(|event| {
                matches!(&event.kind, EventKind::StepEnded { step: path, .. } if *path == ScopePath::root().step(&step.id))
            });
            prop_assert_eq!(ends.count(), 1);
        }
        prop_assert!(simulation.state.steps().all(|(_, record)| record.end().is_some()));
        prop_assert!(simulation.on_their_way.is_empty());
    }

    #[test]
    fn steps_start_after_what_they_wait_for(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let workflow = random_workflow(&sketches, on_error, None);

        let simulation = Simulation::run(workflow, behaviours);

        for node in &simulation.planner.graph.nodes {
            let Some(started) = simulation.record(&node.step.id).started else { continue };
            for edge in &node.edges {
                prop_assert!(simulation.record(edge).end().unwrap().lets_dependents_start());
                prop_assert!(simulation.ended(edge) <= started);
            }
        }
    }

    /// Stronger than "independent steps overlap": nothing but its edges holds a step back.
    #[test]
    fn without_failures_steps_start_as_soon_as_their_inputs_ended(
        sketches in prop::collection::vec(sketch(), 1..9),
        behaviours in behaviours(vec![Ending::Good]),
    ) {
        let mut workflow = random_workflow(&sketches, OnRunError::Stop, None);
        relax(&mut workflow.steps);

        let simulation = Simulation::run(workflow, behaviours);

        prop_assert_eq!(simulation.state.end().unwrap().state, RunEnd::Succeeded);
        for node in &simulation.planner.graph.nodes {
            let inputs_ended = node.edges.iter().map(|edge| simulation.ended(edge)).max();
            let record = simulation.record(&node.step.id);
            if record.state() == StepState::Succeeded {
                prop_assert_eq!(record.started, Some(inputs_ended.unwrap_or_default()));
            }
        }
    }

    /// A planner that has only read the journal says what the one said that lived through it.
    #[test]
    fn replay_of_any_prefix_gives_the_same_commands(
        sketches in prop::collection::vec(sketch(), 1..6),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let workflow = random_workflow(&sketches, on_error, None);
        let simulation = Simulation::run(workflow.clone(), behaviours);
        let planner = Planner::new(Arc::new(workflow), simulation.planner.tools.clone()).unwrap();
        let mut replayed = RunState::default();

        let mut turns = simulation.turns.iter().peekable();
        for (count, event) in (1..).zip(&simulation.events) {
            replayed.apply(event).unwrap();
            while let Some((_, now, commands)) = turns.next_if(|(after, ..)| *after == count) {
                prop_assert_eq!(&planner.next(&replayed, *now), commands);
            }
        }
        prop_assert_eq!(turns.next(), None);
        prop_assert_eq!(replayed, simulation.state);
    }

    #[test]
    fn unsafe_calls_that_may_have_happened_are_never_repeated(
        sketches in prop::collection::vec(sketch(), 1..7),
        behaviours in behaviours(all_endings()),
        on_error in on_error(),
    ) {
        let simulation = Simulation::run(random_workflow(&sketches, on_error, None), behaviours);

        for (path, record) in simulation.state.steps() {
            let doubt = record.attempts.iter().position(|attempt| {
                attempt.effect == Effect::Unsafe
                    && attempt.error.as_ref().is_some_and(|error| error.delivery == Delivery::Unknown)
            });
            if let Some(place) = doubt {
                prop_assert_eq!(place + 1, record.attempts.len(), "{}", path);
                prop_assert_eq!(record.state(), StepState::InDoubt);
            }
        }
    }
}

/// Takes away what can make a good call fail.
fn relax(steps: &mut [Step]) {
    for step in steps {
        step.deadline = None;
        step.timeout = None;
        if let StepKind::Group(group) = &mut step.kind {
            relax(&mut group.steps);
        }
    }
}

#[track_caller]
fn edges(yaml: &str, expected: &str) {
    let graph = Graph::build(&workflow(yaml)).unwrap();
    let shown: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| {
            let edges: Vec<_> = node.edges.iter().map(StepId::as_str).collect();
            format!("{}<-{}", node.step.id, edges.join(","))
        })
        .collect();
    assert_eq!(shown.join(" "), expected);
}

#[test]
fn edges_come_from_data_conditions_needs_and_inner_steps() {
    edges(
        "
steps:
  a: { set: 1 }
  b: { set: '${{ steps.a.output }} and text' }
  c: { set: 1, if: '${{ steps.b.output == 1 }}' }
  d: { set: 1, needs: [a] }
  e: { steps: { inner: { set: '${{ steps.c.output }}' }, other: { set: '${{ steps.inner.output }}' } } }
",
        "a<- b<-a c<-b d<-a e<-c",
    );
}

#[track_caller]
fn refuses(workflow: Workflow, expected: &str) {
    let error = Planner::new(Arc::new(workflow), BTreeMap::new()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn broken_graphs_are_refused() {
    refuses(
        workflow("steps: { a: { set: '${{ steps.b.output }}' }, b: { set: 1, needs: [a] } }"),
        "steps wait for each other: `a`, `b`",
    );
    refuses(
        workflow("steps: { issue: { set: 1 }, b: { set: '${{ steps.isue.output }}' } }"),
        "step `b` waits for `isue`, which is no step (did you mean `issue`?)",
    );
    let mut twice = workflow("steps: { a: { set: 1 } }");
    twice.steps.push(twice.steps[0].clone());
    refuses(twice, "step `a` is defined twice");
    let mut many = workflow("steps: { a: { set: 1 } }");
    many.steps = (0..=STEPS_MAX).map(|_| many.steps[0].clone()).collect();
    refuses(many, "1001 steps, and a workflow has at most 1000");
}

#[test]
fn list_over_the_cap_fails_the_step() {
    let yaml =
        "steps: { all: { each: '${{ range(10001) | list }}', as: n, steps: { a: { set: 1 } } } }";

    let simulation = Simulation::run(workflow(yaml), Vec::new());

    let end = simulation.record(&StepId::new("all")).end().unwrap().clone();
    let StepEnd::Failed { error } = end else { panic!("{end:?}") };
    assert_eq!(error.to_string(), "`each` gives 10001 items, and 10000 are the most");
    assert_eq!(error.kind, FailureKind::Limit);
}

#[test]
fn calls_wait_while_too_many_are_on_their_way() {
    let mut workflow = workflow("steps: { a: { call: 'safe/0' } }");
    let one = workflow.steps[0].clone();
    workflow.steps = (0..CALLS_MAX + 10)
        .map(|place| Step { id: StepId::new(format!("s{place}")), ..one.clone() })
        .collect();
    let behaviours = vec![Behaviour { ends: Ending::Good, millis: 100 }];

    let simulation = Simulation::run(workflow, behaviours);

    let at_once =
        simulation.state.steps().filter(|(_, record)| record.started == Some(Duration::ZERO));
    assert_eq!(at_once.count(), CALLS_MAX);
    assert_eq!(simulation.now, Duration::from_millis(200));
}

#[test]
fn no_item_begins_beside_a_failure() {
    // At one second the pause after the first item is over, and the second item fails.
    let yaml = "
steps:
  all:
    each: ${{ range(3) | list }}
    as: n
    concurrency: 2
    pause: 1s
    steps:
      late: { wait: 2s, deadline: 1s, if: '${{ n == 1 }}' }
";

    let simulation = Simulation::run(workflow(yaml), Vec::new());

    assert_eq!(simulation.state.end().unwrap().state, RunEnd::Failed);
    let items = simulation.record(&StepId::new("all")).items.as_ref().unwrap();
    assert_eq!(items.started, 2, "{items:?}");
}
