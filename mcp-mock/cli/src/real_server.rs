//! A real server, as the command line names it: a command to start, or a URL.

use std::path::Path;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use mcp_client::Connector;
use mcp_client::transport::stdio::ChildCommand;

use super::error::CommandError;
use super::url;
use mcp_mock_cassette::Redactor;

const COMMAND: &str = "command";
const HEADER_ENV: &str = "header-env";
const SERVER: &str = "server";
const URL: &str = "url";

/// How to reach a server, what to call it, and which secrets it is given.
pub(super) struct RealServer {
    pub(super) connector: Box<dyn Connector>,
    /// The program, or the origin of the URL: arguments and paths may be secrets.
    pub(super) name: String,
    pub(super) redactor: Redactor,
    environment: Vec<(String, String)>,
}

/// Adds the arguments that name a server.
pub(super) fn arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new(URL)
                .long(URL)
                .value_name("URL")
                .help("Where the real server is, if it is behind HTTP; holds no secrets"),
        )
        .arg(
            Arg::new(HEADER_ENV)
                .long(HEADER_ENV)
                .value_name("HEADER=VARIABLE")
                .help(
                    "Send this header with the value of a variable of the environment, which is \
                     redacted; `Authorization` is a bearer token unless the value says otherwise",
                )
                .action(ArgAction::Append)
                .requires(URL),
        )
        .arg(
            Arg::new(COMMAND)
                .value_name("COMMAND")
                .help("How to start the real server; it gets the environment of this process")
                .num_args(1..)
                .action(ArgAction::Append)
                .last(true),
        )
        .group(ArgGroup::new(SERVER).args([URL, COMMAND]).required(true))
}

impl RealServer {
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, CommandError> {
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut redactor = Redactor::of_environment(environment.clone());
        let (connector, name) = match matches.get_one::<String>(URL) {
            Some(url) => {
                let mut headers = Vec::new();
                for given in matches.get_many::<String>(HEADER_ENV).into_iter().flatten() {
                    headers.push(header(given, &environment, &mut redactor)?);
                }
                url::connector(url, &headers)?
            }
            None => started(matches, &environment),
        };
        Ok(Self { connector, name, redactor, environment })
    }

    /// Redacts the value of one more variable.
    pub(super) fn hide(&mut self, name: &str) -> Result<(), CommandError> {
        self.redactor.know(name, value_of(name, &self.environment)?);
        Ok(())
    }
}

fn started(matches: &ArgMatches, environment: &[(String, String)]) -> (Box<dyn Connector>, String) {
    let mut words = matches.get_many::<String>(COMMAND).into_iter().flatten();
    let program = words.next().map(String::as_str).unwrap_or_default();
    let mut command = ChildCommand::new(program).with_args(words);
    command.env.extend(environment.iter().cloned());
    let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    (Box::new(command), name)
}

/// A header and its value.
fn header(
    given: &str,
    environment: &[(String, String)],
    redactor: &mut Redactor,
) -> Result<(String, String), CommandError> {
    let form = || CommandError::HeaderForm { given: given.to_owned() };
    let (name, variable) = given.split_once('=').ok_or_else(form)?;
    let value = value_of(variable, environment)?;
    redactor.know(variable, value);
    let (scheme, secret) = value.split_once(' ').unwrap_or(("", value));
    redactor.know(variable, secret);
    let is_bare = name.eq_ignore_ascii_case("authorization") && scheme.is_empty();
    let value = if is_bare { format!("Bearer {value}") } else { value.to_owned() };
    Ok((name.to_owned(), value))
}

fn value_of<'a>(name: &str, environment: &'a [(String, String)]) -> Result<&'a str, CommandError> {
    let found = environment.iter().find(|(known, value)| known == name && !value.is_empty());
    let unset = || CommandError::Unset { name: name.to_owned() };
    found.map(|(_, value)| value.as_str()).ok_or_else(unset)
}
