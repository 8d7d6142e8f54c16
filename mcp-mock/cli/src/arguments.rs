//! Which arguments there are.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};
use mcp_core::protocol::ProtocolVersion;

use super::fault_rule::FaultRule;
use super::{diff, record, replay, schema};
use mcp_mock::Fault;
use mcp_mock::service::ServiceName;

pub(super) const CONFORMANCE: &str = "conformance";
pub(super) const FAULTS_COMMAND: &str = "faults";
pub(super) const LIST: &str = "list";
pub(super) const SERVE: &str = "serve";

pub(super) const CONTROL: &str = "control";
pub(super) const DIALECT: &str = "dialect";
pub(super) const FAULT: &str = "fault";
pub(super) const HTTP: &str = "http";
pub(super) const KEEP_RUNNING: &str = "keep-running";
pub(super) const LIMITS: &str = "limits";
pub(super) const PROTOCOL: &str = "protocol";
pub(super) const RANDOM_SEED: &str = "random-seed";
pub(super) const RULES: &str = "rules";
pub(super) const SEED: &str = "seed";
pub(super) const SERVICE: &str = "service";
pub(super) const TLS: &str = "tls";
pub(super) const TOKEN: &str = "token";

/// The two ways to listen on a port.
const PORT: &str = "port";

const SERVE_ABOUT: &str = "\
Serve over standard input and output, or over HTTP, until the input ends

