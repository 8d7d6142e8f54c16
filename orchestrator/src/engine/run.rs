//! The loop over the turns of the planner.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::attempts::Attempts;
use super::journal::{Journal, JournalError};
use super::options::RunOptions;
use super::stop::StopHandle;
use crate::call::ToolCaller;
use crate::plan::Plan;
use crate::planner::{AttemptKey, Command, Planner};
use crate::run::event::{AttemptOutcome, Event, EventKind, StopCause};
use crate::run::report::RunReport;
use crate::run::state::{IllegalEvent, RunState};
use crate::workflow::Inputs;

/// Longer waits are taken in parts: a clock cannot hold every time that a workflow can name.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// One run of a plan in this process, not started yet.
///
/// It executes once: a journal is that of one run.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use std::sync::Arc;
///
/// use orchestrator::call::NothingKnown;
/// use orchestrator::engine::journal::MemoryJournal;
/// use orchestrator::engine::{Run, RunOptions};
/// use orchestrator::manager::Manager;
/// use orchestrator::run::RunEnd;
/// use orchestrator::source::Source;
/// use orchestrator::workflow::Workflow;
///
/// let text = "workflow: sum\nsteps: { two: { set: '${{ 1 + 1 }}' } }\noutputs: { two: '${{ steps.two.output }}' }";
/// let plan = Workflow::parse(Source::new("sum.yaml", text))?.check(&NothingKnown)?;
/// let inputs = plan.workflow().bind_inputs(Default::default())?;
/// let journal = Arc::new(MemoryJournal::new());
///
/// let run = Run::new(Arc::new(Manager::idle(Vec::new())), journal.clone(), RunOptions::default());
/// let report = run.execute(plan, inputs).await?;
///
/// assert_eq!((report.state, &report.outputs["two"]), (RunEnd::Succeeded, &2.into()));
/// assert_eq!(journal.events().len(), 4);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Run {
    caller: Arc<dyn ToolCaller>,
    journal: Arc<dyn Journal>,
    options: RunOptions,
}

impl Run {
    /// Calls tools through `caller` and keeps the events in `journal`, which is that of one run.
    #[must_use]
    pub fn new(
        caller: Arc<dyn ToolCaller>,
        journal: Arc<dyn Journal>,
        options: RunOptions,
    ) -> Self {
        Self { caller, journal, options }
    }

    /// Carries a plan out, to its end.
    ///
    /// # Errors
    ///
    /// When the journal fails. A run that fails is a report, not an error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels every call that is on its way and loses the report; what the
    /// journal has stays. To end a run in order, use [`StopHandle`].
    pub async fn execute(self, plan: Plan, inputs: Inputs) -> Result<RunReport, ExecuteError> {
        let start = EventKind::RunStarted {
            run: self.options.run.clone(),
            workflow: plan.workflow().name.clone(),
            started_at: self.options.started_at,
            inputs: inputs.into_map(),
        };
        let planner = Planner::new(plan)
            .with_stop_grace(self.options.stop_grace)
            .with_attempt_timeout(self.options.attempt_timeout);
        let mut driver = Driver {
            run: &self,
            planner,
            state: RunState::default(),
            attempts: Attempts::new(Arc::clone(&self.caller)),
            started: Instant::now(),
        };
        driver.record(vec![start]).await?;
        driver.drive().await
    }
}

/// A run that could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The journal does not take events; calls that were on their way are cancelled.
    #[error("failed to keep the run")]
    Journal(#[from] JournalError),
    /// An event out of order: a fault of this program.
    #[error("failed to follow the run")]
    Order(#[from] IllegalEvent),
    /// The planner waits for nothing: a fault of this program.
    #[error("the run stands still after event {sequence}")]
    Stuck {
        /// The number of the last event.
        sequence: u64,
    },
}

/// What ends a wait of the driver.
#[derive(Debug)]
enum LoopEvent {
    AttemptEnded { attempt: AttemptKey, outcome: Box<AttemptOutcome> },
    StopRequested { cause: StopCause },
    TimePassed,
}

/// One run on its way.
struct Driver<'a> {
    run: &'a Run,
    planner: Planner,
    state: RunState,
    attempts: Attempts,
    started: Instant,
}

