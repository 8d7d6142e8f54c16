//! A fault as the command line names it: `create_issue:crash*1`.

use std::str::FromStr;

use crate::script::{Fault, FaultError};

/// What stands for every tool.
const ANY_TOOL: &str = "*";

/// Which calls fail, how, and how many of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FaultRule {
    /// The tool; `None` stands for every tool.
    pub(super) tool: Option<String>,
    pub(super) fault: Fault,
    /// Only so many calls, when given.
    pub(super) times: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FaultRuleError {
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error("a fault is written `TOOL:FAULT`, such as `create_issue:crash`")]
    Form,
    #[error("`{written}` is no number of calls; write `*1` for the first call only")]
    Times { written: String },
}

impl FromStr for FaultRule {
    type Err = FaultRuleError;

    fn from_str(text: &str) -> Result<Self, FaultRuleError> {
        let (tool, fault) = text.split_once(':').ok_or(FaultRuleError::Form)?;
        if tool.is_empty() {
            return Err(FaultRuleError::Form);
        }
        let (fault, times) = match fault.split_once('*') {
            None => (fault, None),
            Some((fault, times)) => {
                let written = || FaultRuleError::Times { written: times.to_owned() };
                (fault, Some(times.parse().map_err(|_| written())?))
            }
        };
        let tool = (tool != ANY_TOOL).then(|| tool.to_owned());
        Ok(Self { tool, fault: fault.parse()?, times })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check_refused(text: &str, message: &str) {
        assert_eq!(text.parse::<FaultRule>().unwrap_err().to_string(), message);
    }

    #[test]
    fn tool_fault_and_times_are_read() {
        let crash: FaultRule = "create_issue:crash*1".parse().unwrap();
        let slow: FaultRule = "*:delay=20ms".parse().unwrap();

        let tool = Some("create_issue".to_owned());
        assert_eq!(crash, FaultRule { tool, fault: Fault::Crash, times: Some(1) });
        let fault = Fault::Delay(Duration::from_millis(20));
        assert_eq!(slow, FaultRule { tool: None, fault, times: None });
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let form = "a fault is written `TOOL:FAULT`, such as `create_issue:crash`";
        check_refused("crash", form);
        check_refused(":crash", form);
        let times = "`x` is no number of calls; write `*1` for the first call only";
        check_refused("create_issue:crash*x", times);
        check_refused("create_issue:delay=x", "fault `delay` needs a time such as `=200ms`");
    }
}
