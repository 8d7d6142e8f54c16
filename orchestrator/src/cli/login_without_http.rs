//! `orchestrator servers login` and `logout` in a build that has no HTTP.

use super::context::CommandContext;
use super::error::{CommandError, ErrorKind};
use super::servers::{LoginArguments, LogoutArguments};

pub(super) async fn login(
    arguments: &LoginArguments,
    _context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    let _ = arguments.open;
    Err(refusal(&arguments.name))
}

pub(super) async fn logout(
    arguments: &LogoutArguments,
    _context: &mut CommandContext<'_, '_>,
) -> Result<(), CommandError> {
    Err(refusal(&arguments.name))
}

fn refusal(server: &str) -> CommandError {
    CommandError::new(ErrorKind::Usage, "this program was built without HTTP and logins")
        .with_server(server)
        .with_hint("build it with the feature `http`, which is on by default")
}
