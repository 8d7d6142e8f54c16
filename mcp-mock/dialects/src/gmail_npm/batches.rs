//! Tools for many messages.
//!
//! The server sends a batch at once. When one request of it fails, it does not look which: it sends every
//! request of the batch again, one by one. So one bad id among messages to delete makes all of that batch
//! look like failures, since the second request for a deleted message finds nothing.

use super::super::Answer;
use super::mail::{count, label_change};
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::Gmail;
use mcp_mock::world::Env;

type Outcome = Result<Answer, ApiError>;

/// Messages in a batch when the caller says zero; a missing size has its default in the schema.
const BATCH_DEFAULT: usize = 50;
/// How much of an id the server shows.
const ID_CHARS_SHOWN: usize = 16;

pub(super) fn batch_modify_emails(
    gmail: &mut Gmail,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let change = label_change(arguments);
    let batches = process(arguments, |id| gmail.modify(id, &change).map(drop))?;
    Ok(batches.report("label modification", "process"))
}

pub(super) fn batch_delete_emails(
    gmail: &mut Gmail,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let batches = process(arguments, |id| gmail.delete(id))?;
    Ok(batches.report("delete operation", "delete"))
}

/// What came of all batches.
#[derive(Debug, Default)]
struct Batches {
    succeeded: usize,
    failed: Vec<(String, String)>,
}

fn process(
    arguments: &Arguments,
    mut request: impl FnMut(&str) -> Result<(), ApiError>,
) -> Result<Batches, ApiError> {
    let ids = arguments.texts("messageIds");
    // With a negative size the server would never come to an end.
    let size = count(arguments, "batchSize")?.unwrap_or(BATCH_DEFAULT);
    let mut batches = Batches::default();
    for batch in ids.chunks(size) {
        let failures = batch.iter().filter(|id| request(id).is_err()).count();
        if failures == 0 {
            batches.succeeded += batch.len();
            continue;
        }
        for id in batch {
            match request(id) {
                Ok(()) => batches.succeeded += 1,
                Err(error) => batches.failed.push((id.clone(), error.message)),
            }
        }
    }
    Ok(batches)
}

impl Batches {
    fn report(&self, operation: &str, verb: &str) -> Answer {
        let Self { succeeded, failed } = self;
        let done = if verb == "delete" { "deleted" } else { "processed" };
        let mut report =
            format!("Batch {operation} complete.\nSuccessfully {done}: {succeeded} messages\n");
        if !failed.is_empty() {
            let line = |(id, words): &(String, String)| {
                let shown: String = id.chars().take(ID_CHARS_SHOWN).collect();
                format!("- {shown}... ({words})")
            };
            let lines: Vec<_> = failed.iter().map(line).collect();
            report += &format!(
                "Failed to {verb}: {} messages\n\nFailed message IDs:\n{}",
                failed.len(),
                lines.join("\n")
            );
        }
        if failed.is_empty() { Answer::Text(report) } else { Answer::Failures(report) }
    }
}
