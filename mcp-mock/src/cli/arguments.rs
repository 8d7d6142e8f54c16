//! Which arguments there are.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};
use mcp_core::protocol::ProtocolVersion;

use super::fault_rule::FaultRule;
use crate::script::FAULT_FORMS;
use crate::service::ServiceName;

pub(super) const LIST: &str = "list";
pub(super) const SERVE: &str = "serve";

pub(super) const FAULT: &str = "fault";
pub(super) const PROTOCOL: &str = "protocol";
pub(super) const RANDOM_SEED: &str = "random-seed";
pub(super) const SEED: &str = "seed";
pub(super) const SERVICE: &str = "service";

pub(super) fn command() -> Command {
    Command::new("mcp-mock")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Fake GitHub, Gmail, Notion, Salesforce and Slack as MCP servers")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(serve())
        .subcommand(Command::new(LIST).about("List the services and their tools"))
}

fn serve() -> Command {
    let services = ServiceName::ALL.map(ServiceName::as_str);
    let revisions = ProtocolVersion::ALL.map(ProtocolVersion::as_str);
    let faults = format!(
        "Fail calls of TOOL (`*` for every tool), the first TIMES of them or all. \
         FAULT is one of {}",
        FAULT_FORMS.join(", ")
    );
    Command::new(SERVE)
        .about("Serve one service over standard input and output until the input ends")
        .arg(
            Arg::new(SERVICE)
                .value_name("SERVICE")
                .help("What to serve; one service per process")
                .required(true)
                .action(ArgAction::Append)
                .num_args(1..)
                .value_parser(PossibleValuesParser::new(services)),
        )
        .arg(
            Arg::new(SEED)
                .long(SEED)
                .value_name("FILE")
                .help("Begin with the content of this JSON file instead of the demo content")
                .value_parser(value_parser!(std::path::PathBuf)),
        )
        .arg(
            Arg::new(RANDOM_SEED)
                .long(RANDOM_SEED)
                .value_name("N")
                .help("Number that all ids follow from; the same number gives the same ids")
                .default_value("42")
                .value_parser(value_parser!(u64)),
        )
        .arg(
            Arg::new(PROTOCOL)
                .long(PROTOCOL)
                .value_name("REVISION")
                .help("Speak this protocol revision only; may be repeated")
                .action(ArgAction::Append)
                .value_parser(PossibleValuesParser::new(revisions)),
        )
        .arg(
            Arg::new(FAULT)
                .long(FAULT)
                .value_name("TOOL:FAULT[*TIMES]")
                .help(faults)
                .action(ArgAction::Append)
                .value_parser(value_parser!(FaultRule)),
        )
}

#[cfg(test)]
mod tests {
    #[test]
    fn arguments_do_not_contradict_each_other() {
        super::command().debug_assert();
    }
}
