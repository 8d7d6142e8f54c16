//! Why a workflow cannot be a plan.

use crate::call::FailureKind;
use crate::workflow::WorkflowError;
use crate::workflow::definition::StepId;

/// A workflow that cannot be a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Something in it does not belong together, or is not what a server has.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// Its calls name servers that do not exist.
    #[error("{0}")]
    UnknownServers(WorkflowError),
    /// A server is unreachable that it cannot do without.
    #[error("server `{}` is not available: {}", .0.server, .0.reason)]
    Unavailable(UnavailableServer),
}

/// A server that a workflow calls and that is unreachable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnavailableServer {
    /// The name of the server.
    pub server: String,
    /// The first step that calls it, or the first that cannot do without it.
    pub step: StepId,
    /// Why it is unreachable, as a fragment.
    pub reason: String,
    /// What sort of failure it is.
    pub kind: FailureKind,
}
