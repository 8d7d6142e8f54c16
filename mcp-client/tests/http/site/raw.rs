//! An HTTP server that is written by hand, for what wiremock cannot do: bodies that are cut or
//! endless, that pause, or that come byte by byte; streams that stay open or end with their
//! connection; connections that are reset or grow stale; answers that wait for the test; bytes that
//! are no HTTP or no TLS; and counting connections and the clients that left.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Log, Reply, SOON, Seen, Site};

/// A server that does what it is told, byte by byte.
pub(crate) struct RawSite {
    address: SocketAddr,
    tally: Arc<Tally>,
    _serving: JoinSet<()>,
}

struct Tally {
    log: Log,
    /// Clients that left while the server did nothing.
    gone: watch::Sender<usize>,
    connections: AtomicUsize,
}

type Answering = dyn Fn(&Seen) -> Acts + Send + Sync;

impl Site for RawSite {
    type Answer = Acts;

    async fn start(answer: impl Fn(&Seen) -> Acts + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tally = Arc::new(Tally {
            log: Log::default(),
            gone: watch::Sender::new(0),
            connections: AtomicUsize::new(0),
        });
        let (here, answer): (_, Arc<Answering>) = (Arc::clone(&tally), Arc::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                here.connections.fetch_add(1, Ordering::Relaxed);
                connections.spawn(serve(stream, Arc::clone(&here), Arc::clone(&answer)));
            }
        });
        Self { address, tally, _serving: serving }
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    fn log(&self) -> &Log {
        &self.tally.log
    }
}

impl RawSite {
    /// Waits until so many clients left while the server did nothing.
    pub(crate) async fn until_gone(&self, clients: usize) {
        let mut gone = self.tally.gone.subscribe();
        let waiting = gone.wait_for(|gone| *gone >= clients);
        drop(timeout(SOON, waiting).await.expect("the client leaves").unwrap());
    }

    pub(crate) fn connections(&self) -> usize {
        self.tally.connections.load(Ordering::Relaxed)
    }
}

/// What the server does with a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acts(Vec<Act>);

#[derive(Debug, Clone)]
enum Act {
    Bytes(Vec<u8>),
    /// The same bytes until the client has enough.
    Endless(Vec<u8>),
    /// Nothing more until the client is gone, which is counted.
    Hang,
    /// Nothing more until the gate is open.
    Wait(watch::Receiver<bool>),
    Close,
    Reset,
}

impl Acts {
    /// Events that are all there is; the end of the connection ends the stream.
    pub(crate) fn events(events: impl Into<Vec<u8>>) -> Self {
        Self::stream_start().bytes(events).close()
    }

    /// The head of a stream without an end.
    pub(crate) fn stream_start() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
    }

    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::default().bytes(bytes)
    }

    pub(crate) fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Act::Bytes(bytes.into()))
    }

    pub(crate) fn endless(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Act::Endless(bytes.into()))
    }

    pub(crate) fn hang(self) -> Self {
        self.then(Act::Hang)
    }

    pub(crate) fn wait(self, gate: &watch::Sender<bool>) -> Self {
        self.then(Act::Wait(gate.subscribe()))
    }

    pub(crate) fn close(self) -> Self {
        self.then(Act::Close)
    }

    pub(crate) fn reset(self) -> Self {
        self.then(Act::Reset)
    }

    fn then(mut self, act: Act) -> Self {
        self.0.push(act);
        self
    }
}

/// A whole answer, after which the connection goes on.
impl From<Reply> for Acts {
    fn from(Reply { status, headers, body }: Reply) -> Self {
        let headers: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n");
        Self::raw([head.into_bytes(), body].concat())
    }
}

async fn serve(stream: TcpStream, tally: Arc<Tally>, answer: Arc<Answering>) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await {
        let acts = answer(&seen);
        tally.log.push(seen);
        if perform(&mut stream, &tally, acts).await.is_none() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let verb = lines.first()?.split(' ').next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut seen = Seen { verb, headers, body: Value::Null };
    let length = seen.header("Content-Length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    seen.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(seen)
}

/// `None`: the connection is over.
async fn perform(stream: &mut BufReader<TcpStream>, tally: &Tally, acts: Acts) -> Option<()> {
    for act in acts.0 {
        match act {
            Act::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
            Act::Endless(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Act::Hang => {
                // A client that hangs up ends the reading, whether or not it is polite.
                let mut rest = Vec::new();
                drop(stream.read_to_end(&mut rest).await);
                tally.gone.send_modify(|gone| *gone += 1);
                return None;
            }
            Act::Wait(mut gate) => drop(gate.wait_for(|is_open| *is_open).await.ok()?),
            Act::Close => return None,
            Act::Reset => {
                stream.get_ref().set_zero_linger().unwrap();
                return None;
            }
        }
    }
    Some(())
}
