//! Notices that subscriptions have received and not read.

use std::collections::VecDeque;
use std::task::Waker;

use mcp_core::jsonrpc::RequestId;
use mcp_core::protocol::{Acknowledged, SubscriptionFilter, key, method};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::notice::Notice;

/// Notices that wait for one reader. Changes say "look again", so that the newest are worth the most.
const NOTICES_MAX: usize = 1024;

/// The same in bytes: as much as the largest frame.
const NOTICES_BYTES_MAX: usize = 16 << 20;

/// The queues of one connection.
#[derive(Debug, Default)]
pub(crate) struct SubscriptionQueues {
    open: Vec<SubscriptionQueue>,
    last_key: u64,
}

/// What one subscription has received and not read.
#[derive(Debug)]
pub(crate) struct SubscriptionQueue {
    key: u64,
    source: Source,
    filter: SubscriptionFilter,
    queue: VecDeque<Notice>,
    queued_bytes: usize,
    /// Notices that had to make room for newer ones.
    pub(crate) dropped: u64,
    /// What the server said that it is going to tell.
    pub(crate) acknowledged: Option<SubscriptionFilter>,
    /// Whether the server took the subscription back.
    pub(crate) is_revoked: bool,
    waker: Option<Waker>,
}

/// Which notices belong to an queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// All of the connection (legacy era).
    Connection,
    /// Those that name this request (modern era).
    Request(i64),
}

impl SubscriptionQueues {
    /// Opens an queue; the key leads to it.
    pub(crate) fn open(&mut self, source: Source, filter: SubscriptionFilter) -> u64 {
        self.last_key += 1;
        self.open.push(SubscriptionQueue {
            key: self.last_key,
            source,
            filter,
            queue: VecDeque::new(),
            queued_bytes: 0,
            dropped: 0,
            acknowledged: None,
            is_revoked: false,
            waker: None,
        });
        self.last_key
    }

    pub(crate) fn close(&mut self, key: u64) {
        self.open.retain(|queue| queue.key != key);
    }

    pub(crate) fn find(&mut self, key: u64) -> Option<&mut SubscriptionQueue> {
        self.open.iter_mut().find(|queue| queue.key == key)
    }

    /// Whether any subscription wants to hear of exactly this resource.
    pub(crate) fn wants_resource(&self, uri: &str) -> bool {
        let mut wanted = self.open.iter().flat_map(|queue| &queue.filter.resource_subscriptions);
        wanted.any(|wanted| wanted == uri)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Puts a notice where it belongs; who waits there is to be woken.
    pub(crate) fn deliver(&mut self, notice: &Notice, params: &Map<String, Value>) -> Vec<Waker> {
        let source = subscription_of(params).map_or(Source::Connection, Source::Request);
        let mut woken = Vec::new();
        for queue in self.open.iter_mut().filter(|queue| queue.source == source) {
            if queue.take(notice, params) {
                woken.extend(queue.waker.take());
            }
        }
        woken
    }

    /// The server gave up the request behind an queue.
    pub(crate) fn revoke(&mut self, request: &RequestId) -> Option<Waker> {
        let source = Source::Request(number(request)?);
        let queue = self.open.iter_mut().find(|queue| queue.source == source)?;
        queue.is_revoked = true;
        queue.waker.take()
    }

    /// Whoever waits, for the end of the connection.
    pub(crate) fn wakers(&mut self) -> impl Iterator<Item = Waker> {
        self.open.iter_mut().filter_map(|queue| queue.waker.take())
    }
}

impl SubscriptionQueue {
    /// The oldest notice; without one, `waker` is woken when there is more to see.
    pub(crate) fn next(&mut self, waker: &Waker) -> Option<Notice> {
        let Some(notice) = self.queue.pop_front() else {
            self.wait(waker);
            return None;
        };
        self.queued_bytes -= notice.params.len();
        Some(notice)
    }

    pub(crate) fn wait(&mut self, waker: &Waker) {
        match &mut self.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    /// Takes a notice, unless it is none that was asked for.
    fn take(&mut self, notice: &Notice, params: &Map<String, Value>) -> bool {
        if notice.method == method::ACKNOWLEDGED {
            let read = serde_json::from_slice::<Acknowledged>(&notice.params);
            self.acknowledged = Some(read.map(|told| told.notifications).unwrap_or_default());
            return true;
        }
        // What an extension tells is not known here; it was asked for by name.
        let has_extension = self.filter.extra.iter().next().is_some();
        if !has_extension && !self.filter.covers(&notice.method, params) {
            return false;
        }
        let bytes = notice.params.len();
        while self.queue.len() >= NOTICES_MAX || self.queued_bytes + bytes > NOTICES_BYTES_MAX {
            let Some(oldest) = self.queue.pop_front() else { break };
            self.queued_bytes -= oldest.params.len();
            self.dropped += 1;
        }
        self.queued_bytes += bytes;
        self.queue.push_back(notice.clone());
        true
    }
}

fn subscription_of(params: &Map<String, Value>) -> Option<i64> {
    let id = params.get("_meta")?.get(key::SUBSCRIPTION_ID)?;
    number(&RequestId::deserialize(id).ok()?)
}

/// Some peers turn numbers into texts.
fn number(id: &RequestId) -> Option<i64> {
    match id {
        RequestId::Number(number) => Some(*number),
        RequestId::Text(text) => text.parse().ok(),
    }
}
