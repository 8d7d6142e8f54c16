//! The command line of the `mcp-mock` binary, apart from its process.
//!
//! `serve` gives standard output to the protocol, or to one line that says where it serves over HTTP;
//! what people are told goes to standard error.
#![forbid(unsafe_code)]

mod arguments;
mod control;
mod diff;
mod error;
mod fault_rule;
mod http;
mod list;
#[cfg(unix)]
mod process;
mod real_server;
mod record;
mod replay;
mod rules;
mod schema;
mod serve;
mod setup;
mod signals;
mod url;

use std::ffi::OsString;
use std::io::Write;

use error::CommandError;

/// Does what the arguments say, the name of the program first, and returns the exit code: 0 when it
/// went well, 1 when serving failed or `diff` found differences, 2 for wrong arguments and what cannot be
/// used: a seed, a tape, a real server.
///
/// Must be called inside a tokio runtime with I/O. `serve` without `--http` speaks over standard input
/// and output of this process, whatever `out` is. All that serves ends when standard input does.
pub async fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let outcome = match arguments::command().try_get_matches_from(arguments) {
        Ok(matches) => match matches.subcommand() {
            Some((arguments::SERVE, matches)) => serve::run(matches, out, err).await,
            Some((diff::DIFF, matches)) => diff::run(matches, out).await,
            Some((record::RECORD, matches)) => record::run(matches).await,
            Some((replay::REPLAY, matches)) => replay::run(matches, out).await,
            Some((arguments::CONFORMANCE, matches)) => http::conformance(matches, out).await,
            Some((arguments::FAULTS_COMMAND, _)) => rules::print_faults(out),
            Some((schema::SCHEMA, matches)) => schema::run(matches, out),
            Some((_, matches)) => list::run(matches, out),
            None => Ok(()),
        },
        Err(told) if told.use_stderr() => Err(CommandError::from(told)),
        Err(asked_for) => {
            write!(out, "{}", asked_for.render()).map_err(|error| CommandError::Print { error })
        }
    };
    let Err(error) = outcome else { return 0 };
    // Without a standard error the message is lost; the exit code is left.
    drop(error.tell(err));
    error.exit_code()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a command that ends by itself: exit code, standard output, standard error.
    fn ran(arguments: &[&str]) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();

        let arguments = std::iter::once("mcp-mock").chain(arguments.iter().copied());
        let code = runtime.block_on(run(arguments.map(OsString::from), &mut out, &mut err));

        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[track_caller]
    fn refused(arguments: &[&str]) -> String {
        let (code, out, err) = ran(arguments);

        assert_eq!((code, out.as_str()), (2, ""));
        err
    }

    #[test]
    fn several_services_need_several_processes() {
        insta::assert_snapshot!(refused(&["serve", "github", "slack"]), @"
        error: one service per process over stdio, got `github`, `slack`
        help: start a process for each: `mcp-mock serve github`, `mcp-mock serve slack`; or serve all over `--http`
        ");
    }

    #[test]
    fn token_without_http_means_nothing() {
        let told = refused(&["serve", "github", "--token", "t"]);

        assert!(told.contains("--http <ADDR>"), "{told}");
    }

    #[test]
    fn wrong_arguments_come_with_the_right_ones() {
        let service = refused(&["serve", "githup"]);
        let revision = refused(&["serve", "github", "--protocol", "2024-11-06"]);
        let fault = refused(&["serve", "github", "--fault", "create_issue:crahs"]);

        insta::assert_snapshot!(service, @"
        error: invalid value 'githup' for '<SERVICE>...'
          [possible values: github, gmail, notion, salesforce, slack]

          tip: a similar value exists: 'github'

        For more information, try '--help'.
        ");
        assert!(revision.contains("a similar value exists: '2024-11-05'"), "{revision}");
        assert!(fault.contains("`crahs` is no fault (did you mean `crash`?)"), "{fault}");
    }

    #[test]
    fn fault_of_an_unknown_tool_names_the_nearest() {
        insta::assert_snapshot!(refused(&["serve", "github", "--fault", "create_isue:crash*1"]), @"
        error: tool `create_isue` is unknown on server `github` (did you mean `create_issue`?)
        help: `mcp-mock list SERVICE` shows the tools of a service
        ");
    }

    #[test]
    fn missing_seed_file_is_named() {
        insta::assert_snapshot!(refused(&["serve", "github", "--seed", "/nowhere/seed.json"]), @"
        error: failed to read seed file `/nowhere/seed.json`: No such file or directory (os error 2)
        help: correct the path, or leave out `--seed` for the demo content
        ");
    }

    #[test]
    fn help_and_version_are_answers() {
        let (help_code, help, _) = ran(&["serve", "--help"]);
        let (version_code, version, _) = ran(&["--version"]);

        assert_eq!((help_code, version_code), (0, 0));
        assert!(help.contains("--fault <TOOL:FAULT[*TIMES]>"), "{help}");
        assert_eq!(version, format!("mcp-mock {}\n", env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn unknown_dialect_names_the_known_ones() {
        let none = refused(&["serve", "github", "--dialect", "npm"]);
        let other = refused(&["serve", "github", "--dialect", "slack=npm-2025.4.25"]);
        let both =
            ["serve", "github", "slack", "--http", "127.0.0.1:0", "--dialect", "npm-2025.4.8"];
        let which = refused(&both);
        let listed = refused(&["list", "slack", "--dialect", "zencoder"]);

        insta::assert_snapshot!([none, other, which, listed].concat(), @"
        error: dialect `npm` is unknown for `github`; there are `simple`, `npm-2025.4.8`, `official`
        help: `mcp-mock list` shows the dialects of every service
        error: dialect `slack=npm-2025.4.25` is of a service that is not served
        help: name both, such as `--dialect github=npm-2025.4.8`
        error: several services are served, and `npm-2025.4.8` is the dialect of one of them
        help: name both, such as `--dialect github=npm-2025.4.8`
        error: dialect `zencoder` is unknown for `slack`; there are `simple`, `npm-2025.4.25`, `zencoder-0.0.1`
        help: `mcp-mock list` shows the dialects of every service
        ");
    }

    /// What `list` says with these arguments.
    #[track_caller]
    fn listed(arguments: &[&str]) -> String {
        let (code, out, err) = ran(&[&["list"], arguments].concat());

        assert_eq!((code, err.as_str()), (0, ""));
        out
    }

    #[test]
    fn list_shows_every_dialect_and_how_much_of_it_is_backed() {
        insta::assert_snapshot!(listed(&[]));
    }

    #[test]
    fn list_of_a_service_shows_its_tools() {
        let services = ["github", "gmail", "notion", "salesforce", "slack"];

        insta::assert_snapshot!(services.map(|service| listed(&[service])).join("\n"));
    }

    #[test]
    fn list_of_a_dialect_says_what_is_not_backed() {
        insta::assert_snapshot!(listed(&["salesforce", "--dialect", "tsmztech-0.0.6"]));
    }
}
