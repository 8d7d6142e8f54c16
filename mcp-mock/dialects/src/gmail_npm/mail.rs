//! Tools for one message: send, keep as draft, read, find, label, delete.

use mcp_mock::dialect::{Answer, Call, Outcome, Refusal};
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{File, Gmail, LabelChange, ListRequest, Message, Outgoing};
use serde::Deserialize;
use serde_json::Number;

/// Messages that a search shows when the caller does not say.
const SEARCH_DEFAULT: usize = 10;

const HTML_ONLY: &str =
    "[Note: This email is HTML-formatted. Plain text version not available.]\n\n";

pub(super) fn send_email(mut call: Call<'_, Gmail>) -> Outcome {
    let mail: Mail = call.read()?;
    let outgoing = mail.outgoing(call.service)?;
    let sent = call.service.send(&mut call.api, outgoing)?;
    Ok(Answer::Text(format!("Email sent successfully with ID: {}", sent.id)))
}

pub(super) fn draft_email(mut call: Call<'_, Gmail>) -> Outcome {
    let mail: Mail = call.read()?;
    let outgoing = mail.outgoing(call.service)?;
    let draft = call.service.create_draft(&mut call.api, outgoing)?;
    Ok(Answer::Text(format!("Email draft created successfully with ID: {}", draft.id)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
    #[serde(default)]
    bcc: Vec<String>,
    subject: String,
    body: String,
    #[serde(default)]
    html_body: String,
    mime_type: String,
    thread_id: Option<String>,
    in_reply_to: Option<String>,
    #[serde(default)]
    attachments: Vec<String>,
}

impl Mail {
    /// The message, with the files that it names. The server looks at `to` alone, and takes a display name
    /// for a mistake.
    fn outgoing(self, gmail: &Gmail) -> Result<Outgoing, Refusal> {
        if let Some(bad) = self.to.iter().find(|address| !is_address(address)) {
            return Err(Refusal::Server(format!("Recipient email address is invalid: {bad}")));
        }
        let files = self.attachments.iter().map(|path| gmail.to_attach(path));
        let attachments: Vec<_> = files.collect::<Result<_, _>>()?;
        let (body, html) =
            content(&self.mime_type, self.body, self.html_body, !attachments.is_empty());
        let Self { to, cc, bcc, subject, thread_id, in_reply_to, .. } = self;
        let (thread_id, in_reply_to) = (given(thread_id), given(in_reply_to));
        Ok(Outgoing { to, cc, bcc, subject, body, html, attachments, thread_id, in_reply_to })
    }
}

/// The text and the HTML that are sent. As plain text, which is the default, `htmlBody` is dropped; with
/// attachments another writer composes the message, which keeps it.
fn content(mime_type: &str, body: String, html: String, has_attachments: bool) -> (String, String) {
    match mime_type {
        _ if has_attachments => (body, html),
        "multipart/alternative" if html.is_empty() => (body.clone(), body),
        "text/html" if html.is_empty() => (String::new(), body),
        "multipart/alternative" | "text/html" => (body, html),
        _ => (body, String::new()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    message_id: String,
}

pub(super) fn read_email(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { message_id } = call.read()?;
    let message = call.service.get(&mut call.api, &message_id)?;
    let (note, body) = if message.body.is_empty() && !message.html.is_empty() {
        (HTML_ONLY, &message.html)
    } else {
        ("", &message.body)
    };
    Ok(Answer::Text(format!(
        "Thread ID: {}\nSubject: {}\nFrom: {}\nTo: {}\nDate: {}\n\n{note}{body}{}",
        message.thread_id,
        message.subject,
        message.from,
        message.to.join(", "),
        date(message),
        attachments(message),
    )))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Search {
    query: String,
    max_results: Option<Number>,
}

/// The server reads each message that the search finds.
pub(super) fn search_emails(mut call: Call<'_, Gmail>) -> Outcome {
    let Search { query, max_results } = call.read()?;
    let wanted = count(max_results.as_ref(), "maxResults")?.unwrap_or(SEARCH_DEFAULT);
    let request = ListRequest { query, max_results: Some(wanted), ..ListRequest::default() };
    let found = call.service.list(&mut call.api, &request)?.page.items;
    let mut entries = Vec::new();
    for id in &found {
        let message = call.service.get(&mut call.api, id)?;
        let Message { subject, from, .. } = message;
        let date = date(message);
        entries.push(format!("ID: {id}\nSubject: {subject}\nFrom: {from}\nDate: {date}\n"));
    }
    Ok(Answer::Text(entries.join("\n")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Modify {
    message_id: String,
    #[serde(default)]
    label_ids: Vec<String>,
    add_label_ids: Option<Vec<String>>,
    #[serde(default)]
    remove_label_ids: Vec<String>,
}

pub(super) fn modify_email(mut call: Call<'_, Gmail>) -> Outcome {
    let Modify { message_id: id, label_ids, add_label_ids, remove_label_ids } = call.read()?;
    let change = LabelChange { add: add_label_ids.unwrap_or(label_ids), remove: remove_label_ids };
    call.service.modify(&mut call.api, &id, &change)?;
    Ok(Answer::Text(format!("Email {id} labels updated successfully")))
}

pub(super) fn delete_email(mut call: Call<'_, Gmail>) -> Outcome {
    let ById { message_id: id } = call.read()?;
    call.service.delete(&mut call.api, &id)?;
    Ok(Answer::Text(format!("Email {id} deleted successfully")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Download {
    message_id: String,
    attachment_id: String,
    filename: Option<String>,
    save_path: Option<String>,
}

/// Saves an attachment to the world's disk. The server reads the message as well when it needs the name. The
/// working folder, where the server saves unless told otherwise, is the root here.
pub(super) fn download_attachment(mut call: Call<'_, Gmail>) -> Outcome {
    let Download { message_id, attachment_id, filename, save_path } = call.read()?;
    let Call { service: gmail, mut api, .. } = call;
    let file = gmail.attachment(&mut api, &message_id, &attachment_id)?.clone();
    if file.content().is_empty() {
        return Err(ApiError::new(502, "noContent", "No attachment data received").into());
    }
    let name = match given(filename) {
        Some(name) => name,
        None => gmail.get(&mut api, &message_id).map(|_| file.name.clone())?,
    };
    let folder = given(save_path).unwrap_or_else(|| "/".to_owned());
    let path = gmail.save(&folder, &name, &file)?;
    Ok(Answer::Text(format!(
        "Attachment downloaded successfully:\nFile: {name}\nSize: {} bytes\nSaved to: {path}",
        file.content().len()
    )))
}

/// A number of things; `None` when it is left out or zero, which the server does not tell apart.
pub(super) fn count(number: Option<&Number>, name: &str) -> Result<Option<usize>, ApiError> {
    let Some(number) = number.filter(|number| number.as_f64() != Some(0.0)) else {
        return Ok(None);
    };
    // `7.0` is written as `7`, and a number that is no count does not read back.
    let count = number.as_f64().and_then(|number| number.to_string().parse().ok());
    let words = || format!("Invalid value at '{name}': {number} is no number of things");
    count.map(Some).ok_or_else(|| ApiError::new(400, "invalidArgument", words()))
}

/// A string that says something; an empty one counts as none.
fn given(argument: Option<String>) -> Option<String> {
    argument.filter(|argument| !argument.is_empty())
}

/// What the server takes for an address: no blanks, one `@`, a point somewhere behind it.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let has_point =
        domain.char_indices().any(|(at, letter)| letter == '.' && at > 0 && at + 1 < domain.len());
    !local.is_empty() && has_point && !domain.contains('@') && !text.contains(char::is_whitespace)
}

/// The `Date` header, as RFC 5322 writes it.
fn date(message: &Message) -> String {
    message.date.strftime("%a, %-d %b %Y %H:%M:%S +0000").to_string()
}

/// The lines about attached files.
fn attachments(message: &Message) -> String {
    if message.attachments.is_empty() {
        return String::new();
    }
    let line = |(place, file): (usize, &File)| {
        let File { name, media_type, .. } = file;
        // Rounded to the nearest, as `Math.round` does.
        let kilobytes = file.size().saturating_add(512) / 1024;
        format!("- {name} ({media_type}, {kilobytes} KB, ID: {})", message.attachment_id(place))
    };
    let lines: Vec<_> = message.attachments.iter().enumerate().map(line).collect();
    format!("\n\nAttachments ({}):\n{}", lines.len(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn address_has_no_blank_one_at_and_a_point_behind_it() {
        assert!(["a@b.c", "<ann@x.example>", "a@b..c"].into_iter().all(is_address));
        assert!(
            !["a", "a@b", "@b.c", "a@.c", "a@b.", "a@b@c.d", "Ann <a@b.c>"]
                .into_iter()
                .any(is_address)
        );
    }
}
