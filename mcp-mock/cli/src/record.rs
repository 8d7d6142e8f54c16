//! `mcp-mock record`: stands between a client and a real server and writes a tape.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use jiff::Timestamp;
use mcp_client::transport::own_stdio;
use mcp_core::Transport;

use super::error::CommandError;
use super::real_server::{self, RealServer};
use super::signals::Signals;
use mcp_mock_cassette::{Recorder, Relay, TapeFile};

pub(super) const RECORD: &str = "record";

const APPEND: &str = "append";
const OUTPUT: &str = "output";
const SECRET: &str = "secret";

const ABOUT: &str = "\
Pass messages between a client and a real server, and write them onto a tape

Start it in the place of the server: it speaks over its standard input and output. Every answer is on \
the tape before the client has it, without secrets: the values of variables of the environment that \
look like some by their names (TOKEN, KEY, SECRET, PASSWORD, AUTH, …) or are named by `--secret`, tokens \
of well-known forms, and what stands in members such as `password`. A secret that none of this tells of \
cannot be found, and private data is not looked for: look at the tape before you give it away.";

pub(super) fn command() -> Command {
    let command = Command::new(RECORD)
        .about("Pass messages between a client and a real server, and write them onto a tape")
        .long_about(ABOUT)
        .arg(
            Arg::new(OUTPUT)
                .short('o')
                .long(OUTPUT)
                .value_name("FILE")
                .help("The tape, which must not be there yet")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new(APPEND)
                .long(APPEND)
                .help("Go on with the tape if it is there")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new(SECRET)
                .long(SECRET)
                .value_name("VARIABLE")
                .help("Redact the value of this variable of the environment; may be repeated")
                .action(ArgAction::Append),
        );
    real_server::arguments(command)
}

pub(super) async fn run(matches: &ArgMatches) -> Result<(), CommandError> {
    let mut real = RealServer::of(matches)?;
    for name in matches.get_many::<String>(SECRET).into_iter().flatten() {
        real.hide(name)?;
    }
    let path = matches.get_one::<PathBuf>(OUTPUT).cloned().unwrap_or_default();
    let tape = TapeFile::open(&path, matches.get_flag(APPEND))?;
    let recorder = Recorder::new(real.name, real.redactor, Timestamp::now());
    let recorder = match tape.last() {
        None => recorder,
        Some(number) => recorder.after(number),
    };
    let mut signals = Signals::new()?;
    let server = real.connector.open().await.map_err(CommandError::real)?;
    let client = own_stdio();
    let relay = Relay::new((&client, &*server), recorder, tape);
    let ended = tokio::select! {
        ended = relay.run() => ended,
        () = signals.came() => Ok(()),
    };
    client.close().await;
    server.close().await;
    Ok(ended?)
}
