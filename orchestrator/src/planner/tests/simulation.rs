//! A run of the planner without tasks or clock.

use super::*;

/// More turns than any workflow below needs; a run that does not end fails instead of hanging.
const TURNS_MAX: usize = 20_000;

/// How the tool of a step behaves; the tool's name is its index into this list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behaviour {
    pub(super) ends: Ending,
    pub(super) millis: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Good,
    Refuse,
    Busy,
    Vanish,
}

/// A driver without tasks or clock: time jumps to whatever comes next.
pub(super) struct Simulation {
    pub(super) planner: Planner,
    behaviours: Vec<Behaviour>,
    pub(super) state: RunState,
    pub(super) events: Vec<Event>,
    /// What the planner said, when, after how many events.
    pub(super) turns: Vec<(usize, Duration, Vec<Command>)>,
    pub(super) now: Duration,
    pub(super) on_their_way: BTreeMap<(Duration, AttemptKey), AttemptOutcome>,
}

impl Simulation {
    pub(super) fn run(workflow: &Workflow, behaviours: Vec<Behaviour>) -> Self {
        let planner = Planner::new(workflow.check(&SafeOrNot).unwrap());
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

    fn call(&mut self, call: PlannedCall) {
        let index: usize = call.tool.tool.parse().unwrap();
        let Behaviour { ends, millis } = self.behaviours[index % self.behaviours.len()];
        let after = Duration::from_millis(millis);
        let failed = |delivery, transient| {
            let failure = CallFailure::new(FailureKind::ToolError, delivery, "no");
            AttemptOutcome::Failed { error: CallFailure { transient, ..failure }.into() }
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
        let failure = CallFailure::new(FailureKind::Cancelled, Delivery::Unknown, "cancelled");
        let outcome = AttemptOutcome::Failed { error: failure.into() };
        self.on_their_way.insert((self.now, attempt.clone()), outcome);
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

    pub(super) fn record(&self, id: &StepId) -> &StepRecord {
        self.state.step(&ScopePath::root().step(id)).unwrap()
    }

    pub(super) fn ended(&self, id: &StepId) -> Duration {
        match &self.record(id).phase {
            crate::run::state::Phase::Ended { at, .. } => *at,
            phase => panic!("`{id}` is {phase:?}"),
        }
    }
}

/// Tools of the server `safe` only read.
struct SafeOrNot;

impl KnownTools for SafeOrNot {
    fn facts(&self, tool: &ToolRef) -> Option<ToolFacts> {
        let effect = if tool.server == "safe" { Effect::Read } else { Effect::Unsafe };
        Some(ToolFacts { input_schema: None, effect })
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
