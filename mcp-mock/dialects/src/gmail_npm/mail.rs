//! Tools for one message: send, keep as draft, read, find, label, delete.

use serde_json::{Map, Value};

use super::super::Answer;
use mcp_mock::dialect::Arguments;
use mcp_mock::service::ApiError;
use mcp_mock::service::gmail::{File, Gmail, LabelChange, ListRequest, Message, Outgoing};
use mcp_mock::world::Env;

type Outcome = Result<Answer, ApiError>;

/// Messages that a search shows when the caller does not say.
const SEARCH_DEFAULT: usize = 10;

const HTML_ONLY: &str =
    "[Note: This email is HTML-formatted. Plain text version not available.]\n\n";

/// What the server itself finds wrong with a message: a recipient that does not look like an address.
/// Only `to` is looked at, and a display name is taken for a mistake.
pub(super) fn complaint(arguments: &Map<String, Value>) -> Option<String> {
    let mut to = arguments.get("to")?.as_array()?.iter().filter_map(Value::as_str);
    let bad = to.find(|address| !is_address(address))?;
    Some(format!("Recipient email address is invalid: {bad}"))
}

pub(super) fn send_email(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Outcome {
    let sent = gmail.send(env, outgoing(gmail, arguments)?)?;
    Ok(Answer::Text(format!("Email sent successfully with ID: {}", sent.id)))
}

pub(super) fn draft_email(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Outcome {
    let draft = gmail.create_draft(env, outgoing(gmail, arguments)?)?;
    Ok(Answer::Text(format!("Email draft created successfully with ID: {}", draft.id)))
}

pub(super) fn read_email(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let message = gmail.get(arguments.text("messageId"))?;
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

pub(super) fn search_emails(gmail: &mut Gmail, env: &mut Env, arguments: &Arguments) -> Outcome {
    let wanted = count(arguments, "maxResults")?;
    let request = ListRequest {
        query: arguments.text("query").to_owned(),
        max_results: Some(wanted.unwrap_or(SEARCH_DEFAULT)),
        ..ListRequest::default()
    };
    let page = gmail.list(env, &request)?;
    let entry = |message: &&Message| {
        let Message { id, subject, from, .. } = *message;
        format!("ID: {id}\nSubject: {subject}\nFrom: {from}\nDate: {}\n", date(message))
    };
    let entries: Vec<_> = page.messages.iter().map(entry).collect();
    Ok(Answer::Text(entries.join("\n")))
}

pub(super) fn modify_email(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("messageId");
    let mut change = label_change(arguments);
    if arguments.value("addLabelIds").is_none() {
        change.add = arguments.texts("labelIds");
    }
    gmail.modify(id, &change)?;
    Ok(Answer::Text(format!("Email {id} labels updated successfully")))
}

pub(super) fn delete_email(gmail: &mut Gmail, _: &mut Env, arguments: &Arguments) -> Outcome {
    let id = arguments.text("messageId");
    gmail.delete(id)?;
    Ok(Answer::Text(format!("Email {id} deleted successfully")))
}

/// Saves an attachment to the world's disk. It keeps its name unless it is given another; the working folder,
/// where the server saves unless told otherwise, is the root here.
pub(super) fn download_attachment(
    gmail: &mut Gmail,
    _: &mut Env,
    arguments: &Arguments,
) -> Outcome {
    let (message, id) = (arguments.text("messageId"), arguments.text("attachmentId"));
    let file = gmail.attachment(message, id)?.clone();
    if file.content().is_empty() {
        return Err(ApiError::new(502, "noContent", "No attachment data received"));
    }
    let name = given(arguments, "filename").unwrap_or_else(|| file.name.clone());
    let folder = given(arguments, "savePath").unwrap_or_else(|| "/".to_owned());
    let path = gmail.save(&folder, &name, &file)?;
    Ok(Answer::Text(format!(
        "Attachment downloaded successfully:\nFile: {name}\nSize: {} bytes\nSaved to: {path}",
        file.content().len()
    )))
}

/// A number of things; none when it is not given or zero, which the server takes for the same.
pub(super) fn count(arguments: &Arguments, name: &str) -> Result<Option<usize>, ApiError> {
    let Some(value) = arguments.value(name).filter(|value| value.as_f64() != Some(0.0)) else {
        return Ok(None);
    };
    let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    let count = arguments.integer(name).filter(|_| whole).and_then(|it| usize::try_from(it).ok());
    let words = || format!("Invalid value at '{name}': {value} is no number of things");
    count.map(Some).ok_or_else(|| ApiError::new(400, "invalidArgument", words()))
}

pub(super) fn label_change(arguments: &Arguments) -> LabelChange {
    LabelChange { add: arguments.texts("addLabelIds"), remove: arguments.texts("removeLabelIds") }
}

fn outgoing(gmail: &Gmail, arguments: &Arguments) -> Result<Outgoing, ApiError> {
    let paths = arguments.texts("attachments");
    let attachments: Vec<_> =
        paths.iter().map(|path| gmail.to_attach(path)).collect::<Result<_, _>>()?;
    let (body, html) = content(arguments, !attachments.is_empty());
    Ok(Outgoing {
        to: arguments.texts("to"),
        cc: arguments.texts("cc"),
        bcc: arguments.texts("bcc"),
        subject: arguments.text("subject").to_owned(),
        body,
        html,
        attachments,
        thread_id: given(arguments, "threadId"),
        in_reply_to: given(arguments, "inReplyTo"),
    })
}

/// The text and the HTML that are sent. As plain text, which is the default, `htmlBody` is dropped; with
/// attachments another writer is at work, which keeps it.
fn content(arguments: &Arguments, has_attachments: bool) -> (String, String) {
    let body = arguments.text("body").to_owned();
    let html = arguments.text("htmlBody").to_owned();
    let html_or_body = |body: &str| if html.is_empty() { body.to_owned() } else { html.clone() };
    match arguments.text("mimeType") {
        _ if has_attachments => (body, html),
        "multipart/alternative" => {
            let html = html_or_body(&body);
            (body, html)
        }
        "text/html" if html.is_empty() => (String::new(), body),
        "text/html" => (body, html),
        _ => (body, String::new()),
    }
}

/// A text that says something; an empty one counts as none.
fn given(arguments: &Arguments, name: &str) -> Option<String> {
    arguments.optional_text(name).filter(|text| !text.is_empty()).map(str::to_owned)
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
