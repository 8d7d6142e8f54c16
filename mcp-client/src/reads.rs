//! Resources that were read, for as long as their server allows.

use std::collections::HashMap;
use std::sync::Arc;

use mcp_core::protocol::ReadResourceResult;
use tokio::time::Instant;

/// Resources that are kept.
const KEPT_MAX: usize = 256;

/// The same in bytes, as they came: one frame of the largest size.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// Resources by URI.
#[derive(Debug, Default)]
pub(crate) struct ReadCache {
    kept: HashMap<String, Kept>,
    kept_bytes: usize,
    /// Grows with every change: what was asked for before one is not kept after it.
    generation: u64,
}

#[derive(Debug)]
struct Kept {
    result: Arc<ReadResourceResult>,
    bytes: usize,
    fresh_until: Instant,
}

/// Something to keep.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) result: Arc<ReadResourceResult>,
    /// How long the result was on the wire.
    pub(crate) bytes: usize,
    pub(crate) fresh_until: Instant,
    /// The generation when it was asked for.
    pub(crate) generation: u64,
}

impl ReadCache {
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn fresh(&self, uri: &str, now: Instant) -> Option<Arc<ReadResourceResult>> {
        let kept = self.kept.get(uri).filter(|kept| now < kept.fresh_until)?;
        Some(Arc::clone(&kept.result))
    }

    /// Keeps a result; those that would be old first make room for it.
    pub(crate) fn keep(&mut self, uri: &str, read: Read) {
        if read.generation != self.generation || read.bytes > KEPT_BYTES_MAX {
            return;
        }
        self.remove(uri);
        while self.kept.len() >= KEPT_MAX || self.kept_bytes + read.bytes > KEPT_BYTES_MAX {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.fresh_until);
            let Some(uri) = oldest.map(|(uri, _)| uri.clone()) else { break };
            self.remove(&uri);
        }
        self.kept_bytes += read.bytes;
        let Read { result, bytes, fresh_until, .. } = read;
        self.kept.insert(uri.to_owned(), Kept { result, bytes, fresh_until });
    }

    /// Forgets a resource that has changed, what it contains and what contains it.
    pub(crate) fn invalidate(&mut self, uri: &str) {
        self.generation += 1;
        let related = |known: &str| known.starts_with(uri) || uri.starts_with(known);
        let stale: Vec<_> = self.kept.keys().filter(|known| related(known)).cloned().collect();
        for uri in stale {
            self.remove(&uri);
        }
    }

    fn remove(&mut self, uri: &str) {
        if let Some(kept) = self.kept.remove(uri) {
            self.kept_bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(bytes: usize, fresh_until: Instant, generation: u64) -> Read {
        Read { result: Arc::default(), bytes, fresh_until, generation }
    }

    #[tokio::test]
    async fn what_is_old_first_makes_room() {
        let mut cache = ReadCache::default();
        let now = Instant::now();

        for second in 0..=KEPT_MAX {
            let fresh_until = now + Duration::from_secs(1000 - u64::try_from(second).unwrap());
            cache.keep(&format!("u:{second}"), read(1, fresh_until, 0));
        }

        assert_eq!((cache.kept.len(), cache.kept_bytes), (KEPT_MAX, KEPT_MAX));
        assert!(cache.fresh(&format!("u:{}", KEPT_MAX - 1), now).is_none());
        assert!(cache.fresh(&format!("u:{KEPT_MAX}"), now).is_some());
        assert!(cache.fresh("u:0", now).is_some());
    }

    #[tokio::test]
    async fn bytes_are_capped() {
        let mut cache = ReadCache::default();
        let until = Instant::now() + Duration::from_secs(1);

        cache.keep("u:a", read(KEPT_BYTES_MAX, until, 0));
        cache.keep("u:b", read(KEPT_BYTES_MAX + 1, until, 0));
        assert_eq!(cache.kept_bytes, KEPT_BYTES_MAX);
        cache.keep("u:c", read(1, until, 0));

        assert_eq!((cache.kept.len(), cache.kept_bytes), (1, 1));
    }

    #[tokio::test]
    async fn what_was_asked_for_before_a_change_is_not_kept_after_it() {
        let mut cache = ReadCache::default();
        let until = Instant::now() + Duration::from_secs(1);
        let generation = cache.generation();

        cache.invalidate("u:other");
        cache.keep("u:a", read(1, until, generation));

        assert!(cache.fresh("u:a", Instant::now()).is_none());
    }
}
