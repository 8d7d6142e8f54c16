//! Where a command writes to, and in which form.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use super::error::{CommandError, ErrorKind};
use super::flags::Globals;
use crate::report::{Paint, json, text};
use crate::source::Style;

/// The two streams of a command.
pub struct Console<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    pub(super) is_json: bool,
    is_quiet: bool,
    verbosity: u8,
    shows_progress: bool,
    failure: Option<io::Error>,
}

impl<'a> Console<'a> {
    /// Results go to `out`, everything else to `err`.
    pub fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self {
            out,
            err,
            is_json: false,
            is_quiet: false,
            verbosity: 0,
            shows_progress: true,
            failure: None,
        }
    }

    pub(super) fn configure(&mut self, globals: &Globals) {
        self.is_json = globals.json;
        self.is_quiet = globals.quiet;
        self.verbosity = globals.verbose;
        self.shows_progress = !globals.no_progress;
    }

    /// Colours; the streams take them out where they do not belong.
    #[expect(clippy::unused_self, reason = "the console decides about its looks")]
    pub(super) fn paint(&self) -> Paint {
        Paint::new(Style::Colour)
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Writes a line, or several, of a result. A failure is kept for [`finish`](Self::finish): a
    /// running command continues although its output is not read.
    pub(super) fn print(&mut self, text: &str) {
        if self.failure.is_none() {
            self.failure = writeln!(self.out, "{}", text.trim_end_matches('\n')).err();
        }
    }

    /// Writes the one document of a result.
    pub(super) fn document(&mut self, document: &impl Serialize) -> Result<(), CommandError> {
        let document = serde_json::to_string(document)
            .map_err(|error| CommandError::new(ErrorKind::Internal, error.to_string()))?;
        self.print(&json::pretty(&document));
        Ok(())
    }

    /// Says what is under way, to those who want to know.
    pub(super) fn progress(&mut self, text: &str) {
        if self.verbosity > 0 && self.shows_progress && !self.is_json {
            self.say(text);
        }
    }

    /// Says what a person should know although the command goes on.
    pub(super) fn note(&mut self, message: &str) {
        if !self.is_quiet && !self.is_json {
            self.say(&text::block(message));
        }
    }

    /// Warns. `--json` has no place for it: its stderr is empty or an error.
    pub(super) fn warn(&mut self, message: &str) {
        if !self.is_quiet && !self.is_json {
            let head = self.paint().warning("warning");
            self.say(&format!("{head}: {}", text::block(message)));
        }
    }

    /// Asks a person for something. That is shown in any case: nothing goes on without the answer.
    pub(super) fn ask(&mut self, text: &str) {
        self.say(text);
    }

    /// Writes what was rendered elsewhere, with its source lines.
    pub(super) fn rendered(&mut self, text: &str) {
        if !self.is_quiet && !self.is_json {
            self.say(text);
        }
    }

    pub(super) fn error(&mut self, error: &CommandError) {
        if self.is_json {
            self.say(&json::escaped(&error.to_json()));
        } else if let Some(rendered) = &error.rendered {
            self.say(rendered);
        } else {
            let head = self.paint().bad("error");
            self.say(&format!("{head}: {}", text::block(&error.message)));
            for hint in &error.hints {
                let head = self.paint().strong("help");
                self.say(&format!("  = {head}: {}", text::block(hint)));
            }
        }
    }

    /// Writes what is left. That the reader of the results has gone is no failure.
    pub(super) fn finish(&mut self) -> Result<(), CommandError> {
        let flushed = self.out.flush().and_then(|()| self.err.flush()).err();
        match self.failure.take().or(flushed) {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let message = format!("failed to write the result: {error}");
                Err(CommandError::new(ErrorKind::Internal, message))
            }
            _ => Ok(()),
        }
    }

    fn say(&mut self, text: &str) {
        // There is no other stream on which to report this.
        drop(writeln!(self.err, "{text}"));
    }
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("is_json", &self.is_json)
            .field("is_quiet", &self.is_quiet)
            .field("verbosity", &self.verbosity)
            .finish_non_exhaustive()
    }
}
