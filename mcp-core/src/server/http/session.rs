//! Sessions of legacy clients: who has one, what it remembers, what runs in it.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, Weak};

use bytes::Bytes;
use futures_util::future::{AbortHandle, AbortRegistration};
use http::{HeaderValue, StatusCode};

use super::options::Principal;
use super::refusal::Refusal;
use crate::Lock;
use crate::jsonrpc::RequestId;
use crate::protocol::ProtocolVersion;
use crate::server::caller::Caller;
use crate::server::changes::{Changes, Listener};
use crate::session::{Incoming, ServerSession};

/// Whom a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    Anyone,
    Authorization(HeaderValue),
    Principal(Principal),
}

/// A conversation with one legacy client.
#[derive(Debug)]
pub(super) struct Session {
    /// Reaches the client through the stream of the session.
    pub(super) caller: Caller,
    owner: Owner,
    version: ProtocolVersion,
    state: Lock<ServerSession>,
    activity: Lock<Activity>,
    /// Hears of changes for as long as the session exists.
    _listener: Option<Arc<Listener>>,
}

#[derive(Debug, Default)]
struct Activity {
    is_over: bool,
    next: u64,
    running: HashMap<u64, Running>,
}

#[derive(Debug)]
struct Running {
    purpose: Purpose,
    handle: AbortHandle,
}

/// What runs in a session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Request(RequestId),
    /// The stream of the session itself, of which there is one.
    Stream,
}

impl Purpose {
    fn id(&self) -> Option<&RequestId> {
        match self {
            Self::Request(id) => Some(id),
            Self::Stream => None,
        }
    }
}

/// The entry of something that runs in a session; dropping it removes the entry.
#[derive(Debug)]
pub(super) struct ActivityEntry {
    session: Weak<Session>,
    number: u64,
}

impl Session {
    pub(super) fn new(
        owner: Owner,
        version: ProtocolVersion,
        state: ServerSession,
        changes: Option<&Changes>,
    ) -> Self {
        let caller = Caller::default();
        let listener = changes.map(|changes| changes.listen_legacy(caller.clone()));
        let (state, activity) = (Lock::new(state), Lock::default());
        Self { caller, owner, version, state, activity, _listener: listener }
    }

    pub(super) fn version(&self) -> ProtocolVersion {
        self.version
    }

    pub(super) fn accept(&self, frame: &Bytes) -> Incoming {
        self.state.lock().accept(frame)
    }

    /// Adds an entry for something that starts to run.
    pub(super) fn begin(
        self: &Arc<Self>,
        purpose: Purpose,
    ) -> Result<(AbortRegistration, ActivityEntry), Refusal> {
        let mut activity = self.activity();
        if activity.is_over {
            return Err(unknown(purpose.id()));
        }
        let is_stream = |running: &Running| running.purpose == Purpose::Stream;
        if purpose == Purpose::Stream && activity.running.values().any(is_stream) {
            let text = "the session has a stream already\n";
            return Err(Refusal::text(StatusCode::CONFLICT, text));
        }
        let (handle, registration) = AbortHandle::new_pair();
        let number = activity.next;
        activity.next += 1;
        activity.running.insert(number, Running { purpose, handle });
        Ok((registration, ActivityEntry { session: Arc::downgrade(self), number }))
    }

    /// Ends the work on a request; on all of that id, if a client uses one twice.
    pub(super) fn cancel(&self, id: &RequestId) {
        let activity = self.activity();
        let meant = activity.running.values().filter(|running| running.purpose.id() == Some(id));
        meant.for_each(|running| running.handle.abort());
    }

    fn end(&self) {
        let mut activity = self.activity();
        activity.is_over = true;
        activity.running.values().for_each(|running| running.handle.abort());
    }

    fn is_idle(&self) -> bool {
        self.activity().running.is_empty()
    }

    fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock()
    }
}

impl Drop for ActivityEntry {
    fn drop(&mut self) {
        if let Some(session) = self.session.upgrade() {
            session.activity().running.remove(&self.number);
        }
    }
}

/// All sessions of a server.
#[derive(Debug)]
pub(super) struct Sessions {
    table: Lock<Table>,
    max: usize,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<String, Entry>,
    /// Counts instead of a clock.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    session: Arc<Session>,
    last_use: u64,
}

impl Sessions {
    pub(super) fn new(max: usize) -> Self {
        Self { table: Lock::default(), max }
    }

    /// Takes a session in and says its id: 128 random bits, since knowing it is all it takes to speak
    /// in a session that belongs to anyone.
    pub(super) fn open(&self, session: Arc<Session>) -> Result<String, Refusal> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).map_err(|_| {
            Refusal::text(StatusCode::INTERNAL_SERVER_ERROR, "no random numbers are available\n")
        })?;
        let id = format!("{:032x}", u128::from_be_bytes(random));
        let mut table = self.table();
        let evicted = if table.entries.len() < self.max { None } else { Some(table.evict()?) };
        let last_use = table.tick();
        table.entries.insert(id.clone(), Entry { session, last_use });
        drop(table);
        if let Some(evicted) = evicted {
            evicted.end();
        }
        Ok(id)
    }

    /// The session with this id, if it belongs to this owner.
    pub(super) fn find(&self, id: &str, owner: &Owner) -> Option<Arc<Session>> {
        let mut table = self.table();
        let now = table.tick();
        let entry = table.entries.get_mut(id).filter(|entry| entry.session.owner == *owner)?;
        entry.last_use = now;
        Some(Arc::clone(&entry.session))
    }

    /// Ends the session with this id and whatever runs in it.
    pub(super) fn end(&self, id: &str, owner: &Owner) -> Result<(), Refusal> {
        let session = self.find(id, owner).ok_or_else(|| unknown(None))?;
        self.table().entries.remove(id);
        session.end();
        Ok(())
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock()
    }
}

impl Table {
    fn tick(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }

    /// Removes the idle session that was used longest ago.
    fn evict(&mut self) -> Result<Arc<Session>, Refusal> {
        let idle = self.entries.iter().filter(|(_, entry)| entry.session.is_idle());
        let oldest = idle.min_by_key(|(_, entry)| entry.last_use).map(|(id, _)| id.clone());
        let entry = oldest.and_then(|id| self.entries.remove(&id)).ok_or_else(Refusal::busy)?;
        Ok(entry.session)
    }
}

/// The refusal of a session that is not there, or not there any more.
pub(super) fn unknown(id: Option<&RequestId>) -> Refusal {
    Refusal::invalid(StatusCode::NOT_FOUND, id, "unknown session; send `initialize` again")
}
