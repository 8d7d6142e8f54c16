//! What a call of a tool costs.
//!
//! A call counts as one request of the vendor's API.

use super::Charge;
use crate::service::ServiceName;
use crate::world::State;

const DAY: u32 = 24 * 60 * 60;

/// What a call takes out of the windows of its service: nothing where no limits are enforced.
pub(super) fn charges(state: &State, service: ServiceName) -> Vec<Charge> {
    let limits = &state.limits.rules;
    match service {
        ServiceName::Salesforce => {
            let of = |limit| Charge::new("salesforce", limit, DAY);
            limits.salesforce.map(|limits| of(limits.requests_per_day)).into_iter().collect()
        }
        // They count by themselves.
        ServiceName::GitHub | ServiceName::Gmail | ServiceName::Notion | ServiceName::Slack => {
            Vec::new()
        }
    }
}
