//! The embedded driver: carries out what the planner says, in one loop, in this process.
//!
//! It decides nothing. Each turn it asks the planner, appends the events to the journal, applies them,
//! carries the commands out, and waits for one of: the end of an attempt, a request to stop, a time.

mod attempts;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::event::{AttemptOutcome, Event, EventKind, StopCause};
use super::id::RunId;
use super::report::RunReport;
use super::state::{IllegalEvent, RunState};
use crate::call::{ToolCaller, ToolFacts, ToolRef};
use crate::journal::{Journal, JournalError};
use crate::plan::{AttemptKey, Command, PlanError, Planner, STOP_GRACE};
use crate::workflow::definition::Workflow;

use attempts::Attempts;

/// Longer waits are taken in parts: a clock cannot hold every time that a workflow can name.
const WAIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs workflows in this process.
#[derive(Debug, Clone)]
pub struct Executor {
    caller: Arc<dyn ToolCaller>,
    journal: Arc<dyn Journal>,
    options: RunOptions,
}

impl Executor {
    /// Calls tools through `caller` and keeps the events in `journal`, which is that of one run.
    #[must_use]
    pub fn new(
        caller: Arc<dyn ToolCaller>,
        journal: Arc<dyn Journal>,
        options: RunOptions,
    ) -> Self {
        Self { caller, journal, options }
    }

    /// Runs a workflow to its end. `inputs` are those that the caller gives; the others get their
    /// defaults.
    ///
    /// # Errors
    ///
    /// When the run cannot start, or its journal fails. A run that fails is a report, not an error.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels every call that is on its way and loses the report; what the
    /// journal has stays. To end a run in order, use [`StopHandle`].
    pub async fn run(
        &self,
        workflow: &Workflow,
        inputs: Map<String, Value>,
    ) -> Result<RunReport, ExecuteError> {
        let inputs = workflow.bind_inputs(inputs)?;
        let tools = self.describe(workflow);
        let planner = Planner::new(Arc::new(workflow.clone()), tools)?
            .with_stop_grace(self.options.stop_grace);
        let mut driver = Driver {
            executor: self,
            planner,
            state: RunState::default(),
            attempts: Attempts::new(Arc::clone(&self.caller)),
            started: Instant::now(),
        };
        let start = EventKind::RunStarted {
            run: self.options.run.clone(),
            workflow: workflow.name.clone(),
            started_at: self.options.started_at,
            inputs,
        };
        driver.record(vec![start]).await?;
        driver.drive().await
    }

    fn describe(&self, workflow: &Workflow) -> BTreeMap<ToolRef, ToolFacts> {
        let tools = Planner::tools(workflow).into_iter();
        tools.filter_map(|tool| self.caller.describe(&tool).map(|facts| (tool, facts))).collect()
    }
}

/// What a run takes from the world around it.
#[derive(Clone)]
pub struct RunOptions {
    /// The name of the run.
    pub run: RunId,
    /// The time on the clock at the start; `run.date` comes from it.
    pub started_at: Timestamp,
    /// Sees every event after it is stored; reporters are fed from here.
    pub observer: Option<Observer>,
    /// Ends the run early.
    pub stop: Option<StopHandle>,
    /// How long a stopped run waits for calls that cannot be cancelled without a doubt.
    pub stop_grace: Duration,
}

impl RunOptions {
    /// A run that nobody watches or stops.
    #[must_use]
    pub fn new(run: RunId, started_at: Timestamp) -> Self {
        Self { run, started_at, observer: None, stop: None, stop_grace: STOP_GRACE }
    }

    /// Shows every event to `observer`, which must not block.
    #[must_use]
    pub fn with_observer(self, observer: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { observer: Some(Arc::new(observer)), ..self }
    }

    /// Lets `stop` end the run early.
    #[must_use]
    pub fn with_stop(self, stop: StopHandle) -> Self {
        Self { stop: Some(stop), ..self }
    }
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("run", &self.run)
            .field("started_at", &self.started_at)
            .field("observer", &self.observer.is_some())
            .field("stop", &self.stop)
            .field("stop_grace", &self.stop_grace)
            .finish()
    }
}

/// Sees the events of a run. It is called between two turns of the driver, so it must not block.
pub type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// Ends runs early, in order: nothing new starts, what is safe to cancel is cancelled, the rest gets
/// [a while](RunOptions::stop_grace).
#[derive(Debug, Clone)]
pub struct StopHandle {
    cause: Arc<watch::Sender<Option<StopCause>>>,
}

impl StopHandle {
    /// A handle that has not been used.
    #[must_use]
    pub fn new() -> Self {
        Self { cause: Arc::new(watch::Sender::new(None)) }
    }

    /// Stops the run. The first cause counts; a run that has ended stays as it is.
    pub fn stop(&self, cause: StopCause) {
        self.cause
            .send_if_modified(|current| current.is_none() && current.replace(cause).is_none());
    }

    /// Why the run is to stop, when it is.
    #[must_use]
    pub fn cause(&self) -> Option<StopCause> {
        *self.cause.borrow()
    }

    /// Waits until the handle is used.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    async fn stopped(&self) -> StopCause {
        let mut cause = self.cause.subscribe();
        loop {
            if let Some(cause) = *cause.borrow_and_update() {
                return cause;
            }
            // The sender lives as long as this handle, so a change always comes or nothing does.
            if cause.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Default for StopHandle {
    fn default() -> Self {
        Self::new()
    }
}

/// A run that could not start or could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The inputs do not fit the workflow.
    #[error("failed to start the run")]
    Inputs(#[from] crate::workflow::definition::InputsError),
    /// The workflow cannot be planned.
    #[error("failed to plan the workflow")]
    Plan(#[from] PlanError),
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
    executor: &'a Executor,
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

    /// Stores events, then takes them in: nobody acts on an event that is not stored.
    async fn record(&mut self, kinds: Vec<EventKind>) -> Result<(), ExecuteError> {
        let at = self.now();
        let first = self.state.sequence() + 1;
        let events: Vec<_> =
            (first..).zip(kinds).map(|(sequence, kind)| Event { sequence, at, kind }).collect();
        self.executor.journal.append(&events).await?;
        for event in &events {
            self.state.apply(event)?;
            if let Some(observer) = &self.executor.options.observer {
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
        self.executor.options.stop.as_ref().filter(|_| self.state.stop().is_none())
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

#[cfg(test)]
mod tests;
