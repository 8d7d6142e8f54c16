//! One connection of a server: opened when needed, by one caller for all, with a growing pause after
//! failures.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use mcp_client::{Client, ConnectError};
use tokio::time::Instant;

use mcp_core::Lock;

use super::spec::ServerSpec;

/// The pause after the first failure in a row; it doubles with each.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A connection that lasted this long was healthy: the count of failures starts again.
const HEALTHY_AFTER: Duration = Duration::from_secs(60);

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum ConnectionFailure {
    /// The last attempt failed, and the next one has to wait.
    #[error("{error} (next attempt in {wait:?})")]
    Pausing { error: ConnectError, wait: Duration },
    /// The attempt failed.
    #[error(transparent)]
    Failed(#[from] ConnectError),
}

/// One connection, or the place for it.
#[derive(Debug, Default)]
pub(super) struct Connection {
    state: Lock<ConnectionState>,
}

#[derive(Debug, Default)]
struct ConnectionState {
    live: Option<Established>,
    connecting: Option<Connecting>,
    /// Failures in a row: refused starts, and connections that ended young.
    failures: u32,
    last_failure: Option<(ConnectError, Instant)>,
    /// Grows with every attempt, so that only the newest one reports.
    attempt: u64,
}

#[derive(Debug)]
struct Established {
    client: Client,
    since: Instant,
}

type Connecting = Shared<BoxFuture<'static, Result<Client, ConnectError>>>;

impl Connection {
    /// The connection, opened now if there is none. Callers that come meanwhile wait for the same one.
    ///
    /// Cancel safe: the attempt goes on when another caller waits, and ends when none does.
    pub(super) async fn client(&self, spec: &ServerSpec) -> Result<Client, ConnectionFailure> {
        let (connecting, attempt) = match self.state.lock().decide(Instant::now(), spec) {
            Decision::Use(client) => return Ok(client),
            Decision::Pause(error, wait) => return Err(ConnectionFailure::Pausing { error, wait }),
            Decision::Await(connecting, attempt) => (connecting, attempt),
        };
        let outcome = connecting.await;
        self.state.lock().settle(attempt, &outcome, Instant::now());
        Ok(outcome?)
    }

    /// The connection, if there is one.
    pub(super) fn current(&self) -> Option<Client> {
        self.state.lock().live.as_ref().map(|live| live.client.clone())
    }

    /// Takes the connection out.
    pub(super) fn take(&self) -> Option<Client> {
        let mut state = self.state.lock();
        state.connecting = None;
        state.live.take().map(|live| live.client)
    }

    pub(super) fn last_failure(&self) -> Option<ConnectError> {
        self.state.lock().last_failure.as_ref().map(|(error, _)| error.clone())
    }

    /// How many requests wait on it.
    pub(super) fn load(&self) -> usize {
        self.state.lock().live.as_ref().map_or(0, |live| live.client.in_flight())
    }
}

enum Decision {
    Use(Client),
    Await(Connecting, u64),
    Pause(ConnectError, Duration),
}

impl ConnectionState {
    fn decide(&mut self, now: Instant, spec: &ServerSpec) -> Decision {
        if let Some(live) = &self.live {
            match live.client.ended() {
                None => return Decision::Use(live.client.clone()),
                Some(end) => {
                    let is_healthy = now - live.since >= HEALTHY_AFTER;
                    self.failures = if is_healthy { 0 } else { self.failures + 1 };
                    self.last_failure = Some((ConnectError::Transport(end), now));
                    self.live = None;
                    // A connection that ended is replaced at once the first time.
                    if self.failures <= 1 {
                        return self.connect(spec);
                    }
                }
            }
        }
        if let Some(connecting) = &self.connecting {
            return Decision::Await(connecting.clone(), self.attempt);
        }
        if let Some((error, at)) = &self.last_failure {
            let wished = error.retry_after().unwrap_or_default().min(PAUSE_MAX);
            let wait = (*at + pause(self.failures).max(wished)).saturating_duration_since(now);
            if !wait.is_zero() {
                // Whole tenths of a second are what a person wants to read.
                let tenths = u64::try_from(wait.as_millis().div_ceil(100)).unwrap_or(u64::MAX);
                let wait = Duration::from_millis(tenths.saturating_mul(100));
                return Decision::Pause(error.clone(), wait);
            }
        }
        self.connect(spec)
    }

    fn connect(&mut self, spec: &ServerSpec) -> Decision {
        let (connector, options) = (Arc::clone(&spec.connector), spec.client.clone());
        let connecting: BoxFuture<'static, _> =
            async move { Client::open(&*connector, options).await }.boxed();
        let connecting = connecting.shared();
        self.attempt += 1;
        self.connecting = Some(connecting.clone());
        Decision::Await(connecting, self.attempt)
    }

    /// Keeps the outcome of an attempt; all but the first of its waiters come too late.
    fn settle(&mut self, attempt: u64, outcome: &Result<Client, ConnectError>, now: Instant) {
        if self.attempt != attempt || self.connecting.take().is_none() {
            return;
        }
        match outcome {
            Ok(client) => self.live = Some(Established { client: client.clone(), since: now }),
            Err(error) => {
                self.failures += 1;
                self.last_failure = Some((error.clone(), now));
            }
        }
    }
}

fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    PAUSE.saturating_mul(1 << doublings).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_its_cap() {
        let pauses: Vec<u64> = [0, 1, 2, 3, 8, 9, 1000].map(|n| pause(n).as_millis() as u64).into();

        assert_eq!(pauses, [500, 500, 1000, 2000, 60_000, 60_000, 60_000]);
    }
}
