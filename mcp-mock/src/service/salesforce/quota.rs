//! What a request takes out of Salesforce's limits: each counts as one.

use super::Api;
use super::refusal::requests_used_up;
use crate::limit::Charge;
use crate::service::ApiError;

const DAY_SECONDS: u32 = 24 * 60 * 60;

/// Counts a request.
///
/// # Errors
/// `REQUEST_LIMIT_EXCEEDED` when those of the day are used up.
pub(super) fn spend_request(api: &mut Api<'_>) -> Result<(), ApiError> {
    let Some(limits) = api.limits().salesforce else { return Ok(()) };
    let charge = Charge::new("salesforce", limits.requests_per_day, DAY_SECONDS);
    api.spend(&[charge]).map_err(|exceeded| {
        let usage = (exceeded.used, exceeded.limit);
        requests_used_up(Some(usage))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::Salesforce;
    use super::*;
    use crate::world::{ServiceState, State};

    fn query(state: &mut State) -> Result<(), ApiError> {
        let (salesforce, mut api) = Salesforce::open(state);
        salesforce.query(&mut api, "SELECT Id FROM Lead", 0).map(drop)
    }

    #[test]
    fn requests_are_counted_by_the_day() {
        let mut state = State::empty(1);
        state.enforce_vendor_limits();

        let passed = (0..20_000).take_while(|_| query(&mut state).is_ok()).count();
        state.env.clock.advance(Duration::from_secs(24 * 3_600 - 1));
        let refused = query(&mut state).unwrap_err();
        state.env.clock.advance(Duration::from_secs(1));

        assert_eq!((passed, refused.status), (15_000, 403));
        assert_eq!(refused.code, "REQUEST_LIMIT_EXCEEDED");
        let info = json!({ "Sforce-Limit-Info": "api-usage=15000/15000" });
        assert_eq!(refused.details, Some(info));
        assert_eq!(query(&mut state), Ok(()));
    }
}
