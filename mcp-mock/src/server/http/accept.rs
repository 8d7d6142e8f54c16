//! The loop that takes connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::connection;
use super::routes::Site;
use super::tls::Tls;

/// How long running requests may go on after the stop: streams never end by themselves.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait when no connection can be taken, as without free descriptors: asking again at
/// once would keep a processor busy.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where faults ask for the port to go away, and for how long.
pub(super) type Outages = mpsc::Sender<Duration>;

/// What may be set for the connections of a port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) connections_max: usize,
    pub(super) header_timeout: Duration,
}

/// What every connection of a port has.
#[derive(Clone)]
pub(super) struct Port {
    pub(super) site: Arc<dyn Site>,
    pub(super) limits: Limits,
    /// `None` when the port speaks plain HTTP.
    pub(super) tls: Option<Arc<Tls>>,
}

enum Event {
    /// The port closes for this long.
    Away(Duration),
    Ended,
    Failed,
    Stopped,
    Taken(TcpStream),
}

/// Serves until it is stopped. Dropping the future ends all connections at once.
pub(super) async fn accept(mut listener: TcpListener, port: Port, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let (outages, mut asked_for) = mpsc::channel(1);
    loop {
        let event = tokio::select! {
            // A dropped sender stops as well.
            _ = stop.changed() => Event::Stopped,
            Some(_) = connections.join_next() => Event::Ended,
            Some(duration) = asked_for.recv() => Event::Away(duration),
            taken = listener.accept(), if connections.len() < port.limits.connections_max => match taken {
                Ok((stream, _)) => Event::Taken(stream),
                Err(_) => Event::Failed,
            },
        };
        match event {
            Event::Away(duration) => {
                connections.abort_all();
                let away = go_away(listener, duration);
                listener = tokio::select! {
                    _ = stop.changed() => return,
                    back = away => match back {
                        Some(listener) => listener,
                        None => return,
                    },
                };
            }
            Event::Ended => {}
            Event::Failed => tokio::time::sleep(ACCEPT_PAUSE).await,
            Event::Stopped => break,
            Event::Taken(stream) => {
                let outages = outages.clone();
                connections.spawn(connection::take(stream, port.clone(), outages, stop.clone()));
            }
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // What is still there is dropped with the set.
    drop(tokio::time::timeout(GRACE, all_ended).await);
}

/// Closes the port for a time. When another program has taken the port meanwhile, this waits until it is free
/// again. `None` when the port never had an address.
async fn go_away(listener: TcpListener, duration: Duration) -> Option<TcpListener> {
    let address = listener.local_addr().ok()?;
    drop(listener);
    tokio::time::sleep(duration).await;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return Some(listener),
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}