impl Driver<'_> {
    async fn drive(mut self) -> Result<RunReport, ExecuteError> {
        loop {
            // Asked here too, so that neither a used handle nor a crowd of ending calls hides a stop.
            if let Some(cause) = self.stop_handle().and_then(StopHandle::cause) {
                self.record(vec![EventKind::StopRequested { cause }]).await?;
            }
            let wake = self.carry_out().await?;
            if let Some(report) = RunReport::new(&self.state) {
                return Ok(report);
            }
            let event = match self.wait(wake).await? {
                LoopEvent::AttemptEnded { attempt, outcome } => EventKind::AttemptEnded {
                    step: attempt.step,
                    attempt: attempt.number,
                    outcome: *outcome,
                },
                LoopEvent::StopRequested { cause } => EventKind::StopRequested { cause },
                LoopEvent::TimePassed => continue,
            };
            self.record(vec![event]).await?;
        }
    }

    /// Does everything that can be done now. Gives the time at which there is more, if there is one.
    async fn carry_out(&mut self) -> Result<Option<Duration>, ExecuteError> {
        loop {
            let commands = self.planner.next(&self.state, self.now());
            let events: Vec<_> = commands.iter().filter_map(Command::event).collect();
            if events.is_empty() {
                return Ok(commands.into_iter().find_map(|command| match command {
                    Command::Wait { until } => Some(until),
                    _ => None,
                }));
            }
            self.record(events).await?;
            for command in commands {
                match command {
                    Command::Call(call) => self.attempts.start(call),
                    Command::Cancel { attempt } => self.attempts.cancel(&attempt),
                    Command::Record(_) | Command::Wait { .. } => {}
                }
            }
        }
    }

    /// Stores events, then applies them: no event has an effect before it is stored.
    async fn record(&mut self, kinds: Vec<EventKind>) -> Result<(), ExecuteError> {
        let at = self.now();
        let first = self.state.sequence() + 1;
        let events: Vec<_> =
            (first..).zip(kinds).map(|(sequence, kind)| Event { sequence, at, kind }).collect();
        self.run.journal.append(&events).await?;
        for event in &events {
            self.state.apply(event)?;
            if let Some(observer) = &self.run.options.observer {
                observer(event);
            }
        }
        Ok(())
    }

    async fn wait(&mut self, wake: Option<Duration>) -> Result<LoopEvent, ExecuteError> {
        if self.attempts.is_empty() && wake.is_none() {
            return Err(ExecuteError::Stuck { sequence: self.state.sequence() });
        }
        let rest = wake.unwrap_or_default().saturating_sub(self.now()).min(WAIT_MAX);
        let wake_at = Instant::now() + rest;
        // The handle outlives this wait; the borrow of the driver must not.
        let stop = self.stop_handle().cloned();
        tokio::select! {
            biased;
            Some((attempt, outcome)) = self.attempts.next() => {
                Ok(LoopEvent::AttemptEnded { attempt, outcome: Box::new(outcome) })
            }
            Some(cause) = stopped(stop.as_ref()) => Ok(LoopEvent::StopRequested { cause }),
            () = sleep_until(wake_at), if wake.is_some() => Ok(LoopEvent::TimePassed),
            else => Err(ExecuteError::Stuck { sequence: self.state.sequence() }),
        }
    }

    /// The handle, while it can still change something.
    fn stop_handle(&self) -> Option<&StopHandle> {
        self.run.options.stop.as_ref().filter(|_| self.state.stop().is_none())
    }

    /// The time since the start in whole microseconds, which is what journals keep.
    fn now(&self) -> Duration {
        let micros = self.started.elapsed().as_micros();
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)).max(self.state.at())
    }
}

async fn stopped(stop: Option<&StopHandle>) -> Option<StopCause> {
    match stop {
        Some(stop) => Some(stop.stopped().await),
        None => None,
    }
}
