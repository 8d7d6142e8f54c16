//! What the worlds of a port begin with.

use mcp_mock::MockServer;
use mcp_mock::world::{State, World};

/// How a world is made. All worlds of a process begin alike: as its arguments say.
pub(crate) trait Plan: Send + Sync {
    /// What all ids follow from.
    fn random_seed(&self) -> u64;

    /// What is in a world at its beginning.
    fn state(&self) -> State;

    /// Those servers of a world that are served, without their rules.
    fn servers(&self, world: &World) -> Vec<MockServer>;

    /// Sets the rules that servers begin with.
    fn script(&self, servers: &[MockServer]);
}
