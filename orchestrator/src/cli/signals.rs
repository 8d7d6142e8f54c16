//! Ctrl-C and SIGTERM: the first is a wish to end in order, the second one to end at once.

use std::io;

use tokio::sync::watch;

use super::error::CommandError;

/// Starts to listen; from here on the signals do not end the program by themselves.
pub(super) fn listen() -> io::Result<(Interrupt, Signals)> {
    let requested = watch::Sender::new(false);
    let interrupt = Interrupt { requested: requested.subscribe() };
    Ok((interrupt, Signals { source: Source::new()?, requested }))
}

/// Whether a person wants the command to end.
#[derive(Debug, Clone)]
pub(super) struct Interrupt {
    requested: watch::Receiver<bool>,
}

impl Interrupt {
    /// Waits for the wish. Cancel safe.
    pub(super) async fn requested(&self) {
        let mut requested = self.requested.clone();
        if requested.wait_for(|requested| *requested).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Does `work`, unless a person wants it to end before it is done.
    pub(super) async fn or<T>(
        &self,
        work: impl Future<Output = Result<T, CommandError>>,
    ) -> Result<T, CommandError> {
        tokio::select! {
            biased;
            () = self.requested() => Err(CommandError::interrupted()),
            result = work => result,
        }
    }
}

/// The signals of this process.
#[derive(Debug)]
pub(super) struct Signals {
    source: Source,
    requested: watch::Sender<bool>,
}

impl Signals {
    /// Passes the first signal on and returns at the second.
    pub(super) async fn watch(&mut self) {
        self.source.next().await;
        self.requested.send_replace(true);
        self.source.next().await;
    }
}

#[cfg(unix)]
#[derive(Debug)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
#[derive(Debug)]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
