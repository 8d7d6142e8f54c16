//! Tools for many messages.
//!
//! The server sends a batch at once. When one request of it fails, it does not look which: it sends every
//! request of the batch again, one by one. So one bad id among messages to delete makes all of that batch
//! look like failures, since the second request for a deleted message finds nothing.

use mcp_mock::dialect::{Answer, Call, Outcome};
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{Gmail, LabelChange};
use serde::Deserialize;
use serde_json::Number;

use super::mail::count;

/// Messages in a batch when the caller says zero; a missing size has its default in the schema.
const BATCH_DEFAULT: usize = 50;
/// How much of an id the server shows.
const ID_CHARS_SHOWN: usize = 16;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    message_ids: Vec<String>,
    #[serde(default)]
    add_label_ids: Vec<String>,
    #[serde(default)]
    remove_label_ids: Vec<String>,
    batch_size: Option<Number>,
}

pub(super) fn batch_modify_emails(mut call: Call<'_, Gmail>) -> Outcome {
    let batch: Batch = call.read()?;
    let Call { service: gmail, mut api, .. } = call;
    let change = LabelChange { add: batch.add_label_ids, remove: batch.remove_label_ids };
    let modify = |id: &str| gmail.modify(&mut api, id, &change).map(drop);
    let report = process(&batch.message_ids, batch.batch_size.as_ref(), modify)?;
    Ok(report.answer("label modification", "process"))
}

pub(super) fn batch_delete_emails(mut call: Call<'_, Gmail>) -> Outcome {
    let batch: Batch = call.read()?;
    let Call { service: gmail, mut api, .. } = call;
    let delete = |id: &str| gmail.delete(&mut api, id);
    let report = process(&batch.message_ids, batch.batch_size.as_ref(), delete)?;
    Ok(report.answer("delete operation", "delete"))
}

/// What came of all messages.
#[derive(Debug, Default)]
struct Report {
    succeeded: usize,
    failed: Vec<(String, String)>,
}

fn process(
    ids: &[String],
    size: Option<&Number>,
    mut request: impl FnMut(&str) -> Result<(), ApiError>,
) -> Result<Report, ApiError> {
    // With a negative size the server would never come to an end.
    let size = count(size, "batchSize")?.unwrap_or(BATCH_DEFAULT);
    let mut report = Report::default();
    for batch in ids.chunks(size) {
        let failures = batch.iter().filter(|id| request(id).is_err()).count();
        if failures == 0 {
            report.succeeded += batch.len();
            continue;
        }
        for id in batch {
            match request(id) {
                Ok(()) => report.succeeded += 1,
                Err(error) => report.failed.push((id.clone(), error.message)),
            }
        }
    }
    Ok(report)
}

impl Report {
    fn answer(&self, operation: &str, verb: &str) -> Answer {
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
