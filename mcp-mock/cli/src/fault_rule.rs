//! A fault as the command line names it: `create_issue:crash*1`.

use std::str::FromStr;

use mcp_mock::{Fault, FaultError, RequestKind};

/// The sign for every tool.
const ANY_TOOL: &str = "*";

/// Which calls fail, how, and how many of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FaultRule {
    pub(super) subject: Subject,
    pub(super) fault: Fault,
    /// At most this number of calls; all when not given.
    pub(super) times: Option<usize>,
}

/// What a fault happens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    AnyTool,
    Request(RequestKind),
    Tool(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FaultRuleError {
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error("a fault is written `TOOL:FAULT`, such as `create_issue:crash` or `tools/list:hang`")]
    Form,
    #[error("`{written}` is no number of calls; write `*1` for the first call only")]
    Times { written: String },
}

impl FromStr for FaultRule {
    type Err = FaultRuleError;

    fn from_str(text: &str) -> Result<Self, FaultRuleError> {
        let (subject, fault) = text.split_once(':').ok_or(FaultRuleError::Form)?;
        if subject.is_empty() {
            return Err(FaultRuleError::Form);
        }
        let (fault, times) = match fault.split_once('*') {
            None => (fault, None),
            Some((fault, times)) => {
                let written = || FaultRuleError::Times { written: times.to_owned() };
                (fault, Some(times.parse().map_err(|_| written())?))
            }
        };
        let subject = match (subject, subject.parse()) {
            (_, Ok(kind)) => Subject::Request(kind),
            (ANY_TOOL, Err(_)) => Subject::AnyTool,
            (tool, Err(_)) => Subject::Tool(tool.to_owned()),
        };
        Ok(Self { subject, fault: fault.parse()?, times })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use mcp_mock::ToolListFault;

    #[track_caller]
    fn check_refused(text: &str, message: &str) {
        assert_eq!(text.parse::<FaultRule>().unwrap_err().to_string(), message);
    }

    #[test]
    fn tool_fault_and_times_are_read() {
        let crash: FaultRule = "create_issue:crash*1".parse().unwrap();
        let slow: FaultRule = "*:delay=20ms".parse().unwrap();
        let endless: FaultRule = "tools/list:tool-list=endless".parse().unwrap();

        let subject = Subject::Tool("create_issue".to_owned());
        assert_eq!(crash, FaultRule { subject, fault: Fault::Crash, times: Some(1) });
        let fault = Fault::Delay(Duration::from_millis(20));
        assert_eq!(slow, FaultRule { subject: Subject::AnyTool, fault, times: None });
        let subject = Subject::Request(RequestKind::ListTools);
        let fault = Fault::ToolList(ToolListFault::Endless);
        assert_eq!(endless, FaultRule { subject, fault, times: None });
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let form =
            "a fault is written `TOOL:FAULT`, such as `create_issue:crash` or `tools/list:hang`";
        check_refused("crash", form);
        check_refused(":crash", form);
        let times = "`x` is no number of calls; write `*1` for the first call only";
        check_refused("create_issue:crash*x", times);
        check_refused(
            "*:malformed=x",
            "fault `malformed` needs a kind that `mcp-mock faults` lists",
        );
        check_refused("create_issue:delay=x", "fault `delay` needs a time such as `=200ms`");
    }
}