Over HTTP each service is at `/SERVICE/mcp`, and a single one at `/mcp` as well. When all are ready, one \
line of JSON on standard output says where: {\"ready\":true,\"pid\":…,\"control\":…,\"services\":\
{\"github\":{\"url\":…}},\"url\":…}, the last for a single service. At `control` is the control plane, \
which seeds, scripts, compares and resets worlds, and makes further ones. The process ends with its standard input, so \
that it never outlives who started it; with `/dev/null` that is at once, unless `--keep-running` is \
given. SIGINT and SIGTERM end it in good order.";

pub(super) fn command() -> Command {
    Command::new("mcp-mock")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Fake GitHub, Gmail, Notion, Salesforce and Slack as MCP servers")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(serve())
        .subcommand(conformance())
        .subcommand(list())
        .subcommand(record::command())
        .subcommand(replay::command())
        .subcommand(diff::command())
        .subcommand(
            Command::new(FAULTS_COMMAND)
                .about("List the faults, and what a client sees of each, as a table in Markdown"),
        )
        .subcommand(schema::command())
}

fn serve() -> Command {
    let revisions = ProtocolVersion::ALL.map(ProtocolVersion::as_str);
    Command::new(SERVE)
        .about("Serve over standard input and output, or over HTTP, until the input ends")
        .long_about(SERVE_ABOUT)
        .arg(
            Arg::new(SERVICE)
                .value_name("SERVICE")
                .help("What to serve; several at once with `--http`, in one world")
                .required(true)
                .action(ArgAction::Append)
                .num_args(1..)
                .value_parser(services()),
        )
        .arg(
            Arg::new(DIALECT)
                .long(DIALECT)
                .value_name("[SERVICE=]NAME")
                .help("Speak as this vendor's server does; `mcp-mock list` shows the names")
                .action(ArgAction::Append),
        )
        .args(beginning())
        .arg(
            Arg::new(PROTOCOL)
                .long(PROTOCOL)
                .value_name("REVISION")
                .help("Speak this protocol revision only; may be repeated")
                .action(ArgAction::Append)
                .value_parser(PossibleValuesParser::new(revisions)),
        )
        .arg(http().help("Serve over HTTP at this address instead, such as `127.0.0.1:0`"))
        .arg(
            Arg::new(CONTROL)
                .long(CONTROL)
                .value_name("ADDR")
                .help(
                    "Serve over standard input and output, and the control plane at this address; the \
                     line of JSON that says where is on standard error",
                )
                .value_parser(value_parser!(std::net::SocketAddr)),
        )
        .group(ArgGroup::new(PORT).args([HTTP, CONTROL]))
        .arg(
            Arg::new(TOKEN)
                .long(TOKEN)
                .value_name("TOKEN")
                .help("Demand this bearer token with every request; a made-up one, as all is fake")
                .requires(PORT),
        )
        .arg(tls())
        .arg(keep_running().requires(HTTP))
}

/// What the world begins with, and what is scripted in it.
fn beginning() -> [Arg; 5] {
    let faults = format!(
        "Fail calls of TOOL (`*` for every tool), the first TIMES of them or all. \
         FAULT is one of {}",
        Fault::forms().join(", ")
    );
    [
        Arg::new(SEED)
            .long(SEED)
            .value_name("FILE")
            .help(
                "Begin with the content of this JSON or YAML file instead of the demo content. See \
                 `mcp-mock schema seed`",
            )
            .value_parser(value_parser!(std::path::PathBuf)),
        Arg::new(LIMITS)
            .long(LIMITS)
            .help(
                "Enforce the vendors' rate limits, as far as the seed does not say others. They end \
                 by the clock of the world, which only the control plane moves",
            )
            .action(ArgAction::SetTrue),
        Arg::new(RANDOM_SEED)
            .long(RANDOM_SEED)
            .value_name("N")
            .help("Number that all ids follow from; the same number gives the same ids")
            .default_value("42")
            .value_parser(value_parser!(u64)),
        Arg::new(FAULT)
            .long(FAULT)
            .value_name("TOOL:FAULT[*TIMES]")
            .help(faults)
            .action(ArgAction::Append)
            .value_parser(value_parser!(FaultRule)),
        Arg::new(RULES)
            .long(RULES)
            .value_name("FILE")
            .help(
                "Begin with the rules of this JSON or YAML file; may be repeated. See `mcp-mock schema`",
            )
            .action(ArgAction::Append)
            .value_parser(value_parser!(std::path::PathBuf)),
    ]
}

fn conformance() -> Command {
    Command::new(CONFORMANCE)
        .about("Serve what the official conformance suite tests, over HTTP until the input ends")
        .arg(http().help("Where to listen").default_value("127.0.0.1:0"))
        .arg(
            Arg::new(TOKEN)
                .long(TOKEN)
                .value_name("TOKEN")
                .help("Demand this bearer token with every request"),
        )
        .arg(keep_running())
}

fn list() -> Command {
    Command::new(LIST)
        .about("List the services and their dialects, or the tools of one")
        .arg(Arg::new(SERVICE).value_name("SERVICE").help("Whose tools").value_parser(services()))
        .arg(
            Arg::new(DIALECT)
                .long(DIALECT)
                .value_name("NAME")
                .help("In which dialect, if not in `simple`")
                .requires(SERVICE),
        )
}

pub(super) fn services() -> PossibleValuesParser {
    PossibleValuesParser::new(ServiceName::ALL.map(ServiceName::as_str))
}

pub(super) fn http() -> Arg {
    Arg::new(HTTP).long(HTTP).value_name("ADDR").value_parser(value_parser!(std::net::SocketAddr))
}

fn tls() -> Arg {
    Arg::new(TLS)
        .long(TLS)
        .value_name("CERTIFICATE")
        .help(
            "Speak TLS: `trusted` has a certificate of the root in the first line, with the others a \
             client has to go away; `too-old` speaks TLS 1.0",
        )
        .requires(PORT)
        .value_parser(PossibleValuesParser::new([
            "trusted",
            "expired",
            "self-signed",
            "wrong-host",
            "too-old",
        ]))
}

pub(super) fn keep_running() -> Arg {
    Arg::new(KEEP_RUNNING)
        .long(KEEP_RUNNING)
        .help("Serve on when the input ends, until a signal comes")
        .action(ArgAction::SetTrue)
}

#[cfg(test)]
mod tests {
    #[test]
    fn arguments_do_not_contradict_each_other() {
        super::command().debug_assert();
    }
}
