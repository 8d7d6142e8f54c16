//! The arguments of the runner.

use anyhow::{Context, Result, bail, ensure};

use super::subject::{SUBJECTS, Side, Subject};

/// Which subjects and scenarios are run; the default is all.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    side: Option<Side>,
    revision: Option<String>,
    /// One scenario, whose checks are shown in detail.
    pub(super) scenario: Option<String>,
}

impl Options {
    pub(crate) fn parse(args: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || {
                args.next()
                    .copied()
                    .map(str::to_owned)
                    .with_context(|| format!("`{arg}` has no value"))
            };
            match *arg {
                "--client" => options.take_side(Side::Client)?,
                "--revision" => options.revision = Some(known_revision(value()?)?),
                "--scenario" => options.scenario = Some(value()?),
                "--server" => options.take_side(Side::Server)?,
                _ => bail!(
                    "unknown argument `{arg}`; known: --client, --server, --revision R, --scenario NAME"
                ),
            }
        }
        Ok(options)
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &'static Subject> {
        SUBJECTS.iter().filter(|subject| {
            self.side.is_none_or(|side| side == subject.side)
                && self.revision.as_ref().is_none_or(|revision| revision == subject.revision)
        })
    }

    fn take_side(&mut self, side: Side) -> Result<()> {
        ensure!(self.side.is_none(), "`--client` and `--server` together are the default");
        self.side = Some(side);
        Ok(())
    }
}

fn known_revision(revision: String) -> Result<String> {
    let known: Vec<_> = SUBJECTS
        .iter()
        .filter(|subject| subject.side == Side::Server)
        .map(|subject| subject.revision)
        .collect();
    let is_known = known.contains(&revision.as_str());
    ensure!(is_known, "unknown revision `{revision}`; known: {}", known.join(", "));
    Ok(revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn arguments_choose_subjects() {
        for (line, wanted) in [
            ("", "server 2025-11-25; server 2026-07-28; client 2025-11-25; client 2026-07-28"),
            ("--server", "server 2025-11-25; server 2026-07-28"),
            ("--revision 2026-07-28", "server 2026-07-28; client 2026-07-28"),
            ("--client --revision 2025-11-25 --scenario auth/x", "client 2025-11-25"),
        ] {
            let subjects: Vec<_> =
                parse(line).unwrap().subjects().map(ToString::to_string).collect();

            assert_eq!(subjects.join("; "), wanted, "{line}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for (line, wanted) in [
            (
                "--short",
                "unknown argument `--short`; known: --client, --server, --revision R, --scenario NAME",
            ),
            ("--revision", "`--revision` has no value"),
            ("--revision 1", "unknown revision `1`; known: 2025-11-25, 2026-07-28"),
            ("--client --server", "`--client` and `--server` together are the default"),
        ] {
            assert_eq!(parse(line).unwrap_err().to_string(), wanted);
        }
    }
}
